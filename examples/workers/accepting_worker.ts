/** A Worker of accepting.ts: an echo server on the listener whose descriptor it is told. */
import { endpointOf, Socket, type tcp } from "@berkeley/sockets";

declare const self: Worker;

self.onmessage = async ({ data: fd }: MessageEvent<number>) => {
  using listener = endpointOf(Socket.fromFd(fd)) as tcp.TcpListener;
  for await (const connection of listener) {
    self.postMessage("accepted");
    echo(connection).catch(() => {}); // one that breaks ends alone
  }
};

async function echo(accepted: tcp.TcpStream): Promise<void> {
  using connection = accepted;
  for (let data; (data = await connection.recv()).length > 0;) await connection.sendAll(data);
}
