/** A Worker of server.ts: an echo server on the port that it is told. */
import { tcp } from "@berkeley/sockets";

declare const self: Worker;

self.onmessage = async ({ data: port }: MessageEvent<number>) => {
  const listener = await tcp.listen({ hostname: "127.0.0.1", port, reusePort: true });
  self.postMessage(listener.localAddr.port);
  for await (const connection of listener) {
    self.postMessage("accepted");
    echo(connection).catch(() => {}); // one that breaks ends alone
  }
};

async function echo(accepted: tcp.TcpStream): Promise<void> {
  using connection = accepted;
  for (let data; (data = await connection.recv()).length > 0;) await connection.sendAll(data);
}
