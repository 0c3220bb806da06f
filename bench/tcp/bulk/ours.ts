/** This module, as a user writes it: ours.ts ENGINE SIZE, as bulk.c serves. */
import { tcp } from "../../../mod.ts";

const [engine, size] = Deno.args as ["deno" | "libc", string];
const listener = await tcp.listen({ hostname: "127.0.0.1", port: 0, engine });
console.log(listener.localAddr.port);
const block = new Uint8Array(Number(size));

for await (const conn of listener) {
  try {
    const [what] = await conn.recvExact(1);
    if (what === 0x72) { for (;;) await conn.sendAll(block); }
    while (await conn.recvInto(block) > 0);
  } catch {
    // A client that reads ends by closing.
  } finally {
    conn.close();
  }
}
