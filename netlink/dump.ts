/**
 * Tables that the kernel tells in many parts, as they come.
 *
 * @module
 */
import { isSocketError, socketError } from "../core/errors.ts";
import { beginWait, type Wait, type WaitOptions } from "../core/wait.ts";
import type { Exchange, ReplyReader } from "./_exchange.ts";
import type { Transport } from "./_transport.ts";
import { NLM_F_DUMP, NLM_F_DUMP_INTR, NLM_F_REQUEST } from "./abi/netlink.ts";
import { ByteSink, type ByteSource } from "./_bytes.ts";
import { type Acknowledgement, netlinkError, type RequestShape, writeMessage } from "./message.ts";

/** How often a table that changed while it was told is asked for anew. */
const MOST_ATTEMPTS = 20;

/** What a dump asks for, and how replies are read. */
export interface DumpRequest<T> {
  /** The message type. */
  readonly type: number;
  /** Appends the payload. */
  readonly payload: (sink: ByteSink) => void;
  /** Reads a reply. */
  readonly read: ReplyReader<T>;
  /** What it is for, in errors: `"list routes"`. */
  readonly action: string;
  /** The layout of the payload. */
  readonly shape?: RequestShape;
  /** Errors, by code, that mean an empty table here. */
  readonly emptyIf?: readonly string[];
  /** NLM_F_* flags instead of NLM_F_DUMP. */
  readonly flags?: number;
}

/** A dump that can begin: its socket, and what to do with it after. */
export interface DumpSource<T> {
  /** The socket: nobody else dumps there meanwhile. */
  readonly transport: Transport;
  /** Requests, one after the other. */
  readonly requests: readonly DumpRequest<T>[];
  /** The dump is over, or was left early. */
  end(complete: boolean): void;
}

/** Begins a dump: on a socket that is given, or on one that it opens. */
export interface DumpOpener<T> {
  (wait: Wait | undefined, transport?: Transport): Promise<DumpSource<T>>;
}

/**
 * A table of the kernel. Nothing is asked before it is read; each reading asks anew.
 *
 * Iterated, it hands out entries as they come, in constant memory, and the kernel waits for the
 * reader; if the table changed meanwhile so that entries may be missing or told twice, the iteration
 * ends with an error of code `EINTR`. {@linkcode Dump.toArray} asks again until nothing did.
 */
export class Dump<T> implements AsyncIterable<T> {
  readonly #open: DumpOpener<T>;
  readonly #options: WaitOptions | undefined;

  /** Made by the functions that read tables. */
  constructor(
    open: DumpOpener<T>,
    options?: WaitOptions,
  ) {
    this.#open = open;
    this.#options = options;
  }

  /**
   * All entries, consistent.
   *
   * @returns The entries in the kernel's order.
   * @throws {SocketError} What the kernel answers; `EINTR` if the table never stays as it is.
   */
  async toArray(): Promise<T[]> {
    const wait = beginWait(this.#options);
    try {
      return await this.collect(wait);
    } finally {
      wait?.end();
    }
  }

  /**
   * As {@linkcode Dump.toArray}, within a wait that has begun. Not for users.
   *
   * @ignore
   */
  collect(wait: Wait | undefined): Promise<T[]> {
    return this.collectOn(undefined, wait);
  }

  /**
   * As {@linkcode Dump.collect}, on a socket that the caller has. Not for users.
   *
   * @ignore
   */
  async collectOn(transport: Transport | undefined, wait: Wait | undefined): Promise<T[]> {
    for (let attempt = 1;; attempt++) {
      const all: T[] = [];
      try {
        for await (const batch of this.#batches(wait, transport)) {
          for (const value of batch) all.push(value);
        }
        return all;
      } catch (error) {
        if (!(error instanceof InterruptedDump)) throw error;
        if (attempt === MOST_ATTEMPTS) throw error.told;
      }
    }
  }

  /** The entries as they come, many at a time: as many as the kernel puts into one datagram. */
  async *batches(): AsyncGenerator<T[], void, void> {
    const wait = beginWait(this.#options);
    try {
      yield* this.#batches(wait);
    } catch (error) {
      throw error instanceof InterruptedDump ? error.told : error;
    } finally {
      wait?.end();
    }
  }

  /** The entries as they come. */
  [Symbol.asyncIterator](): AsyncIterator<T> {
    return new EntryIterator(this.batches());
  }

  async *#batches(
    wait: Wait | undefined,
    transport?: Transport,
  ): AsyncGenerator<T[], void, void> {
    const source = await this.#open(wait, transport);
    let complete = false;
    try {
      for (const request of source.requests) {
        let run = new DumpRun<T>(source.transport, request);
        try {
          await run.start(wait);
          for (;;) {
            let batch: T[] | undefined;
            try {
              batch = await run.next(wait);
            } catch (error) {
              // Another dump of this socket was given up, but not by the kernel.
              if (!isSocketError(error, "EBUSY") || run.retried) throw error;
              source.transport.drain();
              run = new DumpRun<T>(source.transport, request, true);
              await run.start(wait);
              continue;
            }
            if (batch === undefined) break;
            yield batch;
          }
        } finally {
          run.abandon();
        }
        if (run.interrupted) throw new InterruptedDump(request.action);
      }
      complete = true;
    } finally {
      source.end(complete);
    }
  }
}

/**
 * A table at once: the kernel answers routing requests before the send returns, and goes on with each
 * receive.
 *
 * @param transport The socket: nobody else uses it meanwhile.
 * @param request What to ask for.
 * @returns The entries, consistent.
 * @throws {SocketError} What the kernel answers; `EINTR` if the table never stays as it is.
 */
export function dumpNow<T>(transport: Transport, request: DumpRequest<T>): T[] {
  for (let attempt = 1;; attempt++) {
    const run = new DumpRun<T>(transport, request);
    transport.sendNow(run.begin());
    transport.drain();
    const entries = run.taken();
    if (!run.interrupted) return entries;
    if (attempt === MOST_ATTEMPTS) throw new InterruptedDump(request.action).told;
  }
}

/** Hands out entries one by one, without a promise chain for each. */
class EntryIterator<T> implements AsyncIterator<T> {
  readonly #batches: AsyncGenerator<T[], void, void>;
  #batch: T[] = [];
  #index = 0;

  constructor(batches: AsyncGenerator<T[], void, void>) {
    this.#batches = batches;
  }

  next(): Promise<IteratorResult<T>> {
    if (this.#index < this.#batch.length) {
      return Promise.resolve({ value: this.#batch[this.#index++], done: false });
    }
    return this.#more();
  }

  async return(): Promise<IteratorResult<T>> {
    this.#batch = [];
    await this.#batches.return();
    return { value: undefined, done: true };
  }

  async #more(): Promise<IteratorResult<T>> {
    const { value, done } = await this.#batches.next();
    if (done) return { value: undefined, done: true };
    this.#batch = value;
    this.#index = 0;
    return await this.next();
  }
}

/** The table changed while it was told. */
class InterruptedDump extends Error {
  readonly told: Error;

  constructor(action: string) {
    super();
    this.told = socketError("EINTR", {
      syscall: action,
      message: "the table changed while the kernel told it",
    });
  }
}

/** One dump under way. */
class DumpRun<T> implements Exchange {
  readonly #transport: Transport;
  readonly #request: DumpRequest<T>;
  #entries: T[] = [];
  #bytes: Uint8Array<ArrayBuffer> | undefined;
  #sequence = 0;
  #over = false;
  #abandoned = false;
  #failure: { reason: unknown } | undefined;
  #waiter: { resolve: () => void; reject: (reason: unknown) => void } | undefined;
  /** Whether it was begun a second time. */
  readonly retried: boolean;
  /** Whether the kernel said that the table changed meanwhile. */
  interrupted = false;

  constructor(transport: Transport, request: DumpRequest<T>, retried = false) {
    this.#transport = transport;
    this.#request = request;
    this.retried = retried;
  }

  /** Left early, it is read to its end: the socket can do no other dump before. */
  get hungry(): boolean {
    return this.#waiter !== undefined || this.#abandoned;
  }

  /** The request as bytes; from now on its answer is expected. */
  begin(): Uint8Array<ArrayBuffer> {
    const { type, payload, flags = NLM_F_DUMP } = this.#request;
    this.#sequence = this.#transport.nextSequence();
    const sink = new ByteSink();
    writeMessage(sink, type, NLM_F_REQUEST | flags, this.#sequence, payload);
    this.#bytes = sink.take();
    this.#transport.expect(this.#sequence, this);
    return this.#bytes;
  }

  async start(wait: Wait | undefined): Promise<void> {
    const bytes = this.begin();
    try {
      await this.#transport.send(bytes, wait);
    } catch (error) {
      this.#transport.forget(this.#sequence);
      this.#over = true;
      throw error;
    }
  }

  /** All that came, of a dump that is over. */
  taken(): T[] {
    if (this.#failure !== undefined) throw this.#failure.reason;
    if (!this.#over) {
      this.#transport.forget(this.#sequence);
      throw socketError("EAGAIN", { syscall: this.#request.action });
    }
    return this.#entries;
  }

  /** What has come, at least one entry; `undefined` at the end. */
  async next(wait: Wait | undefined): Promise<T[] | undefined> {
    while (this.#entries.length === 0) {
      if (this.#failure !== undefined) throw this.#failure.reason;
      if (this.#over) return undefined;
      const came = new Promise<void>((resolve, reject) => this.#waiter = { resolve, reject });
      wait?.arm((reason) => this.#settle(reason));
      this.#transport.wake();
      await came;
      wait?.disarm();
    }
    const entries = this.#entries;
    this.#entries = [];
    return entries;
  }

  /** Nobody wants the rest. */
  abandon(): void {
    if (this.#over) return;
    this.#abandoned = true;
    this.#transport.wake();
  }

  reply(source: ByteSource, at: number, end: number, type: number, flags: number): void {
    if ((flags & NLM_F_DUMP_INTR) !== 0) this.interrupted = true;
    if (this.#abandoned) return;
    const entry = this.#request.read(source, at, end, type, flags);
    if (entry === undefined) return;
    this.#entries.push(entry);
    if (this.#waiter !== undefined) this.#settle();
  }

  finish(ack: Acknowledgement): void {
    this.#over = true;
    if (ack.errno !== 0) {
      const { action, shape, emptyIf = [] } = this.#request;
      const reason = netlinkError(ack, action, this.#bytes, shape);
      if (!emptyIf.includes(reason.code)) this.#failure = { reason };
    }
    this.#settle();
  }

  fail(reason: unknown): void {
    this.#over = true;
    this.#failure = { reason };
    this.#settle();
  }

  #settle(reason?: unknown): void {
    const waiter = this.#waiter;
    this.#waiter = undefined;
    if (reason !== undefined) waiter?.reject(reason);
    else waiter?.resolve();
  }
}
