/**
 * ICMP errors in the words of ping.
 *
 * @module
 */
import type { PingIcmpError } from "../raw/mod.ts";

/** RFC 792, RFC 1122 section 3.2.2.1, RFC 1812 section 5.2.7.1. */
const UNREACHABLE_V4: Readonly<Record<number, string>> = {
  0: "Destination Net Unreachable",
  1: "Destination Host Unreachable",
  2: "Destination Protocol Unreachable",
  3: "Destination Port Unreachable",
  5: "Source Route Failed",
  6: "Destination Net Unknown",
  7: "Destination Host Unknown",
  9: "Destination Net Prohibited",
  10: "Destination Host Prohibited",
  11: "Destination Net Unreachable for Type of Service",
  12: "Destination Host Unreachable for Type of Service",
  13: "Packet filtered",
};

/** RFC 4443 section 3.1. */
const UNREACHABLE_V6: Readonly<Record<number, string>> = {
  0: "Destination unreachable: No route",
  1: "Destination unreachable: Administratively prohibited",
  2: "Destination unreachable: Beyond scope of source address",
  3: "Destination unreachable: Address unreachable",
  4: "Destination unreachable: Port unreachable",
  5: "Destination unreachable: Source address failed policy",
  6: "Destination unreachable: Reject route",
};

/** The error of a ping as text. */
export function icmpErrorText(error: PingIcmpError, family: "inet" | "inet6"): string {
  const { type, icmpType, icmpCode, mtuBytes } = error;
  switch (type) {
    case "unreachable": {
      const names = family === "inet" ? UNREACHABLE_V4 : UNREACHABLE_V6;
      return names[icmpCode] ?? `Destination Unreachable, code ${icmpCode}`;
    }
    case "timeExceeded":
      return icmpCode === 1
        ? "Frag reassembly time exceeded"
        : family === "inet"
        ? "Time to live exceeded"
        : "Time exceeded: Hop limit";
    case "packetTooBig":
      return mtuBytes === undefined
        ? "Packet too big"
        : family === "inet"
        ? `Frag needed and DF set (mtu = ${mtuBytes})`
        : `Packet too big: mtu=${mtuBytes}`;
    case "parameterProblem":
      return "Parameter problem";
    default:
      return `ICMP type ${icmpType}, code ${icmpCode}`;
  }
}
