/** A body of 1 GiB passes in constant memory, both ways, at both ends. */
import { assert, assertEquals } from "@std/assert";
import { testWith } from "../_tools.ts";

const PROGRAM = new URL("_large_bodies.ts", import.meta.url).pathname;
const SIZE = 2 ** 30;
/** Deno itself has about 90 MiB; a body that is held would add 1024. */
const MOST_MEBIBYTES = 400;

function deno(...args: string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", PROGRAM, ...args],
    stdin: "null",
    stdout: "piped",
  });
}

async function shell(script: string): Promise<string> {
  const { stdout } = await new Deno.Command("sh", { args: ["-c", script] }).output();
  return new TextDecoder().decode(stdout).trim();
}

for (const [name, engine] of [["as a Duplex", "deno"], ["by descriptor", "libc"]]) {
  testWith({ tools: ["curl"] }, `1 GiB each way ${name} takes constant memory`, async () => {
    const server = deno("server", engine).spawn();
    const reader = server.stdout.getReader();
    try {
      const { value } = await reader.read();
      const port = new TextDecoder().decode(value).trim();
      const url = `http://127.0.0.1:${port}`;
      assertEquals(await shell(`curl -sS ${url}/down | wc -c`), `${SIZE}`);
      const up = `head -c ${SIZE} /dev/zero | curl -sS -X POST -T - ${url}/up`;
      assertEquals(await shell(up), `${SIZE}`);
      const client = await deno("client", port).output();
      const [down, sent, peak] = new TextDecoder().decode(client.stdout).trim().split(" ");
      assertEquals([down, sent], [`${SIZE}`, `${SIZE}`]);
      assert(Number(peak) < MOST_MEBIBYTES, `the client had ${peak} MiB`);
      const served = Number(await shell(`curl -sS ${url}/peak`));
      assert(served < MOST_MEBIBYTES, `the server had ${served} MiB`);
    } finally {
      server.kill("SIGKILL");
      reader.releaseLock();
      await server.stdout.cancel();
      await server.status;
    }
  });
}
