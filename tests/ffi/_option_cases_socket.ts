/**
 * Tries of the options of level SOL_SOCKET.
 */

import * as o from "../../ffi/options/mod.ts";
import { flags, isCookie, isInt, isPositive, LO, type OptionCase, values } from "./_option_case.ts";

/** A program that takes whole packets. */
const TAKE_ALL: o.BpfInstruction[] = [{ code: 0x06, jt: 0, jf: 0, k: 0xffffffff }];
/** A program that picks the first socket of a group. */
const FIRST_SOCKET: o.BpfInstruction[] = [{ code: 0x06, jt: 0, jf: 0, k: 0 }];

/** Tries of these options. */
export const SOCKET: readonly OptionCase[] = [
  { option: o.SO_ACCEPTCONN, on: "tcp listener", back: true },
  { option: o.SO_ACCEPTCONN, on: "tcp", back: false },
  ...values("udp", o.SO_BINDTODEVICE, "lo", ""),
  ...values("udp", o.SO_BINDTOIFINDEX, LO, 0),
  ...values("tcp", o.SO_BUF_LOCK, 3, 0),
  { option: o.SO_BUSY_POLL, on: "udp", set: 20, admin: true },
  { option: o.SO_BUSY_POLL_BUDGET, on: "udp", set: 8, admin: true },
  { option: o.SO_CNX_ADVICE, on: "tcp", set: 1 },
  { option: o.SO_COOKIE, on: "tcp", back: isCookie },
  { option: o.SO_DEBUG, on: "tcp", set: true, admin: true },
  { option: o.SO_DOMAIN, on: "tcp6", back: 10 },
  { option: o.SO_ERROR, on: "tcp", back: 0 },
  { option: o.SO_INCOMING_CPU, on: "tcp", set: 0 },
  { option: o.SO_INCOMING_NAPI_ID, on: "tcp", back: isInt },
  ...flags("unix pair", o.SO_INQ).map((c) => ({ ...c, since: [6, 17] as const })),
  ...values("tcp", o.SO_LINGER, 7, 0, null),
  { option: o.SO_MARK, on: "udp", set: 0xfedcba98, admin: true },
  ...values("tcp", o.SO_MAX_PACING_RATE, 123_456_789n, 2n ** 64n - 1n),
  { option: o.SO_MEMINFO, on: "udp", back: (v: unknown) => (v as o.SocketMemory).drops === 0 },
  { option: o.SO_NETNS_COOKIE, on: "tcp", back: isCookie },
  ...values("unix pair", o.SO_PEEK_OFF, 3, -1),
  { option: o.SO_PREFER_BUSY_POLL, on: "udp", set: true, admin: true },
  ...values("udp", o.SO_PRIORITY, 6, 0),
  { option: o.SO_PROTOCOL, on: "udp", back: 17 },
  // The kernel doubles what it is told.
  { option: o.SO_RCVBUF, on: "tcp", set: 65536, back: 131072 },
  { option: o.SO_SNDBUF, on: "tcp", set: 65536, back: 131072 },
  { option: o.SO_RCVBUFFORCE, on: "tcp", set: 1 << 24, admin: true },
  { option: o.SO_SNDBUFFORCE, on: "tcp", set: 1 << 24, admin: true },
  ...values("tcp", o.SO_RCVLOWAT, 100),
  // Whole clock ticks, of 1 to 10 ms.
  ...values("udp", o.SO_RCVTIMEO, 2500, 0),
  ...values("udp", o.SO_SNDTIMEO, 2500, 0),
  { option: o.SO_RESERVE_MEM, on: "tcp", set: 0, error: ["EOPNOTSUPP", "none"] },
  { option: o.SO_SNDLOWAT, on: "tcp", back: 1 },
  ...values("tcp", o.SO_TXREHASH, 1, 0),
  { option: o.SO_TXREHASH, on: "tcp", set: -1, back: isInt },
  { option: o.SO_TYPE, on: "udp", back: 2 },
  ...flags("udp", o.SO_BROADCAST, o.SO_DONTROUTE, o.SO_NO_CHECK, o.SO_RXQ_OVFL),
  ...flags("udp", o.SO_SELECT_ERR_QUEUE, o.SO_WIFI_STATUS, o.SO_ZEROCOPY),
  ...flags("udp", o.SO_RCVMARK),
  ...flags("udp", o.SO_RCVPRIORITY).map((c) => ({ ...c, since: [6, 14] as const })),
  ...flags("tcp", o.SO_KEEPALIVE, o.SO_OOBINLINE, o.SO_REUSEADDR, o.SO_REUSEPORT),
  ...flags("packet", o.SO_NOFCS),
  ...flags("udp", o.SO_TIMESTAMP, o.SO_TIMESTAMPNS),
  {
    option: o.SO_TIMESTAMPING,
    on: "udp",
    set: { rxSoftware: true, software: true, optId: true, txSoftware: true, optTsOnly: true },
    back: (v: unknown) => {
      const on = Object.entries(v as object).filter(([, flag]) => flag).map(([name]) => name);
      return on.sort().join() === "optId,optTsOnly,rxSoftware,software,txSoftware";
    },
  },
  {
    option: o.SO_TXTIME,
    on: "udp",
    set: { clock: "tai", deadlineMode: true, reportErrors: false },
    admin: true,
  },
  ...([["optIdTcp", 2], ["optRxFilter", 12], ["txCompletion", 15]] as const).map(
    ([flag, minor]): OptionCase => ({
      option: o.SO_TIMESTAMPING,
      on: "tcp connected",
      set: { optId: true, rxSoftware: true, software: true, [flag]: true },
      back: (v: unknown) => (v as o.TimestampingFlags)[flag] === true,
      since: [6, minor],
    }),
  ),
  ...values("udp", o.SO_TXTIME, { clock: "monotonic", deadlineMode: false, reportErrors: true }),
];

/** Tries of these options. */
export const PEER: readonly OptionCase[] = [
  ...flags("unix pair", o.SO_PASSCRED, o.SO_PASSSEC),
  ...flags("unix pair", o.SO_PASSPIDFD).map((c) => ({ ...c, since: [6, 5] as const })),
  ...flags("unix pair", o.SO_PASSRIGHTS).map((c) => ({ ...c, since: [6, 16] as const })),
  {
    option: o.SO_PEERCRED,
    on: "unix pair",
    back: (v: unknown) => {
      const { pid, uid, gid } = v as o.PeerCredentials;
      return pid === Deno.pid && uid === Deno.uid() && gid === Deno.gid();
    },
  },
  { option: o.SO_PEERGROUPS, on: "unix pair", back: (v: unknown) => (v as number[]).every(isInt) },
  { option: o.SO_PEERPIDFD, on: "unix pair", back: isPositive, since: [6, 5] },
  // Only where a security module labels sockets.
  {
    option: o.SO_PEERSEC,
    on: "unix pair",
    back: (v: unknown) => typeof v === "string",
    error: ["ENOPROTOOPT", "none"],
  },
];

/** Tries of these options. */
export const FILTER: readonly OptionCase[] = [
  { option: o.SO_ATTACH_FILTER, on: "udp", set: TAKE_ALL },
  { option: o.SO_GET_FILTER, on: "udp", back: TAKE_ALL, first: [[o.SO_ATTACH_FILTER, TAKE_ALL]] },
  { option: o.SO_GET_FILTER, on: "udp", back: [] },
  { option: o.SO_DETACH_FILTER, on: "udp", set: true, first: [[o.SO_ATTACH_FILTER, TAKE_ALL]] },
  { option: o.SO_DETACH_FILTER, on: "udp", set: true, error: "ENOENT" },
  { option: o.SO_LOCK_FILTER, on: "udp", set: true },
  { option: o.SO_BPF_EXTENSIONS, on: "udp", back: isPositive },
  // Descriptor 0 is no BPF program.
  { option: o.SO_ATTACH_BPF, on: "udp", set: 0, error: ["EINVAL", "EBADF"] },
  {
    option: o.SO_ATTACH_REUSEPORT_EBPF,
    on: "udp",
    set: 0,
    error: ["EINVAL", "EBADF"],
    first: [[o.SO_REUSEPORT, true]],
  },
  {
    option: o.SO_ATTACH_REUSEPORT_CBPF,
    on: "udp",
    set: FIRST_SOCKET,
    first: [[o.SO_REUSEPORT, true]],
  },
  {
    option: o.SO_DETACH_REUSEPORT_BPF,
    on: "udp",
    set: true,
    first: [[o.SO_REUSEPORT, true], [o.SO_ATTACH_REUSEPORT_CBPF, FIRST_SOCKET]],
  },
];
