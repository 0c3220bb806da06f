/** From nothing to a chat over TLS between two machines, by what the README says and nothing else. */
import { assert, assertEquals } from "@std/assert";
import { Registry } from "../cli/_registry.ts";
import { join, Netns } from "../raw/_netns.ts";
import { testWith } from "../_tools.ts";

const README = Deno.readTextFileSync(new URL("../../README.md", import.meta.url));

/** The commands of a machine, as the README has them. */
function commandsOf(machine: "here" | "there"): string {
  const [, block] = /```sh\n(# here[^]*?)```/.exec(README)!;
  const [, commands] = new RegExp(`^# ${machine}\\b.*\\n([^]*?)(?:^#|(?![^]))`, "m").exec(block)!;
  return commands.trim();
}

/** What a shell says, line by line, with a way to type into it. */
class Shell implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: ReadableStreamDefaultReader<string>;
  #heard = "";
  readonly errors: Promise<string>;

  constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#input = child.stdin.getWriter();
    this.#output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    this.errors = new Response(child.stderr).text();
  }

  async type(line: string): Promise<void> {
    await this.#input.write(new TextEncoder().encode(`${line}\n`));
  }

  async hears(line: string): Promise<void> {
    while (!this.#heard.includes(`${line}\n`)) {
      const { value, done } = await this.#output.read();
      if (done) throw new Error(`not heard: ${line}; ${await this.errors}`);
      this.#heard += value;
    }
  }

  /** The end of the input. */
  async leave(): Promise<number> {
    await this.#input.close();
    return (await this.#child.status).code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.#input.close().catch(() => {});
    await this.#output.cancel().catch(() => {});
    await this.errors;
    await this.#child.status;
  }
}

testWith(
  { root: true, netns: true, tools: ["openssl", "ip", "tcpdump"] },
  "the README leads from nothing to a TLS chat between two machines",
  async () => {
    const folder = await Deno.makeTempDir();
    const env: Record<string, string> = {
      DENO_DIR: `${folder}/cache`,
      DENO_INSTALL_ROOT: `${folder}/deno`,
      DENO_NO_UPDATE_CHECK: "1",
      NO_COLOR: "1",
      PATH: `${folder}/deno/bin:${Deno.execPath().replace(/\/[^/]+$/, "")}:${Deno.env.get("PATH")}`,
    };
    try {
      {
        await using registry = await Registry.open();
        // Where the cache knows it from; it is gone when the chat begins.
        env.JSR_URL = registry.url;
        const [, install] = /^(deno install .*)$/m.exec(README)!;
        const { success, stderr } = await new Deno.Command("bash", {
          args: ["-c", install],
          env,
        }).output();
        assert(success, new TextDecoder().decode(stderr));
      }
      await using here = await Netns.make();
      await using there = await Netns.make();
      // The address that the README has for the one that listens.
      const [, address] = /^# here: ([\d.]+)$/m.exec(README)!;
      await join(here, `eth0 ${address}/24`, there, "eth0 10.0.0.8/24");
      for (const machine of ["here", "there"]) await Deno.mkdir(`${folder}/${machine}`);
      const enter = (netns: Netns, machine: "here" | "there") =>
        new Shell(netns.spawn("bash", ["-e", "-c", commandsOf(machine)], {
          env,
          cwd: `${folder}/${machine}`,
          stdin: "piped",
          stdout: "piped",
          stderr: "piped",
        }));
      await using server = enter(here, "here");
      await until(() => here.output("ss", "-Hltn"), ":9000");
      // "with a copy of cert.pem in the folder"
      await Deno.copyFile(`${folder}/here/cert.pem`, `${folder}/there/cert.pem`);
      const seen = here.spawn("tcpdump", ["-i", "eth0", "-l", "-A", "-n", "tcp port 9000"], {
        stdout: "piped",
        stderr: "piped",
      });
      const told = seen.stderr.getReader();
      await told.read(); // that it listens
      told.releaseLock();
      await using client = enter(there, "there");
      await client.type("hello from there");
      await server.hears("hello from there");
      await server.type("and hello from here");
      await client.hears("and hello from here");
      assertEquals(await client.leave(), 0);
      assertEquals(await server.leave(), 0);
      seen.kill("SIGINT");
      const [wire] = await Promise.all([
        new Response(seen.stdout).text(),
        seen.stderr.cancel(),
        seen.status,
      ]);
      assert(wire.includes(`${address}.9000`), wire);
      assert(!wire.includes("hello from"), "somebody else could read it");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
  { sanitizeOps: false },
);

async function until(
  ask: () => Promise<{ stdout: string }>,
  word: string,
): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if ((await ask()).stdout.includes(word)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no ${word}`);
}
