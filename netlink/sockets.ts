/**
 * Sockets of all processes: what `ss` lists.
 *
 * @module
 */
import { checkInteger, optional } from "../core/arguments.ts";
import { IP_FAMILY } from "../core/ip_arguments.ts";
import {
  AF_INET,
  AF_INET6,
  AF_NETLINK,
  AF_PACKET,
  AF_UNIX,
  AF_VSOCK,
} from "../ffi/abi/socket_constants.ts";
import { checkQuery, dumpOnce, NETLINK_KEYS, type NetlinkOptions } from "./_session.ts";
import { readInet, readNetlink, readPacket, readUnix, readVsock } from "./_socket_read.ts";
import { NETLINK_SOCK_DIAG } from "./abi/netlink.ts";
import * as d from "./abi/sock_diag.ts";
import { writeAttribute } from "./attributes.ts";
import { binary, u32 } from "./_codecs.ts";
import { struct } from "./_struct.ts";
import type { Dump, DumpRequest } from "./dump.ts";
import {
  SOCKET_KINDS,
  type SocketEntry,
  type SocketKind,
  type SocketState,
  STATES,
} from "./socket_entry.ts";
import { type AddressConditions, compileConditions, conditionFamily } from "./socket_filter.ts";

/** struct inet_diag_req_v2 up to its conditions, and struct inet_diag_sockid within. */
const INET_REQUEST = struct({
  sdiag_family: "u8",
  sdiag_protocol: "u8",
  idiag_ext: "u8",
  pad: "u8",
  idiag_states: "u32",
  id: { bytes: 48 },
});
const UNIX_REQUEST = struct({
  sdiag_family: "u8",
  sdiag_protocol: "u8",
  pad: "u16",
  udiag_states: "u32",
  udiag_ino: "u32",
  udiag_show: "u32",
  cookie0: "u32",
  cookie1: "u32",
});
/** struct packet_diag_req and struct netlink_diag_req (linux/packet_diag.h, netlink_diag.h) agree. */
const SHOW_REQUEST = struct({
  sdiag_family: "u8",
  sdiag_protocol: "u8",
  pad: "u16",
  ino: "u32",
  show: "u32",
  cookie0: "u32",
  cookie1: "u32",
});
/** IPPROTO_* of the kinds that inet_diag lists (netinet/in.h). */
const INET_PROTOCOLS: Readonly<Partial<Record<SocketKind, number>>> = {
  tcp: 6,
  udp: 17,
  dccp: 33,
  sctp: 132,
  udplite: 136,
  raw: 255,
  mptcp: 262,
};

/** What the kernel answers where it lacks a kind, or the module that lists it. */
const LACKING = ["ENOENT", "EINVAL", "EOPNOTSUPP", "EPROTONOSUPPORT", "EAFNOSUPPORT"];

/** Options of {@linkcode sockets}. */
export interface SocketsOptions extends NetlinkOptions, AddressConditions {
  /** Only these kinds. Default: all; conditions on addresses leave those that have them. */
  kinds?: readonly SocketKind[];
  /** Only sockets in these states. Default: all. */
  states?: readonly SocketState[];
  /** Only IPv4 or IPv6 (Unix and others are not affected). Default: both. */
  family?: "inet" | "inet6";
  /** Tell what TCP_INFO tells, and the congestion control algorithm. Default: false. */
  info?: boolean;
  /** Tell about memory. Default: false. */
  memory?: boolean;
}

const KEYS = [
  ...NETLINK_KEYS,
  "kinds",
  "states",
  "family",
  "info",
  "memory",
  "localPort",
  "remotePort",
  "port",
  "local",
  "remote",
];

/**
 * The sockets of all processes in this network namespace, or in another: what `ss -a` lists. Filters
 * run in the kernel.
 *
 * Linux. Needs `--allow-ffi` and the whole of `--allow-net`: the sockets of other processes are none of
 * this one's.
 *
 * @example Who listens
 * ```ts
 * import { sockets } from "@berkeley/sockets/netlink";
 * import { assert } from "@std/assert";
 *
 * using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 * const { port } = listener.addr;
 * const found = await sockets({ kinds: ["tcp"], states: ["listen"], localPort: port }).toArray();
 * assert(found.some(({ local }) => "hostname" in local && local.hostname === "127.0.0.1"));
 * ```
 *
 * @param options Filters, what to tell, and where to look.
 * @returns The sockets, as a table to iterate over or to take whole.
 * @throws {TypeError} If an option is unknown or of the wrong kind.
 * @throws {RangeError} If a port is out of range.
 */
export function sockets(options: SocketsOptions = {}): Dump<SocketEntry> {
  const action = "list sockets";
  checkQuery(options, KEYS, action);
  for (const name of ["localPort", "remotePort", "port"] as const) {
    if (options[name] !== undefined) checkInteger(options[name], 0, 65535, action, name);
  }
  optional(IP_FAMILY)(options.family, action, "family");
  const conditions = compileConditions(options, action);
  const kinds = checkKinds(options, conditions !== undefined, action);
  const states = stateBits(options.states, action);
  const requests = kinds.flatMap((kind) => requestsOf(kind, options, states, conditions, action));
  return dumpOnce(NETLINK_SOCK_DIAG, options, "everything", action, () => requests);
}

function checkKinds(options: SocketsOptions, conditional: boolean, action: string): SocketKind[] {
  const kinds = options.kinds ?? SOCKET_KINDS;
  for (const kind of kinds) {
    if (!SOCKET_KINDS.includes(kind)) throw new TypeError(`Cannot ${action}: no kind is "${kind}"`);
  }
  return kinds.filter((kind) => kind in INET_PROTOCOLS || !conditional);
}

function stateBits(states: readonly SocketState[] | undefined, action: string): number {
  if (states === undefined) return 0xffffffff;
  let bits = 0;
  for (const state of states) {
    if (STATES.indexOf(state) <= 0) throw new TypeError(`Cannot ${action}: no state is "${state}"`);
    STATES.forEach((known, number) => bits |= known === state ? 1 << number : 0);
  }
  return bits >>> 0;
}

function requestsOf(
  kind: SocketKind,
  options: SocketsOptions,
  states: number,
  conditions: Uint8Array<ArrayBuffer> | undefined,
  action: string,
): DumpRequest<SocketEntry>[] {
  if (kind in INET_PROTOCOLS) return inetRequests(kind, options, states, conditions, action);
  const { memory = false } = options;
  const stateful = (entry: SocketEntry) =>
    (states >>> STATES.indexOf(entry.state) & 1) === 1 ? entry : undefined;
  const base = { type: d.SOCK_DIAG_BY_FAMILY, action, emptyIf: LACKING };
  if (kind === "unix") {
    const show = d.UDIAG_SHOW_NAME | d.UDIAG_SHOW_PEER | d.UDIAG_SHOW_RQLEN | d.UDIAG_SHOW_UID |
      (memory ? d.UDIAG_SHOW_MEMINFO : 0);
    return [{
      ...base,
      payload: (sink) =>
        UNIX_REQUEST.encode(sink, {
          sdiag_family: AF_UNIX,
          udiag_states: states,
          udiag_show: show,
        }),
      read: readUnix,
    }];
  }
  if (kind === "vsock") {
    return [{
      ...base,
      payload: (sink) =>
        UNIX_REQUEST.encode(sink, { sdiag_family: AF_VSOCK, udiag_states: states }),
      read: readVsock,
    }];
  }
  const packet = kind === "packet";
  return [{
    ...base,
    payload: (sink) =>
      SHOW_REQUEST.encode(sink, {
        sdiag_family: packet ? AF_PACKET : AF_NETLINK,
        sdiag_protocol: packet ? 0 : d.NDIAG_PROTO_ALL,
        show: packet
          ? d.PACKET_SHOW_INFO | d.PACKET_SHOW_MEMINFO
          : d.NDIAG_SHOW_MEMINFO | d.NDIAG_SHOW_GROUPS,
      }),
    read: (source, at, end) => stateful((packet ? readPacket : readNetlink)(source, at, end)),
  }];
}

function inetRequests(
  kind: SocketKind,
  options: SocketsOptions,
  states: number,
  conditions: Uint8Array<ArrayBuffer> | undefined,
  action: string,
): DumpRequest<SocketEntry>[] {
  const protocol = INET_PROTOCOLS[kind]!;
  const only = conditionFamily(options, action);
  const families = [AF_INET, AF_INET6].filter((family) =>
    (options.family === undefined || (options.family === "inet") === (family === AF_INET)) &&
    (only === undefined || family === only)
  );
  const { info = false, memory = false } = options;
  const bit = (extension: number) => 1 << (extension - 1);
  const extensions =
    (info ? bit(d.INET_DIAG_INFO) | bit(d.INET_DIAG_CONG) | bit(d.INET_DIAG_VEGASINFO) : 0) |
    (memory ? bit(d.INET_DIAG_SKMEMINFO) : 0);
  return families.map((family) => ({
    type: d.SOCK_DIAG_BY_FAMILY,
    payload(sink) {
      INET_REQUEST.encode(sink, {
        sdiag_family: family,
        // One whose number does not fit a byte is asked for by an attribute.
        sdiag_protocol: protocol & 0xff,
        idiag_ext: extensions,
        idiag_states: states,
      });
      if (conditions !== undefined) {
        writeAttribute(sink, d.INET_DIAG_REQ_BYTECODE, binary, conditions, "bytecode");
      }
      if (protocol > 0xff) {
        writeAttribute(sink, d.INET_DIAG_REQ_PROTOCOL, u32, protocol, "protocol");
      }
    },
    read: (source, at, end) => readInet(source, at, end, kind),
    action,
    emptyIf: LACKING,
  }));
}
