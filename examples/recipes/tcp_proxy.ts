// TCP proxy with limits: deno run --allow-net tcp_proxy.ts LISTEN_PORT TARGET_HOST TARGET_PORT MAX_CLIENTS IDLE_MS
import { tcp } from "@berkeley/sockets";

const [listenPort, hostname, port, maxClients, idleMs] = Deno.args;
const listener = await tcp.listen({ hostname: "127.0.0.1", port: Number(listenPort) });
console.log("port", listener.localAddr.port);

/** Copies one direction until its end; rejects when nothing comes for `timeoutMs`. */
async function copy(from: tcp.TcpStream, to: tcp.TcpStream, timeoutMs: number): Promise<void> {
  const buffer = new Uint8Array(65536);
  for (let count; (count = await from.recvInto(buffer, { timeoutMs })) > 0;) {
    await to.sendAll(buffer.subarray(0, count), { timeoutMs });
  }
  await to.closeWrite();
}

let clients = 0;
async function serve(client: tcp.TcpStream): Promise<void> {
  using _client = client;
  clients++;
  try {
    using target = await tcp.connect({ hostname, port: Number(port), timeoutMs: 5000 });
    const timeoutMs = Number(idleMs);
    await Promise.all([copy(client, target, timeoutMs), copy(target, client, timeoutMs)]);
    console.log("done");
  } catch (error) {
    console.log("closed:", (error as Error).name);
  } finally {
    clients--;
  }
}

for await (const client of listener) {
  if (clients < Number(maxClients)) serve(client);
  else client.close();
}
