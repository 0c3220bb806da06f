import type { IpAddress } from "../core/address.ts";
import { checkBytes, checkInteger, checkKeys } from "../core/bytes.ts";
import type { ErrorQueueMessage } from "../core/control.ts";
import { Wait } from "../core/wait.ts";
import { realtimeMicros } from "../ffi/clock.ts";
import { type Echo, EchoTemplate } from "./_echo.ts";
import { type ProbeEvents, ProbeSocket } from "./_probe_socket.ts";
import { resolveTarget } from "./_target.ts";

/** What {@linkcode ping} tells. `sequence` counts the requests from 1, without wrapping. */
export type PingEvent = PingReply | PingTimeout | PingIcmpError | PingSendError;

/** An echo reply. */
export interface PingReply {
  /** Tells the events apart. */
  type: "reply";
  /** Which request it answers. */
  sequence: number;
  /** Who answered. */
  address: string;
  /** Bytes of the ICMP message, its 8-byte header included. */
  lengthBytes: number;
  /** TTL or hop limit of the reply; undefined if the kernel did not say. */
  ttl: number | undefined;
  /** Round trip in microseconds by the kernel's clock: from the device's queue to its receipt. */
  rttMicros: number;
  /** Whether this request was answered before. */
  duplicate: boolean;
  /** Whether a time-out for this request was told before. */
  late: boolean;
}

/** No reply in time. */
export interface PingTimeout {
  /** Tells the events apart. */
  type: "timeout";
  /** Which request. */
  sequence: number;
  /** Who was asked. */
  address: string;
}

/** An ICMP error came instead of a reply. */
export interface PingIcmpError {
  /** What the error says (RFC 792, RFC 4443). */
  type: "unreachable" | "timeExceeded" | "parameterProblem" | "packetTooBig" | "icmpError";
  /** Which request. */
  sequence: number;
  /** Who sent the error. */
  address: string;
  /** ICMP type and code. */
  icmpType: number;
  icmpCode: number;
  /** The POSIX name the kernel gives it, `"EHOSTUNREACH"`. */
  code: string;
  /** The MTU in bytes of the next hop, with `"packetTooBig"`. */
  mtuBytes?: number;
}

/** The request could not be sent. */
export interface PingSendError {
  /** Tells the events apart. */
  type: "sendError";
  /** Which request. */
  sequence: number;
  /** Who was to be asked. */
  address: string;
  /** Why: code `ENETUNREACH`, `EMSGSIZE`, `EPERM`, … */
  error: Error;
}

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

const KEYS = [
  "family",
  "count",
  "intervalMs",
  "flood",
  "timeoutMs",
  "sizeBytes",
  "pattern",
  "ttl",
  "tos",
  "dontFragment",
  "interface",
  "localAddress",
  "signal",
];
const ACTION = "ping";
const MAX_MS = 0x7fffffff;
/** The slowest pace of a flood. */
const FLOOD_MS = 10;
/** Requests remembered after their end, to tell duplicates and late replies. */
const REMEMBERED = 4096;

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
  checkKeys(options, KEYS, ACTION);
  const { count = Infinity, intervalMs = 1000, timeoutMs = 1000, sizeBytes = 56 } = options;
  if (count !== Infinity) checkInteger(count, 1, Number.MAX_SAFE_INTEGER, ACTION, "count");
  checkInteger(intervalMs, 0, MAX_MS, ACTION, "intervalMs");
  checkInteger(timeoutMs, 1, MAX_MS, ACTION, "timeoutMs");
  checkInteger(sizeBytes, 0, 65507, ACTION, "sizeBytes");
  if (options.ttl !== undefined) checkInteger(options.ttl, 1, 255, ACTION, "ttl");
  if (options.tos !== undefined) checkInteger(options.tos, 0, 255, ACTION, "tos");
  if (options.pattern !== undefined) checkBytes(options.pattern, ACTION, "pattern");
  if (options.signal !== undefined && !(options.signal instanceof AbortSignal)) {
    throw new TypeError(`Cannot ${ACTION}: signal is not an AbortSignal`);
  }
  return run(host, options, {
    count,
    intervalMs: options.flood ? FLOOD_MS : intervalMs,
    timeoutMs,
    payload: payloadOf(sizeBytes, options.pattern),
  });
}

interface Plan {
  count: number;
  intervalMs: number;
  timeoutMs: number;
  payload: Uint8Array;
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
  plan: Plan,
): AsyncIterableIterator<PingEvent> {
  const { signal } = options;
  signal?.throwIfAborted();
  const target = await resolveTarget(host, options.family, ACTION, { signal });
  const socket = new ProbeSocket({ ...options, family: target.family, transmitTimes: true });
  try {
    const session = new PingSession(socket, target, plan);
    for (;;) {
      session.step(options.flood === true);
      yield* session.takeEvents();
      if (session.done) return;
      await waitReadable(socket, session.pauseMs(), signal);
    }
  } finally {
    socket.core.close();
  }
}

/** Waits until something comes, or for this long. */
async function waitReadable(
  socket: ProbeSocket,
  ms: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const wait = new Wait(signal, ms);
  try {
    await socket.core.waitReadable(wait);
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (!(error instanceof DOMException && error.name === "TimeoutError")) throw error;
  } finally {
    wait.end();
  }
}

interface Request {
  sequence: number;
  sentMicros: number;
  /** When the kernel says that it left. */
  leftMicros: number | undefined;
  deadlineMs: number;
  state: "pending" | "answered" | "late" | "failed";
}

/** The requests of one ping, and what has come of them. */
class PingSession implements ProbeEvents {
  readonly #socket: ProbeSocket;
  readonly #target: IpAddress;
  readonly #plan: Plan;
  readonly #template: EchoTemplate;
  readonly #token = crypto.getRandomValues(new Uint32Array(1))[0];
  /** By sequence number on the wire (16 bits). */
  readonly #requests = new Map<number, Request>();
  /** By the number that the kernel counts successful sends with. */
  readonly #bySend = new Map<number, Request>();
  #sends = 0;
  #sent = 0;
  #pending = 0;
  #nextSendMs = performance.now();
  #events: PingEvent[] = [];

  constructor(socket: ProbeSocket, target: IpAddress, plan: Plan) {
    this.#socket = socket;
    this.#target = target;
    this.#plan = plan;
    this.#template = new EchoTemplate(
      target.family,
      socket.identifier,
      plan.payload,
      this.#token,
    );
  }

  /** Whether all requests were sent and have come to an end. */
  get done(): boolean {
    return this.#sent >= this.#plan.count && this.#pending === 0;
  }

  /** Hears what came, gives up what is overdue, sends what is due. */
  step(flood: boolean): void {
    this.#socket.drain(this);
    const now = performance.now();
    for (const request of this.#requests.values()) {
      if (request.state !== "pending") continue;
      if (request.deadlineMs > now) break; // in the order they were sent
      this.#end(request, "late");
      this.#events.push({ type: "timeout", ...this.#about(request) });
    }
    const due = now >= this.#nextSendMs || (flood && this.#pending === 0);
    if (due && this.#sent < this.#plan.count) this.#send(now);
  }

  /** What happened since the last call. */
  takeEvents(): PingEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  /** Milliseconds until something is due. */
  pauseMs(): number {
    let due = this.#sent < this.#plan.count ? this.#nextSendMs : Infinity;
    for (const request of this.#requests.values()) {
      if (request.state !== "pending") continue;
      due = Math.min(due, request.deadlineMs);
      break;
    }
    return Math.max(0, due - performance.now());
  }

  reply(echo: Echo, from: string, atMicros: number): void {
    if (echo.token !== undefined && echo.token !== this.#token) return;
    const request = this.#requests.get(echo.sequence);
    if (request === undefined) return;
    if (echo.cookie !== undefined && echo.cookie !== request.sequence >>> 0) return;
    const { state } = request;
    this.#events.push({
      type: "reply",
      sequence: request.sequence,
      address: from,
      lengthBytes: echo.lengthBytes,
      ttl: echo.ttl,
      rttMicros: Math.max(0, atMicros - (request.leftMicros ?? request.sentMicros)),
      duplicate: state === "answered",
      late: state === "late",
    });
    this.#end(request, "answered");
  }

  error(echo: Echo | undefined, error: ErrorQueueMessage): void {
    const request = echo && this.#requests.get(echo.sequence);
    if (request?.state !== "pending") return;
    this.#end(request, "failed");
    this.#events.push({
      type: icmpErrorName(this.#target.family, error),
      sequence: request.sequence,
      address: error.offender?.hostname ?? this.#target.hostname,
      icmpType: error.icmpType,
      icmpCode: error.icmpCode,
      code: error.code,
      ...(error.code === "EMSGSIZE" && { mtuBytes: error.info }),
    });
  }

  left(index: number, atMicros: number): void {
    const request = this.#bySend.get(index);
    this.#bySend.delete(index);
    // A time before the call was made, or far after it, is another packet's.
    if (request === undefined || atMicros < request.sentMicros - 1000) return;
    request.leftMicros = atMicros;
  }

  #send(now: number): void {
    const { intervalMs, timeoutMs } = this.#plan;
    // Behind schedule by more than one interval: go on from here instead of catching up in a burst.
    this.#nextSendMs = Math.max(this.#nextSendMs + intervalMs, now);
    const sequence = ++this.#sent;
    const request: Request = {
      sequence,
      sentMicros: 0,
      leftMicros: undefined,
      deadlineMs: now + timeoutMs,
      state: "pending",
    };
    const bytes = this.#template.set(sequence & 0xffff, sequence >>> 0);
    try {
      request.sentMicros = realtimeMicros();
      if (!this.#socket.send(bytes, this.#target)) throw new Error("the send buffer is full");
    } catch (error) {
      const reason = error instanceof Error ? error : new Error(String(error));
      this.#events.push({ type: "sendError", ...this.#about(request), error: reason });
      return;
    }
    this.#bySend.set(this.#sends++, request);
    this.#requests.delete(sequence & 0xffff);
    this.#requests.set(sequence & 0xffff, request);
    this.#pending++;
    forgetOldest(this.#requests);
    forgetOldest(this.#bySend);
  }

  #end(request: Request, state: Request["state"]): void {
    if (request.state === "pending") this.#pending--;
    request.state = state;
  }

  #about(request: Request): { sequence: number; address: string } {
    return { sequence: request.sequence, address: this.#target.hostname };
  }
}

/** Keeps a map from growing: the oldest entry goes, unless it is still waited for. */
function forgetOldest(map: Map<number, Request>): void {
  if (map.size <= REMEMBERED) return;
  const [key, oldest] = map.entries().next().value!;
  if (oldest.state !== "pending") map.delete(key);
}

/** What an ICMP error is called, by its type (RFC 792; RFC 4443). */
export function icmpErrorName(
  family: "inet" | "inet6",
  error: { icmpType: number; icmpCode: number; origin?: string; code?: string },
): PingIcmpError["type"] {
  // The kernel's own refusal of a packet over the path MTU that it knows has no ICMP type.
  if (error.origin === "local" && error.code === "EMSGSIZE") return "packetTooBig";
  if (family === "inet") {
    if (error.icmpType === 3) return error.icmpCode === 4 ? "packetTooBig" : "unreachable";
    if (error.icmpType === 11) return "timeExceeded";
    return error.icmpType === 12 ? "parameterProblem" : "icmpError";
  }
  const names = [undefined, "unreachable", "packetTooBig", "timeExceeded", "parameterProblem"];
  return names[error.icmpType] as PingIcmpError["type"] | undefined ?? "icmpError";
}
