import { PING } from "./_arguments.ts";
import { type PingPlan, PingSession } from "./_ping_session.ts";
import type { PingEvent } from "./ping_events.ts";
import { ProbeSocket } from "./_probe_socket.ts";
import { resolveTarget } from "./_target.ts";
import { timestampsBegun, waitReadable } from "./_waiting.ts";

/** Options of {@linkcode ping}. */
export interface PingOptions {
  /** Restricts a name's addresses. Default: libc's first choice. */
  family?: "inet" | "inet6";
  /** Requests to send, 1 or more. Default: no end. */
  count?: number;
  /** Milliseconds from one request to the next, 0 to 2^31 - 1. Default 1000. */
  intervalMs?: number;
  /** Send the next request as soon as the last is answered, at least 100 a second (`ping -f`). Default false. */
  flood?: boolean;
  /** Milliseconds to wait for each reply, 1 to 2^31 - 1. Default 1000. */
  timeoutMs?: number;
  /** Payload bytes, 0 to 65507; below 8 leaves no room to tell other senders' replies apart. Default 56. */
  sizeBytes?: number;
  /** The payload's pattern, repeated; its first 8 bytes are overwritten. */
  pattern?: Uint8Array;
  /** TTL or hop limit, 1 to 255. Default: the system's. */
  ttl?: number;
  /** TOS or traffic class, 0 to 255. Default 0. */
  tos?: number;
  /** Whether to forbid fragmentation. Default: the system's path MTU discovery. */
  dontFragment?: boolean;
  /** The interface to use. */
  interface?: string;
  /** The local address to use. */
  localAddress?: string;
  /** Ends the iteration with its reason. */
  signal?: AbortSignal;
}

const ACTION = "ping";
/** The slowest pace of a flood. */
const FLOOD_MS = 10;

/**
 * Pings a host (ICMP echo, RFC 792 and RFC 4443). Round trips are measured between the kernel's own
 * timestamps, so a busy event loop adds nothing. Iterating sends; leaving the loop stops.
 *
 * Needs `--allow-ffi`, `--allow-net` for the host, and a group within `net.ipv4.ping_group_range` or
 * the capability CAP_NET_RAW. Linux.
 *
 * @example One request
 * ```ts
 * import { raw } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * for await (const event of raw.ping("127.0.0.1", { count: 1 })) {
 *   assertEquals([event.type, event.sequence], ["reply", 1]);
 * }
 * ```
 *
 * @param host A name or an address.
 * @param options How often, how large, how long.
 * @returns What happens to the requests, as it happens.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {RangeError} If a number is out of range.
 * @throws {AddrInfoError} While iterating, if the name does not resolve.
 * @throws {SocketError} While iterating: `EPERM` without the privilege; it names the ways to it.
 */
export function ping(host: string, options: PingOptions = {}): AsyncIterableIterator<PingEvent> {
  const given = PING(options, ACTION, "options");
  const { flood, intervalMs, sizeBytes, pattern } = given;
  return run(host, given, {
    count: given.count,
    intervalMs: flood ? FLOOD_MS : intervalMs,
    flood,
    timeoutMs: given.timeoutMs,
    payload: payloadOf(sizeBytes, pattern),
  });
}

function payloadOf(sizeBytes: number, pattern: Uint8Array | undefined): Uint8Array {
  const payload = new Uint8Array(sizeBytes);
  const from = pattern === undefined || pattern.length === 0 ? undefined : pattern;
  for (let i = 0; i < sizeBytes; i++) payload[i] = from === undefined ? i : from[i % from.length];
  return payload;
}

async function* run(
  host: string,
  options: PingOptions,
  plan: PingPlan,
): AsyncIterableIterator<PingEvent> {
  const { signal } = options;
  signal?.throwIfAborted();
  const target = await resolveTarget(host, options.family, ACTION, { signal });
  const socket = new ProbeSocket({ ...options, family: target.family, transmitTimes: true });
  try {
    await timestampsBegun();
    const session = new PingSession(socket, target, plan);
    for (;;) {
      session.step();
      yield* session.takeEvents();
      if (session.done) return;
      await waitReadable(socket.core, session.pauseMs(), signal);
    }
  } finally {
    socket.core.close();
  }
}
