/** Contenders as programs that wait for their turn. */

/** A program and its arguments; `undefined` if it is not there. */
export type Command = readonly string[] | undefined;

/** Runs a program to its end. */
export async function must([program, ...args]: string[]): Promise<true> {
  const { success } = await new Deno.Command(program, { args, stderr: "inherit" }).output();
  if (!success) throw new Error(`${program} failed`);
  return true;
}

/** A program and its arguments, if it is installed. */
export function found(program: string, ...args: string[]): Command {
  try {
    const { success } = new Deno.Command(program, { args: ["--version"], stdout: "null" })
      .outputSync();
    return success ? [program, ...args] : undefined;
  } catch {
    return undefined;
  }
}

/** Rounds that are not counted: compilers of the second stage are still at work. */
export const WARM_UP = 3;

/** A program on a core of its own. */
export class Program {
  readonly #child: Deno.ChildProcess;
  readonly #reader: ReadableStreamDefaultReader<string>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  #rest = "";

  /** Starts it. */
  constructor(command: readonly string[], core: number) {
    const pinned = navigator.hardwareConcurrency > 2
      ? ["taskset", "-c", `${core}`, ...command]
      : command;
    this.#child = new Deno.Command(pinned[0], {
      args: pinned.slice(1),
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#reader = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    this.#writer = this.#child.stdin.getWriter();
  }

  /** Its process. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Its next line of output, as a number. */
  async number(): Promise<number> {
    while (!this.#rest.includes("\n")) {
      const { value, done } = await this.#reader.read();
      if (done) throw new Error("a contender ended early");
      this.#rest += value;
    }
    const end = this.#rest.indexOf("\n");
    const text = this.#rest.slice(0, end);
    this.#rest = this.#rest.slice(end + 1);
    return Number(text);
  }

  /** Lets it send a burst. */
  async go(): Promise<void> {
    await this.#writer.write(new TextEncoder().encode("go\n"));
  }

  /** Ends it. */
  async stop(): Promise<void> {
    this.#child.kill();
    await this.#child.status;
    await this.#reader.cancel();
    await this.#writer.abort().catch(() => {});
  }
}

/** The middle one. */
export function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1];
}
