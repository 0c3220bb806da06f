/**
 * How `sock` ends: exit codes, and the one line that says what went wrong.
 *
 * @module
 */

import { visible } from "./style.ts";

/** The exit codes. The three probes (ping, sweep, trace) have ping's instead. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  timeout: 3,
  notFound: 4,
  denied: 5,
  interrupted: 130,
  outputClosed: 141,
  terminated: 143,
} as const;

/** The codes as help shows them. */
export const EXIT_HELP: readonly (readonly [code: string, meaning: string])[] = [
  ["0", "done"],
  ["1", "failed: refused, reset, address in use, …"],
  ["2", "the command line makes no sense"],
  ["3", "timed out"],
  ["4", "the host name was not found"],
  ["5", "a permission is missing"],
  ["130", "interrupted (Ctrl-C); 143: terminated; 141: the reader of standard output went away"],
];

/** The command line makes no sense: the text says why. */
export class UsageError extends Error {
  /** `text` without "sock:" in front. */
  constructor(text: string) {
    super(text);
    this.name = "UsageError";
  }
}

/** The reader of standard output went away. */
export class OutputClosed extends Error {
  /** Made where standard output is written. */
  constructor() {
    super("Standard output is closed");
    this.name = "OutputClosed";
    this.name = "OutputClosed";
  }
}

/** The command was asked to end by a signal. */
export class Stopped extends Error {
  /** The exit code that the signal stands for. */
  readonly exitCode: number;

  /** Made by the signal handler. */
  constructor(signal: Deno.Signal) {
    super(`Stopped by ${signal}`);
    this.name = "Stopped";
    this.exitCode = signal === "SIGINT" ? EXIT.interrupted : EXIT.terminated;
  }
}

/** The time given with --timeout is over. */
export class TimedOut extends Error {
  /** `what` says what was waited for. */
  constructor(what: string) {
    super(what);
    this.name = "TimeoutError";
  }
}

/** The POSIX or EAI name of an error, where it has one. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** The exit code of an error. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof Stopped) return error.exitCode;
  if (error instanceof OutputClosed) return EXIT.outputClosed;
  if (error instanceof UsageError) return EXIT.usage;
  if (error instanceof Error && error.name === "TimeoutError") return EXIT.timeout;
  if (error instanceof Deno.errors.NotCapable) return EXIT.denied;
  const code = errorCode(error);
  if (code === "ETIMEDOUT") return EXIT.timeout;
  if (code === "EACCES" || code === "EPERM") return EXIT.denied;
  if (code?.startsWith("EAI_") || code === "ENOTFOUND") return EXIT.notFound;
  return EXIT.failed;
}

/** One line that says what went wrong. */
export function errorLine(error: unknown): string {
  const text = error instanceof AggregateError && error.errors.length > 0
    ? error.errors.map((one) => errorLine(one)).join("; ")
    : error instanceof Error
    ? error.message
    : String(error);
  return visible(text.replaceAll(/\s*\n\s*/g, " ").trim());
}

/** Whether the other end of a connection or pipe is gone. */
export function isGone(error: unknown): boolean {
  const code = errorCode(error);
  return code === "EPIPE" || code === "ECONNRESET" || error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.ConnectionReset;
}
