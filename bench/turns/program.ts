/** Contenders as programs that wait for their turn (turns.ts, turns.h, …), each on a core of its own. */
import { which } from "../../tests/_tools.ts";
import type { Command } from "../_tools.ts";

/** The core of what is measured, and that of what makes load for it. */
export const MEASURED_CORE = 0;
/** See {@linkcode MEASURED_CORE}. */
export const LOAD_CORE = 1;

/** For a {@linkcode Program} that may use all cores. */
export const ANY_CORE = -1;

/** What makes programs end with this one, however that ends. */
const WITH_THIS = which("setpriv") === undefined ? [] : ["setpriv", "--pdeathsig", "KILL"];

/** A command on one core, where there are two. */
export function pinned(core: number, command: Command): string[] {
  if (core === ANY_CORE || navigator.hardwareConcurrency < 2) return [...WITH_THIS, ...command];
  return [...WITH_THIS, "taskset", "-c", `${core}`, ...command];
}

/** A program on a core. */
export class Program {
  readonly #command: Command;
  readonly #child: Deno.ChildProcess;
  readonly #reader: ReadableStreamDefaultReader<string>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  #rest = "";

  /** Starts it, with bursts of so many milliseconds. */
  constructor(command: Command, burstMs: number, core = MEASURED_CORE) {
    this.#command = command;
    const [program, ...args] = pinned(core, command);
    this.#child = new Deno.Command(program, {
      args,
      env: { BURST_MS: `${burstMs}`, GOMAXPROCS: "1", DENO_NO_UPDATE_CHECK: "1" },
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

  /** Its next line of output. */
  async line(): Promise<string> {
    while (!this.#rest.includes("\n")) {
      const { value, done } = await this.#reader.read();
      if (done) throw new Error(`${this.#command.join(" ")} ended early`);
      this.#rest += value;
    }
    const end = this.#rest.indexOf("\n");
    const text = this.#rest.slice(0, end);
    this.#rest = this.#rest.slice(end + 1);
    return text;
  }

  /** Its next line of output, as a number. */
  async number(): Promise<number> {
    return Number(await this.line());
  }

  /** Lets it work, by a line of its input. */
  async go(line = "go"): Promise<void> {
    await this.#writer.write(new TextEncoder().encode(`${line}\n`));
  }

  /** Ends it. */
  async stop(): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended, which whoever waited for it was told.
    }
    await this.#child.status;
    await this.#reader.cancel();
    await this.#writer.abort().catch(() => {});
  }
}
