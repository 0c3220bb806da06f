/**
 * The socket of a traceroute: it sends each probe with its own TTL, and tells answers, ICMP errors
 * and departures apart.
 *
 * @module
 */
import type { Control, ErrorQueueMessage } from "../core/control.ts";
import { isSocketError } from "../core/errors.ts";
import { MSG_ERRQUEUE, SO_EE_RFC4884_FLAG_INVALID } from "../ffi/abi/socket_constants.ts";
import { epochNanosToMicros, realtimeMicros } from "../ffi/loop/packet_clock.ts";
import { isIcmpError } from "../ffi/messages/icmp_errors.ts";
import { prepareSend, tryRecvMsg } from "../ffi/messages/message_calls.ts";
import { type ReceivedMessage, trySendMsg } from "../ffi/messages/msghdr.ts";
import { SO_TIMESTAMPING } from "../ffi/options/timestamp.ts";
import {
  decodeIcmpExtensions,
  type IcmpObject,
  looksLikeIcmpExtensions,
} from "../wire/icmp_extensions.ts";
import type { TraceMatch, TraceMethod } from "./_trace_method.ts";

/** When and by whom something was said. Times are of `ffi/loop/packet_clock.ts`. */
export interface TraceOrigin {
  address: string;
  atMicros: number;
  /** TTL or hop limit of the packet; undefined if the kernel did not say. */
  ttl: number | undefined;
}

/** An ICMP error about a probe. */
export interface TraceError extends TraceOrigin {
  /** The probe's number; undefined if too little of it is quoted. */
  id: number | undefined;
  error: ErrorQueueMessage;
  extensions: IcmpObject[] | undefined;
}

/** What a trace socket hears. */
export interface TraceEars {
  /** The target answered. */
  answered(match: TraceMatch, origin: TraceOrigin): void;
  /** Somebody sent an ICMP error. */
  refused(error: TraceError): void;
  /** This machine itself cannot send a packet so large. */
  tooLarge(mtuBytes: number): void;
  /** The n-th packet since {@linkcode TraceSocket.recount} left at this time. */
  left(index: number, atMicros: number): void;
}

const MAX_ANSWER_BYTES = 65536;
/** Routers quote up to 576 bytes over IPv4 (RFC 1812), up to 1280 over IPv6 (RFC 4443). */
const MAX_QUOTE_BYTES = 2048;
/** RFC 4884, section 5.5: where extensions begin in the quote of a router that states no length. */
const OLD_EXTENSIONS_AT = 128;
const IP_HEADER_BYTES = { inet: 20, inet6: 40 };
const TIMES_IN = { rxSoftware: true, software: true };
const TIMES_BOTH = { ...TIMES_IN, txSoftware: true, optId: true, optTsOnly: true, optCmsg: true };

/** Sends and hears for one method. */
export class TraceSocket {
  readonly method: TraceMethod;
  readonly #family: "inet" | "inet6";
  /** Bytes of a quoted packet that the kernel leaves out: headers. */
  readonly #unquotedBytes: number;

  constructor(method: TraceMethod, family: "inet" | "inet6") {
    this.method = method;
    this.#family = family;
    this.#unquotedBytes = IP_HEADER_BYTES[family] + (method.quotesHeader ? 0 : method.headerBytes);
    this.recount();
  }

  /** Bytes of headers in a probe's packet. */
  get headerBytes(): number {
    return IP_HEADER_BYTES[this.#family] + this.method.headerBytes;
  }

  /** Has the kernel count departures from 0 again: a send that failed may or may not have counted. */
  recount(): void {
    this.method.core.setOption(SO_TIMESTAMPING, TIMES_IN);
    this.method.core.setOption(SO_TIMESTAMPING, TIMES_BOTH);
  }

  /** Sends a probe; false if there is no room for now. */
  send(bytes: Uint8Array, ttl: number): boolean {
    const { core } = this.method;
    const control = this.#family === "inet"
      ? { type: "ttl", ttl } as const
      : { type: "hoplimit", hopLimit: ttl } as const;
    return trySendMsg(core, prepareSend(core, [bytes], { control: [control] })) !== undefined;
  }

  /** Hears everything that is there. */
  drain(ears: TraceEars): void {
    const { method } = this;
    this.drainErrors(ears);
    for (;;) {
      let message: ReceivedMessage | undefined;
      try {
        message = tryRecvMsg(method.core, MAX_ANSWER_BYTES);
      } catch (error) {
        // What the error queue tells in full is also told here, by its number.
        if (!isSocketError(error) || !isIcmpError(error.errno)) throw error;
        this.drainErrors(ears);
        continue;
      }
      if (message === undefined) return;
      const match = method.match(message.data);
      if (match === undefined) continue;
      // An answer may overtake the news of its probe's departure.
      this.drainErrors(ears);
      ears.answered(match, originOf(message, undefined));
    }
  }

  /** Hears the error queue only, as after a send that failed. */
  drainErrors(ears: TraceEars): void {
    for (;;) {
      const message = tryRecvMsg(this.method.core, MAX_QUOTE_BYTES, { flags: MSG_ERRQUEUE });
      if (message === undefined) return;
      const error = message.control?.get("error");
      if (error === undefined) continue;
      if (error.origin === "timestamping") {
        const at = stampOf(message.control);
        if (at !== undefined) ears.left(error.data, at);
      } else if (error.origin === "local") {
        if (error.code === "EMSGSIZE") ears.tooLarge(error.info);
      } else if (error.origin === "icmp" || error.origin === "icmp6") {
        const id = this.method.quoted(message.data);
        if (id === null) continue;
        ears.refused({
          ...originOf(message, error.offender?.hostname),
          id,
          error,
          extensions: this.#extensionsOf(error, message.data),
        });
      }
    }
  }

  /** The extensions behind the quoted packet, which begins without its headers here. */
  #extensionsOf(error: ErrorQueueMessage, data: Uint8Array): IcmpObject[] | undefined {
    // struct sock_ee_data_rfc4884 (linux/errqueue.h): length, 16 bits, and flags, 8 bits.
    const length = error.data & 0xffff;
    const invalid = (error.data >>> 16 & SO_EE_RFC4884_FLAG_INVALID) !== 0;
    const at = length > 0 ? length : OLD_EXTENSIONS_AT - this.#unquotedBytes;
    if (invalid || at >= data.length) return undefined;
    if (length === 0 && !looksLikeIcmpExtensions(data, at, data.length)) return undefined;
    try {
      return decodeIcmpExtensions(data, at).objects;
    } catch (error) {
      if (error instanceof RangeError) return undefined; // they lie: the answer counts all the same
      throw error;
    }
  }
}

function originOf(message: ReceivedMessage, offender: string | undefined): TraceOrigin {
  const { control, from } = message;
  const sender = "hostname" in from ? from.hostname : "";
  return {
    address: offender ?? sender,
    atMicros: stampOf(control) ?? realtimeMicros(),
    ttl: control?.get("ttl")?.ttl ?? control?.get("hoplimit")?.hopLimit,
  };
}

function stampOf(control: Control | undefined): number | undefined {
  const nanos = control?.get("timestamping")?.softwareNanos;
  return nanos === undefined ? undefined : epochNanosToMicros(nanos);
}
