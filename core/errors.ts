/**
 * Errors: one shape on every engine.
 *
 * @module
 */
import "./_needs_deno.ts";
import { errnoNumber, errnoText } from "./errno.ts";

/** An error of the operating system. Where Deno has a class for the code, it is an instance of it. */
export interface SocketError extends Error {
  /** The POSIX name, `"ECONNREFUSED"`. */
  code: string;
  /** Its number on this system. */
  errno: number;
  /** The call that failed, `"connect"`. */
  syscall: string;
  /** The address it was about, as text. */
  address?: string;
  /** Of a `sendAll` that ended early: how many bytes went before. */
  bytesSent?: number;
}

/** Where an error came from. */
export interface ErrorContext {
  /** The call that failed, `"connect"`. */
  syscall: string;
  /** The address it was about, as text. */
  address?: string;
  /** Replaces the text of the code. */
  message?: string;
  /** The error beneath. */
  cause?: unknown;
}

type ErrorClass = new (message?: string, options?: ErrorOptions) => Error;

/** The classes that Deno itself uses for these codes. */
const CLASS_BY_CODE: Readonly<Record<string, ErrorClass>> = {
  ENOENT: Deno.errors.NotFound,
  EACCES: Deno.errors.PermissionDenied,
  EPERM: Deno.errors.PermissionDenied,
  ECONNREFUSED: Deno.errors.ConnectionRefused,
  ECONNRESET: Deno.errors.ConnectionReset,
  ECONNABORTED: Deno.errors.ConnectionAborted,
  ENOTCONN: Deno.errors.NotConnected,
  EADDRINUSE: Deno.errors.AddrInUse,
  EADDRNOTAVAIL: Deno.errors.AddrNotAvailable,
  EPIPE: Deno.errors.BrokenPipe,
  EEXIST: Deno.errors.AlreadyExists,
  ETIMEDOUT: Deno.errors.TimedOut,
  EINTR: Deno.errors.Interrupted,
  EAGAIN: Deno.errors.WouldBlock,
  EBADF: Deno.errors.BadResource,
  EBUSY: Deno.errors.Busy,
  ENETUNREACH: Deno.errors.NetworkUnreachable,
  ELOOP: Deno.errors.FilesystemLoop,
  EISDIR: Deno.errors.IsADirectory,
  ENOTDIR: Deno.errors.NotADirectory,
  ENOSYS: Deno.errors.NotSupported,
  EOPNOTSUPP: Deno.errors.NotSupported,
  EAFNOSUPPORT: Deno.errors.NotSupported,
  EPROTONOSUPPORT: Deno.errors.NotSupported,
  ESOCKTNOSUPPORT: Deno.errors.NotSupported,
};

/**
 * The error of a failed call.
 *
 * @param code The POSIX name, `"ECONNREFUSED"`.
 * @param context The call and the address.
 * @returns The error, an instance of the class Deno has for the code, else of `Error`.
 */
export function socketError(code: string, context: ErrorContext): SocketError {
  const where = context.address === undefined ? "" : ` ${context.address}`;
  const text = context.message ?? errnoText(code);
  const Class = CLASS_BY_CODE[code] ?? Error;
  const error = new Class(
    `Cannot ${context.syscall}${where}: ${text} (${code})`,
    context.cause === undefined ? undefined : { cause: context.cause },
  ) as SocketError;
  error.code = code;
  error.errno = errnoNumber(code) ?? 0;
  error.syscall = context.syscall;
  if (context.address !== undefined) error.address = context.address;
  return error;
}

/**
 * Whether `error` carries a POSIX code; with `code`, whether it is that one.
 *
 * @example Telling errors apart
 * ```ts
 * import { isSocketError, tcp } from "@berkeley/sockets";
 *
 * const error = await tcp.connect({ hostname: "127.0.0.1", port: 1 }).catch((error) => error);
 * if (isSocketError(error, "ECONNREFUSED")) console.log("nobody listens:", error.address);
 * ```
 *
 * @param error Anything that was thrown.
 * @param code A POSIX name, `"ECONNREFUSED"`. Default: any.
 * @returns Whether it is one, with `code`, `errno` and `syscall`.
 */
export function isSocketError(error: unknown, code?: string): error is SocketError {
  return error instanceof Error && "code" in error && typeof error.code === "string" &&
    (code === undefined || error.code === code);
}

/** Has what a send rejects with say how many bytes went before, if it can: an abort's reason is anything. */
export function sayBytesSent(reason: unknown, bytesSent: number): void {
  if (reason === null || typeof reason !== "object" || !Object.isExtensible(reason)) return;
  (reason as { bytesSent?: number }).bytesSent = bytesSent;
}

/**
 * Has the stack of an error begin at the caller's call again. What failed failed in a callback of the
 * event loop, which knows nothing of who waits; here, where the call goes on, V8 does.
 */
export function atCaller(error: unknown): unknown {
  if (error instanceof Error && "code" in error) Error.captureStackTrace(error, atCaller);
  return error;
}

/** The error of an operation on a closed endpoint, and of waits that a close ended. */
export function closedError(syscall: string): SocketError {
  return socketError("EBADF", { syscall, message: "the socket is closed" });
}

/** The error of a missing permission; names the flag that grants it. */
export function notCapable(action: string, flag: string): Error {
  return new Deno.errors.NotCapable(
    `Cannot ${action}: requires permission, run again with ${flag}`,
  );
}

/** What went wrong in a name lookup (`man 3 getaddrinfo`; netdb.h has the numbers). */
export class AddrInfoError extends Error {
  /** `"EAI_NONAME"`, `"EAI_AGAIN"`, `"EAI_SERVICE"`, … */
  readonly code: string;
  /** The call, `"getaddrinfo"` or `"getnameinfo"`. */
  readonly syscall: string;
  /** The name looked up. */
  readonly address?: string;
  /** The system's error number, where `code` is `"EAI_SYSTEM"`; else 0. */
  readonly errno: number;

  /** Made by the lookups. */
  constructor(
    code: string,
    text: string,
    context: { syscall: string; address?: string; errno?: number; cause?: unknown },
  ) {
    const where = context.address === undefined ? "" : ` "${context.address}"`;
    super(
      `Cannot resolve${where}: ${text} (${code})`,
      context.cause === undefined ? undefined : { cause: context.cause },
    );
    this.name = "AddrInfoError";
    this.code = code;
    this.syscall = context.syscall;
    this.errno = context.errno ?? 0;
    if (context.address !== undefined) this.address = context.address;
  }
}
