/**
 * Tracked connections changed and forgotten: what `conntrack -U` and `conntrack -D` do.
 *
 * @module
 */
import { integer, object, oneOf, optional, type Parameter, text } from "../core/arguments.ts";
import { isIpv4, isIpv6 } from "../core/ip/text.ts";
import {
  type ConntrackEntry,
  type ConntrackTuple,
  CTA,
  NFGENMSG,
  readEntry,
  type TUPLE,
} from "./_conntrack_attributes.ts";
import { PROTOCOLS } from "./_ip_protocols.ts";
import { checkQuery, NETLINK_KEYS, type NetlinkOptions, requestOnce } from "./_session.ts";
import * as c from "./abi/conntrack.ts";
import { NETLINK_NETFILTER } from "./abi/netlink.ts";

/** Which tracked connection: an entry of the table, or what of it names it. */
export type ConntrackKey =
  & Pick<ConntrackEntry, "family" | "protocol" | "original">
  & Partial<ConntrackEntry>;

/** What of a tracked connection can be set. */
export interface ConntrackSettings {
  /** The mark, 0 to 4294967295. */
  mark?: number;
  /** Seconds until it is forgotten. */
  timeout?: number;
}

const U32 = 0xffffffff;
/** What an entry has beside what names it. */
const anything: Parameter<unknown> = (value) => value;
const TUPLE_WORDS = object({
  src: text(),
  dst: text(),
  sport: optional(integer(0, 0xffff)),
  dport: optional(integer(0, 0xffff)),
  type: optional(integer(0, 0xff)),
  code: optional(integer(0, 0xff)),
  id: optional(integer(0, 0xffff)),
  packets: anything,
  bytes: anything,
});
const ENTRY = object({
  family: oneOf("inet", "inet6"),
  protocol: text(),
  original: TUPLE_WORDS,
  zone: optional(integer(0, 0xffff)),
  id: optional(integer(0, U32)),
  reply: anything,
  state: anything,
  timeout: anything,
  status: anything,
  mark: anything,
  use: anything,
  unknown: anything,
});
const SETTINGS = object({
  mark: optional(integer(0, U32)),
  timeout: optional(integer(0, U32)),
});

type Values = Parameters<typeof CTA.encode>[1];

/** The attributes that name a connection. */
function keyOf(entry: unknown, action: string): { family: number; values: Values } {
  const { family, protocol, original, zone, id } = ENTRY(entry, action, "entry");
  const values: Values = { tuple_orig: tupleOf(family, protocol, original, action), zone, id };
  return { family: family === "inet" ? 2 : 10, values };
}

function tupleOf(
  family: "inet" | "inet6",
  protocol: string,
  tuple: Omit<ConntrackTuple, "packets" | "bytes">,
  action: string,
): Parameters<typeof TUPLE.encode>[1] {
  const { src, dst, sport, dport, type, code, id } = tuple;
  const six = family === "inet6";
  for (const [word, address] of [["src", src], ["dst", dst]]) {
    if (!(six ? isIpv6 : isIpv4)(address)) {
      throw new TypeError(`Cannot ${action}: entry.original.${word} is no address of ${family}`);
    }
  }
  const num = PROTOCOLS.number(protocol, 255, action, "entry.protocol");
  return {
    ip: six ? { v6_src: src, v6_dst: dst } : { v4_src: src, v4_dst: dst },
    proto: six
      ? {
        num,
        src_port: sport,
        dst_port: dport,
        icmpv6_type: type,
        icmpv6_code: code,
        icmpv6_id: id,
      }
      : { num, src_port: sport, dst_port: dport, icmp_type: type, icmp_code: code, icmp_id: id },
  };
}

async function request(
  command: number,
  action: string,
  options: NetlinkOptions,
  key: ReturnType<typeof keyOf>,
  settings: ReturnType<typeof SETTINGS> = { mark: undefined, timeout: undefined },
): Promise<void> {
  checkQuery(options, NETLINK_KEYS, action);
  await requestOnce(NETLINK_NETFILTER, options, "everything", {
    type: c.NFNL_SUBSYS_CTNETLINK << 8 | command,
    payload(sink) {
      NFGENMSG.encode(sink, { nfgen_family: key.family, version: c.NFNETLINK_V0, res_id: 0 });
      CTA.encode(sink, { ...key.values, ...settings });
    },
    read: readEntry,
    action,
    shape: { headerBytes: NFGENMSG.size, attributes: CTA },
  });
}

/**
 * Sets the mark or the time of a tracked connection: what `conntrack -U` does.
 *
 * Linux. Needs `--allow-ffi` and the whole of `--allow-net`, and CAP_NET_ADMIN.
 *
 * @example Mark what goes to a port
 * ```ts ignore
 * import { conntrack, setConntrack } from "@berkeley/sockets/netlink";
 *
 * for (const entry of await conntrack().toArray()) {
 *   if (entry.original.dport === 443) await setConntrack(entry, { mark: 7 });
 * }
 * ```
 *
 * @param entry Which: an entry of {@linkcode conntrack}, or what of it names it.
 * @param settings What to set.
 * @param options Where, signal and time limit.
 * @throws {TypeError} If a word is unknown or of the wrong kind.
 * @throws {RangeError} If a number is out of range.
 * @throws {NetlinkError} `ENOENT` if it is not tracked, `EPERM` without CAP_NET_ADMIN.
 */
export async function setConntrack(
  entry: ConntrackKey,
  settings: ConntrackSettings,
  options: NetlinkOptions = {},
): Promise<void> {
  const action = "set a tracked connection";
  const key = keyOf(entry, action);
  const checked = SETTINGS(settings, action, "settings");
  await request(c.IPCTNL_MSG_CT_NEW, action, options, key, checked);
}

/**
 * Has the kernel forget a tracked connection: what `conntrack -D` does.
 *
 * Linux. Needs `--allow-ffi` and the whole of `--allow-net`, and CAP_NET_ADMIN.
 *
 * @example All from one host
 * ```ts ignore
 * import { conntrack, deleteConntrack } from "@berkeley/sockets/netlink";
 *
 * for (const entry of await conntrack().toArray()) {
 *   if (entry.original.src === "192.0.2.7") await deleteConntrack(entry);
 * }
 * ```
 *
 * @param entry Which: an entry of {@linkcode conntrack}, or what of it names it.
 * @param options Where, signal and time limit.
 * @throws {TypeError} If a word is unknown or of the wrong kind.
 * @throws {NetlinkError} `ENOENT` if it is not tracked, `EPERM` without CAP_NET_ADMIN.
 */
export async function deleteConntrack(
  entry: ConntrackKey,
  options: NetlinkOptions = {},
): Promise<void> {
  const action = "forget a tracked connection";
  await request(c.IPCTNL_MSG_CT_DELETE, action, options, keyOf(entry, action));
}
