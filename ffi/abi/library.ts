/**
 * The C library: opened at first use, replaceable in tests, and the one funnel from -1 to an error.
 *
 * The room `abi/` is the border to C: its functions (`symbols.ts`), its numbers (`*_constants.ts`), its
 * structs (`layout.ts`) and memory that has an address. Begin here.
 *
 * @module
 */
import { EINTR, EIO, errnoName, errnoNumber } from "../../core/errno.ts";
import { type SocketError, socketError } from "../../core/errors.ts";
import { detectPlatform, type Platform } from "./platform.ts";
import { BOUND_TOGETHER, SYMBOLS } from "./symbols.ts";

/** The functions of {@linkcode SYMBOLS}, callable. */
export type LibcCalls = Deno.StaticForeignLibraryInterface<typeof SYMBOLS>;

/** The calls and the error number of the last one that returned -1. */
export interface Libc extends LibcCalls {
  /** errno of this thread. To be read at once after a call failed. */
  errno(): number;
}

/** Stands for an errno of 0 after a failure: no error has this number (MAX_ERRNO, linux/err.h). */
const MISREAD = 4095;

let current: Libc | undefined;

/**
 * The C library.
 *
 * @returns Its calls.
 * @throws {Deno.errors.NotCapable} Without `--allow-ffi`.
 * @throws {Deno.errors.NotSupported} On a platform without ABI tables.
 */
export function libc(): Libc {
  return current ??= open();
}

/** Puts `replacement` in the library's place (tests); `undefined` takes it back. Returns what was there. */
export function replaceLibc(replacement: Libc | undefined): Libc | undefined {
  const before = current;
  current = replacement;
  return before;
}

/** Whether the C library is open, or may be opened without asking anybody. */
export function libcGranted(): boolean {
  if (current !== undefined) return true;
  try {
    const platform = detectPlatform();
    return Deno.permissions.querySync({ name: "ffi" }).state === "granted" ||
      grantedPaths(platform).length > 0;
  } catch {
    return false; // no platform of ours
  }
}

function grantedPaths(platform: Platform): string[] {
  return platform.paths.filter((path) =>
    Deno.permissions.querySync({ name: "ffi", path }).state === "granted"
  );
}

function open(): Libc {
  const { path, whole } = findLibrary(detectPlatform());
  const calls = bindLater(path);
  // A plain object: calls through it stay fast, and tests can replace one of them.
  return Object.assign(calls, { errno: errnoReader(calls, whole) });
}

type Name = keyof LibcCalls;

/**
 * The functions, bound with those of their group when one of them is first asked for: binding takes
 * 0.12 ms each, and few programs need them all. Then they are plain properties.
 */
function bindLater(path: string): LibcCalls {
  const calls = {} as LibcCalls;
  const define = (name: Name, property: PropertyDescriptor) =>
    Object.defineProperty(calls, name, { configurable: true, enumerable: true, ...property });
  const bind = (names: readonly Name[]) => {
    const bound = openAt(path, pick(names)).symbols;
    for (const name of names) define(name, { value: bound[name], writable: true });
  };
  for (const name of Object.keys(SYMBOLS) as Name[]) {
    const names = BOUND_TOGETHER.find((group) => group.includes(name)) ?? [name];
    define(name, {
      get: () => {
        bind(names);
        return calls[name];
      },
    });
  }
  return calls;
}

function openAt<S extends Deno.ForeignLibraryInterface>(
  path: string,
  symbols: S,
): Deno.DynamicLibrary<S> {
  try {
    return Deno.dlopen(path, symbols);
  } catch (error) {
    throw error instanceof Deno.errors.NotCapable ? missingFfi(error) : error;
  }
}

function pick(names: readonly Name[]): typeof SYMBOLS {
  return Object.fromEntries(names.map((name) => [name, SYMBOLS[name]])) as typeof SYMBOLS;
}

/** Where the library is: a path that opens, and whether the grant is for all of ffi. */
function findLibrary(platform: Platform): { path: string; whole: boolean } {
  // A grant for one path does not cover a soname, and a prompt for the whole is the last resort.
  const whole = Deno.permissions.querySync({ name: "ffi" }).state === "granted";
  const candidates = whole ? [platform.soname, ...platform.paths] : grantedPaths(platform);
  if (candidates.length === 0) {
    if (Deno.permissions.requestSync({ name: "ffi" }).state !== "granted") throw missingFfi();
    return findLibrary(platform);
  }
  let cause: unknown;
  for (const path of candidates) {
    try {
      openAt(path, {}).close();
      return { path, whole };
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable) throw error;
      cause ??= error;
    }
  }
  throw new Deno.errors.NotSupported("Cannot open the C library: none was found", { cause });
}

function missingFfi(cause?: unknown): Error {
  return new Deno.errors.NotCapable(
    "Cannot use the libc engine: requires ffi access, run again with the --allow-ffi flag",
    { cause },
  );
}

/**
 * How to read errno. Through a view laid once over its memory nothing can come between the failed
 * call and the read; that needs the whole ffi permission. Else libc's own memcpy reads it.
 */
function errnoReader(symbols: LibcCalls, whole: boolean): () => number {
  const address = symbols.errnoLocation();
  if (whole) {
    const pointer = Deno.UnsafePointer.create(address)!;
    const view = new Int32Array(Deno.UnsafePointerView.getArrayBuffer(pointer, 4));
    return () => view[0];
  }
  const copy = new Int32Array(new ArrayBuffer(4));
  const { copyFrom } = symbols;
  return () => {
    copyFrom(copy, address, 4n);
    return copy[0];
  };
}

/** What no failing socket call sets: seen when the runtime made a call of its own in between. */
const IMPOSSIBLE = new Set([
  0,
  ...["ENOENT", "ESRCH", "EEXIST", "ENOTDIR", "EISDIR", "ENOTTY", "ESPIPE", "EROFS"].map((code) =>
    errnoNumber(code)!
  ),
]);

/** Whether `errno` must be a misread: no call of the receive and accept kind fails with it. */
export function isMisread(errno: number): boolean {
  return IMPOSSIBLE.has(errno) || errno < 0 || errno > 133;
}

/**
 * Makes a call until it is not interrupted.
 *
 * @param run Makes it: returns 0 or more, or -1.
 * @param resume Whether to make it again after EINTR (default true).
 * @returns Its result; `-errno` when it failed, so -11 for EAGAIN.
 */
export function attempt(run: (libc: Libc) => number, resume = true): number {
  const lib = libc();
  for (;;) {
    const result = run(lib);
    if (result >= 0) return result;
    const errno = lib.errno();
    if (errno === EINTR && resume) continue;
    return errno === 0 ? -MISREAD : -errno;
  }
}

/**
 * As {@linkcode attempt} for calls that fail with the codes of receive and accept only: one that is
 * impossible there is a misread of errno, and the call is made once more.
 */
export function attemptRetryable(run: (libc: Libc) => number): number {
  const result = attempt(run);
  return result < 0 && isMisread(-result) ? attempt(run) : result;
}

/**
 * Makes a call that must succeed.
 *
 * @param syscall Its name, for the error.
 * @param run Makes it: returns 0 or more, or -1.
 * @param address The address it is about, for the error.
 * @returns Its result.
 * @throws {SocketError} If it failed.
 */
export function must(syscall: string, run: (libc: Libc) => number, address?: string): number {
  const result = attempt(run);
  if (result < 0) throw failure(syscall, -result, address);
  return result;
}

/** The error of a call that failed with `errno`. */
export function failure(syscall: string, errno: number, address?: string): SocketError {
  const number = errno === MISREAD || errno === 0 ? EIO : errno;
  const error = socketError(errnoName(number), { syscall, address });
  error.errno = number;
  return error;
}

/** Closes a descriptor. Never repeated after EINTR: Linux has released the number by then (`man 2 close`). */
export function closeFd(fd: number): void {
  libc().close(fd);
}
