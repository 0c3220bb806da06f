/**
 * The README as its reader takes it: each program in a folder where nothing was done but the
 * `deno add` that it tells, with the permissions that stand above it and no others.
 */
import { assert, assertEquals } from "@std/assert";
import * as tcp from "../../tcp/mod.ts";
import { Registry } from "../cli/_registry.ts";
import { testWith } from "../_tools.ts";

const ROOT = new URL("../../", import.meta.url);
const README = Deno.readTextFileSync(new URL("README.md", ROOT));
const TEXT = new TextDecoder();

interface Block {
  language: string;
  code: string;
}

const BLOCKS: Block[] = [...README.matchAll(/^```(\w+)([^\n]*)\n([^]*?)^```$/gm)]
  .map(([, language, rest, code]) => {
    assertEquals(rest, "", "a block of the README has an attribute");
    return { language, code };
  });

/** A program of the README: its file, how it is run, and what it prints as far as it says so. */
interface Program {
  name: string;
  flags: string[];
  root: boolean;
  code: string;
  prints: string[];
}

const PROGRAMS: Program[] = BLOCKS.filter(({ language }) => language === "ts").map(({ code }) => {
  const first = code.split("\n")[0];
  const command = /^\/\/ (sudo )?deno run ((?:--\S+ )*)(\w+\.ts)$/.exec(first);
  assert(command !== null, `a program of the README does not say how it is run: ${first}`);
  const [, sudo, flags, name] = command;
  const prints = [...code.matchAll(/^ *console\.log\(.*\); \/\/ (.*)$/gm)].map(([, text]) => text);
  return { name, flags: flags.split(" ").filter(Boolean), root: sudo !== undefined, code, prints };
});

/** The one that serves until it is ended. */
const SERVER = "echo.ts";

/** A folder after `deno add`, and what runs deno there. */
class Reader implements AsyncDisposable {
  readonly #folder: string;
  readonly #registry: Registry;

  private constructor(folder: string, registry: Registry) {
    this.#folder = folder;
    this.#registry = registry;
  }

  static async open(): Promise<Reader> {
    const reader = new Reader(await Deno.makeTempDir(), await Registry.open());
    const [, add] = /^(deno add .*)$/m.exec(README)!;
    await reader.run(add.split(" ").slice(1));
    return reader;
  }

  command(args: readonly string[]): Deno.Command {
    return new Deno.Command(Deno.execPath(), {
      args: [...args],
      cwd: this.#folder,
      env: { JSR_URL: this.#registry.url, DENO_DIR: `${this.#folder}/.cache`, NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
  }

  async run(args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.command(args).output();
    assertEquals(code, 0, `deno ${args.join(" ")}: ${TEXT.decode(stderr)}`);
    return TEXT.decode(stdout);
  }

  async save({ name, code }: Program): Promise<void> {
    await Deno.writeTextFile(`${this.#folder}/${name}`, code);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#registry[Symbol.asyncDispose]();
    await Deno.remove(this.#folder, { recursive: true });
  }
}

testWith(
  { root: true },
  "every program of the README runs as it stands after deno add, and prints what it says",
  async (t) => {
    await using reader = await Reader.open();
    assert(PROGRAMS.length >= 10);
    for (const program of PROGRAMS) await reader.save(program);
    await t.step("they are what the types allow", async () => {
      await reader.run(["check", "--quiet", ...PROGRAMS.map(({ name }) => name)]);
    });
    for (const program of PROGRAMS) {
      await t.step(program.name, () => runs(reader, program));
    }
  },
);

async function runs(reader: Reader, program: Program): Promise<void> {
  const args = ["run", "--no-prompt", "--quiet", ...program.flags, program.name];
  if (program.name === SERVER) return await serves(reader, args);
  const printed = (await reader.run(args)).split("\n").filter(Boolean);
  if (program.prints.length > 0) assertEquals(printed, program.prints);
}

/** The server of the first screen: it echoes, to more than one, until it is ended. */
async function serves(reader: Reader, args: string[]): Promise<void> {
  const child = reader.command(args).spawn();
  const lines = child.stdout.getReader();
  try {
    assertEquals(TEXT.decode((await lines.read()).value), "listening on port 9000\n");
    using first = await tcp.connect({ hostname: "127.0.0.1", port: 9000 });
    using second = await tcp.connect({ hostname: "127.0.0.1", port: 9000 });
    for (const client of [first, second, first]) {
      await client.sendAll(Uint8Array.of(1, 2, 3));
      assertEquals(await client.recvExact(3, { timeoutMs: 10_000 }), Uint8Array.of(1, 2, 3));
    }
    await first.closeWrite();
    assertEquals((await first.recv()).length, 0);
  } finally {
    child.kill("SIGKILL");
    await lines.cancel();
    await child.stderr.cancel();
    await child.status;
  }
}

testWith({}, "a permission that stands above a program is one that it needs", async (t) => {
  await using reader = await Reader.open();
  for (const program of PROGRAMS) {
    if (program.root || program.name === SERVER) continue;
    await reader.save(program);
    for (const flag of program.flags) {
      await t.step(`${program.name} without ${flag}`, async () => {
        const flags = program.flags.filter((one) => one !== flag);
        const args = ["run", "--no-prompt", "--quiet", ...flags, program.name];
        const { code, stderr } = await reader.command(args).output();
        assert(code !== 0, `${program.name} runs without ${flag}`);
        const [name] = flag.split("=");
        assert(TEXT.decode(stderr).includes(name), TEXT.decode(stderr));
      });
    }
  }
});

Deno.test("what the README links to is there", () => {
  for (const [, target] of README.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)) {
    if (/^https?:/.test(target)) continue;
    assert(Deno.statSync(new URL(target, ROOT)) !== undefined, target);
  }
});
