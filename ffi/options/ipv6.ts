/**
 * Options of IPv6 sockets, level `IPPROTO_IPV6`: man 7 ipv6, RFC 3493, RFC 3542. Multicast is in
 * `multicast.ts`.
 *
 * @module
 */

import type { SocketOption } from "../../core/option.ts";
import { formatIpv6, parseIpv6 } from "../../core/ip/text.ts";
import { interfaceIndex } from "./interface.ts";
import * as c from "../abi/constants.ts";
import { STRUCTS } from "../abi/layout.ts";
import { address } from "./_address_codecs.ts";
import {
  bool,
  checkObject,
  int,
  netInt,
  readOnly,
  row,
  struct,
  viewOf,
  writeOnly,
} from "./codecs.ts";
import { type PathMtuDiscovery, pathMtuDiscovery } from "./path_mtu.ts";

const L = c.IPPROTO_IPV6;
const { in6_pktinfo: PKTINFO, ip6_mtuinfo: MTUINFO, ipv6_mreq: MREQ, sockaddr_in6: SIN6 } = STRUCTS;

/** From where packets leave. */
export interface Ipv6PacketInfo {
  /** The source address; `"::"` (the default) lets the kernel choose. */
  readonly address?: string;
  /** The interface's name or index; 0 (the default) lets the kernel choose. */
  readonly interface?: string | number;
}

const packetInfo = writeOnly<Ipv6PacketInfo>((value, name) => {
  checkObject(name, value, "an object with address and interface", ["address", "interface"]);
  const { bytes, view } = struct(PKTINFO.size);
  const index = interfaceIndex(`${name}.interface`, value.interface);
  bytes.set(
    address(name, "address", value.address === undefined ? "::" : value.address, parseIpv6),
    PKTINFO.ipi6_addr,
  );
  view.setInt32(PKTINFO.ipi6_ifindex, index, true);
  return bytes;
});

/** What is known of the path to the peer. */
export interface Ipv6PathMtu {
  /** The peer's address. */
  readonly address: string;
  /** The MTU, in bytes. */
  readonly mtuBytes: number;
}

/**
 * Which source address is preferred (RFC 5014), the sum of `IPV6_PREFER_SRC_TMP` 1, `_PUBLIC` 2,
 * `_PUBTMP_DEFAULT` 0x100, `_COA` 4, `_HOME` 0x400, `_CGA` 8 and `_NONCGA` 0x800. Default 0xd00 or so.
 * Since Linux 2.6.26.
 */
export const IPV6_ADDR_PREFERENCES: SocketOption<number> = row(
  "IPV6_ADDR_PREFERENCES",
  L,
  c.IPV6_ADDR_PREFERENCES,
  "rw",
  int(0, 0xfff),
);

/**
 * Whether outgoing packets get a flow label of the kernel's choice. Default as
 * net.ipv6.auto_flowlabels says. Since Linux 3.17.
 */
export const IPV6_AUTOFLOWLABEL: SocketOption<boolean> = row(
  "IPV6_AUTOFLOWLABEL",
  L,
  c.IPV6_AUTOFLOWLABEL,
  "rw",
  bool,
);

/**
 * Where a raw socket's protocol keeps its checksum, as an even offset into the data; -1 for none
 * (the default). Fixed for ICMPv6.
 */
export const IPV6_CHECKSUM: SocketOption<number> = row(
  "IPV6_CHECKSUM",
  L,
  c.IPV6_CHECKSUM,
  "rw",
  int(-1),
);

/**
 * Whether datagrams are never fragmented: RFC 3542 section 11.2. Default false. Since Linux 2.6.35.
 */
export const IPV6_DONTFRAG: SocketOption<boolean> = row(
  "IPV6_DONTFRAG",
  L,
  c.IPV6_DONTFRAG,
  "rw",
  bool,
);

/** Whether each message tells the traffic class and flow label of its packet. Default false. */
export const IPV6_FLOWINFO: SocketOption<boolean> = row(
  "IPV6_FLOWINFO",
  L,
  c.IPV6_FLOWINFO,
  "rw",
  bool,
);

/** Whether the flow information of addresses is sent. Default false. */
export const IPV6_FLOWINFO_SEND: SocketOption<boolean> = row(
  "IPV6_FLOWINFO_SEND",
  L,
  c.IPV6_FLOWINFO_SEND,
  "rw",
  bool,
);

/** Whether an address may be bound that no interface has (yet). Default false. Since Linux 4.15. */
export const IPV6_FREEBIND: SocketOption<boolean> = row(
  "IPV6_FREEBIND",
  L,
  c.IPV6_FREEBIND,
  "rw",
  bool,
);

/**
 * Whether what is sent on a raw socket begins with its IPv6 header. Raw sockets only. Default
 * false. Since Linux 4.5.
 */
export const IPV6_HDRINCL: SocketOption<boolean> = row(
  "IPV6_HDRINCL",
  L,
  c.IPV6_HDRINCL,
  "rw",
  bool,
);

/** An address and the interface that joins or leaves it; 0 (the default) is the kernel's choice. */
export interface AnycastMembership {
  /** The anycast address. */
  readonly address: string;
  /** The interface's name or index. */
  readonly interface?: string | number;
}

const anycast = writeOnly<AnycastMembership>((value, name) => {
  checkObject(name, value, "an object with address and interface", ["address", "interface"]);
  const { bytes, view } = struct(MREQ.size);
  bytes.set(address(name, "address", value.address, parseIpv6), MREQ.ipv6mr_multiaddr);
  view.setInt32(
    MREQ.ipv6mr_ifindex,
    interfaceIndex(`${name}.interface`, value.interface),
    true,
  );
  return bytes;
});

/** Takes an anycast address; needs CAP_NET_ADMIN. Set only. */
export const IPV6_JOIN_ANYCAST: SocketOption<AnycastMembership> = row(
  "IPV6_JOIN_ANYCAST",
  L,
  c.IPV6_JOIN_ANYCAST,
  "wo",
  anycast,
);

/** Gives an anycast address up. Set only. */
export const IPV6_LEAVE_ANYCAST: SocketOption<AnycastMembership> = row(
  "IPV6_LEAVE_ANYCAST",
  L,
  c.IPV6_LEAVE_ANYCAST,
  "wo",
  anycast,
);

/**
 * The smallest hop limit of a packet that TCP accepts, 0 (the default, any) to 255: RFC 5082. Since
 * Linux 2.6.35.
 */
export const IPV6_MINHOPCOUNT: SocketOption<number> = row(
  "IPV6_MINHOPCOUNT",
  L,
  c.IPV6_MINHOPCOUNT,
  "rw",
  int(0, 255),
);

/**
 * The MTU: reads that of the path when connected (else ENOTCONN); set, it limits fragments, 1280
 * and more, or 0 for no limit (the default).
 */
export const IPV6_MTU: SocketOption<number> = row("IPV6_MTU", L, c.IPV6_MTU, "rw", int(0));

/** How the path MTU is treated. Default `"want"`. */
export const IPV6_MTU_DISCOVER: SocketOption<PathMtuDiscovery> = row(
  "IPV6_MTU_DISCOVER",
  L,
  c.IPV6_MTU_DISCOVER,
  "rw",
  pathMtuDiscovery,
);

/** The address of the next hop. No Linux kernel implements it: ENOPROTOOPT. */
export const IPV6_NEXTHOP: SocketOption<string> = row(
  "IPV6_NEXTHOP",
  L,
  c.IPV6_NEXTHOP,
  "wo",
  writeOnly((value: string, name) => {
    const { bytes, view } = struct(SIN6.size);
    view.setUint16(SIN6.sin6_family, c.AF_INET6, true);
    bytes.set(address(name, "", value, parseIpv6), SIN6.sin6_addr);
    return bytes;
  }),
);

/**
 * The MTU of the path to the connected peer; ENOTCONN unless connected. Read only. Since Linux
 * 2.6.35.
 */
export const IPV6_PATHMTU: SocketOption<Ipv6PathMtu> = row(
  "IPV6_PATHMTU",
  L,
  c.IPV6_PATHMTU,
  "ro",
  readOnly(MTUINFO.size, (bytes, name) => {
    const view = viewOf(name, bytes, MTUINFO.size);
    return {
      address: formatIpv6(bytes, MTUINFO.ip6m_addr + SIN6.sin6_addr),
      mtuBytes: view.getUint32(MTUINFO.ip6m_mtu, true),
    };
  }),
);

/** The source address and interface of outgoing packets: RFC 3542 section 6. Set only. */
export const IPV6_PKTINFO: SocketOption<Ipv6PacketInfo> = row(
  "IPV6_PKTINFO",
  L,
  c.IPV6_PKTINFO,
  "wo",
  packetInfo,
);

/** Whether ICMPv6 errors are kept on the error queue for MSG_ERRQUEUE. Default false. */
export const IPV6_RECVERR: SocketOption<boolean> = row(
  "IPV6_RECVERR",
  L,
  c.IPV6_RECVERR,
  "rw",
  bool,
);

/**
 * Whether a queued error tells where the ICMPv6 extensions of RFC 4884 begin. Default false. Since
 * Linux 5.9.
 */
export const IPV6_RECVERR_RFC4884: SocketOption<boolean> = row(
  "IPV6_RECVERR_RFC4884",
  L,
  c.IPV6_RECVERR_RFC4884,
  "rw",
  bool,
);

/** Whether each message tells the largest fragment it came in. Default false. Since Linux 4.11. */
export const IPV6_RECVFRAGSIZE: SocketOption<boolean> = row(
  "IPV6_RECVFRAGSIZE",
  L,
  c.IPV6_RECVFRAGSIZE,
  "rw",
  bool,
);

/** Whether each message tells the hop limit of its packet. Default false. */
export const IPV6_RECVHOPLIMIT: SocketOption<boolean> = row(
  "IPV6_RECVHOPLIMIT",
  L,
  c.IPV6_RECVHOPLIMIT,
  "rw",
  bool,
);

/**
 * Whether each message tells the address it was sent to before any redirection. Default false.
 * Since Linux 2.6.37.
 */
export const IPV6_RECVORIGDSTADDR: SocketOption<boolean> = row(
  "IPV6_RECVORIGDSTADDR",
  L,
  c.IPV6_RECVORIGDSTADDR,
  "rw",
  bool,
);

/**
 * Whether a message without data tells a new path MTU: RFC 3542 section 11.3. Default false. Since
 * Linux 2.6.35.
 */
export const IPV6_RECVPATHMTU: SocketOption<boolean> = row(
  "IPV6_RECVPATHMTU",
  L,
  c.IPV6_RECVPATHMTU,
  "rw",
  bool,
);

/** Whether each message tells the interface and address it came to. Default false. */
export const IPV6_RECVPKTINFO: SocketOption<boolean> = row(
  "IPV6_RECVPKTINFO",
  L,
  c.IPV6_RECVPKTINFO,
  "rw",
  bool,
);

/** Whether each message tells the traffic class of its packet. Default false. */
export const IPV6_RECVTCLASS: SocketOption<boolean> = row(
  "IPV6_RECVTCLASS",
  L,
  c.IPV6_RECVTCLASS,
  "rw",
  bool,
);

/**
 * The traffic class of outgoing packets, 0 (the default) to 255, or -1 for the default. TCP keeps
 * the ECN bits to itself.
 */
export const IPV6_TCLASS: SocketOption<number> = row(
  "IPV6_TCLASS",
  L,
  c.IPV6_TCLASS,
  "rw",
  int(-1, 255),
);

/**
 * Whether foreign addresses may be bound, as {@linkcode IP_TRANSPARENT}; needs CAP_NET_ADMIN or
 * CAP_NET_RAW. Default false. Since Linux 2.6.37.
 */
export const IPV6_TRANSPARENT: SocketOption<boolean> = row(
  "IPV6_TRANSPARENT",
  L,
  c.IPV6_TRANSPARENT,
  "rw",
  bool,
);

/**
 * The hop limit of outgoing unicast packets, 0 to 255, or -1 for the interface's (the default,
 * mostly 64).
 */
export const IPV6_UNICAST_HOPS: SocketOption<number> = row(
  "IPV6_UNICAST_HOPS",
  L,
  c.IPV6_UNICAST_HOPS,
  "rw",
  int(-1, 255),
);

/**
 * The interface that unicast packets leave by, as its index; 0 (the default) for the route's. Since
 * Linux 3.4.
 */
export const IPV6_UNICAST_IF: SocketOption<number> = row(
  "IPV6_UNICAST_IF",
  L,
  c.IPV6_UNICAST_IF,
  "rw",
  netInt,
);

/**
 * Whether the socket takes no IPv4 by mapped addresses. Default as net.ipv6.bindv6only says: mostly
 * false. Before bind only.
 */
export const IPV6_V6ONLY: SocketOption<boolean> = row("IPV6_V6ONLY", L, c.IPV6_V6ONLY, "rw", bool);
