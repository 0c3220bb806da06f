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
import { resolveHost } from "../ffi/resolver/host.ts";
import { EVENTS } from "./_constants.ts";
import * as rows from "./options.ts";
import { heardEvent } from "./_socket.ts";
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

/** The protocol and the options of a socket. */
export function engineOptions(
  request: {
    readonly init?: SctpInit;
    readonly events: readonly SctpEvent[];
    readonly noDelay?: boolean;
    readonly options: readonly OptionSetting[];
  },
): { protocol: number; options: OptionSetting[]; tells: Set<number> } {
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

/** The addresses of a host. */
export async function hostAddresses(
  hostname: string,
  request: { readonly port: number; readonly family?: "inet" | "inet6"; readonly scopeId?: number },
  action: string,
  wait: Wait | undefined,
): Promise<IpAddress[]> {
  const { port, family, scopeId } = request;
  const host = { hostname, port, family, scopeId, signal: wait?.signal } as const;
  return await resolveHost({ ...host, type: "stream", action });
}
