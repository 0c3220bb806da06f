/**
 * The writing of ICMP for IPv4.
 *
 * @module
 */

import { parseIpv4 } from "../core/ip/text.ts";
import { fit, setU16, setU32, unfit } from "./_bytes.ts";
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
import { writeReserved } from "./_reserved.ts";
import { writtenChecksum } from "./checksum.ts";
import { type Icmpv4, ICMPV4_TYPE as TYPE } from "./icmpv4_message.ts";

const WHAT = "ICMP message";

/** RFC 4884, sections 4.1 to 4.3: in words of four bytes, beside the next-hop MTU. */
const QUOTE: QuoteLayout = { lengthAt: 5, unit: 4 };

/** RFC 1256, section 3.1. */
const ROUTERS = { COUNT: 4, ENTRY_WORDS: 5, LIFETIME: 6, ENTRY_WORDS_MIN: 2 };

/** What reading shares with writing. */
export const ICMPV4_LAYOUT = { WHAT, QUOTE, ROUTERS };

/** The length of the message of `value` without its payload, in bytes. */
export function measureIcmpv4(value: Icmpv4): number {
  switch (value.message) {
    case "destinationUnreachable":
    case "timeExceeded":
    case "parameterProblem":
      return AT.BODY + measureQuote(WHAT, value, QUOTE);
    case "timestampRequest":
    case "timestampReply":
      return AT.BODY + 12;
    case "addressMaskRequest":
    case "addressMaskReply":
      return AT.BODY + 4;
    case "routerAdvertisement":
      return AT.BODY + 8 * value.routers.length;
    case "extendedEchoRequest":
      return measureProbe(value);
    default:
      return AT.BODY;
  }
}

/** Writes the message of `value` at `start`, before its payload up to `end`. */
export function writeIcmpv4(value: Icmpv4, bytes: Uint8Array, start: number, end: number): void {
  writeIcmpHead(WHAT, TYPE, value, bytes, start);
  writeFields(value, bytes, start);
  writeReserved(WHAT, value, bytes, start, measureIcmpv4(value));
  const sum = value.checksum ?? writtenChecksum(bytes, start, end);
  setU16(bytes, start + AT.CHECKSUM, fit(WHAT, "checksum", sum, 0xffff));
}

function writeFields(value: Icmpv4, bytes: Uint8Array, start: number): void {
  const rest = start + AT.REST;
  const body = start + AT.BODY;
  switch (value.message) {
    case "destinationUnreachable":
      setU16(bytes, rest + 2, fit(WHAT, "nextHopMtu", value.nextHopMtu ?? 0, 0xffff));
      writeQuote(WHAT, value, bytes, start, QUOTE);
      break;
    case "parameterProblem":
      bytes[rest] = fit(WHAT, "pointer", value.pointer ?? 0, 0xff);
      writeQuote(WHAT, value, bytes, start, QUOTE);
      break;
    case "timeExceeded":
      writeQuote(WHAT, value, bytes, start, QUOTE);
      break;
    case "redirect":
      bytes.set(parseIpv4(value.gateway), rest);
      break;
    case "routerAdvertisement":
      bytes[start + ROUTERS.COUNT] = fit(WHAT, "number of routers", value.routers.length, 0xff);
      bytes[start + ROUTERS.ENTRY_WORDS] = ROUTERS.ENTRY_WORDS_MIN;
      setU16(
        bytes,
        start + ROUTERS.LIFETIME,
        fit(WHAT, "lifetimeSeconds", value.lifetimeSeconds, 0xffff),
      );
      value.routers.forEach(({ address, preference }, index) => {
        bytes.set(parseIpv4(address), body + 8 * index);
        if ((preference | 0) !== preference) {
          throw unfit(WHAT, `preference of ${preference} is not a signed number of 32 bits`);
        }
        setU32(bytes, body + 8 * index + 4, preference);
      });
      break;
    case "extendedEchoRequest":
    case "extendedEchoReply":
      writeProbe(WHAT, value, bytes, start);
      break;
    case "other":
      setU32(bytes, rest, fit(WHAT, "rest", value.rest, 0xffffffff));
      break;
    case "sourceQuench":
    case "routerSolicitation":
      break;
    default:
      writeAsked(WHAT, value, bytes, start);
      if (value.message === "timestampRequest" || value.message === "timestampReply") {
        setU32(bytes, body, fit(WHAT, "originate", value.originate, 0xffffffff));
        setU32(bytes, body + 4, fit(WHAT, "receive", value.receive, 0xffffffff));
        setU32(bytes, body + 8, fit(WHAT, "transmit", value.transmit, 0xffffffff));
      } else if (value.message === "addressMaskRequest" || value.message === "addressMaskReply") {
        bytes.set(parseIpv4(value.mask), body);
      }
  }
}
