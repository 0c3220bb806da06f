/**
 * The probes of one traceroute: which comes next, and what has come of each.
 *
 * @module
 */
import { now } from "../core/clock.ts";
import { isSocketError, type SocketError } from "../core/errors.ts";
import { realtimeMicros } from "../ffi/loop/packet_clock.ts";
import { isIcmpError } from "../ffi/messages/icmp_errors.ts";
import type { IpAddress } from "../core/address.ts";
import type { ErrorQueueMessage } from "../core/control.ts";
import type { MplsLabel } from "../wire/icmp_extensions.ts";
import { icmpErrorName } from "./_icmp_error_name.ts";
import type { TraceMatch } from "./_trace_method.ts";
import type { TraceEars, TraceError, TraceOrigin, TraceSocket } from "./_trace_socket.ts";
import type { TraceAnswer, TraceEvent } from "./trace_events.ts";

/** What a traceroute is to do. */
export interface TracePlan {
  firstHop: number;
  maxHops: number;
  probesPerHop: number;
  /** Probes in flight at most. */
  window: number;
  timeoutMs: number;
  sizeBytes: number;
  mtuDiscovery: boolean;
}

interface Probe {
  id: number;
  hop: number;
  /** From 1, within its hop. */
  number: number;
  /** The whole packet. */
  lengthBytes: number;
  sentMicros: number;
  /** When the kernel says that it left. */
  leftMicros: number | undefined;
  deadlineMs: number;
}

/** A probe to be sent. */
type Place = Pick<Probe, "hop" | "number">;

/** The largest IP packet. */
const MAX_PACKET_BYTES = 65535;
/** The least MTU there is: RFC 791 and RFC 8200 section 5. */
const MIN_MTU = { inet: 68, inet6: 1280 };
/** RFC 1191, section 7.1: MTUs in use, for routers that do not tell theirs. */
const PLATEAUS = [32000, 17914, 8166, 4352, 2002, 1492, 1006, 508, 296, 68];
/** Probe numbers are of 16 bits, and two of them are not to be used. */
const NUMBERS = 0xfffe;
/** What systems send packets with. */
const INITIAL_TTLS = [64, 128, 255];
/** How soon to try again when the send buffer is full. */
const FULL_MS = 5;
const SEND_ATTEMPTS = 16;

/** The probes of one traceroute. */
export class TraceSession implements TraceEars {
  readonly #socket: TraceSocket;
  readonly #target: IpAddress;
  readonly #plan: TracePlan;
  /** By number: those that wait for an answer, in the order they were sent. */
  readonly #pending = new Map<number, Probe>();
  /** The hops of all numbers. */
  readonly #hops = new Map<number, number>();
  /** By the number that the kernel counts departures with. */
  readonly #bySend = new Map<number, Probe>();
  #sends = 0;
  #nextId = 0;
  #next: Place;
  /** Probes that were too large, to be sent again. */
  #again: Place[] = [];
  /** The nearest hop that is the end of the way. */
  #lastHop: number;
  /** Whether somebody has said that it is the end. */
  #hasEnded = false;
  /** The largest packet that may pass. */
  #mtuBytes = MAX_PACKET_BYTES;
  /** What this machine has just told of its own MTU. */
  #localMtu: number | undefined;
  #isFull = false;
  #events: TraceEvent[] = [];

  constructor(socket: TraceSocket, target: IpAddress, plan: TracePlan) {
    this.#socket = socket;
    this.#target = target;
    this.#plan = plan;
    this.#next = { hop: plan.firstHop, number: 1 };
    this.#lastHop = plan.maxHops;
  }

  /** Whether all that is to be known is known. */
  get done(): boolean {
    return this.#pending.size === 0 && this.#place() === undefined;
  }

  /** Hears what came, gives up what is overdue, sends what there is room for. */
  step(): void {
    this.#socket.drain(this);
    const time = now();
    for (const probe of this.#pending.values()) {
      if (probe.deadlineMs > time) break; // in the order they were sent
      this.#pending.delete(probe.id);
      this.#events.push({ type: "timeout", ...about(probe), reached: false });
    }
    this.#isFull = false;
    for (let place; !this.#isFull && this.#pending.size < this.#plan.window;) {
      if ((place = this.#place()) === undefined) break;
      this.#send(place);
    }
  }

  /** What happened since the last call, as far as it is of interest. */
  takeEvents(): TraceEvent[] {
    const events = this.#events.filter(({ hop }) => hop <= this.#lastHop);
    this.#events = [];
    return events;
  }

  /** Milliseconds until something is due. */
  pauseMs(): number {
    if (this.#isFull) return FULL_MS;
    const [oldest] = this.#pending.values();
    return oldest === undefined ? 0 : Math.max(0, oldest.deadlineMs - now());
  }

  answered(match: TraceMatch, origin: TraceOrigin): void {
    const id = this.#answeredId(match);
    const probe = this.#take(id, () => this.#guess(origin.ttl, true));
    if (probe === undefined) return;
    this.#tell(probe, origin, { type: "reply", reply: match.reply, reached: true });
  }

  refused({ id, error, extensions, ...origin }: TraceError): void {
    const type = icmpErrorName(this.#target.family, error);
    const probe = this.#take(id, () => this.#guess(origin.ttl, isLast(type)));
    if (probe === undefined) return;
    const { icmpType, icmpCode, code, info } = error;
    const fate = type === "packetTooBig" ? this.#shrink(probe, info) : undefined;
    // Others of the same size have been under way when the first was refused.
    if (fate === "known") return;
    const mpls: MplsLabel[] = [];
    for (const object of extensions ?? []) if (object.kind === "mpls") mpls.push(...object.labels);
    this.#tell(probe, origin, {
      type,
      icmpType,
      icmpCode,
      code,
      ...(type === "packetTooBig" && { mtuBytes: info }),
      ...(fate === "smaller" && { again: true }),
      ...(mpls.length > 0 && { mpls }),
      ...(extensions !== undefined && { extensions }),
      reached: this.#isEnd(type, error, origin.address),
    });
  }

  tooLarge(mtuBytes: number): void {
    this.#localMtu = mtuBytes;
    if (mtuBytes >= MIN_MTU[this.#target.family]) this.#lowerMtu(mtuBytes);
  }

  left(index: number, atMicros: number): void {
    const probe = this.#bySend.get(index);
    this.#bySend.delete(index);
    // A time before the call was made is another packet's.
    if (probe !== undefined && atMicros >= probe.sentMicros) probe.leftMicros = atMicros;
  }

  /** Who is to be sent next; undefined if nobody is. */
  #place(): Place | undefined {
    while (this.#again.length > 0 && this.#again[0].hop > this.#lastHop) this.#again.shift();
    if (this.#again.length > 0) return this.#again[0];
    return this.#next.hop > this.#lastHop ? undefined : this.#next;
  }

  #advance(place: Place): void {
    if (place === this.#again[0]) this.#again.shift();
    else if (place.number < this.#plan.probesPerHop) {
      this.#next = { ...place, number: place.number + 1 };
    } else this.#next = { hop: place.hop + 1, number: 1 };
  }

  #send(place: Place): void {
    const { method } = this.#socket;
    const id = this.#nextId;
    for (let attempt = 1;; attempt++) {
      const lengthBytes = this.#lengthBytes();
      const bytes = method.build(id, lengthBytes - this.#socket.headerBytes);
      const probe: Probe = {
        id,
        ...place,
        lengthBytes,
        sentMicros: realtimeMicros(),
        leftMicros: undefined,
        deadlineMs: now() + this.#plan.timeoutMs,
      };
      try {
        this.#isFull = !this.#socket.send(bytes, place.hop);
        if (this.#isFull) return;
        this.#advance(place);
        this.#pending.set(id, probe);
        this.#hops.set(id, place.hop);
        this.#bySend.set(this.#sends++, probe);
        this.#nextId = (id + 1) % NUMBERS;
        return;
      } catch (error) {
        if (!isSocketError(error)) throw error;
        this.#localMtu = undefined;
        this.#socket.drainErrors(this);
        this.#restartCount();
        this.#isFull = error.code === "ENOBUFS"; // a full queue of the device
        // What the error queue told may have changed the plan.
        if (this.#isFull || place !== this.#place()) return;
        // News of an earlier probe, or the MTU of this machine's interface.
        const again = this.#lengthBytes() < lengthBytes ||
          (isIcmpError(error.errno) && attempt < SEND_ATTEMPTS);
        if (again) continue;
        this.#advance(place);
        this.#fail(probe, error);
        return;
      }
    }
  }

  /** What stops one probe stops all that come after it. */
  #fail(probe: Probe, error: SocketError): void {
    this.#events.push({
      type: "sendError",
      ...about(probe),
      reached: false,
      error,
      ...(error.code === "EMSGSIZE" && this.#localMtu !== undefined &&
        { mtuBytes: this.#localMtu }),
    });
    this.#endAt(probe.hop);
  }

  #restartCount(): void {
    this.#socket.recount();
    this.#bySend.clear();
    this.#sends = 0;
  }

  /** How long the next probe is: with the MTU sought, as long as may pass. */
  #lengthBytes(): number {
    const { sizeBytes, mtuDiscovery } = this.#plan;
    const { headerBytes, method } = this.#socket;
    return mtuDiscovery
      ? Math.max(this.#mtuBytes, headerBytes + method.leastPayloadBytes)
      : headerBytes + sizeBytes;
  }

  /** The number of the probe that the target answers; undefined if that is to be guessed. */
  #answeredId({ id, reply, orLater }: TraceMatch): number | undefined {
    if (id === undefined || this.#pending.has(id)) return id;
    const hop = this.#hops.get(id);
    // What a service sends begins with a probe's number only if it is an echo.
    if (hop === undefined) return reply === "datagram" ? undefined : id;
    return orLater ? this.#oldest((one) => one.hop >= hop)?.id ?? id : id;
  }

  /** The probe that is answered now; one whose answer does not say which is guessed. */
  #take(id: number | undefined, guess: () => Probe | undefined): Probe | undefined {
    const probe = id === undefined ? guess() : this.#pending.get(id);
    if (probe !== undefined) this.#pending.delete(probe.id);
    return probe;
  }

  /**
   * The probe that an answer most likely belongs to: it came from as far as the probe went.
   *
   * @param ttl The answer's.
   * @param isLast Whether it is from the end of the way. Where that is known, probes that went beyond
   * may be answered too.
   */
  #guess(ttl: number | undefined, isLast: boolean): Probe | undefined {
    if (isLast && this.#hasEnded) return this.#oldest((one) => one.hop === this.#lastHop);
    const initial = INITIAL_TTLS.find((one) => ttl !== undefined && ttl <= one);
    if (ttl === undefined || initial === undefined) return this.#oldest(() => true);
    const hop = initial - ttl + 1;
    let least = Infinity;
    for (const one of this.#pending.values()) least = Math.min(least, Math.abs(one.hop - hop));
    return this.#oldest((one) => Math.abs(one.hop - hop) === least);
  }

  #oldest(fits: (probe: Probe) => boolean): Probe | undefined {
    for (const probe of this.#pending.values()) if (fits(probe)) return probe;
    return undefined;
  }

  /** Whether an error says that the packet has come to its target. */
  #isEnd(type: TraceAnswer["type"], error: ErrorQueueMessage, address: string): boolean {
    const four = this.#target.family === "inet";
    const { icmpCode } = error;
    if (type === "parameterProblem") return !four && icmpCode === 1 && this.#isTarget(address);
    if (type !== "unreachable") return false;
    // Only a host says "protocol" or "port" (RFC 1122 section 3.2.2.1, RFC 4443 section 3.1).
    const byHost = four ? icmpCode === 2 || icmpCode === 3 : icmpCode === 4;
    return byHost || this.#isTarget(address);
  }

  #isTarget(address: string): boolean {
    return address === this.#target.hostname;
  }

  #tell(
    probe: Probe,
    { address, atMicros, ttl }: TraceOrigin,
    rest: Pick<TraceAnswer, "type" | "reached"> & Partial<TraceAnswer>,
  ): void {
    const known = this.#plan.mtuDiscovery && rest.type !== "packetTooBig";
    this.#events.push({
      ...about(probe),
      address,
      rttMicros: Math.max(0, atMicros - (probe.leftMicros ?? probe.sentMicros)),
      ttl,
      ...(known && { mtuBytes: probe.lengthBytes }),
      ...rest,
    });
    if (isLast(rest.type)) this.#endAt(probe.hop);
  }

  /**
   * A router cannot pass a probe on: it is sent again, smaller, if that is wanted and possible.
   *
   * @returns `"known"` if nothing new was learned.
   */
  #shrink(probe: Probe, told: number): "smaller" | "known" | "end" {
    const { hop, number, lengthBytes } = probe;
    if (!this.#plan.mtuDiscovery || lengthBytes <= this.#leastBytes()) {
      this.#endAt(hop);
      return "end";
    }
    this.#again.push({ hop, number });
    const before = this.#mtuBytes;
    const least = MIN_MTU[this.#target.family];
    const usable = told >= least && told < lengthBytes;
    // A router that tells nothing is asked anew from each size.
    if (usable) this.#lowerMtu(told);
    else if (before >= lengthBytes) {
      this.#lowerMtu(Math.max(least, PLATEAUS.find((mtu) => mtu < before) ?? least));
    }
    return this.#mtuBytes < before ? "smaller" : "known";
  }

  #leastBytes(): number {
    const { headerBytes, method } = this.#socket;
    return Math.max(MIN_MTU[this.#target.family], headerBytes + method.leastPayloadBytes);
  }

  #lowerMtu(mtuBytes: number): void {
    this.#mtuBytes = Math.min(this.#mtuBytes, mtuBytes);
  }

  /** Nothing beyond this hop is of interest any more. */
  #endAt(hop: number): void {
    this.#hasEnded = true;
    if (hop >= this.#lastHop) return;
    this.#lastHop = hop;
    for (const probe of this.#pending.values()) {
      if (probe.hop > hop) this.#pending.delete(probe.id);
    }
  }
}

/** Whether an answer of this type comes from the end of the way. */
function isLast(type: TraceAnswer["type"]): boolean {
  return type !== "timeExceeded" && type !== "packetTooBig";
}

function about(probe: Probe): { hop: number; probe: number; lengthBytes: number } {
  return { hop: probe.hop, probe: probe.number, lengthBytes: probe.lengthBytes };
}
