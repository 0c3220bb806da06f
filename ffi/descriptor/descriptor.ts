/**
 * A non-blocking socket descriptor: what `Socket`, the endpoints and the message calls share.
 *
 * The room `descriptor/` is one socket: its life (`open.ts`), the calls that move bytes
 * (`byte_calls.ts`), its options (`option_calls.ts`), and the BSD face over it (`socket.ts`). All that
 * may have to wait goes through `Descriptor.attempt`. Begin here.
 *
 * @module
 */
import { after } from "../../core/clock.ts";
import { EAGAIN } from "../../core/errno.ts";
import { closedError } from "../../core/errors.ts";
import type { SocketOption } from "../../core/option.ts";
import type { Wait } from "../../core/wait.ts";
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  AF_UNSPEC,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  SO_ERROR,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_RAW,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../abi/socket_constants.ts";
import { IPPROTO_MPTCP } from "../abi/ip_constants.ts";
import { attempt, attemptRetryable, closeFd, failure, type Libc, must } from "../abi/library.ts";
import { F_GETFL, F_SETFL, O_NONBLOCK, POLLOUT } from "../abi/event_constants.ts";
import { pollNow } from "../loop/poll_now.ts";
import { poller } from "../loop/poller.ts";
import { attemptConnect, connectTo, MOST_VAIN_WAITS } from "./connecting.ts";
import { Ending, lingers, resetAtClose } from "./ending.ts";
import { readOption, writeOption } from "./option_calls.ts";
import { SOCKADDR_STORAGE_BYTES } from "../families/sockaddr.ts";
import type { FamilyRow } from "../families/row.ts";
import { rowOf } from "../families/table.ts";
import type { Allowed } from "../guard/options.ts";
import type { Peer } from "../guard/peer.ts";
import { Watch } from "../loop/watch.ts";

/** An address for an error, or what makes it. */
export type AddressText = string | (() => string | undefined);

/** A descriptor that was accepted, and who is at its other end. */
export interface Accepted {
  /** Owned by the caller. */
  readonly fd: number;
  /** The peer's sockaddr; empty if the kernel told none. Valid until the next call that tells an address. */
  readonly address: Uint8Array<ArrayBuffer>;
}

/** Room for an address that the kernel fills in. One is enough: calls are synchronous. */
const NAME = new Uint8Array(new ArrayBuffer(SOCKADDR_STORAGE_BYTES));
const NAME_LENGTH = new Uint32Array(new ArrayBuffer(4));

/** Room for the name of a peer: {@linkcode namedLength} then tells how much the kernel wrote. */
export function nameRoom(): { name: Uint8Array<ArrayBuffer>; length: Uint32Array<ArrayBuffer> } {
  NAME_LENGTH[0] = NAME.length;
  return { name: NAME, length: NAME_LENGTH };
}

/** The length of the name that a call has left in {@linkcode nameRoom}. */
export function namedLength(): number {
  return Math.min(NAME_LENGTH[0], NAME.length);
}

function namedBytes(): Uint8Array<ArrayBuffer> {
  return NAME.slice(0, namedLength());
}

/**
 * The descriptor, its readiness and its calls. Owns the descriptor from the constructor until
 * {@linkcode Descriptor.close} or {@linkcode Descriptor.detach}.
 */
export class Descriptor extends Watch {
  /** AF_*. */
  readonly familyNumber: number;
  /** SOCK_*, without flags. */
  readonly typeNumber: number;
  /** IPPROTO_*, as the kernel tells it. */
  readonly protocol: number;
  /**
   * Whether a receive of less than was asked for has emptied the socket, so that the next one may
   * wait without trying: true of TCP (`man 7 epoll`). Unix sockets also stop at passed descriptors,
   * and TCP under an upper layer at the end of each TLS record.
   */
  shortReceiveDrains: boolean;
  /** Whether a stream endpoint alone moves its bytes. */
  ofStream = false;
  /** Whether the last receive brought so much that the next one had better go to memory of its own. */
  filledRoom = false;
  /** Whether SO_LINGER may be on, which lets close(2) wait. */
  mayLinger = false;
  /** Whether the open file may have another holder: who knows the number may have passed it on. */
  mayBeShared = false;
  /** What of its end a thread waits with. */
  #ending: Ending | undefined;
  /** How many waits for room in a row were in vain: a send that finds some begins anew. */
  vainWaits = 0;
  /** What its family is to this library. */
  readonly row: FamilyRow;
  /** What every send is told: not to wait, and to end nothing by a signal. */
  readonly sendFlags: number;

  /** Takes `fd` over; it must be a non-blocking socket. */
  constructor(fd: number, familyNumber: number, typeNumber: number, protocol: number) {
    super(fd);
    this.familyNumber = familyNumber;
    this.typeNumber = typeNumber;
    this.protocol = protocol;
    this.row = rowOf(familyNumber);
    this.sendFlags = this.row.plainSends ? MSG_DONTWAIT : MSG_NOSIGNAL | MSG_DONTWAIT;
    this.shortReceiveDrains = typeNumber === SOCK_STREAM && protocol !== IPPROTO_MPTCP &&
      (familyNumber === AF_INET || familyNumber === AF_INET6);
  }

  /** Whether it was closed or detached. */
  get isClosed(): boolean {
    return this.fd < 0;
  }

  /** Not of kinds whose bytes have a meaning apart from their order: see {@linkcode Descriptor.shortReceiveDrains}. */
  protected override get mayUseRing(): boolean {
    return this.ofStream && this.shortReceiveDrains;
  }

  /** Throws if it was closed. */
  checkOpen(syscall: string): void {
    if (this.fd < 0) throw closedError(syscall);
  }

  /**
   * The one loop of all calls that may have to wait: try, wait until the descriptor may be ready, try
   * again; and when the turn's budget is spent, let the event loop have its turn first.
   *
   * @param ready What the call waits for.
   * @param syscall The call's name, for errors.
   * @param run Makes the call and spends of the budget: `undefined` if it would block. It finds the
   * descriptor open.
   * @param wait Signal and deadline.
   * @param again Called before each attempt but the first: throws where it may no longer be made.
   * @returns What it returned: at once, if it did not have to wait.
   */
  attempt<T>(
    ready: "readable" | "writable",
    syscall: string,
    run: () => T | undefined,
    wait?: Wait,
    again?: () => void,
  ): T | Promise<T> {
    this.checkOpen(syscall);
    const blocked = poller.hasBudget;
    if (blocked) {
      const result = run();
      if (result !== undefined) return result;
    }
    return this.#attemptLater(ready, syscall, run, wait, again, blocked);
  }

  async #attemptLater<T>(
    ready: "readable" | "writable",
    syscall: string,
    run: () => T | undefined,
    wait: Wait | undefined,
    again: (() => void) | undefined,
    blocked: boolean,
  ): Promise<T> {
    for (;;) {
      if (!blocked) await poller.nextTurn();
      else if (ready === "readable") await this.waitReadable(wait, syscall);
      else await this.waitWritable(wait, syscall);
      this.checkOpen(syscall);
      blocked = poller.hasBudget;
      if (!blocked) continue;
      again?.();
      const result = run();
      if (result !== undefined) return result;
    }
  }

  /**
   * Resolves at the next sign that sending or connecting may succeed. Of a unix datagram whose
   * recipient is named in the call epoll knows only our own buffer, not the recipient's full queue
   * (unix_dgram_poll), and says "writable" for ever: after some such waits time passes between them.
   */
  override waitWritable(wait?: Wait, syscall?: string): Promise<void> {
    const vain = this.vainWaits >= MOST_VAIN_WAITS;
    if (this.familyNumber === AF_UNIX && this.typeNumber === SOCK_DGRAM) this.vainWaits++;
    return vain ? this.pause(RETRY_MS, wait) : super.waitWritable(wait, syscall);
  }

  /** Lets time pass, where nothing tells when there is room. */
  pause(ms: number, wait?: Wait): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const forget = after(ms, resolve, this.isReferenced);
      wait?.arm((reason) => {
        forget();
        reject(reason);
      });
    }).finally(() => wait?.disarm());
  }

  /**
   * Makes a call that moves bytes once, and spends them of the turn's budget. Returns how many, or
   * `undefined` if it would block.
   */
  tryCall(
    syscall: string,
    run: (libc: Libc, fd: number) => number,
    address?: AddressText,
  ): number | undefined {
    this.checkOpen(syscall);
    const result = attemptRetryable((lib) => run(lib, this.fd));
    if (result >= 0) {
      this.vainWaits = 0;
      poller.spend(result);
      return result;
    }
    if (result === -EAGAIN) return undefined;
    throw failure(syscall, -result, typeof address === "function" ? address() : address);
  }

  /** Makes a call that must succeed. */
  call(syscall: string, run: (libc: Libc, fd: number) => number, address?: string): number {
    this.checkOpen(syscall);
    this.settle();
    return must(syscall, (lib) => run(lib, this.fd), address);
  }

  /**
   * Another holder of the open file, a child process say, may have cleared O_NONBLOCK, and there is no
   * flag as MSG_DONTWAIT for accept, connect and sendfile: the isolate would stand still.
   */
  stayNonBlocking(): void {
    if (!this.mayBeShared) return;
    const flags = attempt((lib) => lib.fcntl(this.fd, F_GETFL, 0));
    if (flags >= 0 && (flags & O_NONBLOCK) === 0) {
      attempt((lib) => lib.fcntl(this.fd, F_SETFL, flags | O_NONBLOCK));
    }
  }

  /** Accepts one connection, or returns `undefined` if there is none. */
  tryAccept(): Accepted | undefined {
    this.checkOpen("accept");
    const { name, length } = nameRoom();
    const nameless = this.row.nameless === true;
    if (nameless) length[0] = 0;
    poller.spend(ACCEPT_BYTES);
    this.stayNonBlocking();
    const fd = attemptRetryable((lib) =>
      nameless
        ? lib.accept4(this.fd, null, null, SOCK_NONBLOCK | SOCK_CLOEXEC)
        : lib.accept4(this.fd, name, length, SOCK_NONBLOCK | SOCK_CLOEXEC)
    );
    if (fd >= 0) return { fd, address: new Uint8Array(NAME.buffer, 0, namedLength()) };
    if (fd === -EAGAIN) return undefined;
    throw failure("accept", -fd);
  }

  /** Binds (`man 2 bind`). */
  bind(peer: Peer): void {
    const { bytes } = peer;
    this.checkOpen("bind");
    const result = attempt((lib) => lib.bind(this.fd, bytes, bytes.length));
    if (result < 0) throw failure("bind", -result, peer.text);
  }

  /** Connects a socket that has no handshake to wait for. */
  connectNow(peer: Peer, text: string = peer.text): void {
    this.checkOpen("connect");
    const result = attemptConnect(this.fd, peer);
    if (result < 0) throw failure("connect", -result, text);
  }

  /** Dissolves an association by an address of no family (`man 2 connect`). */
  dissolve(): void {
    const unspec = new Uint8Array(16);
    unspec[0] = AF_UNSPEC;
    this.call("connect", (lib, fd) => lib.connect(fd, unspec, unspec.length));
  }

  /** Connects; resolves once the connection stands. */
  connect(peer: Peer, wait?: Wait): Promise<void> {
    return connectTo(this, peer, wait);
  }

  /** The socket's pending error, which this clears. */
  takeError(): number {
    const value = new Int32Array(1);
    const length = new Uint32Array([4]);
    this.call("getsockopt", (lib, fd) => lib.getsockopt(fd, SOL_SOCKET, SO_ERROR, value, length));
    return value[0];
  }

  /** The sockaddr of this end. */
  localName(): Uint8Array<ArrayBuffer> {
    const { name, length } = nameRoom();
    this.call("getsockname", (lib, fd) => lib.getsockname(fd, name, length));
    const local = namedBytes();
    // A raw socket of IP has no port: the kernel keeps the protocol in its place (`man 7 raw`).
    const { familyNumber } = this;
    const isIp = familyNumber === AF_INET || familyNumber === AF_INET6;
    if (isIp && this.typeNumber === SOCK_RAW) local.fill(0, 2, 4); // sin_port and sin6_port
    return local;
  }

  /** The sockaddr of the other end; `undefined` if there is none. */
  remoteName(): Uint8Array<ArrayBuffer> | undefined {
    this.checkOpen("getpeername");
    const { name, length } = nameRoom();
    const result = attempt((lib) => lib.getpeername(this.fd, name, length));
    return result < 0 ? undefined : namedBytes();
  }

  /** Reads an option (`man 2 getsockopt`). */
  getOption<T>(option: SocketOption<T>): T {
    this.settle();
    return readOption(this, option);
  }

  /**
   * Sets an option (`man 2 setsockopt`). One that could send packets elsewhere than their address says
   * takes the whole of `--allow-net`, or what was `allowed`.
   */
  setOption<T>(option: SocketOption<T>, value: T, allowed?: Allowed): void {
    this.settle();
    writeOption(this, option, value, allowed);
  }

  /**
   * Ends directions (`man 2 shutdown`). Where that waits for the peer a thread waits, and what fails
   * then is told to nobody.
   */
  shutdown(how: number): void {
    this.checkOpen("shutdown");
    if (!this.#endsSlowly()) {
      this.call("shutdown", (lib, fd) => lib.shutdown(fd, how));
      return;
    }
    (this.#ending ??= new Ending()).shutdown(this.fd, how);
  }

  /**
   * Closes the descriptor; its waits reject. May be called again. `last` if nobody can have made a
   * duplicate of it, which saves a call. Where it waits for the peer, by SO_LINGER say, a thread waits.
   */
  close(last = false): void {
    this.leaveRing();
    if (this.inbox?.hasBytes) resetAtClose(this.fd);
    const waits = !this.isClosed && (this.mayLinger && lingers(this.fd) || this.#endsSlowly());
    const fd = this.release(closedError, last);
    if (fd < 0) return;
    if (waits) (this.#ending ?? new Ending()).close(fd);
    else closeFd(fd);
  }

  /** Whether the end of the connection waits for the peer: its family does where there is no room. */
  #endsSlowly(): boolean {
    if (!this.row.endsSlowly) return false;
    if (this.#ending !== undefined) return true;
    return pollNow(this.fd, POLLOUT) === 0 && this.remoteName() !== undefined;
  }

  /** Hands the descriptor over: the caller closes it. Waits reject as on close. */
  detach(): number {
    this.checkOpen("detach");
    if (this.#ending !== undefined) {
      throw new Deno.errors.Busy("Cannot detach: a shutdown is under way");
    }
    return this.release(closedError);
  }
}

/** What accepting spends of a turn's budget, as bytes moved: it sets a connection up. */
const ACCEPT_BYTES = 4096;
/** Between tries where nothing tells when there is room. */
const RETRY_MS = 5;
