/**
 * What the methods of a traceroute have in common, and how their sockets are opened.
 *
 * @module
 */
import type { IpAddress } from "../core/address.ts";
import type { OptionSetting } from "../core/engine_choice.ts";
import { isSocketError } from "../core/errors.ts";
import { AF_INET, AF_INET6 } from "../ffi/abi/socket_constants.ts";
import {
  IP_MTU_DISCOVER,
  IP_RECVERR,
  IP_RECVERR_RFC4884,
  IP_RECVTTL,
  IP_TOS,
} from "../ffi/options/ip.ts";
import {
  IPV6_MTU_DISCOVER,
  IPV6_RECVERR,
  IPV6_RECVERR_RFC4884,
  IPV6_RECVHOPLIMIT,
  IPV6_TCLASS,
} from "../ffi/options/ipv6.ts";
import { Peer } from "../ffi/guard/peer.ts";
import { decodeSockaddr } from "../ffi/families/sockaddr.ts";
import type { Descriptor } from "../ffi/descriptor/descriptor.ts";
import { assembleBpf } from "./bpf_assemble.ts";
import type { BpfProgram } from "./bpf.ts";
import { openRawCore } from "./_socket.ts";

/** Where probes go, and what marks them. */
export interface TraceRoute {
  target: IpAddress;
  /** Destination port; unused by ICMP. */
  port: number;
  dontFragment: boolean;
  tos?: number;
  interface?: string;
  localAddress?: string;
}

/** How the target may answer without an ICMP error. */
export type TraceReplyKind = "echo" | "datagram" | "synAck" | "reset";

/** The target's own answer, and to which probe. */
export interface TraceMatch {
  /** The probe's number; undefined if the answer does not say. */
  id: number | undefined;
  /** Whether it may answer a later probe, if that one has been answered. */
  orLater?: boolean;
  reply: TraceReplyKind;
}

/** Probes of one kind: how they are made, and told apart when they come back. */
export interface TraceMethod {
  /** Connected to the target, so that nobody else's answers come. */
  readonly core: Descriptor;
  /** Bytes of a probe between the IP header and the payload. */
  readonly headerBytes: number;
  /** The least payload that tells probes apart and keeps what routers hash constant. */
  readonly leastPayloadBytes: number;
  /** Whether what the error queue quotes begins with the header rather than with the payload. */
  readonly quotesHeader: boolean;
  /** The probe of a number (0 to 65533), for the socket to send. */
  build(id: number, payloadBytes: number): Uint8Array;
  /** The number of a quoted probe: undefined if it is cut off before that, null if it is not ours. */
  quoted(bytes: Uint8Array): number | undefined | null;
  /** Reads what the socket received; undefined if it is no answer. */
  match(bytes: Uint8Array): TraceMatch | undefined;
  close(): void;
}

/** Options of every probe socket of a traceroute. */
export function traceSettings(route: TraceRoute): OptionSetting[] {
  const { dontFragment, tos } = route;
  const four = route.target.family === "inet";
  // "probe" heeds no path MTU known from before: each router has to say it again.
  const mode = dontFragment ? "probe" : "dont";
  return [
    [four ? IP_RECVERR : IPV6_RECVERR, true],
    [four ? IP_RECVTTL : IPV6_RECVHOPLIMIT, true],
    [four ? IP_MTU_DISCOVER : IPV6_MTU_DISCOVER, mode],
    ...(tos === undefined ? [] : [[four ? IP_TOS : IPV6_TCLASS, tos] as const]),
  ];
}

/** The local address to bind to, with this port; undefined where none was asked for. */
export function localOf(route: TraceRoute, port = 0): IpAddress | undefined {
  const { localAddress, target: { family } } = route;
  return localAddress === undefined
    ? undefined
    : { family, hostname: localAddress, port } as IpAddress;
}

/** A socket for one protocol's probes. */
export function openTraceCore(
  route: TraceRoute,
  type: number,
  protocol: number,
  filter?: BpfProgram,
): Descriptor {
  return openRawCore({
    family: route.target.family === "inet" ? AF_INET : AF_INET6,
    type,
    protocol,
    settings: traceSettings(route),
    interface: route.interface,
    filter,
    address: localOf(route),
  });
}

/**
 * Connects to the target, which chooses the route and with it the local address.
 *
 * @returns The local address.
 */
export function connectTrace(core: Descriptor, route: TraceRoute, port: number): IpAddress {
  const { target } = route;
  // Where the kernel is too old for it, extensions are found by their usual place.
  const rfc4884 = target.family === "inet" ? IP_RECVERR_RFC4884 : IPV6_RECVERR_RFC4884;
  try {
    core.setOption(rfc4884, true);
  } catch (error) {
    if (!isSocketError(error, "ENOPROTOOPT")) throw error;
  }
  core.connectNow(Peer.askPort(target, port, "trace a route"), target.hostname);
  const name = core.localName();
  return decodeSockaddr(name, name.length) as IpAddress;
}

/**
 * Takes a local port, so that no other program is given it while probes are sent by a raw socket.
 *
 * @returns The socket that holds it, and the port.
 */
export function holdPort(
  route: TraceRoute,
  type: number,
  protocol: number,
): { holder: Descriptor; port: number } {
  const { family } = route.target;
  const any = { family, hostname: family === "inet" ? "0.0.0.0" : "::", port: 0 } as IpAddress;
  const holder = openRawCore({
    family: family === "inet" ? AF_INET : AF_INET6,
    type,
    protocol,
    settings: [],
    address: localOf(route) ?? any,
  });
  try {
    const name = holder.localName();
    return { holder, port: (decodeSockaddr(name, name.length) as IpAddress).port };
  } catch (error) {
    holder.close();
    throw error;
  }
}

/** A filter for a raw socket: segments or datagrams from one port to another. */
export function portFilter(
  family: "inet" | "inet6",
  from: number,
  to: number,
): BpfProgram {
  // Over IPv4 what comes begins with the IP header, over IPv6 after it.
  const [load, at] = family === "inet" ? ["ldx 4*([0]&0xf)", "x + "] : ["ldx #0", "x + "];
  return assembleBpf(`
    ${load}
    ldh [${at}0]
    jne #${from}, drop
    ldh [${at}2]
    jne #${to}, drop
    ret #0xffffffff
    drop: ret #0
  `);
}

/** Where the transport header begins in what a raw socket received; -1 if it is cut off. */
export function transportStart(
  family: "inet" | "inet6",
  bytes: Uint8Array,
  headerBytes: number,
): number {
  const start = family === "inet" ? (bytes[0] & 0x0f) * 4 : 0;
  return bytes.length < start + headerBytes ? -1 : start;
}
