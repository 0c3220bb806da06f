/**
 * The directions that a shutdown ends.
 *
 * @module
 */
import { oneOf, type Parameter } from "./arguments.ts";

/** Which directions to end. */
export type ShutdownHow = "read" | "write" | "both";

/** What shutdown(2) calls them: SHUT_RD, SHUT_WR, SHUT_RDWR (bits/socket.h). */
export const SHUTDOWN_HOW: Readonly<Record<ShutdownHow, number>> = { read: 0, write: 1, both: 2 };

const HOW: Parameter<ShutdownHow> = oneOf("read", "write", "both");

/** Refuses what is no direction. */
export function checkHow(how: unknown): asserts how is ShutdownHow {
  HOW(how, "shutdown", "how");
}
