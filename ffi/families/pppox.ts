/**
 * What PPP goes over: `struct sockaddr_pppox`, and `sockaddr_pppol2tp…` for L2TP, of which the length
 * tells the version and the kind of address (linux/if_pppox.h, linux/if_pppol2tp.h).
 *
 * @module
 */
import type { PppoxAddress } from "../../core/rare_addresses.ts";
import { checkInteger } from "../../core/arguments.ts";
import { formatIpv4, isIpv4, parseIpv4 } from "../../core/ip/text.ts";
import { STRUCTS } from "../abi/layout.ts";
import { AF_PPPOX } from "../abi/socket_constants.ts";
import { hostU32At, putFamily, putHostU32, putU16, u16At } from "./bytes.ts";
import { ipAt, ipFields, isInner6, putIp } from "./inner_ip.ts";
import { numberAt, putNumber } from "./numbers.ts";
import { type FamilyRow, type Fields, type InterfaceLookup, refuse, WHOLE_NET } from "./row.ts";
import { hardwareAt, putHardware, putText, textAt } from "./texts.ts";

/** struct sockaddr_pppox (linux/if_pppox.h); the session's number is in network order. */
export const SOCKADDR_PPPOX = {
  size: 30,
  sa_family: 0,
  sa_protocol: 2,
  "sa_addr.pppoe.sid": 6,
  "sa_addr.pppoe.remote": 8,
  "sa_addr.pppoe.dev": 14,
  "sa_addr.pptp.call_id": 6,
  "sa_addr.pptp.sin_addr": 10,
} as const;
const AT = SOCKADDR_PPPOX;

/** Where the structures of L2TP have their parts (linux/if_pppol2tp.h), by version and address. */
export const SOCKADDR_PPPOL2TP = {
  sockaddr_pppol2tp: {
    size: 38,
    "pppol2tp.fd": 10,
    "pppol2tp.addr": 14,
    "pppol2tp.s_tunnel": 30,
    "pppol2tp.d_session": 36,
  },
  sockaddr_pppol2tpv3: {
    size: 46,
    "pppol2tp.fd": 10,
    "pppol2tp.addr": 14,
    "pppol2tp.s_tunnel": 30,
    "pppol2tp.d_session": 42,
  },
  sockaddr_pppol2tpin6: {
    size: 50,
    "pppol2tp.fd": 10,
    "pppol2tp.addr": 22,
    "pppol2tp.s_tunnel": 14,
    "pppol2tp.d_session": 20,
  },
  sockaddr_pppol2tpv3in6: {
    size: 58,
    "pppol2tp.fd": 10,
    "pppol2tp.addr": 30,
    "pppol2tp.s_tunnel": 14,
    "pppol2tp.d_session": 26,
  },
} as const;
const L2TP = SOCKADDR_PPPOL2TP;
/** In the order of their numbers in the structures. */
const L2TP_NUMBERS = ["tunnel", "session", "peerTunnel", "peerSession"] as const;

/** PX_PROTO_* (linux/if_pppox.h). */
export const PPPOX_PROTOCOLS = { PX_PROTO_OE: 0, PX_PROTO_OL2TP: 1, PX_PROTO_PPTP: 2 } as const;
const P = PPPOX_PROTOCOLS;
/** IFNAMSIZ (linux/if.h) with its NUL, and ETH_ALEN (linux/if_ether.h). */
const INTERFACE_BYTES = 15;
const ETH_ALEN = 6;

type Kind = PppoxAddress["kind"];
const PROTOCOLS: Readonly<Record<Kind, number>> = {
  pppoe: P.PX_PROTO_OE,
  l2tp: P.PX_PROTO_OL2TP,
  pptp: P.PX_PROTO_PPTP,
};
const KEYS: Readonly<Record<Kind, readonly string[]>> = {
  pppoe: ["session", "hardwareAddress", "interface"],
  pptp: ["callId", "remoteHost"],
  l2tp: ["version", "fd", "remote", ...L2TP_NUMBERS],
};

function kindOf(fields: Fields, action: string): Kind {
  const { kind } = fields;
  if (typeof kind !== "string" || !Object.hasOwn(KEYS, kind)) {
    refuse(action, `address.kind is not ${Object.keys(KEYS).join(", ")}`);
  }
  const known = KEYS[kind as Kind];
  for (const key in fields) {
    if (key === "family" || key === "kind" || fields[key] === undefined) continue;
    if (!known.includes(key)) refuse(action, `address.${key} is none of a ${kind} address`);
  }
  return kind as Kind;
}

type Encode = (
  target: Uint8Array,
  offset: number,
  fields: Fields,
  action: string,
  lookup: InterfaceLookup | undefined,
) => number;

const ENCODE: Readonly<Record<Kind, Encode>> = {
  pppoe(target, offset, fields, action) {
    const { session } = fields;
    checkInteger(session, 0, 0xffff, action, "address.session");
    putU16(target, offset + AT["sa_addr.pppoe.sid"], session);
    const remote = offset + AT["sa_addr.pppoe.remote"];
    putHardware(target, remote, fields, "hardwareAddress", ETH_ALEN, action);
    const device = offset + AT["sa_addr.pppoe.dev"];
    putText(target, device, fields, "interface", INTERFACE_BYTES, action);
    return AT.size;
  },
  pptp(target, offset, { callId, remoteHost }, action) {
    checkInteger(callId, 0, 0xffff, action, "address.callId");
    if (typeof remoteHost !== "string" || !isIpv4(remoteHost)) {
      refuse(action, "address.remoteHost is no IPv4 address");
    }
    putNumber(target, offset + AT["sa_addr.pptp.call_id"], callId, 2);
    target.set(parseIpv4(remoteHost), offset + AT["sa_addr.pptp.sin_addr"]);
    return AT.size;
  },
  l2tp(target, offset, fields, action, lookup) {
    const { version = 2, fd = -1 } = fields;
    if (version !== 2 && version !== 3) refuse(action, "address.version is not 2 or 3");
    checkInteger(fd, -1, 0x7fffffff, action, "address.fd");
    const remote = ipFields(fields.remote, action, "address.remote");
    const v6 = isInner6(remote);
    const layout = version === 2
      ? (v6 ? L2TP.sockaddr_pppol2tpin6 : L2TP.sockaddr_pppol2tp)
      : (v6 ? L2TP.sockaddr_pppol2tpv3in6 : L2TP.sockaddr_pppol2tpv3);
    putHostU32(target, offset + layout["pppol2tp.fd"], fd);
    putIp(target, offset + layout["pppol2tp.addr"], remote, action, lookup);
    const bytes = version === 2 ? 2 : 4;
    for (const [i, key] of L2TP_NUMBERS.entries()) {
      const value = fields[key];
      checkInteger(value, 0, 2 ** (8 * bytes) - 1, action, `address.${key}`);
      putNumber(target, offset + layout["pppol2tp.s_tunnel"] + bytes * i, value, bytes);
    }
    return layout.size;
  },
};

function decodeL2tp(bytes: Uint8Array, offset: number, size: number): PppoxAddress | undefined {
  const layout = Object.values(L2TP).find((layout) => layout.size === size);
  if (layout === undefined) return undefined;
  const at = layout["pppol2tp.addr"];
  const v6 = at > layout["pppol2tp.s_tunnel"];
  const { sockaddr_in, sockaddr_in6 } = STRUCTS;
  const remote = ipAt(bytes, offset + at, v6 ? sockaddr_in6.size : sockaddr_in.size);
  if (remote === undefined || remote.hostname.includes(":") !== v6) return undefined;
  const version = size === L2TP.sockaddr_pppol2tp.size || size === L2TP.sockaddr_pppol2tpin6.size
    ? 2
    : 3;
  const number = (i: number): number => {
    const count = version === 2 ? 2 : 4;
    return numberAt(bytes, offset + layout["pppol2tp.s_tunnel"] + count * i, count);
  };
  return {
    ...{ family: "pppox", kind: "l2tp", version },
    fd: hostU32At(bytes, offset + layout["pppol2tp.fd"]) | 0,
    remote,
    ...{ tunnel: number(0), session: number(1), peerTunnel: number(2), peerSession: number(3) },
  };
}

/** What PPP goes over. */
export const PPPOX: FamilyRow<PppoxAddress> = {
  number: AF_PPPOX,
  name: "pppox",
  module: "pppox",
  protocols: {
    [P.PX_PROTO_OE]: { name: "pppoe", module: "pppoe" },
    [P.PX_PROTO_OL2TP]: { name: "l2tp", module: "l2tp_ppp" },
    [P.PX_PROTO_PPTP]: { name: "pptp", module: "pptp" },
  },
  keys: ["kind", ...new Set(Object.values(KEYS).flat())],
  grants: ["net"],
  encode(target, offset, fields, action, lookup) {
    const kind = kindOf(fields, action);
    target.fill(0, offset, offset + L2TP.sockaddr_pppol2tpv3in6.size);
    putFamily(target, offset, AF_PPPOX);
    putHostU32(target, offset + AT.sa_protocol, PROTOCOLS[kind]);
    return ENCODE[kind](target, offset, fields, action, lookup);
  },
  decode(bytes, offset, size) {
    if (size < AT.size) return undefined;
    const protocol = hostU32At(bytes, offset + AT.sa_protocol);
    if (protocol === P.PX_PROTO_OL2TP) return decodeL2tp(bytes, offset, size);
    if (protocol === P.PX_PROTO_PPTP) {
      return {
        ...{ family: "pppox", kind: "pptp" },
        callId: numberAt(bytes, offset + AT["sa_addr.pptp.call_id"], 2),
        remoteHost: formatIpv4(bytes, offset + AT["sa_addr.pptp.sin_addr"]),
      };
    }
    if (protocol !== P.PX_PROTO_OE) return undefined;
    return {
      ...{ family: "pppox", kind: "pppoe" },
      session: u16At(bytes, offset + AT["sa_addr.pppoe.sid"]),
      hardwareAddress: hardwareAt(bytes, offset + AT["sa_addr.pppoe.remote"], ETH_ALEN),
      interface: textAt(bytes, offset + AT["sa_addr.pppoe.dev"], INTERFACE_BYTES),
    };
  },
  text(address) {
    switch (address.kind) {
      case "pppoe":
        return `pppoe:${address.hardwareAddress}:${address.session}`;
      case "pptp":
        return `pptp:${address.remoteHost}:${address.callId}`;
      case "l2tp":
        return `l2tp:${address.tunnel}/${address.session}`;
    }
  },
  permissions: () => WHOLE_NET,
};
