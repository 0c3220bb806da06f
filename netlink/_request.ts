/**
 * Requests that are answered by an ACK, alone or after replies.
 *
 * @module
 */
import type { Wait } from "../core/wait.ts";
import type { Exchange, ReplyReader } from "./_exchange.ts";
import type { Transport } from "./_transport.ts";
import { NLM_F_ACK, NLM_F_REQUEST } from "./abi/netlink.ts";
import { ByteSink, type ByteSource } from "./_bytes.ts";
import { type Acknowledgement, netlinkError, type RequestShape, writeMessage } from "./message.ts";

/** What is asked, and how replies are read. */
export interface SingleRequest<T> {
  /** The message type. */
  readonly type: number;
  /** NLM_F_* flags beside NLM_F_REQUEST and NLM_F_ACK. */
  readonly flags?: number;
  /** Appends the payload. */
  readonly payload: (sink: ByteSink) => void;
  /** Reads a reply. Default: there is none. */
  readonly read?: ReplyReader<T>;
  /** What it is for, in errors: `"add route 10.0.0.0/8"`. */
  readonly action: string;
  /** The layout of the payload. */
  readonly shape?: RequestShape;
}

/** Asks and resolves to the replies once the kernel has acknowledged. */
export async function requestOn<T>(
  transport: Transport,
  request: SingleRequest<T>,
  wait: Wait | undefined,
): Promise<T[]> {
  const sequence = transport.nextSequence();
  const sink = new ByteSink();
  const flags = NLM_F_REQUEST | NLM_F_ACK | (request.flags ?? 0);
  writeMessage(sink, request.type, flags, sequence, request.payload);
  const run = new RequestRun<T>(request, sink.take());
  transport.expect(sequence, run);
  try {
    await transport.send(run.bytes, wait);
  } catch (error) {
    transport.forget(sequence);
    throw error;
  }
  const result = run.result(wait);
  transport.wake();
  return await result;
}

/** One request under way. One that nobody waits for any more takes what still comes, unseen. */
class RequestRun<T> implements Exchange {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #request: SingleRequest<T>;
  readonly #replies: T[] = [];
  #settled: { value: T[] } | { reason: unknown } | undefined;
  #waiter: { resolve: (value: T[]) => void; reject: (reason: unknown) => void } | undefined;

  constructor(request: SingleRequest<T>, bytes: Uint8Array<ArrayBuffer>) {
    this.#request = request;
    this.bytes = bytes;
  }

  get hungry(): boolean {
    return this.#waiter !== undefined;
  }

  result(wait: Wait | undefined): Promise<T[]> {
    return new Promise<T[]>((resolve, reject) => {
      if (this.#settled !== undefined) {
        if ("value" in this.#settled) resolve(this.#settled.value);
        else reject(this.#settled.reason);
        return;
      }
      this.#waiter = { resolve, reject };
      wait?.arm((reason) => {
        this.#waiter = undefined;
        reject(reason);
      });
    }).finally(() => wait?.disarm());
  }

  reply(source: ByteSource, at: number, end: number, type: number, flags: number): void {
    const reply = this.#request.read?.(source, at, end, type, flags);
    if (reply !== undefined) this.#replies.push(reply);
  }

  finish(ack: Acknowledgement): void {
    if (ack.errno === 0) {
      this.#settled = { value: this.#replies };
      this.#waiter?.resolve(this.#replies);
      this.#waiter = undefined;
    } else {
      const { action, shape } = this.#request;
      this.fail(netlinkError(ack, action, this.bytes, shape));
    }
  }

  fail(reason: unknown): void {
    this.#settled = { reason };
    this.#waiter?.reject(reason);
    this.#waiter = undefined;
  }
}
