/**
 * How the path MTU is treated, by both IP versions.
 *
 * @module
 */

import { choice, type CodecFor } from "./codecs.ts";

/**
 * How the path MTU is treated: `"dont"` fragments as needed, `"want"` discovers but fragments what is
 * too large, `"do"` never fragments (EMSGSIZE instead), `"probe"` never fragments and ignores what
 * was discovered, `"interface"` uses the interface's MTU and heeds no ICMP, `"omit"` as that but may
 * fragment.
 */
export type PathMtuDiscovery = "dont" | "want" | "do" | "probe" | "interface" | "omit";

/** The names of IP_PMTUDISC_* and IPV6_PMTUDISC_*, in the order of their numbers. */
export const pathMtuDiscovery: CodecFor<PathMtuDiscovery> = choice([
  "dont",
  "want",
  "do",
  "probe",
  "interface",
  "omit",
]);
