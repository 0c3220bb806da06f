import {
  boolean,
  type Checked,
  either,
  integer,
  object,
  oneOf,
  optional,
  orElse,
  text,
} from "../core/arguments.ts";
import { OPEN_SHAPE } from "../core/engine_choice.ts";
import {
  checkIpFamily,
  HOSTNAME,
  IP_FAMILY,
  LOCAL_HOSTNAME,
  PEER_PORT,
  PORT,
  UINT32,
} from "../core/ip_arguments.ts";
import { isMulticast } from "../core/ip/registry.ts";
import { isIpv4, isIpv6 } from "../core/ip/text.ts";
import type { Membership } from "../deno/datagram_carrier.ts";

const UDP_SHAPE = {
  ...OPEN_SHAPE,
  family: optional(IP_FAMILY),
  scopeId: optional(UINT32),
  reuseAddress: orElse(boolean, false),
  reusePort: orElse(boolean, false),
  protocol: orElse(oneOf("udp", "udplite"), "udp"),
} as const;

const BIND_SHAPE = {
  ...UDP_SHAPE,
  hostname: orElse(LOCAL_HOSTNAME, ""),
  port: orElse(PORT, 0),
} as const;

const CONNECT_SHAPE = {
  ...UDP_SHAPE,
  hostname: HOSTNAME,
  port: PEER_PORT,
  flowInfo: optional(UINT32),
  localAddress: optional(object({
    family: optional(IP_FAMILY),
    hostname: HOSTNAME,
    port: orElse(PORT, 0),
  })),
} as const;

/** The options of `bind`, checked; an empty hostname is any address. */
export type BindRequest = Checked<typeof BIND_SHAPE>;
/** The options of `connect`, checked. */
export type ConnectRequest = Checked<typeof CONNECT_SHAPE>;

/** Checks the options of `bind`. */
export const BIND = object(BIND_SHAPE);
/** Checks the options of `connect`. */
export const CONNECT = object(CONNECT_SHAPE);

const MEMBERSHIP = object({
  interface: optional(either(integer(1, 0x7fffffff), text())),
  source: optional(text()),
});

/** What of a request only libc can do; refuses a family that the address has not. */
export function udpLibcReason(
  request: {
    protocol: "udp" | "udplite";
    reusePort: boolean;
    family?: "inet" | "inet6";
    scopeId?: number;
    flowInfo?: number;
  },
  hostname: string,
  action: string,
): string | undefined {
  const restricted = checkIpFamily(request.family, hostname, action);
  if (request.protocol === "udplite") return 'protocol "udplite"';
  if (request.reusePort) return "reusePort";
  if (hostname.includes("%")) return "a zone";
  if (restricted) return "family of a name";
  return request.scopeId ? "scopeId" : request.flowInfo ? "flowInfo" : undefined;
}

/** Refuses what is no group of the socket's family, no interface or no source. */
export function checkMembership(
  group: unknown,
  options: unknown,
  { family }: { readonly family: string },
  verb: "join" | "leave",
): Membership {
  const action = `${verb} a group`;
  const isOwn = family === "inet" ? isIpv4 : isIpv6;
  if (typeof group !== "string" || !isOwn(group) || !isMulticast(group)) {
    throw new TypeError(`Cannot ${action}: group is no multicast address of ${family}`);
  }
  const { interface: nic, source } = MEMBERSHIP(
    options === undefined ? {} : options,
    action,
    "options",
  );
  if (typeof nic === "string" && !/^[^/\s]{1,46}$/.test(nic)) {
    throw new TypeError(`Cannot ${action}: interface is no name, index or address`);
  }
  if (source !== undefined && !isOwn(source)) {
    throw new TypeError(`Cannot ${action}: source ${source} is no ${family} address`);
  }
  return { group, interface: nic, source };
}
