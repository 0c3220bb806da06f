/**
 * The libc engine's listener.
 *
 * @module
 */
import type { Family, SocketType } from "../../core/address.ts";
import { closedError } from "../../core/errors.ts";
import { type AcceptErrorHandler, ListenerBase } from "../../core/listener.ts";
import type { SocketOption } from "../../core/option.ts";
import type { Wait } from "../../core/wait.ts";
import { AF_INET, AF_INET6 } from "../abi/socket_constants.ts";
import { familyName, typeName } from "../names.ts";
import { poller } from "../poller.ts";
import type { SocketCore } from "../socket_core.ts";
import { acceptedCore } from "../socket_open.ts";
import { EndpointNames } from "./names.ts";

/** What a listener makes of an accepted socket. */
export type MakeEndpoint<E> = (
  core: SocketCore,
  local: Uint8Array | undefined,
  remote: Uint8Array | undefined,
) => E;

/** A listener over a descriptor. */
export class LibcListener<A, E> extends ListenerBase<A, E> {
  readonly engine = "libc" as const;
  /** The socket beneath; owned by this endpoint. */
  readonly core: SocketCore;
  readonly #names: EndpointNames<A>;
  readonly #make: MakeEndpoint<E>;
  readonly #onClose: (() => void) | undefined;
  /** The address of every accepted socket, where this one is bound to a single address. */
  readonly #local: Uint8Array | undefined;

  /** Takes the listening socket over. `onClose` runs after it is closed. */
  constructor(
    core: SocketCore,
    make: MakeEndpoint<E>,
    onError?: AcceptErrorHandler,
    onClose?: () => void,
  ) {
    super(onError);
    this.core = core;
    this.#make = make;
    this.#onClose = onClose;
    const local = core.localName();
    this.#names = new EndpointNames(core, local, undefined);
    this.#local = isWildcard(core.familyNumber, local) ? undefined : local;
  }

  get family(): Family {
    return familyName(this.core.familyNumber);
  }

  get type(): SocketType {
    return typeName(this.core.typeNumber);
  }

  get protocol(): number {
    return this.core.protocol;
  }

  get localAddr(): A {
    return this.#names.local;
  }

  protected async next(wait: Wait | undefined): Promise<E> {
    const core = this.core;
    for (;;) {
      if (!poller.hasWork) await poller.nextTurn();
      if (core.isClosed) throw closedError("accept");
      if (core.readable) {
        const accepted = core.tryAccept();
        poller.spend(4096);
        if (accepted !== undefined) {
          const { fd, address } = accepted;
          // A unix client is often unnamed and then tells nothing; that is known too.
          return this.#make(acceptedCore(core, fd), this.#local, address);
        }
        core.readable = false;
      }
      await core.waitReadable(wait);
    }
  }

  protected release(): void {
    this.core.close();
    this.#onClose?.();
  }

  getOption<T>(option: SocketOption<T>): T {
    return this.core.getOption(option);
  }

  setOption<T>(option: SocketOption<T>, value: T): void {
    this.core.setOption(option, value);
  }

  ref(): void {
    this.core.setReferenced(true);
  }

  unref(): void {
    this.core.setReferenced(false);
  }
}

/** Whether the bound address stands for any: then each accepted socket has to be asked for its own. */
function isWildcard(familyNumber: number, sockaddr: Uint8Array): boolean {
  if (familyNumber === AF_INET) return sockaddr.subarray(4, 8).every((byte) => byte === 0);
  if (familyNumber === AF_INET6) return sockaddr.subarray(8, 24).every((byte) => byte === 0);
  return false;
}
