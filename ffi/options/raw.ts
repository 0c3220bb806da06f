/**
 * Options of raw and link-layer sockets: man 7 raw, man 7 icmp, RFC 3542 section 3.2, man 7 packet.
 *
 * @module
 */
import type { SocketOption } from "../../core/option.ts";
import { interfaceIndex } from "./interface.ts";
import * as c from "../abi/constants.ts";
import { STRUCTS } from "../abi/layout.ts";
import {
  bool,
  checkInt,
  checkObject,
  type CodecFor,
  readOnly,
  row,
  struct,
  viewOf,
  writeOnly,
  wrongType,
} from "./codecs.ts";

const L = c.SOL_PACKET;
const { packet_mreq: MREQ, tpacket_stats: STATS } = STRUCTS;
const MAX_HARDWARE_BYTES = 8;

/** A bit mask in which a set bit blocks an ICMP type, as the list of types that pass. */
function icmpTypes(count: number): CodecFor<readonly number[]> {
  return (name) => ({
    size: count / 8,
    encode(types) {
      if (!Array.isArray(types)) throw wrongType(name, types, "an array of ICMP types");
      const mask = new Uint8Array(count / 8).fill(0xff);
      for (const type of types) {
        checkInt(name, type, 0, 255);
        if (type < count) mask[type >> 3] &= ~(1 << (type & 7));
      }
      return mask;
    },
    decode(mask) {
      return Array.from({ length: count }, (_, type) => type)
        .filter((type) => (mask[type >> 3] & (1 << (type & 7))) === 0);
    },
  });
}

/** The ICMP types that a raw ICMP socket gets, of 0 to 31; types from 32 on always pass. Default all. */
export const ICMP_FILTER: SocketOption<readonly number[]> = row(
  "ICMP_FILTER",
  c.SOL_RAW,
  c.ICMP_FILTER,
  "rw",
  icmpTypes(32),
);

/** The ICMPv6 types that a raw ICMPv6 socket gets, of 0 to 255. Default all. */
export const ICMPV6_FILTER: SocketOption<readonly number[]> = row(
  "ICMPV6_FILTER",
  c.IPPROTO_ICMPV6,
  c.ICMPV6_FILTER,
  "rw",
  icmpTypes(256),
);

/** What a link-layer socket is to get beside its own (`struct packet_mreq`). */
export interface PacketMembership {
  /** The interface's name or index. */
  interface: string | number;
  /** One multicast address, all frames, all multicast frames, or one unicast address. */
  type: "multicast" | "promiscuous" | "allmulticast" | "unicast";
  /** The address, 1 to 8 bytes, for `"multicast"` and `"unicast"`. */
  address?: Uint8Array;
}

const MEMBERSHIPS: Readonly<Record<PacketMembership["type"], number>> = {
  multicast: c.PACKET_MR_MULTICAST,
  promiscuous: c.PACKET_MR_PROMISC,
  allmulticast: c.PACKET_MR_ALLMULTI,
  unicast: c.PACKET_MR_UNICAST,
};

function encodeMembership(value: PacketMembership, name: string): Uint8Array<ArrayBuffer> {
  checkObject(name, value, "a membership", ["interface", "type", "address"]);
  const { type, address = new Uint8Array(0) } = value;
  if (typeof type !== "string" || !Object.hasOwn(MEMBERSHIPS, type)) {
    throw wrongType(`${name}.type`, type, "a membership type");
  }
  if (!(address instanceof Uint8Array)) throw wrongType(`${name}.address`, address, "bytes");
  checkInt(`${name}.address.length`, address.length, 0, MAX_HARDWARE_BYTES);
  const { bytes, view } = struct(MREQ.size);
  const index = interfaceIndex(`${name}.interface`, value.interface, 1);
  view.setInt32(MREQ.mr_ifindex, index, true);
  view.setUint16(MREQ.mr_type, MEMBERSHIPS[type], true);
  view.setUint16(MREQ.mr_alen, address.length, true);
  bytes.set(address, MREQ.mr_address);
  return bytes;
}

/** Adds a membership: promiscuous mode, say. It ends with the socket. */
export const PACKET_ADD_MEMBERSHIP: SocketOption<PacketMembership> = row(
  "PACKET_ADD_MEMBERSHIP",
  L,
  c.PACKET_ADD_MEMBERSHIP,
  "wo",
  writeOnly(encodeMembership),
);

/** Drops a membership. */
export const PACKET_DROP_MEMBERSHIP: SocketOption<PacketMembership> = row(
  "PACKET_DROP_MEMBERSHIP",
  L,
  c.PACKET_DROP_MEMBERSHIP,
  "wo",
  writeOnly(encodeMembership),
);

/** Whether each frame brings `struct tpacket_auxdata`: its length on the wire, its VLAN tag. Default false. */
export const PACKET_AUXDATA: SocketOption<boolean> = row(
  "PACKET_AUXDATA",
  L,
  c.PACKET_AUXDATA,
  "rw",
  bool,
);

/** Whether frames that this machine sends are left out. Default false. Since Linux 4.20. */
export const PACKET_IGNORE_OUTGOING: SocketOption<boolean> = row(
  "PACKET_IGNORE_OUTGOING",
  L,
  c.PACKET_IGNORE_OUTGOING,
  "rw",
  bool,
);

/** Whether sent frames go past the queueing discipline. Default false. Since Linux 3.14. */
export const PACKET_QDISC_BYPASS: SocketOption<boolean> = row(
  "PACKET_QDISC_BYPASS",
  L,
  c.PACKET_QDISC_BYPASS,
  "rw",
  bool,
);

/** Packets seen and dropped by a link-layer socket since this was last read. */
export interface PacketStatistics {
  /** Packets that matched, the dropped ones included. */
  packets: number;
  /** Packets dropped since the receive buffer was full. */
  drops: number;
}

/** Packets and drops since the last read, which starts anew. Read only. */
export const PACKET_STATISTICS: SocketOption<PacketStatistics> = row(
  "PACKET_STATISTICS",
  L,
  c.PACKET_STATISTICS,
  "ro",
  readOnly(STATS.size, (bytes, name) => {
    const view = viewOf(name, bytes, STATS.size);
    return {
      packets: view.getUint32(STATS.tp_packets, true),
      drops: view.getUint32(STATS.tp_drops, true),
    };
  }),
);
