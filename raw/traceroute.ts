import { checkInteger } from "../core/arguments.ts";
import { TRACEROUTE } from "./_arguments.ts";
import type { TraceRequest } from "./_trace_run.ts";
import type { TraceEvent } from "./trace_events.ts";

/** Options of {@linkcode traceroute}. */
export interface TracerouteOptions {
  /** Restricts a name's addresses. Default: libc's first choice. */
  family?: "inet" | "inet6";
  /**
   * What to send. `"udp"` (default) needs no privilege; with CAP_NET_RAW it also makes out routers
   * that quote no payload. `"icmp"` needs what ping needs. `"tcp"` (SYN) needs CAP_NET_RAW.
   */
  method?: "udp" | "icmp" | "tcp";
  /** The first hop to ask, 1 to 255. Default 1. */
  firstHop?: number;
  /** The last hop to ask, `firstHop` to 255. Default 30, or `firstHop` if that is more. */
  maxHops?: number;
  /** Probes for each hop, 1 to 100. Default 3. */
  probesPerHop?: number;
  /** Probes in flight at once, 1 to 1024. Default 16. */
  window?: number;
  /**
   * Milliseconds to wait for each answer, 1 to 2^31 - 1. Default 3500: that a neighbour is missing is
   * told after 3 s.
   */
  timeoutMs?: number;
  /** Destination port, 1 to 65535: 33434 by default for UDP, 80 for TCP. ICMP has none. */
  port?: number;
  /** Payload bytes: 8 to 65507 with ICMP, 4 to 65507 with UDP, 0 to 65471 with TCP. Default 32; 0 with TCP. */
  sizeBytes?: number;
  /** Whether to forbid fragmentation. Default false. */
  dontFragment?: boolean;
  /**
   * Whether to find the path MTU (RFC 1191, RFC 8201): probes as long as the interface allows, not to
   * be fragmented, and again in the size told wherever they are too big. Excludes `sizeBytes`.
   * Default false.
   */
  mtuDiscovery?: boolean;
  /** The interface to use. */
  interface?: string;
  /** The local address to use. */
  localAddress?: string;
  /** TOS or traffic class, 0 to 255. Default 0. */
  tos?: number;
  /** Ends the iteration with its reason. */
  signal?: AbortSignal;
}

const ACTION = "trace a route";

/** What sets the methods apart. */
const METHODS = {
  icmp: { port: 0, least: 8, most: 65507, usual: 32 },
  udp: { port: 33434, least: 4, most: 65507, usual: 32 },
  tcp: { port: 80, least: 0, most: 65471, usual: 0 },
} as const;

/**
 * Finds the way to a host, hop by hop, by probes that expire under way. All probes of a trace look
 * the same to routers that share load by flow (Paris traceroute): ports, ICMP identifier and
 * checksum, and flow label stay, so that they take the same way. Iterating sends; leaving the loop
 * stops.
 *
 * Events come as answers come, so a farther hop may be told before a nearer one. The trace ends once
 * every probe up to the target has come to its end; hops beyond it are left out, but one may be told
 * before it is known to be beyond. It also ends where a router says that the target is unreachable.
 *
 * Answers are matched by what routers quote of a probe. Without CAP_NET_RAW, where a router
 * quotes no payload of UDP, the answer's own TTL tells how far the probe must have come.
 *
 * Needs `--allow-ffi`, `--allow-net` for the host, and for ICMP and TCP what `method` says.
 * Extensions of ICMP errors are told since Linux 5.9, before that where they stand in the usual
 * place. Linux.
 *
 * @example The way to this host
 * ```ts
 * import { raw } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * for await (const event of raw.traceroute("127.0.0.1", { probesPerHop: 1 })) {
 *   assertEquals([event.hop, event.type, event.reached], [1, "unreachable", true]);
 * }
 * ```
 *
 * @param host A name or an address.
 * @param options What to send, how far, how often.
 * @returns What comes of the probes, as it comes.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {RangeError} If a number is out of range.
 * @throws {AddrInfoError} While iterating, if the name does not resolve.
 * @throws {SocketError} While iterating: `EPERM` without the privilege; it names CAP_NET_RAW.
 * `ENETUNREACH`: this machine has no route to the host.
 * @throws {Deno.errors.NotCapable} While iterating, if a permission is missing.
 */
export function traceroute(
  host: string,
  options: TracerouteOptions = {},
): AsyncIterableIterator<TraceEvent> {
  const given = TRACEROUTE(options, ACTION, "options");
  const { method, firstHop, probesPerHop, window, timeoutMs, mtuDiscovery } = given;
  const { least, most, usual, port: usualPort } = METHODS[method];
  const { maxHops = Math.max(30, firstHop), port = usualPort, sizeBytes = usual } = given;
  checkInteger(maxHops, firstHop, 255, ACTION, "maxHops");
  checkInteger(sizeBytes, least, most, ACTION, "sizeBytes");
  if (given.port !== undefined && method === "icmp") {
    throw new TypeError(`Cannot ${ACTION}: ICMP has no port`);
  }
  if (mtuDiscovery && given.sizeBytes !== undefined) {
    throw new TypeError(`Cannot ${ACTION}: mtuDiscovery excludes sizeBytes`);
  }
  const plan = { firstHop, maxHops, probesPerHop, window, timeoutMs, sizeBytes, mtuDiscovery };
  const dontFragment = given.dontFragment || mtuDiscovery;
  return later(host, { ...given, plan, port, dontFragment });
}

/** The events of a trace; what it takes is loaded when it begins. */
async function* later(host: string, request: TraceRequest): AsyncIterableIterator<TraceEvent> {
  const { runTrace } = await import("./_trace_run.ts");
  yield* runTrace(host, request);
}
