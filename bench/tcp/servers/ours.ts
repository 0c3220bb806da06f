/** This module, as a user writes it. Arguments: the engine, and the bytes of a buffer. */
import { tcp } from "../../../mod.ts";

const [engine, bytes = "65536"] = Deno.args as ["deno" | "libc", string?];
const listener = await tcp.listen({ hostname: "127.0.0.1", port: 0, engine, backlog: 4096 });
console.log(listener.localAddr.port);

/** Of connections that have ended: to allocate 64 KiB costs more than to serve a short connection. */
const buffers: Uint8Array<ArrayBuffer>[] = [];

async function serve(conn: tcp.TcpStream): Promise<void> {
  const buffer = buffers.pop() ?? new Uint8Array(Number(bytes));
  try {
    for (;;) {
      const count = await conn.recvInto(buffer);
      if (count === 0) break;
      await conn.sendAll(buffer.subarray(0, count));
    }
  } catch {
    // The load ends by closing.
  } finally {
    conn.close();
    buffers.push(buffer);
  }
}

for await (const conn of listener) serve(conn);
