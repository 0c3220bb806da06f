/**
 * The writing of ICMP for IPv6.
 *
 * @module
 */

import { fit, setU32 } from "./_bytes.ts";
import {
  ICMP_AT as AT,
  measureProbe,
  measureQuote,
  type QuoteLayout,
  writeAsked,
  writeIcmpHead,
  writeProbe,
  writeQuote,
} from "./_icmp_body.ts";
import { writeTransportChecksum } from "./_transport.ts";
import { type Icmpv6, ICMPV6_TYPE as TYPE } from "./icmpv6_message.ts";
import { isMldMessage, measureMld, writeMld } from "./mld.ts";
import { isNdpMessage, measureNdp, writeNdp } from "./ndp.ts";
import { IPPROTO_ICMPV6 } from "./numbers.ts";
import type { Surroundings } from "./layer_row.ts";
import { writeReserved } from "./_reserved.ts";

const WHAT = "ICMPv6 message";

/** RFC 4884, sections 4.4 and 4.5: in words of eight bytes. */
const QUOTE: QuoteLayout = { lengthAt: 4, unit: 8 };

/** What reading shares with writing. */
export const ICMPV6_LAYOUT = { WHAT, QUOTE };

/** The length of the message of `value` without its payload, in bytes. */
export function measureIcmpv6(value: Icmpv6): number {
  if (isNdpMessage(value)) return measureNdp(value);
  if (isMldMessage(value)) return measureMld(value);
  switch (value.message) {
    case "destinationUnreachable":
    case "timeExceeded":
      return AT.BODY + measureQuote(WHAT, value, QUOTE);
    case "extendedEchoRequest":
      return measureProbe(value);
    default:
      return AT.BODY;
  }
}

/** Writes the message of `value` at `start`, before its payload up to `end`. */
export function writeIcmpv6(
  value: Icmpv6,
  bytes: Uint8Array,
  start: number,
  end: number,
  around: Surroundings,
): void {
  writeIcmpHead(WHAT, TYPE, value, bytes, start);
  writeFields(value, bytes, start);
  writeReserved(WHAT, value, bytes, start, measureIcmpv6(value));
  const span = {
    at: start + AT.CHECKSUM,
    start,
    coveredEnd: end,
    end,
    protocol: IPPROTO_ICMPV6,
    zero: 0,
  };
  writeTransportChecksum(WHAT, value.checksum, bytes, span, around);
}

function writeFields(value: Icmpv6, bytes: Uint8Array, start: number): void {
  if (isNdpMessage(value)) return writeNdp(value, bytes, start);
  if (isMldMessage(value)) return writeMld(value, bytes, start);
  const rest = start + AT.REST;
  switch (value.message) {
    case "destinationUnreachable":
    case "timeExceeded":
      writeQuote(WHAT, value, bytes, start, QUOTE);
      break;
    case "packetTooBig":
      setU32(bytes, rest, fit(WHAT, "mtu", value.mtu, 0xffffffff));
      break;
    case "parameterProblem":
      setU32(bytes, rest, fit(WHAT, "pointer", value.pointer, 0xffffffff));
      break;
    case "extendedEchoRequest":
    case "extendedEchoReply":
      writeProbe(WHAT, value, bytes, start);
      break;
    case "other":
      setU32(bytes, rest, fit(WHAT, "rest", value.rest, 0xffffffff));
      break;
    default:
      writeAsked(WHAT, value, bytes, start);
  }
}
