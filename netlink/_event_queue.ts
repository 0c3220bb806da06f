/**
 * Events of groups, one after the other.
 *
 * @module
 */
import { closedError, socketError } from "../core/errors.ts";
import { beginWait, type Wait } from "../core/wait.ts";
import type { ReplyReader } from "./_exchange.ts";
import { checkAccess } from "./_permissions.ts";
import type { Listener, Transport } from "./_transport.ts";

/** Events until somebody takes them; while nobody waits, the kernel keeps them. */
class EventQueue<T> implements Listener {
  readonly #transport: Transport;
  readonly #read: ReplyReader<T>;
  readonly #action: string;
  readonly #events: T[] = [];
  #failure: unknown;
  #waiter: { resolve: () => void; reject: (reason: unknown) => void } | undefined;

  /** Listens to `transport`; `read` makes events of messages, `undefined` of none. */
  constructor(transport: Transport, read: ReplyReader<T>, action: string) {
    this.#transport = transport;
    this.#read = read;
    this.#action = action;
    transport.listen(this);
  }

  /** Whether somebody waits. */
  get hungry(): boolean {
    return this.#waiter !== undefined;
  }

  /** A message came; one that cannot be read ends it. */
  event(...[source, at, end, type, flags]: Parameters<Listener["event"]>): void {
    let event: T | undefined;
    try {
      event = this.#read(source, at, end, type, flags);
    } catch (error) {
      this.#fail(error);
    }
    if (event === undefined) return;
    this.#events.push(event);
    this.#waiter?.resolve();
    this.#waiter = undefined;
  }

  /** The kernel has dropped some. */
  overrun(): void {
    this.#fail(socketError("ENOBUFS", {
      syscall: this.#action,
      message: "events were lost: the receive buffer was full",
    }));
  }

  /** No more will come. */
  closed(reason: unknown = closedError("netlink")): void {
    this.#fail(reason);
  }

  /** The next event. */
  async next(wait: Wait | undefined): Promise<T> {
    for (;;) {
      const event = this.#events.shift();
      if (event !== undefined) return event;
      if (this.#failure !== undefined) throw this.#failure;
      await new Promise<void>((resolve, reject) => {
        this.#waiter = { resolve, reject };
        wait?.arm((reason) => {
          this.#waiter = undefined;
          reject(reason);
        });
        this.#transport.wake();
      }).finally(() => wait?.disarm());
    }
  }

  #fail(reason: unknown): void {
    this.#failure ??= reason;
    this.#waiter?.reject(reason);
    this.#waiter = undefined;
  }
}

/**
 * What is told to groups, until `signal` ends it. Opens nothing before the first is asked for: a loop that
 * never begins leaves nothing open.
 *
 * @param open Opens the socket.
 * @param groups The groups to join.
 * @param read Makes events of messages, `undefined` of none.
 */
export async function* eventsOf<T>(
  open: () => Transport,
  groups: readonly number[],
  read: ReplyReader<T>,
  signal: AbortSignal | undefined,
  action: string,
): AsyncGenerator<T, void, void> {
  const wait = beginWait({ signal });
  let transport: Transport | undefined;
  try {
    transport = open();
    for (const group of groups) transport.join(group);
    const queue = new EventQueue(transport, read, action);
    for (;;) {
      const event = await queue.next(wait);
      // A permission that was revoked meanwhile is missing now.
      checkAccess("everything", action);
      yield event;
    }
  } finally {
    transport?.close();
    wait?.end();
  }
}
