/**
 * One line on an ICMP, IGMP or DNS message, in tcpdump's words.
 *
 * @module
 */

import { decodePacket } from "./decode.ts";
import type { DnsView } from "./dns.ts";
import type { DnsRecord } from "./dns_record_value.ts";
import type { Icmpv4View } from "./icmpv4.ts";
import type { Icmpv6View } from "./icmpv6.ts";
import type { IgmpView } from "./igmp.ts";

/** What an ICMP error is about: its destination, protocol and port. */
function quotedPacket(
  quoted: Uint8Array,
): { destination: string; protocol: number; port: string } {
  const packet = decodePacket(quoted);
  const ip = packet.layer("ipv4") ?? packet.layer("ipv6");
  const protocol = ip === undefined ? 0 : ip.kind === "ipv4" ? ip.protocol : ip.nextHeader;
  // An old router quotes no more than the ports of a TCP header.
  const at = ip?.payloadStart ?? 0;
  const port = ip !== undefined && quoted.length >= at + 4
    ? (quoted[at + 2] << 8) | quoted[at + 3]
    : undefined;
  const name = protocol === 6 ? "tcp" : protocol === 17 ? "udp" : undefined;
  return {
    destination: ip?.destination ?? "?",
    protocol,
    port: name === undefined ? "" : `${name} port ${port ?? "?"}`,
  };
}

/** Codes of a destination unreachable message; `$` stands for the destination. */
const UNREACHABLE: Readonly<Record<number, string>> = {
  0: "net $ unreachable",
  1: "host $ unreachable",
  5: "$ unreachable - source route failed",
  6: "net $ unreachable - unknown",
  7: "host $ unreachable - unknown",
  8: "$ unreachable - source host isolated",
  9: "net $ unreachable - admin prohibited",
  10: "host $ unreachable - admin prohibited",
  11: "net $ unreachable - tos prohibited",
  12: "host $ unreachable - tos prohibited",
  13: "host $ unreachable - admin prohibited filter",
  14: "host $ unreachable - host precedence violation",
  15: "host $ unreachable - precedence cutoff",
};

const REDIRECTED = ["net", "host", "tos and net", "tos and host"];

function unreachableText(view: Icmpv4View): string {
  const { destination, protocol, port } = quotedPacket(view.quoted!);
  switch (view.code) {
    case 2:
      return `${destination} protocol ${protocol} unreachable`;
    case 3:
      return `${destination} ${port || `protocol ${protocol} port`} unreachable`;
    case 4: {
      const mtu = view.nextHopMtu;
      return `${destination} unreachable - need to frag${mtu === 0 ? "" : ` (mtu ${mtu})`}`;
    }
    default: {
      const text = UNREACHABLE[view.code] ?? `$ unreachable - #${view.code}`;
      return text.replace("$", destination);
    }
  }
}

/** Everything after "ICMP ". */
export function describeIcmpv4(view: Icmpv4View): string {
  const { code, message } = view;
  const length = `length ${view.end - view.start}`;
  const asked = `id ${view.identifier}, seq ${view.sequence}`;
  switch (message) {
    case "echoRequest":
      return `echo request, ${asked}, ${length}`;
    case "echoReply":
      return `echo reply, ${asked}, ${length}`;
    case "destinationUnreachable":
      return `${unreachableText(view)}, ${length}`;
    case "sourceQuench":
      return `source quench, ${length}`;
    case "redirect": {
      const { destination } = quotedPacket(view.quoted!);
      const what = REDIRECTED[code] ?? `#${code}`;
      return `redirect ${destination} to ${what} ${view.gateway}, ${length}`;
    }
    case "timeExceeded":
      return code === 0
        ? `time exceeded in-transit, ${length}`
        : code === 1
        ? `ip reassembly time exceeded, ${length}`
        : `time exceeded-#${code}, ${length}`;
    case "parameterProblem":
      return code === 0
        ? `parameter problem - octet ${view.pointer}, ${length}`
        : `parameter problem - code ${code}, ${length}`;
    case "timestampRequest":
      return `time stamp query id ${view.identifier} seq ${view.sequence}, ${length}`;
    case "timestampReply":
      return `time stamp reply id ${view.identifier} seq ${view.sequence}, ${length}`;
    case "routerSolicitation":
      return `router solicitation, ${length}`;
    case "routerAdvertisement":
      return `router advertisement, ${length}`;
    case "informationRequest":
      return `information request, ${length}`;
    case "informationReply":
      return `information reply, ${length}`;
    case "addressMaskRequest":
      return `address mask request, ${length}`;
    case "addressMaskReply":
      return `address mask reply, ${length}`;
    case "extendedEchoRequest":
      return `extended echo request, ${asked}, ${length}`;
    case "extendedEchoReply":
      return `extended echo reply, ${asked}, ${length}`;
    default:
      return `type-#${view.type}, ${length}`;
  }
}

function unreachable6Text(view: Icmpv6View): string {
  const { destination, port } = quotedPacket(view.quoted!);
  switch (view.code) {
    case 0:
      return `unreachable route ${destination}`;
    case 1:
      return `unreachable prohibited ${destination}`;
    case 2:
      return `beyond scope ${destination}`;
    case 3:
      return `unreachable address ${destination}`;
    case 4:
      return `unreachable port, ${destination} ${port}`;
    default:
      return `unknown unreach code (${view.code})`;
  }
}

/** Everything after "ICMP6, ". */
export function describeIcmpv6(view: Icmpv6View): string {
  const { code, message } = view;
  const length = `length ${view.end - view.start}`;
  const asked = `id ${view.identifier}, seq ${view.sequence}`;
  switch (message) {
    case "echoRequest":
      return `echo request, ${asked}, ${length}`;
    case "echoReply":
      return `echo reply, ${asked}, ${length}`;
    case "destinationUnreachable":
      return `destination unreachable, ${unreachable6Text(view)}, ${length}`;
    case "packetTooBig":
      return `packet too big, mtu ${view.mtu}, ${length}`;
    case "timeExceeded": {
      const { destination } = quotedPacket(view.quoted!);
      const what = code === 0
        ? `in-transit for ${destination}`
        : code === 1
        ? "in-reassembly"
        : `code-#${code}`;
      return `time exceeded ${what}, ${length}`;
    }
    case "parameterProblem":
      return `parameter problem, code ${code}, octet ${view.pointer}, ${length}`;
    case "routerSolicitation":
      return `router solicitation, ${length}`;
    case "routerAdvertisement":
      return `router advertisement, ${length}`;
    case "neighborSolicitation":
      return `neighbor solicitation, who has ${view.target}, ${length}`;
    case "neighborAdvertisement":
      return `neighbor advertisement, tgt is ${view.target}, ${length}`;
    case "redirect":
      return `redirect, to ${view.target}, ${length}`;
    case "mldQuery":
    case "mldQueryV2":
      return `multicast listener query, addr: ${view.group}, ${length}`;
    case "mldReport":
      return `multicast listener report, addr: ${view.group}, ${length}`;
    case "mldDone":
      return `multicast listener done, addr: ${view.group}, ${length}`;
    case "mldReportV2": {
      const count = (view.bytes[view.start + 6] << 8) | view.bytes[view.start + 7];
      return `multicast listener report v2, ${count} group record(s), ${length}`;
    }
    case "extendedEchoRequest":
      return `extended echo request, ${asked}, ${length}`;
    case "extendedEchoReply":
      return `extended echo reply, ${asked}, ${length}`;
    default:
      return `type-#${view.type}, ${length}`;
  }
}

/** Everything after "igmp ". */
export function describeIgmp(view: IgmpView): string {
  const { group, message } = view;
  const asked = group === "0.0.0.0" ? "" : ` [gaddr ${group}]`;
  switch (message) {
    case "query":
      return view.maxResponseCode === 0 ? `query v1${asked}` : `query v2${asked}`;
    case "queryV3":
      return `query v3${asked}`;
    case "reportV1":
      return `v1 report ${group}`;
    case "reportV2":
      return `v2 report ${group}`;
    case "leave":
      return `leave ${group}`;
    case "reportV3":
      return `v3 report, ${view.records.length} group record(s)`;
    default:
      return `type-#${view.type}`;
  }
}

const RESPONSE_CODES = [
  "",
  " FormErr",
  " ServFail",
  " NXDomain",
  " NotImp",
  " Refused",
  " YXDomain",
  " YXRRSet",
  " NXRRSet",
  " NotAuth",
  " NotZone",
];

const OPCODES = ["", " inv_q", " stat", " op3", " notify", " update"];

/** A name as it stands in a capture may hold anything: what is not print must not reach a terminal. */
function printable(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replaceAll(/[\x00-\x1f\x7f-\x9f]/g, ".");
}

function dotted(name: string): string {
  return printable(name.endsWith(".") ? name : `${name}.`);
}

function typeName(type: string | number): string {
  return typeof type === "number" ? `Type${type}` : type;
}

function recordText(record: DnsRecord): string {
  const name = typeName(record.type);
  if ("address" in record) return `${name} ${record.address}`;
  if (record.type === "SRV") {
    return `SRV ${dotted(record.target)}:${record.port} ${record.priority} ${record.weight}`;
  }
  if ("target" in record) return `${name} ${dotted(record.target)}`;
  if (record.type === "MX") return `MX ${dotted(record.exchange)} ${record.preference}`;
  if (record.type === "TXT") {
    const texts = record.strings.map((one) => `"${printable(new TextDecoder().decode(one))}"`);
    return `TXT ${texts.join(" ")}`;
  }
  return name;
}

/** Everything after the addresses. */
export function describeDns(view: DnsView): string {
  const { flags, id } = view;
  const length = `(${view.end - view.start})`;
  const opcode = OPCODES[view.opcode] ?? ` op${view.opcode}`;
  const authentic = (flags & 0x20) !== 0 ? "$" : "";
  if (view.response) {
    const head = [
      id,
      opcode,
      RESPONSE_CODES[view.responseCode] ?? ` Resp${view.responseCode}`,
      (flags & 0x0400) !== 0 ? "*" : "",
      (flags & 0x0080) !== 0 ? "" : "-",
      view.truncated ? "|" : "",
      authentic,
    ].join("");
    const counts = `${view.answerCount}/${view.authorityCount}/${view.additionalCount}`;
    const answers = view.answers.map((record) => recordText(record)).join(", ");
    return `${head} ${counts}${answers === "" ? "" : ` ${answers}`} ${length}`;
  }
  const marks = ((flags & 0x0100) !== 0 ? "+" : "") + authentic +
    ((flags & 0x0010) !== 0 ? "%" : "");
  const counts = [
    view.answerCount > 0 ? ` [${view.answerCount}a]` : "",
    view.authorityCount > 0 ? ` [${view.authorityCount}n]` : "",
    view.additionalCount > 0 ? ` [${view.additionalCount}au]` : "",
  ].join("");
  const questions = view.questions.map(({ name, type }) => ` ${typeName(type)}? ${dotted(name)}`);
  return `${id}${opcode}${marks}${counts}${questions.join("")} ${length}`;
}
