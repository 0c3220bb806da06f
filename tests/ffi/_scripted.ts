/**
 * A C library that fails on demand, over the real one: each call can be told to return -1 with any
 * errno, and every descriptor it hands out is accounted for.
 */
import { type Libc, libc, replaceLibc } from "../../ffi/abi/library.ts";

/** The calls that a script can change: those with a number for a result. */
export type ScriptedName =
  | "socket"
  | "socketpair"
  | "bind"
  | "listen"
  | "accept4"
  | "connect"
  | "getsockname"
  | "getpeername"
  | "getsockopt"
  | "setsockopt"
  | "shutdown"
  | "recv"
  | "send"
  | "sendfile"
  | "splice"
  | "recvfrom"
  | "sendto"
  | "recvmsg"
  | "sendmsg"
  | "close"
  | "fcntl"
  | "epoll_ctl";

/** What a scripted call does: an errno to fail with, or its own doing. `undefined` calls the real one. */
export type Step = number | ((...args: unknown[]) => number) | undefined;

/** The library while a script is in place. */
export class ScriptedLibc implements Disposable {
  /** How often each call was made. */
  readonly calls: Map<string, number> = new Map();
  /** How often each descriptor was closed that was made here. */
  readonly closes: Map<number, number> = new Map();
  /** Descriptors made and not closed. */
  readonly open: Set<number> = new Set();
  /** The library beneath. */
  readonly real: Libc = libc();
  readonly #before: Libc | undefined;
  readonly #scripts: Map<ScriptedName, (count: number) => Step> = new Map();
  #errno: number | undefined;

  constructor() {
    const scripted: Record<string, unknown> = { ...this.real };
    for (const [name, call] of Object.entries(this.real)) {
      if (typeof call !== "function" || name === "errno") continue;
      scripted[name] = (...args: unknown[]) => this.#call(name, call, args);
    }
    scripted.errno = () => this.#errno ?? this.real.errno();
    this.#before = replaceLibc(scripted as unknown as Libc);
  }

  /** From now on, call `name` does what `step` says of its first, second, … time. */
  on(name: ScriptedName, step: (count: number) => Step): void {
    const before = this.calls.get(name) ?? 0;
    this.#scripts.set(name, (count) => step(count - before));
  }

  /** Call `name` fails each time. */
  fail(name: ScriptedName, errno: number): void {
    this.on(name, () => errno);
  }

  /** The first time, call `name` fails. */
  failOnce(name: ScriptedName, errno: number): void {
    this.on(name, (count) => count === 1 ? errno : undefined);
  }

  /** What errno says after a step that failed by itself. */
  failErrno(errno: number): void {
    this.#errno = errno;
  }

  /** How often a call was made. */
  count(name: ScriptedName): number {
    return this.calls.get(name) ?? 0;
  }

  [Symbol.dispose](): void {
    replaceLibc(this.#before);
  }

  #call(name: string, real: (...args: never[]) => unknown, args: unknown[]): unknown {
    const count = (this.calls.get(name) ?? 0) + 1;
    this.calls.set(name, count);
    const step = this.#scripts.get(name as ScriptedName)?.(count);
    this.#errno = undefined;
    if (name === "close") this.#closed(args[0] as number);
    if (typeof step === "number") {
      // Linux has closed the descriptor even when close(2) says EINTR.
      if (name === "close") real(...args as never[]);
      this.#errno = step;
      return -1;
    }
    if (typeof step === "function") return step(...args);
    const result = real(...args as never[]);
    if (name === "socket" || name === "accept4") this.#opened(result as number);
    if (name === "socketpair") (args[3] as Int32Array).forEach((fd) => this.#opened(fd));
    if (name === "fcntl" && args[1] === 1030) this.#opened(result as number);
    return result;
  }

  #opened(fd: number): void {
    if (fd < 0) return;
    this.open.add(fd);
    this.closes.set(fd, 0);
  }

  #closed(fd: number): void {
    if (this.open.delete(fd)) this.closes.set(fd, (this.closes.get(fd) ?? 0) + 1);
    else if (this.closes.has(fd)) this.closes.set(fd, this.closes.get(fd)! + 1);
  }

  /** Throws unless every descriptor made here was closed exactly once. */
  assertClosedOnce(): void {
    for (const [fd, count] of this.closes) {
      if (count !== 1) throw new Error(`descriptor ${fd} was closed ${count} times`);
    }
  }
}
