/**
 * A socket that is used for a while.
 *
 * @module
 */
import type { Transport } from "./_transport.ts";

/** A socket that is used for a while. */
export interface Session {
  readonly transport: Transport;
  /** `complete`: a dump was read to its end. */
  readonly end: (complete?: boolean) => void;
  /** Runs `make`, which must not wait, with this thread in the socket's namespace. */
  readonly inside: <T>(make: () => T) => T;
}
