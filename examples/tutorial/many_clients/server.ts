// The same with endpoints: deno run --allow-net server.ts CLIENTS
import { tcp } from "@berkeley/sockets";

let left = Number(Deno.args[0]);
using listener = await tcp.listen({ hostname: "127.0.0.1", port: 0 });
console.log("port", listener.localAddr.port);
for await (const conn of listener) serve(conn);

async function serve(conn: tcp.TcpStream): Promise<void> {
  using _ = conn;
  const upper = new TransformStream<Uint8Array, Uint8Array>({
    transform: (chunk, out) =>
      out.enqueue(new TextEncoder().encode(new TextDecoder().decode(chunk).toUpperCase())),
  });
  await conn.readable.pipeThrough(upper).pipeTo(conn.writable);
  if (--left === 0) listener.close();
}
