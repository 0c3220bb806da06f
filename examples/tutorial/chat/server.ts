// The same with endpoints: deno run --allow-net server.ts CLIENTS
import { tcp } from "@berkeley/sockets";

let left = Number(Deno.args[0]);
const encoder = new TextEncoder();
const clients = new Set<tcp.TcpStream>();

using listener = await tcp.listen({ hostname: "127.0.0.1", port: 0 });
console.log("port", listener.localAddr.port);
for await (const client of listener) serve(client);

async function serve(client: tcp.TcpStream): Promise<void> {
  using _ = client;
  clients.add(client);
  await client.sendAll(encoder.encode("welcome\n"));
  for await (const line of client.lines()) {
    for (const other of clients) {
      if (other !== client) await other.sendAll(encoder.encode(`${line}\n`));
    }
  }
  clients.delete(client);
  if (--left === 0) listener.close();
}
