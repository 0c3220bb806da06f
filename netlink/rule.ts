/**
 * Rules: which table of routes is for which packets, what `ip rule` lists.
 *
 * @module
 */
import { AF_INET, AF_INET6 } from "../ffi/abi/socket_constants.ts";
import { checkQuery, dumpOnce, NETLINK_KEYS, type NetlinkOptions } from "./_session.ts";
import { NETLINK_ROUTE } from "./abi/netlink.ts";
import * as rt from "./abi/rtnetlink.ts";
import { attributes, type UnknownAttribute } from "./attributes.ts";
import type { ByteSource } from "./_bytes.ts";
import { be64, ip, s32, text, u32, u8 } from "./_codecs.ts";
import { struct } from "./_struct.ts";
import type { Dump } from "./dump.ts";
import { addressBits, familyNumber } from "./_families.ts";
import { PROTOCOLS, TABLES, Words } from "./_words.ts";

/** A rule, in the words of `ip -j -d rule`. */
export interface Rule {
  /** `"inet"` or `"inet6"`. */
  family: string;
  /** Rules are tried from the least on. */
  priority: number;
  /** It is for what does not match. */
  not?: true;
  /** The sender's address, `"all"` for any. */
  src: string;
  /** How many bits of it must match, unless all. */
  srclen?: number;
  /** The recipient's address. */
  dst?: string;
  /** How many bits of it must match, unless all. */
  dstlen?: number;
  /** The type of service, 0 to 255. */
  tos?: number;
  /** The mark. */
  fwmark?: number;
  /** Which bits of the mark must match, unless all. */
  fwmask?: number;
  /** The link that packets come from. */
  iif?: string;
  /** There is no link of this name now. */
  iif_detached?: true;
  /** The link that the sending socket is bound to. */
  oif?: string;
  /** There is no link of this name now. */
  oif_detached?: true;
  /** The link's own table (VRF). */
  l3mdev?: true;
  /** First and last user, of local packets. */
  uid_start?: number;
  /** The last user. */
  uid_end?: number;
  /** The protocol above IP: `"tcp"`, `"udp"` or a number. */
  ipproto?: string;
  /** The sender's port, or the first of several. */
  sport?: number;
  /** The sender's first port, of several. */
  sport_start?: number;
  /** The sender's last port, of several. */
  sport_end?: number;
  /** The recipient's port. */
  dport?: number;
  /** The recipient's first port, of several. */
  dport_start?: number;
  /** The recipient's last port, of several. */
  dport_end?: number;
  /** The tunnel. */
  tun_id?: bigint;
  /** The table of routes: `"main"`, or a number. */
  table?: string;
  /** Routes with a shorter prefix do not count. */
  suppress_prefixlen?: number;
  /** Routes by way of this group of links do not count. */
  suppress_ifgroup?: number;
  /** The realms, from and to. */
  flow?: number;
  /** Instead of a table: go on at this priority. */
  goto?: number;
  /** There is no rule to go on at. */
  unresolved?: true;
  /** Instead of a table: nothing (`true`). */
  nop?: true;
  /** Instead of a table: `"blackhole"`, `"unreachable"`, `"prohibit"`. */
  action?: string;
  /** Who made it. */
  protocol?: string;
  /** Attributes that have no name here. */
  unknown?: UnknownAttribute[];
}

/** struct fib_rule_hdr (linux/fib_rules.h). */
export const FIB_RULE_HDR = struct({
  family: "u8",
  dst_len: "u8",
  src_len: "u8",
  tos: "u8",
  table: "u8",
  res1: "u8",
  res2: "u8",
  action: "u8",
  flags: "u32",
});

/** struct fib_rule_uid_range and struct fib_rule_port_range (linux/fib_rules.h). */
export const UID_RANGE = struct({ start: "u32", end: "u32" });
const PORT_RANGE = struct({ start: "u16", end: "u16" });

/** Attributes of rules. */
export const FRA = attributes("FRA_", {
  dst: [rt.FRA_DST, ip],
  src: [rt.FRA_SRC, ip],
  iif: [rt.FRA_IIFNAME, text, "IIFNAME"],
  goto: [rt.FRA_GOTO, u32],
  priority: [rt.FRA_PRIORITY, u32],
  fwmark: [rt.FRA_FWMARK, u32],
  flow: [rt.FRA_FLOW, u32],
  tun_id: [rt.FRA_TUN_ID, be64],
  suppress_ifgroup: [rt.FRA_SUPPRESS_IFGROUP, s32],
  suppress_prefixlen: [rt.FRA_SUPPRESS_PREFIXLEN, s32],
  table: [rt.FRA_TABLE, u32],
  fwmask: [rt.FRA_FWMASK, u32],
  oif: [rt.FRA_OIFNAME, text, "OIFNAME"],
  l3mdev: [rt.FRA_L3MDEV, u8],
  uid_range: [rt.FRA_UID_RANGE, UID_RANGE],
  protocol: [rt.FRA_PROTOCOL, u8],
  ip_proto: [rt.FRA_IP_PROTO, u8],
  sport_range: [rt.FRA_SPORT_RANGE, PORT_RANGE],
  dport_range: [rt.FRA_DPORT_RANGE, PORT_RANGE],
});

/** linux/fib_rules.h, FR_ACT_*. */
export const RULE_ACTIONS: Words = new Words([
  [rt.FR_ACT_TO_TBL, "table"],
  [rt.FR_ACT_GOTO, "goto"],
  [rt.FR_ACT_NOP, "nop"],
  [rt.FR_ACT_BLACKHOLE, "blackhole"],
  [rt.FR_ACT_UNREACHABLE, "unreachable"],
  [rt.FR_ACT_PROHIBIT, "prohibit"],
]);

/** linux/in.h, IPPROTO_*: those with ports. */
export const IP_PROTOCOLS: Words = new Words([
  [1, "icmp"],
  [6, "tcp"],
  [17, "udp"],
  [33, "dccp"],
  [58, "ipv6-icmp"],
  [132, "sctp"],
]);

/** Reads the payload of an RTM_NEWRULE or RTM_DELRULE; `undefined` if it is not for IP. */
export function readRule(source: ByteSource, at: number, end: number): Rule | undefined {
  const header = FIB_RULE_HDR.decode(source, at, end - at);
  const { family, flags } = header;
  if (family !== AF_INET && family !== AF_INET6) return undefined;
  const raw = FRA.decode(source, at + FIB_RULE_HDR.size, end - at - FIB_RULE_HDR.size);
  const bits = addressBits(family);
  const zero = family === AF_INET ? "0.0.0.0" : "::";
  const rule: Rule = {
    family: family === AF_INET ? "inet" : "inet6",
    priority: raw.priority ?? 0,
    src: raw.src ?? (header.src_len === 0 ? "all" : zero),
  };
  if (header.src_len !== 0 && header.src_len !== bits) rule.srclen = header.src_len;
  if (raw.dst !== undefined || header.dst_len !== 0) rule.dst = raw.dst ?? zero;
  if (header.dst_len !== 0 && header.dst_len !== bits) rule.dstlen = header.dst_len;
  if ((flags & rt.FIB_RULE_INVERT) !== 0) rule.not = true;
  if (header.tos !== 0) rule.tos = header.tos;
  if (raw.fwmark !== undefined || raw.fwmask !== undefined) {
    rule.fwmark = raw.fwmark ?? 0;
    if (raw.fwmask !== undefined && raw.fwmask !== 0xffffffff) rule.fwmask = raw.fwmask;
  }
  if (raw.iif !== undefined) rule.iif = raw.iif;
  if ((flags & rt.FIB_RULE_IIF_DETACHED) !== 0) rule.iif_detached = true;
  if (raw.oif !== undefined) rule.oif = raw.oif;
  if ((flags & rt.FIB_RULE_OIF_DETACHED) !== 0) rule.oif_detached = true;
  if (raw.l3mdev !== undefined && raw.l3mdev !== 0) rule.l3mdev = true;
  if (raw.uid_range !== undefined) {
    rule.uid_start = raw.uid_range.start;
    rule.uid_end = raw.uid_range.end;
  }
  if (raw.ip_proto !== undefined) rule.ipproto = IP_PROTOCOLS.name(raw.ip_proto);
  putPorts(rule, "sport", raw.sport_range);
  putPorts(rule, "dport", raw.dport_range);
  if (raw.tun_id !== undefined) rule.tun_id = raw.tun_id;
  const table = raw.table ?? header.table;
  if (table !== 0 && rule.l3mdev === undefined) rule.table = TABLES.name(table);
  if (raw.suppress_prefixlen !== undefined && raw.suppress_prefixlen !== -1) {
    rule.suppress_prefixlen = raw.suppress_prefixlen;
  }
  if (raw.suppress_ifgroup !== undefined && raw.suppress_ifgroup !== -1) {
    rule.suppress_ifgroup = raw.suppress_ifgroup;
  }
  if (raw.flow !== undefined && raw.flow !== 0) rule.flow = raw.flow;
  if (header.action === rt.FR_ACT_GOTO) {
    rule.goto = raw.goto ?? 0;
    if ((flags & rt.FIB_RULE_UNRESOLVED) !== 0) rule.unresolved = true;
  } else if (header.action === rt.FR_ACT_NOP) rule.nop = true;
  else if (header.action !== rt.FR_ACT_TO_TBL) rule.action = RULE_ACTIONS.name(header.action);
  if (raw.protocol !== undefined) rule.protocol = PROTOCOLS.name(raw.protocol);
  if (raw.unknown !== undefined) rule.unknown = raw.unknown;
  return rule;
}

function putPorts(
  rule: Rule,
  word: "sport" | "dport",
  range: { start: number; end: number } | undefined,
): void {
  if (range === undefined) return;
  if (range.start === range.end) rule[word] = range.start;
  else {
    rule[`${word}_start`] = range.start;
    rule[`${word}_end`] = range.end;
  }
}

/** Options of {@linkcode rules}. */
export interface RulesOptions extends NetlinkOptions {
  /** Only rules of this family. */
  family?: "inet" | "inet6";
}

/**
 * The rules of this network namespace, or of another: what `ip -d rule` and `ip -6 -d rule` list.
 *
 * Linux. Needs `--allow-ffi` and `--allow-sys=networkInterfaces`; another namespace needs the whole of
 * `--allow-net`.
 *
 * @example The first one
 * ```ts
 * import { rules } from "@berkeley/sockets/netlink";
 * import { assertEquals } from "@std/assert";
 *
 * const [first] = await rules({ family: "inet" }).toArray();
 * assertEquals([first.priority, first.src, first.table], [0, "all", "local"]);
 * ```
 *
 * @param options Family, and where to look.
 * @returns The rules in the order in which they are tried, as a table to iterate over or to take whole.
 * @throws {TypeError} If an option is unknown or of the wrong kind.
 */
export function rules(options: RulesOptions = {}): Dump<Rule> {
  const action = "list rules";
  checkQuery(options, [...NETLINK_KEYS, "family"], action);
  const family = familyNumber(options.family, action);
  return dumpOnce(NETLINK_ROUTE, options, "tables", action, () => [{
    type: rt.RTM_GETRULE,
    payload: (sink) => FIB_RULE_HDR.encode(sink, { family }),
    read: readRule,
    action,
    shape: { headerBytes: FIB_RULE_HDR.size, attributes: FRA },
  }]);
}
