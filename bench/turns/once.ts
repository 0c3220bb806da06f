/** Whole programs, run to their ends by a program in C, which asks the kernel what they took. */
import { c, type Command } from "../_tools.ts";
import { Program } from "./program.ts";

/** What a program took. */
export interface Took {
  /** From its start to its end. */
  ms: number;
  cpuMs: number;
  /** From its last byte of output to its end. */
  endMs: number;
  /** The last line that it wrote. */
  told: string;
}

/** Runs programs, all on one core. */
export class Once {
  readonly #program: Program;

  private constructor(program: Program) {
    this.#program = program;
  }

  /** Starts what starts them. */
  static async start(): Promise<Once> {
    return new Once(new Program(await c("turns/once.c"), 0));
  }

  /** Runs one to its end; throws if it fails. */
  async run(command: Command): Promise<Took> {
    await this.#program.go(command.join("\x1f"));
    const [ms, cpuMs, endMs, ...told] = (await this.#program.line()).split(" ");
    return { ms: Number(ms), cpuMs: Number(cpuMs), endMs: Number(endMs), told: told.join(" ") };
  }

  /** Ends what starts them. */
  async stop(): Promise<void> {
    await this.#program.stop();
  }
}
