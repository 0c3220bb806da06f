/**
 * The requests of one ping: when to send, and what has come of each.
 *
 * @module
 */
import type { IpAddress } from "../core/address.ts";
import { now } from "../core/clock.ts";
import type { ErrorQueueMessage } from "../core/control.ts";
import { isSocketError, type SocketError, socketError } from "../core/errors.ts";
import { realtimeMicros } from "../ffi/loop/packet_clock.ts";
import { type Echo, EchoTemplate } from "./_echo.ts";
import { icmpErrorName } from "./_icmp_error_name.ts";
import { Peer } from "../ffi/guard/peer.ts";
import type { ProbeEvents, ProbeSocket } from "./_probe_socket.ts";
import type { PingEvent } from "./ping_events.ts";

/** Requests remembered after their end, to tell duplicates and late replies. */
const REMEMBERED = 4096;

/** What a ping is to do. */
export interface PingPlan {
  /** Requests to send. */
  count: number;
  /** Milliseconds from one to the next. */
  intervalMs: number;
  /** Whether to send the next at once when none is unanswered. */
  flood: boolean;
  /** Milliseconds to wait for a reply. */
  timeoutMs: number;
  payload: Uint8Array;
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
export class PingSession implements ProbeEvents {
  readonly #socket: ProbeSocket;
  readonly #target: IpAddress;
  readonly #peer: Peer;
  readonly #plan: PingPlan;
  readonly #template: EchoTemplate;
  readonly #token = crypto.getRandomValues(new Uint32Array(1))[0];
  /** By sequence number on the wire (16 bits). */
  readonly #requests = new Map<number, Request>();
  /** Those that wait for an answer, in the order they were sent. */
  readonly #pending = new Set<Request>();
  /** By the number that the kernel counts sends with. */
  readonly #bySend = new Map<number, Request>();
  #sends = 0;
  #sent = 0;
  #nextSendMs = now();
  #events: PingEvent[] = [];

  /**
   * @param socket Where to send; the caller closes it.
   * @param target Whom to ask.
   * @param plan How often, and how long to wait.
   */
  constructor(socket: ProbeSocket, target: IpAddress, plan: PingPlan) {
    this.#socket = socket;
    this.#target = target;
    this.#peer = Peer.ask(target, "ping");
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
    return this.#sent >= this.#plan.count && this.#pending.size === 0;
  }

  /** Hears what came, gives up what is overdue, sends what is due. */
  step(): void {
    this.#socket.drain(this);
    const time = now();
    for (const request of this.#pending) {
      if (request.deadlineMs > time) break;
      this.#giveUp(request);
    }
    const due = time >= this.#nextSendMs || (this.#plan.flood && this.#pending.size === 0);
    if (due && this.#sent < this.#plan.count) this.#send(time);
  }

  /** What happened since the last call. */
  takeEvents(): PingEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  /** Milliseconds until something is due. */
  pauseMs(): number {
    const next = this.#sent < this.#plan.count ? this.#nextSendMs : Infinity;
    for (const { deadlineMs } of this.#pending) {
      return Math.max(0, Math.min(next, deadlineMs) - now());
    }
    return Math.max(0, next - now());
  }

  reply(echo: Echo, from: string, atMicros: number): void {
    const request = this.#requests.get(echo.sequence);
    if (request === undefined) return;
    const { state } = request;
    const payloadChanged = echo.token !== undefined && echo.token !== this.#token;
    // Without its marks a reply is known by whom it comes from, and by who waits for it.
    if (payloadChanged && (state !== "pending" || from !== this.#target.hostname)) return;
    const isOther = echo.cookie !== undefined && echo.cookie !== request.sequence >>> 0;
    if (isOther && !payloadChanged) return;
    this.#events.push({
      type: "reply",
      sequence: request.sequence,
      address: from,
      lengthBytes: echo.lengthBytes,
      ttl: echo.ttl,
      // A clock that was set back meanwhile must not show as a negative time.
      rttMicros: Math.max(0, atMicros - (request.leftMicros ?? request.sentMicros)),
      duplicate: state === "answered",
      late: state === "late",
      ...(payloadChanged && { payloadChanged }),
    });
    this.#end(request, "answered");
  }

  error(echo: Echo | undefined, error: ErrorQueueMessage): void {
    const request = echo && this.#requests.get(echo.sequence);
    if (request?.state !== "pending") return;
    // Errors may quote too little of a request to hold its marks (RFC 792: 8 bytes).
    if (echo!.token !== undefined && echo!.token !== this.#token) return;
    this.#end(request, "failed");
    const type = icmpErrorName(this.#target.family, error);
    this.#events.push({
      type,
      sequence: request.sequence,
      address: error.offender?.hostname ?? this.#target.hostname,
      icmpType: error.icmpType,
      icmpCode: error.icmpCode,
      code: error.code,
      ...(type === "packetTooBig" && { mtuBytes: error.info }),
    });
  }

  left(index: number, atMicros: number): void {
    const request = this.#bySend.get(index);
    // A time before the call was made is another packet's, from before the count began anew.
    if (request === undefined || atMicros < request.sentMicros) return;
    this.#bySend.delete(index);
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
      if (!this.#socket.send(bytes, this.#peer)) {
        throw socketError("ENOBUFS", { syscall: "sendmsg", address: this.#target.hostname });
      }
    } catch (error) {
      if (!isSocketError(error)) throw error;
      this.#bySend.clear();
      this.#sends = 0;
      this.#socket.recount();
      this.#refused(sequence, error);
      return;
    }
    this.#bySend.set(this.#sends++, request);
    // Sequence numbers wrap: one that is still waited for after 65536 others is given up.
    const previous = this.#requests.get(sequence & 0xffff);
    if (previous?.state === "pending") this.#giveUp(previous);
    this.#requests.delete(sequence & 0xffff);
    this.#requests.set(sequence & 0xffff, request);
    this.#pending.add(request);
    forgetOldest(this.#requests);
    forgetOldest(this.#bySend);
  }

  #refused(sequence: number, error: SocketError): void {
    const address = this.#target.hostname;
    // The kernel tells the MTU apart from the refusal, in the error queue (`man 7 ip`, IP_RECVERR).
    const mtuBytes = error.code === "EMSGSIZE" ? this.#socket.takeLocalMtu(this) : undefined;
    this.#events.push({
      type: "sendError",
      sequence,
      address,
      error,
      ...(mtuBytes !== undefined && { mtuBytes }),
    });
  }

  #giveUp(request: Request): void {
    this.#end(request, "late");
    const { sequence } = request;
    this.#events.push({ type: "timeout", sequence, address: this.#target.hostname });
  }

  #end(request: Request, state: Request["state"]): void {
    this.#pending.delete(request);
    request.state = state;
  }
}

/** Keeps a map from growing: the oldest entry goes, unless it is still waited for. */
function forgetOldest(map: Map<number, Request>): void {
  if (map.size <= REMEMBERED) return;
  const [key, oldest] = map.entries().next().value!;
  if (oldest.state !== "pending") map.delete(key);
}
