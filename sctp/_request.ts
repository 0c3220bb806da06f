/**
 * What the openers take, and the options it becomes.
 *
 * @module
 */
import type { IpAddress } from "../core/address.ts";
import { boolean, integer, list, object, oneOf, optional, orElse } from "../core/arguments.ts";
import { OPEN_SHAPE, type OptionSetting } from "../core/engine_choice.ts";
import { HOSTNAME, IP_FAMILY, LOCAL_HOSTNAME, PORT, UINT32 } from "../core/ip_arguments.ts";
import { DEFAULT_BACKLOG } from "../core/listener.ts";
import type { Wait } from "../core/wait.ts";
import { IPPROTO_SCTP } from "../ffi/abi/ip_constants.ts";
import type { Descriptor } from "../ffi/descriptor/descriptor.ts";
import { Peer } from "../ffi/guard/peer.ts";
import { resolveHost } from "../ffi/resolver/host.ts";
import { EVENTS } from "./_constants.ts";
import * as rows from "./options.ts";
import { changeBound, heardEvent } from "./_socket.ts";
import type { SctpEvent, SctpInit } from "./types.ts";

/** Why no other engine will do. */
export const NEEDS_LIBC = "SCTP";
const UINT16 = integer(0, 65535);
const EVENT_NAMES = Object.keys(EVENTS) as SctpEvent[];

/** What all openers take. */
export const SHAPE = {
  ...OPEN_SHAPE,
  family: optional(IP_FAMILY),
  scopeId: optional(UINT32),
  init: optional(object({
    outStreams: optional(UINT16),
    maxInStreams: optional(UINT16),
    maxAttempts: optional(UINT16),
    maxTimeoutMs: optional(UINT16),
  })),
  events: orElse(list(oneOf(...EVENT_NAMES)), []),
  noDelay: optional(boolean),
  addresses: orElse(list(HOSTNAME), []),
} as const;

/** What those that are bound take. */
export const BOUND_SHAPE = {
  ...SHAPE,
  hostname: orElse(LOCAL_HOSTNAME, "0.0.0.0"),
  port: orElse(PORT, 0),
  backlog: orElse(integer(0, 0x7fffffff), DEFAULT_BACKLOG),
} as const;

/** What every socket is asked to have. */
interface SocketRequest {
  readonly init?: SctpInit;
  readonly events: readonly SctpEvent[];
  readonly noDelay?: boolean;
  readonly options: readonly OptionSetting[];
}

/** What every socket gets. */
interface SocketSettings {
  readonly protocol: number;
  readonly options: readonly OptionSetting[];
  /** The notifications that are told. */
  readonly tells: ReadonlySet<number>;
}

/** The protocol and the options of a socket. */
export function engineOptions(request: SocketRequest): SocketSettings {
  const { init, events, noDelay, options } = request;
  const own: OptionSetting[] = [[rows.SCTP_RECVRCVINFO, true]];
  if (init !== undefined) own.push([rows.SCTP_INITMSG, defined(init)]);
  if (noDelay !== undefined) own.push([rows.SCTP_NODELAY, noDelay]);
  for (const event of events) own.push([rows.SCTP_EVENT, { event: EVENTS[event], on: 1 }]);
  const tells = new Set<number>(events.map((event) => EVENTS[event]));
  const others = options.filter(([option, value]) => {
    const heard = heardEvent(option, value);
    if (heard?.on) tells.add(heard.number);
    else if (heard !== undefined) tells.delete(heard.number);
    return heard?.number !== EVENTS.partialDelivery;
  });
  // Always heard: what has begun to come must be forgotten where it will not be finished.
  own.push([rows.SCTP_EVENT, { event: EVENTS.partialDelivery, on: 1 }]);
  return { protocol: IPPROTO_SCTP, options: [...own, ...others], tells };
}

function defined(init: SctpInit): SctpInit {
  return Object.fromEntries(Object.entries(init).filter(([, value]) => value !== undefined));
}

/** What those that are bound have asked for. */
interface BoundRequest extends SocketRequest, HostRequest {
  readonly addresses: readonly string[];
}

/** Where a socket is to be bound, and what is set before. */
interface Binding extends SocketSettings {
  /** The addresses of the host: the first that works is taken. */
  readonly found: readonly IpAddress[];
  /** Those that are bound beside it. */
  readonly others: readonly IpAddress[];
}

/** Looks up where a socket is to be bound. */
export async function bindingOf(
  hostname: string,
  request: BoundRequest,
  action: string,
  wait: Wait | undefined,
): Promise<Binding> {
  const found = await hostAddresses(hostname, request, action, wait);
  const others = await Promise.all(
    request.addresses.map((name) => hostAddresses(name, request, action, wait)),
  );
  return { found, others: others.map(([first]) => first), ...engineOptions(request) };
}

/** Binds the other addresses too, at the port that the first one has got. */
export function bindOthers(
  core: Descriptor,
  others: readonly IpAddress[],
  port: number,
  action: string,
): void {
  const added = others.map((address) => Peer.askPort(address, port, action));
  changeBound(core, "SCTP_SOCKOPT_BINDX_ADD", added);
}

/** Which address of a host. */
interface HostRequest {
  readonly port: number;
  readonly family?: "inet" | "inet6";
  readonly scopeId?: number;
}

/** The addresses of a host. */
export async function hostAddresses(
  hostname: string,
  request: HostRequest,
  action: string,
  wait: Wait | undefined,
): Promise<IpAddress[]> {
  const { port, family, scopeId } = request;
  const host = { hostname, port, family, scopeId, signal: wait?.signal } as const;
  return await resolveHost({ ...host, type: "stream", action });
}
