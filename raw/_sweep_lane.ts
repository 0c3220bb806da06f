/**
 * One family's half of a sweep: its socket, its batches and the requests in flight.
 *
 * @module
 */
import type { IpAddress } from "../core/address.ts";
import type { OptionSetting } from "../core/engine_choice.ts";
import { EAGAIN, ENOBUFS, errnoName } from "../core/errno.ts";
import { formatIpv4, formatIpv6 } from "../core/ip/text.ts";
import {
  MSG_ERRQUEUE,
  SO_TIMESTAMPNS as SO_TIMESTAMPNS_NUMBER,
  SOCK_RAW,
  SOL_SOCKET,
} from "../ffi/abi/socket_constants.ts";
import { realtimeMicros, timespecMicros } from "../ffi/loop/packet_clock.ts";
import { isIcmpError } from "../ffi/messages/icmp_errors.ts";
import { tryRecvMsg } from "../ffi/messages/message_calls.ts";
import { IP_MTU_DISCOVER, IP_RECVERR, IP_TTL } from "../ffi/options/ip.ts";
import { IPV6_RECVERR, IPV6_UNICAST_HOPS } from "../ffi/options/ipv6.ts";
import { ICMP_FILTER, ICMPV6_FILTER } from "../ffi/options/raw.ts";
import { SO_TIMESTAMPNS } from "../ffi/options/timestamp.ts";
import { checkReceived, ReceiveBatch } from "../ffi/messages/receive_batch.ts";
import { SendBatch } from "../ffi/messages/send_batch.ts";
import { PeerRoom } from "../ffi/guard/peer.ts";
import type { Descriptor } from "../ffi/descriptor/descriptor.ts";
import {
  cookieOf,
  ECHO_HEADER_BYTES,
  ECHO_TYPES,
  EchoTemplate,
  MARKED_ECHO_BYTES,
  readEcho,
  tokenOf,
} from "./_echo.ts";
import { icmpErrorName } from "./_icmp_error_name.ts";
import { enlargeReceiveBuffer } from "./_socket.ts";
import { openIcmpCore } from "./open_icmp.ts";

import type { SweepResult } from "./sweep_result.ts";

/** What a lane needs to know of the sweep. */
export interface LaneOptions {
  family: "inet" | "inet6";
  sizeBytes: number;
  timeoutMs: number;
  retries: number;
  /** Requests in flight at most; a power of two. */
  window: number;
  ttl?: number;
  interface?: string;
  localAddress?: string;
  options: readonly OptionSetting[];
}

const RECEIVE_SLOTS = 256;
const RECEIVE_BUFFER_BYTES = 8 * 1024 * 1024;
const MAX_IP_HEADER_BYTES = 60;
/** One SCM_TIMESTAMPNS: header and timespec (`man 7 socket`). */
const CONTROL_BYTES = 32;
const CMSG_LEVEL_AT = 8;
const CMSG_TYPE_AT = 12;
const CMSG_TIMESPEC_AT = 16;
const MAX_QUOTE_BYTES = 512;
/**
 * Requests with payloads up to this size pass every IPv4 link whole (RFC 791: 576 bytes). The system
 * sets DF on them by default; if it is told never to fragment them either, they need no
 * identification (RFC 6864 section 4.1), and to choose one costs it a tenth of the work.
 */
const ATOMIC_BYTES = 576 - 28;
const ADDRESS_BYTES = 16;
const FREE = 0;
const WAITING = 1;

/** Requests are numbered; number modulo window is the slot. Slots are freed in order. */
export class SweepLane {
  readonly core: Descriptor;
  readonly family: "inet" | "inet6";
  readonly #options: LaneOptions;
  readonly #isRaw: boolean;
  readonly #hasIpHeader: boolean;
  readonly #replyType: number;
  readonly #identifier = crypto.getRandomValues(new Uint16Array(1))[0];
  readonly #token = crypto.getRandomValues(new Uint32Array(1))[0];
  readonly #template: EchoTemplate;
  readonly #out = new SendBatch();
  readonly #in: ReceiveBatch;
  /** Where the next request goes. */
  readonly #peer: PeerRoom;
  readonly #addressBytes: number;
  readonly #mask: number;
  readonly #addresses: Uint8Array;
  readonly #sentMicros: Float64Array;
  readonly #attempts: Uint8Array;
  readonly #states: Uint8Array;
  /** Number of the oldest request whose slot is taken, and of the next one. */
  #tail = 0;
  #head = 0;
  #waiting = 0;
  /** Addresses whose last request timed out, with how many were sent. */
  readonly #again: { address: Uint8Array; host: string | undefined; attempts: number }[] = [];
  /** Names that addresses in flight were looked up by. */
  readonly #hosts = new Map<number, string>();

  constructor(options: LaneOptions) {
    const { family, window, sizeBytes, ttl } = options;
    const four = family === "inet";
    this.#options = options;
    this.family = family;
    this.core = openIcmpCore(family, undefined, {
      settings: [
        [SO_TIMESTAMPNS, true],
        [four ? IP_RECVERR : IPV6_RECVERR, true],
        ...(four && sizeBytes <= ATOMIC_BYTES ? [[IP_MTU_DISCOVER, "do"] as const] : []),
        ...(ttl === undefined ? [] : [[four ? IP_TTL : IPV6_UNICAST_HOPS, ttl] as const]),
        ...options.options,
      ],
      interface: options.interface,
      address: options.localAddress === undefined
        ? undefined
        : { family, hostname: options.localAddress, port: 0 } as IpAddress,
    });
    this.#isRaw = this.core.typeNumber === SOCK_RAW;
    if (this.#isRaw) {
      if (four) this.core.setOption(ICMP_FILTER, [ECHO_TYPES.inet.reply]);
      else this.core.setOption(ICMPV6_FILTER, [ECHO_TYPES.inet6.reply]);
    }
    enlargeReceiveBuffer(this.core, RECEIVE_BUFFER_BYTES);
    this.#hasIpHeader = this.#isRaw && four;
    this.#replyType = ECHO_TYPES[family].reply;
    this.#template = new EchoTemplate(
      family,
      this.#identifier,
      new Uint8Array(sizeBytes),
      this.#token,
    );
    this.#in = new ReceiveBatch(
      RECEIVE_SLOTS,
      MAX_IP_HEADER_BYTES + ECHO_HEADER_BYTES + sizeBytes,
      CONTROL_BYTES,
    );
    this.#peer = new PeerRoom(family);
    this.#addressBytes = four ? 4 : 16;
    this.#mask = window - 1;
    this.#addresses = new Uint8Array(window * ADDRESS_BYTES);
    this.#sentMicros = new Float64Array(window);
    this.#attempts = new Uint8Array(window);
    this.#states = new Uint8Array(window);
  }

  /** Whether nothing is in flight and nothing is to be asked again. */
  get idle(): boolean {
    return this.#waiting === 0 && this.#again.length === 0 && this.#out.count === 0;
  }

  /** Whether another request fits. */
  get hasRoom(): boolean {
    return this.#head - this.#tail <= this.#mask && !this.#out.full;
  }

  /** Whether the batch must go before another request fits. */
  get full(): boolean {
    return this.#out.full;
  }

  /** Whether an address waits to be asked again. */
  get hasAgain(): boolean {
    return this.#again.length > 0;
  }

  /** Puts a second (or later) request for an address into the batch. */
  addAgain(): void {
    const { address, host, attempts } = this.#again.shift()!;
    this.add(address, host, attempts);
  }

  /** Puts a request for an address into the batch; there must be room. */
  add(address: Uint8Array, host: string | undefined, attempts = 0): void {
    const slot = this.#head & this.#mask;
    if (host !== undefined) this.#hosts.set(slot, host);
    this.#peer.put(address, host, "sweep");
    // Byte by byte: a call of set() costs more than these few.
    const at = slot * ADDRESS_BYTES;
    for (let i = 0; i < this.#addressBytes; i++) this.#addresses[at + i] = address[i];
    this.#attempts[slot] = attempts + 1;
    this.#states[slot] = WAITING;
    this.#waiting++;
    this.#out.addTo(this.#peer, this.#template.set(this.#head & 0xffff, this.#head >>> 0));
    this.#head++;
  }

  /** Sends the batch as far as the kernel takes it; failures become results. True if all of it is gone. */
  flush(results: SweepResult[]): boolean {
    const count = this.#out.count;
    if (count === 0) return true;
    const first = this.#head - count;
    const now = realtimeMicros();
    for (let n = first; n < this.#head; n++) this.#sentMicros[n & this.#mask] = now;
    for (let sent = 0, passedOver = false; sent < count;) {
      const result = this.#out.send(this.core, sent);
      if (result > 0) sent += result;
      else if (isIcmpError(-result) && !passedOver) {
        passedOver = true; // an earlier request's: telling has cleared it
        this.#drainErrors(results);
        continue;
      } else if (result === -EAGAIN || result === -ENOBUFS) return this.#takeBack(first + sent);
      else this.#fail((first + sent++) & this.#mask, errnoName(-result), results);
      passedOver = false;
    }
    this.#out.clear();
    return true;
  }

  /** The kernel has no room: what was not sent is to be asked again, without having been asked. */
  #takeBack(from: number): boolean {
    for (let n = from; n < this.#head; n++) {
      const slot = n & this.#mask;
      this.#release(slot);
      this.#askAgain(slot, this.#attempts[slot] - 1);
    }
    this.#out.clear();
    return false;
  }

  /** Hears what came. */
  receive(results: SweepResult[]): void {
    for (;;) {
      const count = this.#in.receive(this.core, RECEIVE_SLOTS, 0);
      if (count < 0 && isIcmpError(-count)) {
        this.#drainErrors(results);
        continue;
      }
      checkReceived(count);
      if (count <= 0) return;
      for (let i = 0; i < count; i++) this.#reply(i, results);
      if (count < RECEIVE_SLOTS) return;
    }
  }

  /** Gives up requests that are overdue; they are asked again or become results. */
  expire(results: SweepResult[]): void {
    const overdue = realtimeMicros() - this.#options.timeoutMs * 1000;
    for (; this.#tail < this.#head - this.#out.count; this.#tail++) {
      const slot = this.#tail & this.#mask;
      if (this.#states[slot] === FREE) continue;
      if (this.#sentMicros[slot] > overdue) return;
      this.#release(slot);
      const attempts = this.#attempts[slot];
      if (attempts <= this.#options.retries) this.#askAgain(slot, attempts);
      else results.push({ ...this.#about(slot), alive: false, attempts });
    }
  }

  /** Milliseconds until the oldest request is overdue; Infinity without one. */
  dueMs(): number {
    if (this.#waiting === 0) return Infinity;
    const sent = this.#sentMicros[this.#tail & this.#mask];
    return Math.max(0, (sent - realtimeMicros()) / 1000 + this.#options.timeoutMs);
  }

  close(): void {
    this.core.close();
  }

  /**
   * The hot path: no object but the result. The checksum is not verified, which over raw sockets
   * nobody has: token and cookie are proof enough.
   */
  #reply(i: number, results: SweepResult[]): void {
    const bytes = this.#in.data(i);
    const at = this.#hasIpHeader ? (bytes[0] & 0x0f) * 4 : 0;
    if (bytes.length < at + MARKED_ECHO_BYTES || bytes[at] !== this.#replyType) return;
    if (tokenOf(bytes, at) !== this.#token) return;
    const slot = this.#slotOf(cookieOf(bytes, at));
    if (slot < 0) return;
    const rtt = this.#stamp(i) - this.#sentMicros[slot];
    this.#release(slot);
    const result: SweepResult = {
      address: this.#text(slot),
      alive: true,
      // A clock that was set back meanwhile must not show as a negative time.
      rttMicros: Math.max(0, rtt),
      attempts: this.#attempts[slot],
    };
    const host = this.#takeHost(slot);
    if (host !== undefined) result.host = host;
    results.push(result);
  }

  /** The kernel's time of receipt: in a control message SCM_TIMESTAMPNS, which is the only one asked for. */
  #stamp(i: number): number {
    const control = this.#in.controlMemory;
    const at = this.#in.controlAt(i);
    if (
      this.#in.controlLength(i) < CONTROL_BYTES || control[at + CMSG_LEVEL_AT] !== SOL_SOCKET ||
      control[at + CMSG_TYPE_AT] !== SO_TIMESTAMPNS_NUMBER
    ) return realtimeMicros();
    return timespecMicros(
      long(control, at + CMSG_TIMESPEC_AT),
      long(control, at + CMSG_TIMESPEC_AT + 8),
    );
  }

  /** The slot of a request in flight by its number's low 32 bits, or -1. */
  #slotOf(cookie: number): number {
    const back = ((this.#head >>> 0) - cookie) >>> 0;
    if (back === 0 || back > this.#head - this.#tail) return -1;
    const slot = cookie & this.#mask;
    return this.#states[slot] === WAITING ? slot : -1;
  }

  #drainErrors(results: SweepResult[]): void {
    for (;;) {
      const message = tryRecvMsg(this.core, MAX_QUOTE_BYTES, { flags: MSG_ERRQUEUE });
      if (message === undefined) return;
      const error = message.control?.get("error");
      const echo = readEcho(message.data, ECHO_TYPES[this.family].request, false);
      if (error === undefined || echo === undefined) continue;
      if (this.#isRaw && echo.identifier !== this.#identifier) continue;
      // A quote may be too short for the cookie: the sequence is its low half.
      const cookie = echo.token === this.#token
        ? echo.cookie!
        : ((this.#head & ~0xffff) | echo.sequence) >>> 0;
      const slot = this.#slotOf(cookie);
      if (slot >= 0) this.#fail(slot, error.code, results, icmpErrorName(this.family, error));
    }
  }

  #fail(
    slot: number,
    code: string,
    results: SweepResult[],
    icmpError?: SweepResult["icmpError"],
  ): void {
    this.#release(slot);
    results.push({
      ...this.#about(slot),
      alive: false,
      attempts: this.#attempts[slot],
      code,
      ...(icmpError !== undefined && { icmpError }),
    });
  }

  #release(slot: number): void {
    this.#states[slot] = FREE;
    this.#waiting--;
  }

  #askAgain(slot: number, attempts: number): void {
    const address = this.#addressView(slot).slice();
    this.#again.push({ address, host: this.#takeHost(slot), attempts });
  }

  #about(slot: number): { address: string; host?: string } {
    const address = this.#text(slot);
    const host = this.#takeHost(slot);
    return host === undefined ? { address } : { address, host };
  }

  #text(slot: number): string {
    const at = slot * ADDRESS_BYTES;
    return this.#addressBytes === 4
      ? formatIpv4(this.#addresses, at)
      : formatIpv6(this.#addresses, at);
  }

  #takeHost(slot: number): string | undefined {
    if (this.#hosts.size === 0) return undefined;
    const host = this.#hosts.get(slot);
    this.#hosts.delete(slot);
    return host;
  }

  #addressView(slot: number): Uint8Array {
    const start = slot * ADDRESS_BYTES;
    return this.#addresses.subarray(start, start + this.#addressBytes);
  }
}

function long(bytes: Uint8Array, at: number): number {
  return (bytes[at] | bytes[at + 1] << 8 | bytes[at + 2] << 16 | bytes[at + 3] << 24) >>> 0;
}
