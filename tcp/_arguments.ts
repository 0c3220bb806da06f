import {
  boolean,
  callback,
  type Checked,
  integer,
  object,
  oneOf,
  optional,
  orElse,
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
import { type AcceptErrorHandler, DEFAULT_BACKLOG } from "../core/listener.ts";
import { DEFAULT_ATTEMPT_DELAY_MS, LEAST_ATTEMPT_DELAY_MS } from "./_happy_eyeballs.ts";

const LONGEST_ATTEMPT_DELAY_MS = 60_000;

const TCP_SHAPE = {
  ...OPEN_SHAPE,
  family: optional(IP_FAMILY),
  scopeId: optional(UINT32),
  protocol: orElse(oneOf("tcp", "mptcp"), "tcp"),
} as const;

const LISTEN_SHAPE = {
  ...TCP_SHAPE,
  hostname: orElse(LOCAL_HOSTNAME, ""),
  port: PORT,
  backlog: orElse(integer(0, 0x7fffffff), DEFAULT_BACKLOG),
  reusePort: orElse(boolean, false),
  dualStack: optional(boolean),
  onError: optional(callback<AcceptErrorHandler>()),
} as const;

const CONNECT_SHAPE = {
  ...TCP_SHAPE,
  hostname: HOSTNAME,
  port: PEER_PORT,
  flowInfo: optional(UINT32),
  localAddress: optional(object({
    family: optional(IP_FAMILY),
    hostname: HOSTNAME,
    port: orElse(PORT, 0),
  })),
  attemptDelayMs: orElse(
    integer(LEAST_ATTEMPT_DELAY_MS, LONGEST_ATTEMPT_DELAY_MS),
    DEFAULT_ATTEMPT_DELAY_MS,
  ),
} as const;

/** The options of `listen`, checked; an empty hostname is any address. */
export type ListenRequest = Checked<typeof LISTEN_SHAPE>;
/** The options of `connect`, checked. */
export type ConnectRequest = Checked<typeof CONNECT_SHAPE>;

/** Checks the options of `listen`. */
export const LISTEN = object(LISTEN_SHAPE);
/** Checks the options of `connect`. */
export const CONNECT = object(CONNECT_SHAPE);

/** What of the protocol and the family only libc can do; refuses a family that the address has not. */
export function tcpLibcReason(
  { protocol, family }: { protocol: "tcp" | "mptcp"; family?: "inet" | "inet6" },
  hostname: string,
  action: string,
): string | undefined {
  const restricted = checkIpFamily(family, hostname, action);
  if (protocol === "mptcp") return 'protocol "mptcp"';
  return restricted ? "family of a name" : undefined;
}
