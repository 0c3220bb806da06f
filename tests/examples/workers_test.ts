/** The Workers that share a port. */
import { assert, assertEquals } from "@std/assert";
import { testWith } from "../_tools.ts";
import { Program } from "./_programs.ts";

const CONNECTIONS = 200;

testWith({}, "Workers that listen by reusePort all get connections", async () => {
  await using server = new Program("workers/server.ts", ["0", "3"]);
  const port = Number((await server.line()).split(" ")[1]);
  const sent = Uint8Array.of(1, 2, 3);
  let counts: number[] = [];
  for (let made = 1; made <= CONNECTIONS; made++) {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port });
    await connection.write(sent);
    const came = new Uint8Array(8);
    const count = await connection.read(came) ?? 0;
    assertEquals(came.subarray(0, count), sent);
    counts = (await server.line()).split(" ").slice(1).map(Number);
    assertEquals(counts.reduce((sum, count) => sum + count), made);
  }
  // A Worker without one of 200 would be a chance of 2 in 10 to the 35th.
  assert(counts.length === 3 && counts.every((count) => count > 0), `${counts}`);
});
