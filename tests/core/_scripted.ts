/** Endpoints over a script instead of a socket: what each call of the engine brings is written down. */
import { closedError } from "../../core/errors.ts";
import type { EndpointSocket } from "../../core/endpoint_base.ts";
import { ListenerBase } from "../../core/listener.ts";
import { PulledStream } from "../../core/stream.ts";
import type { Wait } from "../../core/wait.ts";

/** The socket beneath: it has an address, and nothing else. */
const SOCKET: EndpointSocket<string> = {
  family: "other",
  type: "stream",
  protocol: 0,
  engine: "deno",
  localAddr: "local",
  remoteAddr: "remote",
  getOption: noOptions,
  setOption: noOptions,
  close() {},
  ref() {},
  unref() {},
};

function noOptions(): never {
  throw new Error("no options");
}

/** A stream that receives the given pieces and then its end, and keeps what is sent. */
export class ScriptedStream extends PulledStream<string> {
  /** What was sent, call by call. */
  readonly sent: Uint8Array[] = [];
  /** What was ended, call by call. */
  readonly ended: string[] = [];
  /** How many calls closed it. */
  released = 0;
  /** The most that one push takes. */
  pushBytes = Infinity;
  readonly #pieces: Uint8Array[];

  constructor(pieces: readonly Uint8Array[]) {
    super(SOCKET);
    this.#pieces = [...pieces];
  }

  protected pull(buffer: Uint8Array, _wait: Wait | undefined): Promise<number> {
    const piece = this.#pieces.shift();
    if (piece === undefined) return Promise.resolve(0);
    const count = Math.min(piece.length, buffer.length);
    buffer.set(piece.subarray(0, count));
    if (count < piece.length) this.#pieces.unshift(piece.subarray(count));
    return Promise.resolve(count);
  }

  protected push(data: Uint8Array, _wait: Wait | undefined): Promise<number> {
    const taken = data.slice(0, this.pushBytes);
    this.sent.push(taken);
    return Promise.resolve(taken.length);
  }

  protected end(how: string): void {
    this.ended.push(how);
  }

  protected override release(): void {
    this.released++;
  }
}

/** A listener whose accepts have the given outcomes, in order; then it waits until it is closed. */
export class ScriptedListener extends ListenerBase<string, string> {
  readonly #outcomes: (string | Error)[];
  #waiting: ((reason: unknown) => void) | undefined;

  constructor(outcomes: readonly (string | Error)[], onError?: (error: Error) => void) {
    super({ ...SOCKET, remoteAddr: undefined }, onError);
    this.#outcomes = [...outcomes];
  }

  protected next(wait: Wait | undefined): Promise<string> {
    const outcome = this.#outcomes.shift();
    if (outcome instanceof Error) return Promise.reject(outcome);
    if (outcome !== undefined) return Promise.resolve(outcome);
    return new Promise((_resolve, reject) => {
      this.#waiting = reject;
      wait?.arm(reject);
    });
  }

  protected override release(): void {
    this.#waiting?.(closedError("accept"));
  }
}
