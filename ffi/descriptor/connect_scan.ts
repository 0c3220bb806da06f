/**
 * Many TCP connects to one address, each to another port, only to learn what comes of them.
 *
 * A port costs two calls of connect(2) where the answer is at hand, and no socket: one whose attempt
 * has failed can connect elsewhere (`__inet_stream_connect` dissolves it with the error). Only those
 * whose answer takes time enter the epoll set, once in the life of a socket. A connection that stands
 * is reset: nothing lingers, here or there.
 *
 * @module
 */
import type { IpAddress } from "../../core/address.ts";
import { after, now } from "../../core/clock.ts";
import {
  EAGAIN,
  EALREADY,
  EINPROGRESS,
  EINTR,
  EISCONN,
  ENOBUFS,
  errnoNumber,
} from "../../core/errno.ts";
import { EPOLLERR, EPOLLET, EPOLLHUP, EPOLLOUT } from "../abi/event_constants.ts";
import { IPPROTO_TCP } from "../abi/ip_constants.ts";
import { attempt, closeFd, failure, type Libc, libc } from "../abi/library.ts";
import {
  SO_LINGER,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../abi/socket_constants.ts";
import { closeAtThreadEnd, withdraw } from "../abi/thread_end.ts";
import { rowNamed } from "../families/table.ts";
import { PortRoom } from "../guard/peer.ts";
import { poller } from "../loop/poller.ts";
import { nameRoom } from "./descriptor.ts";

/** What came of one port. */
export interface ConnectResult {
  /** Which. */
  readonly port: number;
  /** 0: the connection stood. Else why it did not, ETIMEDOUT where there was no answer in time. */
  readonly errno: number;
  /** It connected to itself: nobody listens there. */
  readonly toItself: boolean;
}

/** How to go about it. */
export interface ConnectScanSettings {
  /** Attempts under way at a time, at most. */
  readonly window: number;
  /** How long each may take. */
  readonly timeoutMs: number;
  /** Ends the scan with its reason. */
  readonly signal?: AbortSignal;
}

const ACTION = "connect";
const INTEREST = (EPOLLOUT | EPOLLERR | EPOLLHUP | EPOLLET) | 0;
/** What an attempt spends of a turn's budget, as bytes moved: it is some ten microseconds of the kernel's. */
const ATTEMPT_BYTES = 16 * 1024;
/** After so many attempts the first may have its answer: on the same machine all have. */
const ATTEMPTS_PER_STEP = 128;
const ETIMEDOUT = errnoNumber("ETIMEDOUT")!;
/** This machine's own limits, which fewer attempts at a time keep. */
const OWN_LIMITS = new Set([
  EAGAIN,
  ENOBUFS,
  ...["EMFILE", "ENFILE", "ENOMEM", "EADDRNOTAVAIL"].map((code) => errnoNumber(code)!),
]);

/** One socket, and the attempt that it makes. */
class Attempt {
  /** The descriptor; -1 before the first attempt and after one that it cannot be used after. */
  fd = -1;
  port = 0;
  startedMs = 0;
  isUnderWay = false;
  /** Counts the attempts of this socket: the queue of time-outs knows those that are over. */
  turn = 0;
  /** Whether an earlier attempt of the same descriptor has failed. */
  isUsed = false;
  slot = -1;
  /** What closes it if this is a Worker that is terminated. */
  #atThreadEnd = 0;
  readonly #scan: ConnectScan;

  constructor(scan: ConnectScan) {
    this.#scan = scan;
  }

  /** The poller has heard something of it. */
  notify(): void {
    if (this.isUnderWay) this.#scan.heard(this);
  }

  /** The poller's set is gone. */
  dropped(): void {
    this.slot = -1;
  }

  /** Takes a new socket over. */
  opened(fd: number): void {
    this.fd = fd;
    this.#atThreadEnd = closeAtThreadEnd(fd);
  }

  close(): void {
    if (this.fd < 0) return;
    if (this.slot >= 0) poller.forget(this.slot);
    withdraw(this.#atThreadEnd);
    closeFd(this.fd);
    this.fd = this.slot = -1;
    this.isUsed = false;
  }
}

/** A scan: {@linkcode ConnectScan.results} runs it. */
export class ConnectScan {
  readonly #room: PortRoom;
  readonly #family: number;
  readonly #ports: number[];
  readonly #settings: ConnectScanSettings;
  /** How many attempts there may be; less than was asked for once a limit was met. */
  #window: number;
  readonly #all = new Set<Attempt>();
  readonly #idle: Attempt[] = [];
  /** In the order they were started, which is that of their time-outs. */
  #queue: { attempt: Attempt; turn: number }[] = [];
  #heard: Attempt[] = [];
  #underWay = 0;
  #results: ConnectResult[] = [];
  #wake: (() => void) | undefined;

  /**
   * @param address Whom to ask; its port matters not.
   * @param ports Which ports, in this order.
   * @param settings How.
   */
  constructor(address: IpAddress, ports: readonly number[], settings: ConnectScanSettings) {
    this.#room = new PortRoom(address, ACTION);
    this.#family = rowNamed(address.family)!.number;
    this.#ports = Array.from(ports).reverse();
    this.#settings = settings;
    this.#window = settings.window;
  }

  /**
   * Runs it. Ended early, it leaves nothing behind.
   *
   * @returns What becomes known, batch by batch, in no order.
   * @throws {Deno.errors.NotCapable} If no permission covers a port.
   * @throws {SocketError} `EMFILE` and the like where not even one socket can be had.
   */
  async *results(): AsyncGenerator<ConnectResult[], void, void> {
    const { signal } = this.#settings;
    try {
      while (this.#ports.length > 0 || this.#underWay > 0) {
        signal?.throwIfAborted();
        this.#step();
        const results = this.#results;
        this.#results = [];
        if (results.length > 0) yield results;
        if (!poller.hasBudget) await poller.nextTurn();
        if (results.length === 0) await this.#pause();
      }
    } finally {
      for (const each of this.#all) each.close();
    }
  }

  /** Something was heard of an attempt. */
  heard(one: Attempt): void {
    this.#heard.push(one);
    this.#wake?.();
  }

  /** Hears what there is to hear, and starts what there is room for. */
  #step(): void {
    const heard = this.#heard;
    this.#heard = [];
    for (const one of heard) if (one.isUnderWay) this.#look(one);
    this.#expire();
    const begun: Attempt[] = [];
    while (
      begun.length < ATTEMPTS_PER_STEP && this.#ports.length > 0 &&
      this.#underWay < this.#window && poller.hasBudget
    ) {
      const one = this.#begin(this.#ports.pop()!);
      if (one !== undefined) begun.push(one);
    }
    for (const one of begun) if (!this.#look(one)) this.#await(one);
  }

  /** Starts an attempt; `undefined` if it is over already, or is to be made later. */
  #begin(port: number): Attempt | undefined {
    this.#room.put(port, ACTION);
    const one = this.#idle.pop() ?? new Attempt(this);
    this.#all.add(one);
    if (one.fd < 0) {
      const type = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
      const fd = attempt((lib) => lib.socket(this.#family, type, IPPROTO_TCP));
      if (fd < 0) return this.#later(one, port, -fd, "socket");
      one.opened(fd);
    }
    poller.spend(ATTEMPT_BYTES);
    one.port = port;
    const errno = this.#connect(one);
    if (errno !== EINPROGRESS && one.isUsed) {
      // Be it that this kernel wants a socket of its own for each.
      one.close();
      this.#idle.push(one);
      return this.#begin(port);
    }
    if (errno === EINPROGRESS || errno === EINTR) {
      one.isUnderWay = true;
      one.startedMs = now();
      one.turn++;
      this.#underWay++;
      return one;
    }
    if (OWN_LIMITS.has(errno) && this.#underWay > 0) return this.#later(one, port, errno, ACTION);
    this.#over(one, errno);
    return undefined;
  }

  /** Calls connect(2): 0, or the number of its error. */
  #connect(one: Attempt): number {
    const { bytes } = this.#room;
    const call = (lib: Libc) => lib.connect(one.fd, bytes, bytes.length);
    return Math.max(0, -attempt(call, false));
  }

  /** A limit of this machine's was met: the port is tried when there is less under way. */
  #later(one: Attempt, port: number, errno: number, syscall: string): undefined {
    if (this.#underWay === 0) throw failure(syscall, errno);
    one.close();
    this.#idle.push(one);
    this.#ports.push(port);
    this.#window = this.#underWay;
    return undefined;
  }

  /** Whether an attempt is over; tells what came of it. */
  #look(one: Attempt): boolean {
    // Its own address once more: for the kernel a second connect asks how the first one fares.
    this.#room.put(one.port, ACTION);
    const errno = this.#connect(one);
    if (errno === EALREADY || errno === EINTR) return false;
    one.isUnderWay = false;
    this.#underWay--;
    this.#over(one, errno === EISCONN ? 0 : errno);
    return true;
  }

  /** Has the poller tell of an attempt. What has happened before is told, too. */
  #await(one: Attempt): void {
    if (one.slot < 0) one.slot = poller.register(one, INTEREST);
    this.#queue.push({ attempt: one, turn: one.turn });
  }

  /** An attempt has ended: its socket is ready for the next, or closed. */
  #over(one: Attempt, errno: number): void {
    const { port } = one;
    const toItself = errno === 0 && this.#isItself(one.fd);
    if (errno === 0) {
      reset(one.fd);
      one.close();
    }
    one.isUsed = one.fd >= 0;
    this.#idle.push(one);
    this.#results.push({ port, errno, toItself });
  }

  /** Whether a connection has both ends at one socket: a port to ask from may be the one that is asked. */
  #isItself(fd: number): boolean {
    const { name, length } = nameRoom();
    return attempt((lib) => lib.getsockname(fd, name, length)) >= 0 && this.#room.is(name);
  }

  /** Gives up what takes too long. */
  #expire(): void {
    const time = now();
    let done = 0;
    for (const { attempt: one, turn } of this.#queue) {
      const isOld = one.turn !== turn || !one.isUnderWay;
      if (!isOld && time - one.startedMs < this.#settings.timeoutMs) break;
      done++;
      if (isOld || this.#look(one)) continue;
      one.isUnderWay = false;
      this.#underWay--;
      this.#results.push({ port: one.port, errno: ETIMEDOUT, toItself: false });
      one.close();
      this.#idle.push(one);
    }
    if (done > 0) this.#queue.splice(0, done);
  }

  /** Waits until something is heard, or the next time-out. */
  #pause(): Promise<void> {
    const first = this.#queue.find(({ attempt: one, turn }) => one.turn === turn && one.isUnderWay);
    if (this.#heard.length > 0 || first === undefined) return Promise.resolve();
    const { signal, timeoutMs } = this.#settings;
    const ms = Math.max(0, first.attempt.startedMs + timeoutMs - now());
    return new Promise((resolve) => {
      const wake = () => {
        this.#wake = undefined;
        forget();
        signal?.removeEventListener("abort", wake);
        poller.ended(true, 1);
        resolve();
      };
      const forget = after(ms, wake);
      this.#wake = wake;
      signal?.addEventListener("abort", wake);
      poller.began(true);
    });
  }
}

/** Has the close of a connection reset it: `struct linger` with a time of 0. */
function reset(fd: number): void {
  const linger = new Int32Array([1, 0]);
  libc().setsockopt(fd, SOL_SOCKET, SO_LINGER, linger, 8);
}
