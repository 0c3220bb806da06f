/**
 * Messages of groups, as an endpoint keeps them until somebody takes them.
 *
 * @module
 */
import { closedError, socketError } from "../core/errors.ts";
import type { Wait } from "../core/wait.ts";
import type { Listener } from "./_transport.ts";
import type { ByteSource } from "./_bytes.ts";
import type { NetlinkEvent, NetlinkMessage } from "./message.ts";

/** Messages of groups that wait for a reader; beyond, the kernel keeps them, and drops in the end. */
const MOST_EVENTS = 1024;

/** A message of its own, which stays. */
export function copyMessage(
  source: ByteSource,
  at: number,
  end: number,
  type: number,
  flags: number,
): NetlinkMessage {
  const { view } = source;
  return {
    type,
    flags,
    sequence: view.getUint32(at - 8, true),
    portId: view.getUint32(at - 4, true),
    data: source.bytes.slice(at, end),
  };
}

/** Messages of groups, until somebody takes them. */
export class EndpointEvents implements Listener {
  #events: NetlinkEvent[] = [];
  #taken = 0;
  #lost = false;
  #waiters: { resolve: (event: NetlinkEvent) => void; reject: (reason: unknown) => void }[] = [];
  /** Has the socket read. */
  wake: () => void = () => {};

  get hungry(): boolean {
    return this.#waiters.length > 0;
  }

  event(
    source: ByteSource,
    at: number,
    end: number,
    type: number,
    flags: number,
    _portId: number,
    namespaceId: number | undefined,
  ): void {
    // Requests have the socket read though nobody wants events: of those no more than so many are kept.
    if (this.#events.length - this.#taken >= MOST_EVENTS) {
      this.#lost = true;
      return;
    }
    const event: NetlinkEvent = copyMessage(source, at, end, type, flags);
    if (namespaceId !== undefined) event.namespaceId = namespaceId;
    const waiter = this.#waiters.shift();
    if (waiter !== undefined) waiter.resolve(event);
    else this.#events.push(event);
  }

  overrun(): void {
    const waiter = this.#waiters.shift();
    if (waiter !== undefined) waiter.reject(lostError());
    else this.#lost = true;
  }

  closed(reason: unknown = closedError("recv")): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter.reject(reason);
  }

  next(wait: Wait | undefined): Promise<NetlinkEvent> {
    if (this.#taken < this.#events.length) {
      const event = this.#events[this.#taken++];
      if (this.#taken === this.#events.length) {
        this.#events = [];
        this.#taken = 0;
      }
      return Promise.resolve(event);
    }
    if (this.#lost) {
      this.#lost = false;
      return Promise.reject(lostError());
    }
    return new Promise<NetlinkEvent>((resolve, reject) => {
      const waiter = { resolve, reject };
      this.#waiters.push(waiter);
      wait?.arm((reason) => {
        this.#waiters = this.#waiters.filter((other) => other !== waiter);
        reject(reason);
      });
      this.wake();
    }).finally(() => wait?.disarm());
  }
}

function lostError(): Error {
  return socketError("ENOBUFS", {
    syscall: "recv",
    message: "messages were lost: the receive buffer was full",
  });
}
