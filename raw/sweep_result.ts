/**
 * What `sweep` tells.
 *
 * @module
 */
import type { PingIcmpError } from "./ping_events.ts";

/** What became of one address. */
export interface SweepResult {
  /** The address; of a name that does not resolve, the name. */
  address: string;
  /** The name that it was looked up by, if the target was one. */
  host?: string;
  /** Whether it answered. */
  alive: boolean;
  /** Round trip in microseconds, up to the kernel's receipt of the reply. */
  rttMicros?: number;
  /** Requests that were sent to it, 1 or more; 0 to a name that does not resolve. */
  attempts: number;
  /** Why it cannot be reached, where somebody said: a POSIX name, or `"EAI_NONAME"` and the like of a name. */
  code?: string;
  /** What kind of ICMP error said so; absent if it was this machine. */
  icmpError?: PingIcmpError["type"];
}
