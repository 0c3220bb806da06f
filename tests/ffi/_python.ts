/** CPython on the other side: a program fed with lines, that answers with lines. */
import { PYTHON } from "../_tools.ts";

/** A running program of CPython. */
export class PythonPeer implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  #rest = "";

  /** Starts `source`; `say(x)` prints a line, `hear()` reads one. */
  constructor(source: string, args: readonly string[] = []) {
    const head = [
      "import os, select, signal, socket, struct, sys, time",
      "def say(*x): print(*x, flush=True)",
      "def hear(): return sys.stdin.readline().strip()",
    ].join("\n");
    this.#child = new Deno.Command(PYTHON, {
      args: ["-c", `${head}\n${source}`, ...args],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#lines = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    this.#input = this.#child.stdin.getWriter();
  }

  /** Its process. */
  get pid(): number {
    return this.#child.pid;
  }

  /** The next line it says. */
  async line(): Promise<string> {
    for (;;) {
      const at = this.#rest.indexOf("\n");
      if (at >= 0) {
        const line = this.#rest.slice(0, at);
        this.#rest = this.#rest.slice(at + 1);
        return line;
      }
      const { value, done } = await this.#lines.read();
      if (done) throw new Error(`python ended; it had said ${JSON.stringify(this.#rest)}`);
      this.#rest += value;
    }
  }

  /** Says a line to it. */
  async tell(line: string): Promise<void> {
    await this.#input.write(new TextEncoder().encode(`${line}\n`));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close().catch(() => {});
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.#child.status;
    await this.#lines.cancel().catch(() => {});
  }
}
