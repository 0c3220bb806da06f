/**
 * What every endpoint of any engine and any kind does the same way: it closes once, serves the
 * operations of one kind in their order, and says where it is.
 *
 * @module
 */
import type { Family, SocketType } from "./address.ts";
import { addressMessage } from "./_address_message.ts";
import type { Endpoint } from "./endpoint.ts";
import { closedError } from "./errors.ts";
import { showAs } from "./inspect.ts";
import type { SocketOption } from "./option.ts";
import type { Order } from "./_order.ts";
import type { Wait, WaitSubject } from "./wait.ts";

const SHOWN_NAMES = {
  listener: "ListenerEndpoint",
  stream: "StreamEndpoint",
  message: "MessageEndpoint",
} as const;

/**
 * What any endpoint asks of the socket beneath it: each engine has its own, which serves all kinds of
 * endpoint. An endpoint is one too, for the endpoints that are made over others.
 */
export interface EndpointSocket<A> {
  readonly family: Family;
  readonly type: SocketType;
  readonly protocol: number;
  readonly engine: "deno" | "libc";
  /** Still known once it is closed. */
  readonly localAddr: A;
  readonly remoteAddr: A | undefined;
  /** Its descriptor, where it has one. */
  readonly fd?: number;
  getOption<T>(option: SocketOption<T>): T;
  setOption<T>(option: SocketOption<T>, value: T): void;
  /** Closes it: its waits must reject. */
  close(): void;
  ref(): void;
  unref(): void;
}

/** The base of the three kinds of endpoint. */
export abstract class EndpointBase<A> implements Endpoint<A>, WaitSubject {
  abstract readonly role: "listener" | "stream" | "message";
  /** The socket beneath; owned by the endpoint. */
  protected readonly socket: EndpointSocket<A>;

  /** Set by close. */
  protected closed = false;

  /** Takes the socket over. */
  constructor(socket: EndpointSocket<A>) {
    this.socket = socket;
  }

  get family(): Family {
    return this.socket.family;
  }

  get type(): SocketType {
    return this.socket.type;
  }

  get protocol(): number {
    return this.socket.protocol;
  }

  get engine(): "deno" | "libc" {
    return this.socket.engine;
  }

  get localAddr(): A {
    return this.socket.localAddr;
  }

  get remoteAddr(): A | undefined {
    return this.socket.remoteAddr;
  }

  /** Rejects what waits in this process, and gives up what is kept. Called once, before the release. */
  protected abstract endWaits(): void;

  /** Closes the socket: its waits must reject. Called once. */
  protected release(): void {
    this.socket.close();
  }

  getOption<T>(option: SocketOption<T>): T {
    this.checkOpen("getsockopt");
    return this.socket.getOption(option);
  }

  setOption<T>(option: SocketOption<T>, value: T): void {
    this.checkOpen("setsockopt");
    this.socket.setOption(option, value);
  }

  ref(): void {
    if (!this.closed) this.socket.ref();
  }

  unref(): void {
    if (!this.closed) this.socket.unref();
  }

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
    const { fd } = this.socket;
    return { ...(this.closed && { closed: true }), ...(fd !== undefined && { fd }) };
  }

  /** Throws once the endpoint is closed. */
  protected checkOpen(syscall: string): void {
    if (this.closed) throw closedError(syscall);
  }

  /** Runs `work` when those of its kind that came before have ended, and ends `wait`. */
  protected async inOrder<T>(
    order: Order,
    wait: Wait | undefined,
    syscall: string,
    work: (wait: Wait | undefined) => Promise<T>,
  ): Promise<T> {
    if (order.busy) return await order.run(wait, () => this.checkOpen(syscall), work);
    this.checkOpen(syscall);
    order.enter();
    try {
      return await work(wait);
    } finally {
      order.leave();
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
