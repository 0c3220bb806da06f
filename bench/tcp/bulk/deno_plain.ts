/** Bare Deno: deno_plain.ts SIZE, as bulk.c serves. */
const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
console.log((listener.addr as Deno.NetAddr).port);
const block = new Uint8Array(Number(Deno.args[0]));

async function writeAll(conn: Deno.Conn): Promise<void> {
  for (let sent = 0; sent < block.length;) sent += await conn.write(block.subarray(sent));
}

for await (const conn of listener) {
  try {
    const what = new Uint8Array(1);
    await conn.read(what);
    if (what[0] === 0x72) { for (;;) await writeAll(conn); }
    while (await conn.read(block) !== null);
  } catch {
    // A client that reads ends by closing.
  } finally {
    conn.close();
  }
}
