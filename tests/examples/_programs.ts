/** Runs the programs of examples/ as their first lines say. */
import { assert } from "@std/assert";
import { PYTHON } from "../_tools.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** A running program whose lines are read one by one. */
export class Program implements AsyncDisposable {
  readonly #name: string;
  readonly #child: Deno.ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #stderr: Promise<string>;

  constructor(file: string, args: readonly string[]) {
    this.#name = file;
    const path = `${ROOT}examples/${file}`;
    const [command, ...rest] = file.endsWith(".py") ? [PYTHON, path] : denoCommand(path);
    this.#child = new Deno.Command(command, {
      args: [...rest, ...args],
      cwd: ROOT,
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#lines = linesOf(this.#child.stdout);
    this.#stderr = new Response(this.#child.stderr).text();
  }

  /** The next line that it prints. */
  async line(): Promise<string> {
    const { done, value } = await this.#lines.next();
    assert(!done, `${this.#name} printed no more: ${done ? await this.#stderr : ""}`);
    return value;
  }

  /** Its remaining lines, once it has ended well. */
  async rest(): Promise<string[]> {
    const lines: string[] = [];
    for (let next = await this.#lines.next(); !next.done; next = await this.#lines.next()) {
      lines.push(next.value);
    }
    const { code } = await this.#child.status;
    assert(code === 0, `${this.#name} ended with ${code}: ${await this.#stderr}`);
    return lines;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.#lines.return?.();
    await this.#stderr;
    await this.#child.status;
  }
}

/** The command of the program's first line, so that what it promises about permissions is tried. */
function denoCommand(path: string): string[] {
  const first = Deno.readTextFileSync(path).split("\n", 1)[0];
  const flags = /deno run((?: --[\w=-]+)*) \w+\.ts/.exec(first);
  assert(flags !== null, `${path} does not begin with its command`);
  return [Deno.execPath(), "run", "--no-check", "--no-prompt", ...flags[1].trim().split(" "), path];
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of stream) {
    text += decoder.decode(chunk, { stream: true });
    for (let at; (at = text.indexOf("\n")) >= 0; text = text.slice(at + 1)) {
      yield text.slice(0, at);
    }
  }
  if (text !== "") yield text;
}
