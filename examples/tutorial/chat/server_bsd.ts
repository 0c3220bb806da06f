// server.py without its select: each client has its own loop. deno run --allow-net --allow-ffi server_bsd.ts CLIENTS
import { AF_INET, type InetAddress, SOCK_STREAM, type Socket, socket } from "@berkeley/sockets";

let left = Number(Deno.args[0]);

using listener = socket(AF_INET, SOCK_STREAM);
listener.bind({ hostname: "127.0.0.1", port: 0 });
listener.listen();
console.log("port", listener.localAddr.port);

const clients = new Set<Socket<InetAddress>>();

async function serve(client: Socket<InetAddress>): Promise<void> {
  using _ = client;
  clients.add(client);
  await client.sendAll(new TextEncoder().encode("welcome\n"));
  while (true) {
    const data = await client.recv(256);
    if (data.length === 0) break;
    for (const other of clients) if (other !== client) await other.sendAll(data);
  }
  clients.delete(client);
}

const served: Promise<void>[] = [];
while (left-- > 0) {
  const [client, _address] = await listener.accept();
  served.push(serve(client));
}
await Promise.all(served);
