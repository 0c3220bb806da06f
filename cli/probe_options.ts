/**
 * What ping, sweep and trace share: options, exit codes, and how an error is told.
 *
 * @module
 */
import type { OptionSpec } from "./command.ts";
import { errorCode } from "./exit.ts";

/** Exit codes as ping has them. */
export const PROBE_EXIT = { replied: 0, silent: 1, error: 2 } as const;

/** The exit codes as help shows them. */
export const PROBE_EXIT_HELP: readonly (readonly [string, string])[] = [
  ["0", "there was a reply"],
  ["1", "there was none"],
  ["2", "an error: a name not found, a permission or privilege missing, a wrong command line"],
];

/** Options that choose the family. */
export const FAMILY_OPTIONS: readonly OptionSpec[] = [
  { name: "ipv4", short: "4", help: "IPv4 only" },
  { name: "ipv6", short: "6", help: "IPv6 only" },
];

/** Whether an error of sending tells of the path and not of us: the next probe may do better. */
export function isPathError(error: unknown): boolean {
  return ["EHOSTUNREACH", "ENETUNREACH", "ENETDOWN", "EHOSTDOWN"].includes(errorCode(error) ?? "");
}
