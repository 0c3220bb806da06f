// server.py without its selector: Deno's event loop is one. deno run --allow-net --allow-ffi server_bsd.ts CLIENTS
import { AF_INET, SOCK_STREAM, type Socket, socket } from "@berkeley/sockets";

let left = Number(Deno.args[0]);

using s = socket(AF_INET, SOCK_STREAM);
s.bind({ hostname: "127.0.0.1", port: 0 });
s.listen();
console.log("port", s.localAddr.port);

async function serve(conn: Socket): Promise<void> {
  using _ = conn;
  while (true) {
    const data = await conn.recv(1024);
    if (data.length === 0) break;
    await conn.sendAll(new TextEncoder().encode(new TextDecoder().decode(data).toUpperCase()));
  }
}

const served: Promise<void>[] = [];
while (left-- > 0) {
  const [conn, _addr] = await s.accept();
  served.push(serve(conn));
}
await Promise.all(served);
