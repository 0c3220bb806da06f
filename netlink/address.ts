/**
 * Addresses of links: what `ip address` lists.
 *
 * @module
 */
import { AF_INET6 } from "../ffi/abi/socket_constants.ts";
import { type LinkNames, readLinkNames } from "./_link_names.ts";
import { checkQuery, dumpOnce, NETLINK_KEYS, type NetlinkOptions } from "./_session.ts";
import { NETLINK_ROUTE } from "./abi/netlink.ts";
import * as rt from "./abi/rtnetlink.ts";
import { attributes, type UnknownAttribute } from "./attributes.ts";
import type { ByteSource } from "./_bytes.ts";
import { bitNames, ip, s32, text, u32, u8 } from "./_codecs.ts";
import { struct } from "./_struct.ts";
import type { Dump } from "./dump.ts";
import { FAMILIES, familyNumber } from "./_families.ts";
import { PROTOCOLS, SCOPES } from "./_words.ts";

/** An address of a link, in the words of `ip -j -d address`. */
export interface LinkAddress {
  /** The index of its link. */
  ifindex: number;
  /** The name of its link. */
  dev: string;
  /** `"inet"` or `"inet6"`. */
  family: string;
  /** The address. */
  local: string;
  /** The other end's, on a point-to-point link. */
  address?: string;
  /** How many of its leading bits are the network's. */
  prefixlen: number;
  /** The network's broadcast address. */
  broadcast?: string;
  /** The anycast address. */
  anycast?: string;
  /** The metric of the route to its network. */
  metric?: number;
  /** `"global"`, `"link"`, `"host"`, … */
  scope: string;
  /** Who made it (IFA_PROTO), where it is told: `"kernel_lo"`, `"kernel_ra"`, `"kernel_ll"`. */
  protocol?: string;
  /** Not the first of its network, or a temporary one (RFC 8981). */
  secondary?: true;
  /** As `secondary`, of IPv6. */
  temporary?: true;
  /** Not checked for duplicates yet. */
  tentative?: true;
  /** Not for new connections any more. */
  deprecated?: true;
  /** The check has found a duplicate. */
  dadfailed?: true;
  /** Used while it is checked. */
  optimistic?: true;
  /** It will end, unless it is renewed. */
  dynamic?: true;
  /** Not checked for duplicates. */
  nodad?: true;
  /** The home address (RFC 6275). */
  home?: true;
  /** Temporary addresses are made from it. */
  mngtmpaddr?: true;
  /** Without a route to its network. */
  noprefixroute?: true;
  /** Its multicast groups are joined. */
  autojoin?: true;
  /** Made by RFC 7217. */
  "stable-privacy"?: true;
  /** IPv4: the label, which is or begins with the link's name. */
  label?: string;
  /** Seconds that it will be valid; 4294967295 for ever. */
  valid_life_time?: number;
  /** Seconds that it will be preferred; 4294967295 for ever. */
  preferred_life_time?: number;
  /** Attributes that have no name here. */
  unknown?: UnknownAttribute[];
}

/** struct ifaddrmsg (linux/if_addr.h). */
export const IFADDRMSG = struct({
  ifa_family: "u8",
  ifa_prefixlen: "u8",
  ifa_flags: "u8",
  ifa_scope: "u8",
  ifa_index: "u32",
});

/** struct ifa_cacheinfo (linux/if_addr.h). */
export const IFA_CACHEINFO_STRUCT = struct({
  ifa_prefered: "u32",
  ifa_valid: "u32",
  cstamp: "u32",
  tstamp: "u32",
});

/** Attributes of addresses. */
export const IFA = attributes("IFA_", {
  local: [rt.IFA_LOCAL, ip],
  address: [rt.IFA_ADDRESS, ip],
  label: [rt.IFA_LABEL, text],
  broadcast: [rt.IFA_BROADCAST, ip],
  anycast: [rt.IFA_ANYCAST, ip],
  cacheinfo: [rt.IFA_CACHEINFO, IFA_CACHEINFO_STRUCT],
  multicast: [rt.IFA_MULTICAST, ip],
  flags: [rt.IFA_FLAGS, u32],
  metric: [rt.IFA_RT_PRIORITY, u32, "RT_PRIORITY"],
  target_netnsid: [rt.IFA_TARGET_NETNSID, s32],
  proto: [rt.IFA_PROTO, u8],
});

/** linux/if_addr.h, IFA_F_*, in the words of `ip`. */
export const ADDRESS_FLAGS: readonly (readonly [number, string])[] = [
  [rt.IFA_F_SECONDARY, "secondary"],
  [rt.IFA_F_TENTATIVE, "tentative"],
  [rt.IFA_F_DEPRECATED, "deprecated"],
  [rt.IFA_F_HOMEADDRESS, "home"],
  [rt.IFA_F_NODAD, "nodad"],
  [rt.IFA_F_MANAGETEMPADDR, "mngtmpaddr"],
  [rt.IFA_F_NOPREFIXROUTE, "noprefixroute"],
  [rt.IFA_F_MCAUTOJOIN, "autojoin"],
  [rt.IFA_F_DADFAILED, "dadfailed"],
  [rt.IFA_F_OPTIMISTIC, "optimistic"],
  [rt.IFA_F_STABLE_PRIVACY, "stable-privacy"],
];

/** linux/if_addr.h, IFAPROT_*. */
const ADDRESS_PROTOCOLS = ["unspec", "kernel_lo", "kernel_ra", "kernel_ll"];

/** Reads the payload of an RTM_NEWADDR or RTM_DELADDR. */
export function readAddress(
  source: ByteSource,
  at: number,
  end: number,
  linkNames: LinkNames,
): LinkAddress {
  const header = IFADDRMSG.decode(source, at, end - at);
  const raw = IFA.decode(source, at + IFADDRMSG.size, end - at - IFADDRMSG.size);
  const flags = raw.flags ?? header.ifa_flags;
  const { ifa_family: family, ifa_index: index } = header;
  const local = raw.local ?? raw.address ?? "";
  const address: LinkAddress = {
    ifindex: index,
    dev: linkNames.name(index),
    family: FAMILIES.name(family),
    local,
    prefixlen: header.ifa_prefixlen,
    scope: SCOPES.name(header.ifa_scope),
  };
  if (raw.address !== undefined && raw.address !== local) address.address = raw.address;
  if (raw.broadcast !== undefined) address.broadcast = raw.broadcast;
  if (raw.anycast !== undefined) address.anycast = raw.anycast;
  if (raw.metric !== undefined) address.metric = raw.metric;
  if (raw.proto !== undefined && raw.proto !== 0) {
    address.protocol = ADDRESS_PROTOCOLS[raw.proto] ?? PROTOCOLS.name(raw.proto);
  }
  const target = address as unknown as Record<string, unknown>;
  for (const name of bitNames(flags & ~rt.IFA_F_PERMANENT, ADDRESS_FLAGS)) {
    target[name === "secondary" && family === AF_INET6 ? "temporary" : name] = true;
  }
  if ((flags & rt.IFA_F_PERMANENT) === 0) address.dynamic = true;
  if (raw.label !== undefined) address.label = raw.label;
  if (raw.cacheinfo !== undefined) {
    address.valid_life_time = raw.cacheinfo.ifa_valid;
    address.preferred_life_time = raw.cacheinfo.ifa_prefered;
  }
  if (raw.unknown !== undefined) address.unknown = raw.unknown;
  return address;
}

/** Options of {@linkcode addresses}. */
export interface AddressesOptions extends NetlinkOptions {
  /** Only addresses of this family. */
  family?: "inet" | "inet6";
  /** Only addresses of this link, by name. */
  dev?: string;
}

const KEYS = [...NETLINK_KEYS, "family", "dev"];

/**
 * The addresses of this network namespace's links, or of another's: what `ip -d address` lists.
 *
 * Linux. Needs `--allow-ffi` and `--allow-sys=networkInterfaces`; another namespace needs the whole of
 * `--allow-net`.
 *
 * @example The loopback's
 * ```ts
 * import { addresses } from "@berkeley/sockets/netlink";
 * import { assertEquals } from "@std/assert";
 *
 * const [first] = await addresses({ family: "inet", dev: "lo" }).toArray();
 * assertEquals([first.local, first.prefixlen, first.scope], ["127.0.0.1", 8, "host"]);
 * ```
 *
 * @param options Filters that the kernel applies, and where to look.
 * @returns The addresses, as a table to iterate over or to take whole.
 * @throws {TypeError} If an option is unknown or of the wrong kind.
 */
export function addresses(options: AddressesOptions = {}): Dump<LinkAddress> {
  const action = "list addresses";
  checkQuery(options, KEYS, action);
  const family = familyNumber(options.family, action);
  const { dev } = options;
  return dumpOnce(NETLINK_ROUTE, options, "tables", action, async (transport, wait) => {
    const linkNames = await readLinkNames(transport, wait);
    const index = dev === undefined ? 0 : linkNames.need(dev, action);
    return [{
      type: rt.RTM_GETADDR,
      payload: (sink) => IFADDRMSG.encode(sink, { ifa_family: family, ifa_index: index }),
      read: (source, at, end) => readAddress(source, at, end, linkNames),
      action,
      shape: { headerBytes: IFADDRMSG.size, attributes: IFA },
    }];
  });
}
