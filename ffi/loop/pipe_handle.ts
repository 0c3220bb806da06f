/**
 * A descriptor in Deno's own event loop. Deno has no public way to wait for one; Node's pipe handle
 * takes an eventfd or a timer, and whether it does is found out by who uses it.
 *
 * @module
 */

/** The part of Node's pipe handle that is used. It is private to Node's own modules. */
export interface PipeHandle {
  onread: (data: unknown) => void;
  open(fd: number): number;
  readStart(): number;
  ref(): void;
  unref(): void;
  close(): void;
}

/** A handle; `undefined` where there is none. */
export function makePipeHandle(): PipeHandle | undefined {
  try {
    const { process } = globalThis as unknown as {
      process: { binding(name: string): { Pipe: new (type: number) => PipeHandle } };
    };
    const { Pipe } = process.binding("pipe_wrap");
    const handle = new Pipe(0);
    const complete = (["open", "readStart", "ref", "unref", "close"] as const)
      .every((name) => typeof handle[name] === "function");
    return complete ? handle : undefined;
  } catch {
    return undefined;
  }
}
