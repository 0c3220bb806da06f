/** A process whose output is read as it comes. */
export class Child implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #done: Promise<unknown>;
  #text = "";
  #heard: (() => void) | undefined;

  constructor([command, ...args]: string[]) {
    this.#child = new Deno.Command(command, {
      args,
      env: { NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#done = Promise.all([
      this.#collect(this.#child.stdout),
      this.#collect(this.#child.stderr),
    ]);
  }

  get pid(): number {
    return this.#child.pid;
  }

  get status(): Promise<Deno.CommandStatus> {
    return this.#child.status;
  }

  /** Waits until it has said so; what the pattern has found. */
  async until(pattern: RegExp): Promise<RegExpExecArray> {
    let ended = false;
    this.#done.then(() => {
      ended = true;
      this.#heard?.();
    });
    for (;;) {
      const found = pattern.exec(this.#text);
      if (found !== null) return found;
      if (ended) throw new Error(`The process ended before it said ${pattern}: ${this.#text}`);
      await new Promise<void>((resolve) => this.#heard = resolve);
    }
  }

  /** Lets it go on: a line on its input. */
  async go(): Promise<void> {
    const writer = this.#child.stdin.getWriter();
    await writer.write(Uint8Array.of(10));
    writer.releaseLock();
  }

  kill(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch {
      // It has ended.
    }
  }

  /** All that it said. */
  async text(): Promise<string> {
    await this.#done;
    return this.#text;
  }

  async #collect(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      this.#text += text;
      this.#heard?.();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill("SIGKILL");
    await this.#child.status;
    await this.#done;
    await this.#child.stdin.close().catch(() => {});
  }
}
