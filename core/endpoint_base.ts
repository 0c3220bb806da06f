/**
 * What every endpoint of any engine and any kind does the same way: it closes once, serves the
 * operations of one kind in their order, and says where it is.
 *
 * @module
 */
import type { Family, SocketType } from "./address.ts";
import { addressMessage } from "./address_message.ts";
import type { Endpoint } from "./endpoint.ts";
import { closedError } from "./errors.ts";
import { showAs } from "./inspect.ts";
import type { SocketOption } from "./option.ts";
import type { Turns } from "./turns.ts";
import type { Wait, WaitSubject } from "./wait.ts";

const SHOWN_NAMES = {
  listener: "ListenerEndpoint",
  stream: "StreamEndpoint",
  message: "MessageEndpoint",
} as const;

/** The base of the three kinds of endpoint. */
export abstract class EndpointBase<A> implements Endpoint<A>, WaitSubject {
  abstract readonly family: Family;
  abstract readonly type: SocketType;
  abstract readonly protocol: number;
  abstract readonly role: "listener" | "stream" | "message";
  abstract readonly engine: "deno" | "libc";
  abstract readonly localAddr: A;
  abstract readonly remoteAddr: A | undefined;

  /** Set by close. */
  protected closed = false;

  /** Rejects what waits in this process, and gives up what is kept. Called once, before the release. */
  protected abstract endWaits(): void;
  /** Closes the socket: its waits must reject. Called once. */
  protected abstract release(): void;
  abstract getOption<T>(option: SocketOption<T>): T;
  abstract setOption<T>(option: SocketOption<T>, value: T): void;
  abstract ref(): void;
  abstract unref(): void;

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.endWaits();
    this.release();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
  }

  /** @internal Where an action happens, for the message of a time-out. */
  where(action: string): string {
    try {
      const peer = this.remoteAddr;
      if (peer === undefined) return `on ${addressMessage(this.localAddr)}`;
      const way = action.startsWith("receive") ? "from" : "to";
      return `${way} ${addressMessage(peer)}`;
    } catch {
      // Not every socket can tell its address, and the timer that asks has nobody to hear of it.
      return "";
    }
  }

  /** @internal What else is seen when the endpoint is printed. */
  shown(): Readonly<Record<string, unknown>> {
    return this.closed ? { closed: true } : {};
  }

  /** Throws once the endpoint is closed. */
  protected checkOpen(syscall: string): void {
    if (this.closed) throw closedError(syscall);
  }

  /** Runs `work` when its turn comes, passes the turn on and ends `wait`. */
  protected async takeTurn<T>(
    turns: Turns,
    wait: Wait | undefined,
    syscall: string,
    work: (wait: Wait | undefined) => Promise<T>,
  ): Promise<T> {
    if (turns.busy) return await turns.run(wait, () => this.checkOpen(syscall), work);
    this.checkOpen(syscall);
    turns.enter();
    try {
      return await work(wait);
    } finally {
      turns.leave();
      wait?.end();
    }
  }
}

showAs(
  EndpointBase.prototype as EndpointBase<unknown>,
  (endpoint) => {
    const { family, type, engine, remoteAddr } = endpoint;
    return {
      family,
      type,
      engine,
      ...endpoint.shown(),
      localAddr: addressMessage(endpoint.localAddr),
      ...(remoteAddr === undefined ? {} : { remoteAddr: addressMessage(remoteAddr) }),
    };
  },
  ({ role }) => SHOWN_NAMES[role],
);
