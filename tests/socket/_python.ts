/** CPython's `socket` module at the other side, driven statement by statement. */
import { PYTHON } from "../_tools.ts";

const PEER = new URL("_peer.py", import.meta.url).pathname;

/** A CPython that runs what it is told. `socket`, `struct`, `os`, `signal` and `time` are imported. */
export class Python implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reader: ReadableStreamDefaultReader<string>;
  #rest = "";

  constructor(prefix: readonly string[] = []) {
    const command = [...prefix, PYTHON, PEER];
    this.#child = new Deno.Command(command[0], {
      args: command.slice(1),
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#reader = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** The process. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Evaluates an expression. Bytes come back as a string of characters below 256. */
  // deno-lint-ignore no-explicit-any
  eval<T = any>(expression: string): Promise<T> {
    return this.#ask({ eval: expression }) as Promise<T>;
  }

  /** Runs statements. */
  async exec(statements: string): Promise<void> {
    await this.#ask({ exec: statements });
  }

  async #ask(asked: unknown): Promise<unknown> {
    await this.#writer.write(new TextEncoder().encode(JSON.stringify(asked) + "\n"));
    while (!this.#rest.includes("\n")) {
      const { value, done } = await this.#reader.read();
      if (done) throw new Error("python has ended");
      this.#rest += value;
    }
    const at = this.#rest.indexOf("\n");
    const { value, error } = JSON.parse(this.#rest.slice(0, at));
    this.#rest = this.#rest.slice(at + 1);
    if (error !== undefined) throw new Error(error);
    return value;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close().catch(() => {});
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.#child.status;
    await this.#reader.cancel().catch(() => {});
  }
}
