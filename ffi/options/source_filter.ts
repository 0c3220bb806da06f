/**
 * The whole source filter of a multicast group at once: RFC 3678, the "advanced" interface.
 *
 * Reading one needs to say of which group, so it takes a row made for that group by
 * {@linkcode sourceFilterOf}; a row made so can be set too.
 *
 * @module
 */

import { text } from "../../core/arguments.ts";
import type { SocketOption } from "../../core/option.ts";
import { formatIpv4, parseIpv4 } from "../../core/ip/text.ts";
import * as c from "../abi/constants.ts";
import { STRUCTS } from "../abi/layout.ts";
import {
  checkObject,
  type CodecFor,
  outOfRange,
  row,
  struct,
  viewOf,
  writeOnly,
  wrongType,
} from "./codecs.ts";
import { address, getSockaddr, putSockaddr } from "./_address_codecs.ts";
import { interfaceIndex, ipv4InterfaceAddress } from "./interface.ts";

const { ip_msfilter: IP_FILTER, group_filter: GROUP_FILTER } = STRUCTS;
const IPV4_BYTES = 4;
const SOCKADDR_BYTES = STRUCTS.sockaddr_storage.size;

const FILTER_KEYS = ["group", "interface", "mode", "sources"];
/** Room for sources when a filter is read; net.ipv4.igmp_max_msf is 10, net.ipv6.mld_max_msf 64. */
const MAX_SOURCES = 256;

/** Which sources of a joined group are taken. */
export interface SourceFilter {
  /** The group's address. */
  readonly group: string;
  /** The interface's name or index, read as its index. Default 0: the route to the group decides. */
  readonly interface?: string | number;
  /** Whether the sources are the only ones taken, or the only ones not taken. */
  readonly mode: "include" | "exclude";
  /** The senders' addresses. */
  readonly sources: readonly string[];
}

/** As {@linkcode SourceFilter}, the interface by an address of its own. */
export interface Ipv4SourceFilter {
  /** The group's address. */
  readonly group: string;
  /**
   * The interface's name, its index, or an address of it; read as the address. Default `"0.0.0.0"`:
   * the route to the group decides.
   */
  readonly interface?: string | number;
  /** Whether the sources are the only ones taken, or the only ones not taken. */
  readonly mode: "include" | "exclude";
  /** The senders' addresses. */
  readonly sources: readonly string[];
}

/** Checks mode and sources of either kind. */
function checkFilter(name: string, value: SourceFilter | Ipv4SourceFilter): number {
  checkObject(name, value, "an object with a group, a mode and sources", FILTER_KEYS);
  if (value.mode !== "include" && value.mode !== "exclude") {
    throw outOfRange(`${name}.mode`, value.mode, '"include" or "exclude"');
  }
  if (!Array.isArray(value.sources)) {
    throw wrongType(`${name}.sources`, value.sources, "an array of addresses");
  }
  if (value.sources.length > MAX_SOURCES) {
    throw outOfRange(`${name}.sources`, value.sources.length, `at most ${MAX_SOURCES} addresses`);
  }
  return value.mode === "include" ? c.MCAST_INCLUDE : c.MCAST_EXCLUDE;
}

/** `struct ip_msfilter`, and an address for each source. */
function encodeIpFilter(value: Ipv4SourceFilter, name: string): Uint8Array<ArrayBuffer> {
  const mode = checkFilter(name, value);
  const { bytes, view } = struct(IP_FILTER.imsf_slist + IPV4_BYTES * value.sources.length);
  bytes.set(address(name, "group", value.group, parseIpv4), IP_FILTER.imsf_multiaddr);
  bytes.set(
    ipv4InterfaceAddress(`${name}.interface`, value.interface),
    IP_FILTER.imsf_interface,
  );
  view.setUint32(IP_FILTER.imsf_fmode, mode, true);
  view.setUint32(IP_FILTER.imsf_numsrc, value.sources.length, true);
  value.sources.forEach((source, i) => {
    bytes.set(
      address(name, `sources[${i}]`, source, parseIpv4),
      IP_FILTER.imsf_slist + IPV4_BYTES * i,
    );
  });
  return bytes;
}

/** `struct group_filter`, and a `sockaddr_storage` for each source. */
function encodeGroupFilter(
  value: SourceFilter,
  name: string,
  level: number,
): Uint8Array<ArrayBuffer> {
  const mode = checkFilter(name, value);
  const { bytes, view } = struct(GROUP_FILTER.gf_slist + SOCKADDR_BYTES * value.sources.length);
  view.setUint32(
    GROUP_FILTER.gf_interface,
    interfaceIndex(`${name}.interface`, value.interface),
    true,
  );
  putSockaddr(bytes, GROUP_FILTER.gf_group, level, name, "group", value.group);
  view.setUint32(GROUP_FILTER.gf_fmode, mode, true);
  view.setUint32(GROUP_FILTER.gf_numsrc, value.sources.length, true);
  value.sources.forEach((source, i) => {
    putSockaddr(
      bytes,
      GROUP_FILTER.gf_slist + SOCKADDR_BYTES * i,
      level,
      name,
      `sources[${i}]`,
      source,
    );
  });
  return bytes;
}

/** What getsockopt reads before it answers: the group, and how many sources there is room for. */
function asQuery(bytes: Uint8Array<ArrayBuffer>, countOffset: number): Uint8Array<ArrayBuffer> {
  new DataView(bytes.buffer).setUint32(countOffset, MAX_SOURCES, true);
  return bytes;
}

/** The number of sources told, as far as there are bytes. */
function sourceCount(view: DataView, countOffset: number, header: number, each: number): number {
  const room = Math.floor((view.byteLength - header) / each);
  return Math.min(view.getUint32(countOffset, true), room);
}

function ipFilter(
  group: string,
  nic: string | number | undefined,
): CodecFor<Ipv4SourceFilter> {
  return (name) => {
    const asked = { group, interface: nic, mode: "include", sources: [] } as const;
    return {
      size: IP_FILTER.imsf_slist + IPV4_BYTES * MAX_SOURCES,
      query: asQuery(encodeIpFilter(asked, name), IP_FILTER.imsf_numsrc),
      encode: (value) => encodeIpFilter(value, name),
      decode(bytes) {
        const view = viewOf(name, bytes, IP_FILTER.imsf_slist);
        return {
          group: formatIpv4(bytes, IP_FILTER.imsf_multiaddr),
          interface: formatIpv4(bytes, IP_FILTER.imsf_interface),
          mode: view.getUint32(IP_FILTER.imsf_fmode, true) === c.MCAST_INCLUDE
            ? "include"
            : "exclude",
          sources: Array.from(
            { length: sourceCount(view, IP_FILTER.imsf_numsrc, IP_FILTER.imsf_slist, IPV4_BYTES) },
            (_, i) => formatIpv4(bytes, IP_FILTER.imsf_slist + IPV4_BYTES * i),
          ),
        };
      },
    };
  };
}

function groupFilter(
  level: number,
  group: string,
  nic: string | number | undefined,
): CodecFor<SourceFilter> {
  return (name) => {
    const asked = { group, interface: nic, mode: "include", sources: [] } as const;
    return {
      size: GROUP_FILTER.gf_slist + SOCKADDR_BYTES * MAX_SOURCES,
      query: asQuery(encodeGroupFilter(asked, name, level), GROUP_FILTER.gf_numsrc),
      encode: (value) => encodeGroupFilter(value, name, level),
      decode(bytes) {
        const view = viewOf(name, bytes, GROUP_FILTER.gf_slist);
        return {
          group: getSockaddr(bytes, GROUP_FILTER.gf_group, level),
          interface: view.getUint32(GROUP_FILTER.gf_interface, true),
          mode: view.getUint32(GROUP_FILTER.gf_fmode, true) === c.MCAST_INCLUDE
            ? "include"
            : "exclude",
          sources: Array.from(
            {
              length: sourceCount(
                view,
                GROUP_FILTER.gf_numsrc,
                GROUP_FILTER.gf_slist,
                SOCKADDR_BYTES,
              ),
            },
            (_, i) => getSockaddr(bytes, GROUP_FILTER.gf_slist + SOCKADDR_BYTES * i, level),
          ),
        };
      },
    };
  };
}

/** Sets the sources of an IPv4 group. Set only; {@linkcode ipSourceFilterOf} reads. */
export const IP_MSFILTER: SocketOption<Ipv4SourceFilter> = row(
  "IP_MSFILTER",
  c.IPPROTO_IP,
  c.IP_MSFILTER,
  "wo",
  writeOnly(encodeIpFilter),
);

/** Sets the sources of an IPv4 group, by interface. Set only; {@linkcode sourceFilterOf} reads. */
export const MCAST_MSFILTER: SocketOption<SourceFilter> = row(
  "MCAST_MSFILTER",
  c.IPPROTO_IP,
  c.MCAST_MSFILTER,
  "wo",
  writeOnly((value, name) => encodeGroupFilter(value, name, c.IPPROTO_IP)),
);

/** As {@linkcode MCAST_MSFILTER} for IPv6. */
export const IPV6_MCAST_MSFILTER: SocketOption<SourceFilter> = row(
  "IPV6_MCAST_MSFILTER",
  c.IPPROTO_IPV6,
  c.MCAST_MSFILTER,
  "wo",
  writeOnly((value, name) => encodeGroupFilter(value, name, c.IPPROTO_IPV6)),
);

/**
 * The source filter of one joined IPv4 group, to read and set: `IP_MSFILTER`.
 *
 * @example The sources of a group
 * ```ts
 * import { ipSourceFilterOf, udp } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * using endpoint = await udp.bind({ hostname: "0.0.0.0", engine: "libc" });
 * const place = { interface: "127.0.0.1", source: "127.0.0.2" };
 * await endpoint.joinMulticast("232.1.2.3", place);
 * const { sources } = endpoint.getOption(ipSourceFilterOf("232.1.2.3", "127.0.0.1"));
 * assertEquals(sources, ["127.0.0.2"]);
 * ```
 *
 * @param group The group's address.
 * @param nic The interface it was joined on: its name, index or an address of it.
 * @returns The option. A group that was not joined so fails with EADDRNOTAVAIL or EINVAL.
 * @throws {TypeError} If an address is no IPv4 address.
 */
export function ipSourceFilterOf(
  group: string,
  nic?: string | number,
): SocketOption<Ipv4SourceFilter> {
  return row("IP_MSFILTER", c.IPPROTO_IP, c.IP_MSFILTER, "rw", ipFilter(group, nic));
}

/**
 * The source filter of one joined group of either IP version, to read and set: `MCAST_MSFILTER`.
 *
 * @param group The group's address, which tells the version.
 * @param nic The interface it was joined on, by name or index (default 0).
 * @returns The option. A group that was not joined so fails with EADDRNOTAVAIL or EINVAL.
 * @throws {TypeError} If the group is no address.
 *
 * @example The filter of a group
 * ```ts
 * import { sourceFilterOf } from "@berkeley/sockets/options";
 * import { assertEquals } from "@std/assert";
 *
 * const option = sourceFilterOf("ff02::1:3", 2);
 * assertEquals(option.name, "IPV6_MCAST_MSFILTER");
 * ```
 */
export function sourceFilterOf(
  group: string,
  nic?: string | number,
): SocketOption<SourceFilter> {
  text()(group, "make a socket option", "group");
  const v6 = group.includes(":");
  const level = v6 ? c.IPPROTO_IPV6 : c.IPPROTO_IP;
  const name = v6 ? "IPV6_MCAST_MSFILTER" : "MCAST_MSFILTER";
  return row(name, level, c.MCAST_MSFILTER, "rw", groupFilter(level, group, nic));
}
