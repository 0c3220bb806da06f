/** Bare Deno. Its argument is the bytes of a buffer. */
const bytes = Number(Deno.args[0] ?? 65536);
const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
console.log((listener.addr as Deno.NetAddr).port);

/** Of connections that have ended: to allocate 64 KiB costs more than to serve a short connection. */
const buffers: Uint8Array<ArrayBuffer>[] = [];

async function serve(conn: Deno.Conn): Promise<void> {
  const buffer = buffers.pop() ?? new Uint8Array(bytes);
  try {
    for (;;) {
      const count = await conn.read(buffer);
      if (count === null) break;
      for (let sent = 0; sent < count;) sent += await conn.write(buffer.subarray(sent, count));
    }
  } catch {
    // The load ends by closing.
  } finally {
    conn.close();
    buffers.push(buffer);
  }
}

for (;;) {
  try {
    serve(await listener.accept());
  } catch {
    // One that was reset before it was taken: ENOTCONN.
  }
}
