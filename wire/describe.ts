/**
 * A frame in one line, as `tcpdump -n -S` prints it.
 *
 * @module
 */

import { describeDns, describeIcmpv4, describeIcmpv6, describeIgmp } from "./_describe_icmp.ts";
import { u16 } from "./_bytes.ts";
import type { ArpView } from "./arp.ts";
import { decodeFrame, type Frame } from "./decode.ts";
import type { Layer } from "./layer.ts";
import type { GreView } from "./gre.ts";
import type { Ipv6RoutingView } from "./ipv6_routing.ts";
import { ETH_P_802_3_MIN, etherTypeName } from "./numbers.ts";
import type { TcpView } from "./tcp.ts";
import type { TcpOption } from "./tcp_options.ts";

/** What {@linkcode describe} tells. */
export interface DescribeOptions {
  /** Whether to begin with the link header, as `tcpdump -e` does; default `false`. */
  link?: boolean;
}

/**
 * A frame in one line, in the words of `tcpdump -n -S -t` (numbers for names, absolute sequence
 * numbers, no time). If a header lies or is cut off, the reason stands in brackets at the end. No byte
 * of the frame gets into the text but printable ones.
 *
 * @param frame An Ethernet frame, or what {@linkcode decodeFrame} or `decodePacket` made.
 * @param options What to tell.
 * @returns The line, without a line feed.
 * @throws {TypeError} If `frame` is neither.
 *
 * @example A datagram
 * ```ts
 * import { decodePacket, describe, encode } from "@berkeley/sockets/wire";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encode(
 *   { kind: "ipv4", source: "192.0.2.1", destination: "192.0.2.2" },
 *   { kind: "udp", sourcePort: 5000, destinationPort: 6000 },
 *   new Uint8Array(10),
 * );
 * assertEquals(describe(decodePacket(bytes)), "IP 192.0.2.1.5000 > 192.0.2.2.6000: UDP, length 10");
 * ```
 */
export function describe(frame: Frame | Uint8Array, options: DescribeOptions = {}): string {
  const decoded = frame instanceof Uint8Array ? decodeFrame(frame) : frame;
  if (typeof decoded?.layer !== "function") {
    throw new TypeError("Cannot describe frame: it is neither bytes nor a decoded frame");
  }
  const { layers, error } = decoded;
  const bare = options.link !== true;
  let text = "";
  for (let i = 0; i < layers.length; i++) text += layerText(decoded, layers, i, bare);
  text = text.trimEnd().replace(/:$/, "");
  if (error === undefined) return text;
  return `${text}${text === "" ? "" : " "}[${error.message}]`;
}

/** Names of the networks, which stand before their first addresses only without a link header. */
const NETWORKS: Readonly<Record<string, string>> = { ipv4: "IP ", ipv6: "IP6 " };

function layerText(frame: Frame, layers: readonly Layer[], i: number, bare: boolean): string {
  const layer = layers[i];
  const next = layers[i + 1];
  switch (layer.kind) {
    case "ethernet": {
      if (bare && !(next?.kind === "payload" && i === 0)) return "";
      const length = layer.bytes.length - layer.start;
      const { source, destination } = layer;
      return `${source} > ${destination}, ${typeText(layer.etherType)}, length ${length}: `;
    }
    case "vlan":
      if (bare) return "";
      return `vlan ${layer.id}, p ${layer.priority}${layer.dropEligible ? ", DEI" : ""}, ` +
        `${typeText(layer.etherType)}, `;
    case "llc": {
      if (bare && layer.isSnap) return "";
      const { dsap, ssap, control } = layer;
      return `LLC, dsap 0x${hex(dsap, 2)}, ssap 0x${hex(ssap, 2)}, ctrl 0x${hex(control, 2)}: `;
    }
    case "snap":
      if (bare && layer.oui === 0) return "";
      return `oui 0x${hex(layer.oui, 6)}, ${typeText(layer.protocol)}: `;
    case "arp":
      return (bare ? "ARP, " : "") + arpText(layer, frame.bytes.length - layer.start);
    case "ipv4":
    case "ipv6": {
      const name = bare ? NETWORKS[layer.kind] : "";
      const ports = hasPorts(next) ? [`.${next.sourcePort}`, `.${next.destinationPort}`] : ["", ""];
      const line = `${name}${layer.source}${ports[0]} > ${layer.destination}${ports[1]}: `;
      if (layer.kind === "ipv4" && layer.fragmentOffset > 0) {
        return `${line}ip-proto-${layer.protocol}`;
      }
      const isLast = next === undefined || next.kind === "payload";
      const protocol = layer.kind === "ipv4" ? layer.protocol : layer.nextHeader;
      return isLast ? `${line}${unknownText(protocol, layer)}` : line;
    }
    case "hopByHop":
      return `HBH ${opaqueText(layer.nextHeader, next)}`;
    case "destinationOptions":
      return `DSTOPT ${opaqueText(layer.nextHeader, next)}`;
    case "routing":
      return `${routingText(layer)} ${opaqueText(layer.nextHeader, next)}`;
    case "fragment": {
      const length = layer.end - layer.payloadStart;
      const place = `frag (${layer.fragmentOffset}|${length}) `;
      return layer.fragmentOffset > 0 ? place : place + opaqueText(layer.nextHeader, next);
    }
    case "authentication": {
      const icv = Array.from(layer.icv, (byte) => hex(byte, 2)).join("");
      const head = `AH(spi=0x${hex(layer.spi, 8)},seq=0x${
        layer.sequence.toString(16)
      },icv=0x${icv})`;
      return `${head}: ${opaqueText(layer.nextHeader, next)}`;
    }
    case "esp": {
      const length = layer.end - layer.start;
      return `ESP(spi=0x${hex(layer.spi, 8)},seq=0x${
        layer.sequence.toString(16)
      }), length ${length}`;
    }
    case "mobility":
      return `mobility: type ${layer.type} ${opaqueText(layer.nextHeader, next)}`;
    case "hip":
      return `HIP: type ${layer.type} ${opaqueText(layer.nextHeader, next)}`;
    case "shim6":
      return `shim6: ${layer.message.kind} ${opaqueText(layer.nextHeader, next)}`;
    case "gre":
      return greText(layer, bare);
    case "tcp":
      return portsText(layers, i) + tcpText(layer);
    case "udp":
      if (next?.kind === "dns") return portsText(layers, i);
      return `${portsText(layers, i)}UDP, length ${layer.length - 8}`;
    case "udplite":
      return `${portsText(layers, i)}UDP-Lite, coverage ${layer.coverage}, length ${
        layer.end - layer.payloadStart
      }`;
    case "sctp": {
      const chunks = Array.from(layer.chunks(), (chunk, n) => `(${n + 1}) [${chunk.name}]`);
      return `${portsText(layers, i)}sctp ${chunks.join(" ")}`;
    }
    case "dns":
      return describeDns(layer);
    case "icmpv4":
      return `ICMP ${describeIcmpv4(layer)}`;
    case "icmpv6":
      return `ICMP6, ${describeIcmpv6(layer)}`;
    case "igmp":
      return `igmp ${describeIgmp(layer)}`;
    case "payload":
      return "";
  }
}

type WithPorts = Extract<Layer, { sourcePort: number }>;

function hasPorts(layer: Layer | undefined): layer is WithPorts {
  return layer !== undefined && "sourcePort" in layer;
}

/** The ports, where they do not stand at the addresses. */
function portsText(layers: readonly Layer[], i: number): string {
  const before = layers[i - 1]?.kind;
  const layer = layers[i];
  if (before === "ipv4" || before === "ipv6" || !hasPorts(layer)) return "";
  return `${layer.sourcePort} > ${layer.destinationPort}: `;
}

function unknownText(protocol: number, layer: Layer): string {
  // "No next header" says that nothing follows.
  if (protocol === 59) return "no next header";
  return `ip-proto-${protocol} ${layer.end - layer.payloadStart}`;
}

/** What follows an extension header, if it is no layer. */
function opaqueText(nextHeader: number, next: Layer | undefined): string {
  if (next === undefined) return unknownTextAtEnd(nextHeader);
  return next.kind === "payload" ? `ip-proto-${nextHeader} ${next.end - next.start}` : "";
}

function unknownTextAtEnd(protocol: number): string {
  return protocol === 59 ? "no next header" : `ip-proto-${protocol} 0`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}

function typeText(etherType: number): string {
  if (etherType < ETH_P_802_3_MIN) return "802.3";
  const name = etherTypeName(etherType);
  return `ethertype ${name.startsWith("0x") ? "Unknown" : name} (0x${hex(etherType, 4)})`;
}

function arpText(arp: ArpView, length: number): string {
  const { senderHardware, senderAddress, targetHardware, targetAddress } = arp;
  const known = /[^0:]/.test(targetHardware) ? ` (${targetHardware})` : "";
  switch (arp.operation) {
    case 1:
      return `Request who-has ${targetAddress}${known} tell ${senderAddress}, length ${length}`;
    case 2:
      return `Reply ${senderAddress} is-at ${senderHardware}, length ${length}`;
    case 3:
      return `Reverse Request who-is ${targetHardware} tell ${senderHardware}, length ${length}`;
    case 4:
      return `Reverse Reply ${targetHardware} at ${targetAddress}, length ${length}`;
    default:
      return `Unknown (${arp.operation}), length ${length}`;
  }
}

function routingText(view: Ipv6RoutingView): string {
  const { route, segmentsLeft } = view;
  const list = (addresses: string[]) => addresses.map((text, n) => `, [${n}]${text}`).join("");
  const words = (view.headerLength - 8) / 8;
  const head = `RT6 (len=${words}, type=${view.routingType}`;
  if (route.kind === "segments") {
    const last = route.segments.length - 1;
    return `${head}, segleft=${segmentsLeft}, last-entry=${last}, tag=${
      (route.tag ?? 0).toString(16)
    }` +
      `${list(route.segments)})`;
  }
  if (route.kind === "other") return `${head}, segleft=${segmentsLeft})`;
  const old = route.kind === "sourceRoute" ? " [Deprecated]" : "";
  const reserved = route.reserved ? `, rsv=0x${route.reserved.toString(16)}` : "";
  return `${head}${old}, segleft=${segmentsLeft}${reserved}${list(route.addresses)})`;
}

function greText(view: GreView, bare: boolean): string {
  const parts = [`GREv${view.version}`];
  // RFC 1701 had an offset beside the checksum.
  if (view.hasChecksum) parts.push(`off 0x${u16(view.bytes, view.start + 6).toString(16)}`);
  if (view.key !== undefined) parts.push(`key=0x${view.key.toString(16)}`);
  if (view.sequence !== undefined) parts.push(`seq ${view.sequence}`);
  if (view.acknowledgment !== undefined) parts.push(`ack ${view.acknowledgment}`);
  const protocol = etherTypeName(view.protocol);
  if (!bare) parts.push(`proto ${protocol} (0x${hex(view.protocol, 4)})`);
  parts.push(`length ${view.end - view.start}`);
  return `${parts.join(", ")}: `;
}

/** <netinet/tcp.h> TH_FIN and on, in tcpdump's letters. */
const FLAG_LETTERS = "FSRP.UEW";

function tcpText(tcp: TcpView): string {
  const length = tcp.end - tcp.payloadStart;
  let flags = "";
  for (let bit = 0; bit < FLAG_LETTERS.length; bit++) {
    if ((tcp.flags & (1 << bit)) !== 0) flags += FLAG_LETTERS[bit];
  }
  let text = `Flags [${flags === "" ? "none" : flags}]`;
  const { sequence } = tcp;
  if (length > 0) text += `, seq ${sequence}:${(sequence + length) >>> 0}`;
  else if ((tcp.flags & 0x07) !== 0) text += `, seq ${sequence}`;
  if (tcp.ack) text += `, ack ${tcp.acknowledgment}`;
  text += `, win ${tcp.window}`;
  if (tcp.urg) text += `, urg ${tcp.urgentPointer}`;
  const options = tcp.options;
  if (options.length > 0) text += `, options [${options.map(optionText).join(",")}]`;
  return `${text}, length ${length}`;
}

function optionText(option: TcpOption): string {
  switch (option.kind) {
    case "end":
      return "eol";
    case "nop":
      return "nop";
    case "sackPermitted":
      return "sackOK";
    case "maximumSegmentSize":
      return `mss ${option.size}`;
    case "windowScale":
      return `wscale ${option.shift}`;
    case "sack":
      return `sack ${option.blocks.length} ${
        option.blocks.map(([left, right]) => `{${left}:${right}}`).join("")
      }`;
    case "timestamps":
      return `TS val ${option.value} ecr ${option.echo}`;
    case "md5":
      return `md5 ${Array.from(option.digest, (byte) => hex(byte, 2)).join("")}`;
    case "userTimeout":
      return `uto ${option.timeout}${option.unit === "seconds" ? "s" : "m"}`;
    case "authentication":
      return `tcp-ao keyid ${option.keyId} rnextkeyid ${option.nextKeyId}`;
    case "mptcp":
      return `mptcp ${option.subtype}`;
    case "fastOpen": {
      const cookie = Array.from(option.cookie, (byte) => hex(byte, 2)).join("");
      return cookie === "" ? "tfo cookiereq" : `tfo cookie ${cookie}`;
    }
    case "other":
      return `unknown-${option.type}`;
  }
}
