/**
 * From a stack of values to the bytes of a packet.
 *
 * @module
 */

import { type Arp, measureArp, writeArp } from "./arp.ts";
import type { Measure, Surroundings, Write } from "./_codec.ts";
import { unfit } from "./_bytes.ts";
import { addressSum } from "./checksum.ts";
import { type Dns, encodeDns } from "./dns.ts";
import { type Ethernet, measureEthernet, writeEthernet } from "./ethernet.ts";
import { type Gre, measureGre, writeGre } from "./gre.ts";
import { type Hip, measureHip, writeHip } from "./hip.ts";
import { measureIcmpv4, writeIcmpv4 } from "./icmpv4.ts";
import type { Icmpv4 } from "./icmpv4_message.ts";
import { measureIcmpv6, writeIcmpv6 } from "./icmpv6.ts";
import type { Icmpv6 } from "./icmpv6_message.ts";
import { type Igmp, measureIgmp, writeIgmp } from "./igmp.ts";
import {
  type Authentication,
  type Esp,
  measureAuthentication,
  measureEsp,
  writeAuthentication,
  writeEsp,
} from "./ipsec.ts";
import { type Ipv4, measureIpv4, writeIpv4 } from "./ipv4.ts";
import { type Ipv6, measureIpv6, writeIpv6 } from "./ipv6.ts";
import { type Ipv6Fragment, measureIpv6Fragment, writeIpv6Fragment } from "./ipv6_fragment.ts";
import {
  type DestinationOptions,
  type HopByHop,
  measureIpv6Options,
  writeIpv6Options,
} from "./ipv6_options.ts";
import {
  finalDestination,
  type Ipv6Routing,
  measureIpv6Routing,
  writeIpv6Routing,
} from "./ipv6_routing.ts";
import { type Llc, measureLlc, measureSnap, type Snap, writeLlc, writeSnap } from "./llc.ts";
import { measureMobility, type Mobility, writeMobility } from "./mobility.ts";
import * as numbers from "./numbers.ts";
import type { Payload } from "./payload.ts";
import { measureSctp, type Sctp, writeSctp } from "./sctp.ts";
import { measureShim6, type Shim6, writeShim6 } from "./shim6.ts";
import { measureTcp, type Tcp, writeTcp } from "./tcp.ts";
import { measureUdp, type Udp, writeUdp } from "./udp.ts";
import { measureUdpLite, type UdpLite, writeUdpLite } from "./udplite.ts";
import { measureVlan, type Vlan, writeVlan } from "./vlan.ts";

/** Any value of a stack; `kind` tells which. */
export type LayerValue =
  | Arp
  | Authentication
  | DestinationOptions
  | Dns
  | Esp
  | Ethernet
  | Gre
  | Hip
  | HopByHop
  | Icmpv4
  | Icmpv6
  | Igmp
  | Ipv4
  | Ipv6
  | Ipv6Fragment
  | Ipv6Routing
  | Llc
  | Mobility
  | Payload
  | Sctp
  | Shim6
  | Snap
  | Tcp
  | Udp
  | UdpLite
  | Vlan;

/** By which numbers a header names what follows it. */
type Naming = "etherType" | "protocol" | "none";

interface Codec<V> {
  measure: Measure<V>;
  write: Write<V>;
  names: Naming;
  /** The number by which an IP header names this one. */
  protocol?: number;
  /** The number by which a link header names this one. */
  etherType?: number;
}

type ValueOf<K extends LayerValue["kind"]> = Extract<LayerValue, { kind: K }>;

const CODECS: { [K in LayerValue["kind"]]: Codec<ValueOf<K>> } = {
  arp: { measure: measureArp, write: writeArp, names: "none", etherType: numbers.ETH_P_ARP },
  authentication: {
    measure: measureAuthentication,
    write: writeAuthentication,
    names: "protocol",
    protocol: numbers.IPPROTO_AH,
  },
  destinationOptions: {
    measure: measureIpv6Options,
    write: writeIpv6Options,
    names: "protocol",
    protocol: numbers.IPPROTO_DSTOPTS,
  },
  dns: {
    measure: (value) => encodeDns(value).length,
    write: (value, bytes, start) => bytes.set(encodeDns(value), start),
    names: "none",
  },
  esp: { measure: measureEsp, write: writeEsp, names: "none", protocol: numbers.IPPROTO_ESP },
  ethernet: {
    measure: measureEthernet,
    write: writeEthernet,
    names: "etherType",
    protocol: numbers.IPPROTO_ETHERNET,
    etherType: numbers.ETH_P_TEB,
  },
  fragment: {
    measure: measureIpv6Fragment,
    write: writeIpv6Fragment,
    names: "protocol",
    protocol: numbers.IPPROTO_FRAGMENT,
  },
  gre: { measure: measureGre, write: writeGre, names: "etherType", protocol: numbers.IPPROTO_GRE },
  hip: { measure: measureHip, write: writeHip, names: "protocol", protocol: numbers.IPPROTO_HIP },
  hopByHop: {
    measure: measureIpv6Options,
    write: writeIpv6Options,
    names: "protocol",
    protocol: numbers.IPPROTO_HOPOPTS,
  },
  icmpv4: {
    measure: measureIcmpv4,
    write: writeIcmpv4,
    names: "none",
    protocol: numbers.IPPROTO_ICMP,
  },
  icmpv6: {
    measure: measureIcmpv6,
    write: writeIcmpv6,
    names: "none",
    protocol: numbers.IPPROTO_ICMPV6,
  },
  igmp: { measure: measureIgmp, write: writeIgmp, names: "none", protocol: numbers.IPPROTO_IGMP },
  ipv4: {
    measure: measureIpv4,
    write: writeIpv4,
    names: "protocol",
    protocol: numbers.IPPROTO_IPIP,
    etherType: numbers.ETH_P_IP,
  },
  ipv6: {
    measure: measureIpv6,
    write: writeIpv6,
    names: "protocol",
    protocol: numbers.IPPROTO_IPV6,
    etherType: numbers.ETH_P_IPV6,
  },
  llc: { measure: measureLlc, write: writeLlc, names: "none" },
  mobility: {
    measure: measureMobility,
    write: writeMobility,
    names: "protocol",
    protocol: numbers.IPPROTO_MH,
  },
  payload: {
    measure: (value) => value.data.length,
    write: (value, bytes, start) => bytes.set(value.data, start),
    names: "none",
  },
  routing: {
    measure: measureIpv6Routing,
    write: writeIpv6Routing,
    names: "protocol",
    protocol: numbers.IPPROTO_ROUTING,
  },
  sctp: { measure: measureSctp, write: writeSctp, names: "none", protocol: numbers.IPPROTO_SCTP },
  shim6: {
    measure: measureShim6,
    write: writeShim6,
    names: "protocol",
    protocol: numbers.IPPROTO_SHIM6,
  },
  snap: { measure: measureSnap, write: writeSnap, names: "etherType" },
  tcp: { measure: measureTcp, write: writeTcp, names: "none", protocol: numbers.IPPROTO_TCP },
  udp: { measure: measureUdp, write: writeUdp, names: "none", protocol: numbers.IPPROTO_UDP },
  udplite: {
    measure: measureUdpLite,
    write: writeUdpLite,
    names: "none",
    protocol: numbers.IPPROTO_UDPLITE,
  },
  vlan: {
    measure: measureVlan,
    write: writeVlan,
    names: "etherType",
    etherType: numbers.ETH_P_8021Q,
  },
};

/**
 * Encodes a stack of layers, the outermost first. Whatever a value leaves out is filled in: lengths,
 * checksums (with the pseudo-header of the network layer before, and the final destination of a source
 * route) and the number of the next layer. What a value states is written as it is, right or wrong.
 *
 * @param layers Values, and bytes for what has no codec.
 * @returns The packet in new bytes.
 * @throws {RangeError} If a field does not fit its bits: it names the field.
 * @throws {TypeError} If an address is not one, or a layer is of no known kind.
 *
 * @example An echo of an Ethernet frame, from the other side
 * ```ts
 * import { decodeFrame, encode } from "@berkeley/sockets/wire";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encode(
 *   { kind: "ethernet", source: "02:00:00:00:00:01", destination: "02:00:00:00:00:02" },
 *   { kind: "ipv6", source: "2001:db8::1", destination: "2001:db8::2" },
 *   { kind: "udp", sourcePort: 5000, destinationPort: 7 },
 *   new TextEncoder().encode("hi"),
 * );
 * const frame = decodeFrame(bytes);
 * assertEquals(encode(...frame.layers.map((layer) => layer.toValue())), bytes);
 * ```
 */
export function encode(...layers: (LayerValue | Uint8Array)[]): Uint8Array {
  const values = layers.map((layer): LayerValue =>
    layer instanceof Uint8Array ? { kind: "payload", data: layer } : layer
  );
  const starts: number[] = [];
  let length = 0;
  for (const value of values) {
    starts.push(length);
    length += codecOf(value).measure(value);
  }
  const bytes = new Uint8Array(length);
  for (let i = values.length - 1; i >= 0; i--) {
    const around: Surroundings = {
      next: numberOfNext(values, i, length - (starts[i + 1] ?? length)),
      addressSum: addressSumFor(values, i),
    };
    codecOf(values[i]).write(values[i], bytes, starts[i], length, around);
  }
  return bytes;
}

function codecOf(value: LayerValue): Codec<LayerValue> {
  // A value goes only to the codec of its own kind, which the table's type makes sure of.
  const kind = value?.kind;
  if (!Object.hasOwn(CODECS, kind)) {
    throw new TypeError(`Cannot encode layer: kind of ${JSON.stringify(kind)} is unknown`);
  }
  return CODECS[kind] as Codec<LayerValue>;
}

function numberOfNext(values: LayerValue[], i: number, length: number): number | undefined {
  const next = values[i + 1];
  const { names } = codecOf(values[i]);
  if (next === undefined || names === "none") return undefined;
  if (names === "protocol") return codecOf(next).protocol;
  switch (next.kind) {
    case "arp":
      // RFC 903: reverse requests and replies have an EtherType of their own.
      return next.operation === 3 || next.operation === 4 ? numbers.ETH_P_RARP : numbers.ETH_P_ARP;
    case "vlan":
      // IEEE 802.1ad: the outer tag of two is a service tag.
      return values[i].kind !== "vlan" && values[i + 2]?.kind === "vlan"
        ? numbers.ETH_P_8021AD
        : numbers.ETH_P_8021Q;
    case "llc":
      if (length > 1500) throw unfit("LLC frame", `payload of ${length} bytes is above 1500`);
      return length;
    default:
      return codecOf(next).etherType;
  }
}

/** The kinds whose checksum covers the addresses of the network layer before. */
const PSEUDO_KINDS: ReadonlySet<LayerValue["kind"]> = new Set([
  "tcp",
  "udp",
  "udplite",
  "icmpv6",
  "mobility",
  "hip",
]);

function addressSumFor(values: LayerValue[], i: number): number | undefined {
  if (!PSEUDO_KINDS.has(values[i].kind)) return undefined;
  let final: string | undefined;
  let home: string | undefined;
  for (let at = i - 1; at >= 0; at--) {
    const value = values[at];
    if (value.kind === "routing") final ??= finalDestination(value);
    if (value.kind === "destinationOptions") home ??= homeAddress(value);
    if (value.kind === "ipv6") return addressSum(home ?? value.source, final ?? value.destination);
    if (value.kind === "ipv4") return addressSum(value.source, lastHop(value));
  }
  return undefined;
}

/** Where a mobile node's packet came from, were it at home (RFC 6275, section 11.3.1). */
function homeAddress(value: DestinationOptions): string | undefined {
  for (const option of value.options ?? []) {
    if (option.kind === "homeAddress") return option.address;
  }
  return undefined;
}

/** Where a source-routed packet ends up (RFC 791, section 3.1). */
function lastHop(value: Ipv4): string {
  for (const option of value.options ?? []) {
    if (option.kind !== "looseSourceRoute" && option.kind !== "strictSourceRoute") continue;
    const ahead = option.pointer <= 3 + 4 * option.addresses.length;
    if (ahead) return option.addresses.at(-1) ?? value.destination;
  }
  return value.destination;
}
