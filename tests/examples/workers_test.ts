/** The Workers that share a port. */
import { assert, assertEquals } from "@std/assert";
import { testWith } from "../_tools.ts";
import { Program } from "./_programs.ts";

const CONNECTIONS = 3000;

/** Connects one after another to a server with three Workers; how many each has accepted. */
async function countsOf(program: string): Promise<number[]> {
  await using server = new Program(program, ["0", "3"]);
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
  return counts;
}

testWith({}, "Workers that listen by reusePort get as many connections each", async () => {
  const counts = await countsOf("workers/server.ts");
  // A fifth is 7 times the standard deviation of chance.
  const even = counts.every((count) => Math.abs(count - CONNECTIONS / 3) < CONNECTIONS / 15);
  assert(counts.length === 3 && even, `${counts}`);
});

testWith({}, "Workers that were handed a listener accept all connections", async () => {
  const counts = await countsOf("workers/accepting.ts");
  assertEquals(counts.reduce((sum, count) => sum + count), CONNECTIONS);
});
