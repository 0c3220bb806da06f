/**
 * The ICMP socket behind ping: it tells replies, ICMP errors and transmit timestamps apart.
 *
 * @module
 */
import type { IpAddress } from "../core/address.ts";
import type { Control, ErrorQueueMessage } from "../core/control.ts";
import type { OptionSetting } from "../core/engine_choice.ts";
import { isSocketError } from "../core/errors.ts";
import { MSG_ERRQUEUE, SOCK_RAW } from "../ffi/abi/socket_constants.ts";
import { epochNanosToMicros, realtimeMicros } from "../ffi/loop/packet_clock.ts";
import { isIcmpError } from "../ffi/messages/icmp_errors.ts";
import { prepareSend, tryRecvMsg } from "../ffi/messages/message_calls.ts";
import { type ReceivedMessage, trySendMsg } from "../ffi/messages/msghdr.ts";
import { IP_MTU_DISCOVER, IP_RECVERR, IP_RECVTTL, IP_TOS, IP_TTL } from "../ffi/options/ip.ts";
import {
  IPV6_MTU_DISCOVER,
  IPV6_RECVERR,
  IPV6_RECVHOPLIMIT,
  IPV6_TCLASS,
  IPV6_UNICAST_HOPS,
} from "../ffi/options/ipv6.ts";
import { IP_MULTICAST_TTL, IPV6_MULTICAST_HOPS } from "../ffi/options/multicast.ts";
import { ICMP_FILTER, ICMPV6_FILTER } from "../ffi/options/raw.ts";
import { SO_BROADCAST } from "../ffi/options/socket.ts";
import { SO_TIMESTAMPING, type TimestampingFlags } from "../ffi/options/timestamp.ts";
import type { Peer } from "../ffi/guard/peer.ts";
import type { Descriptor } from "../ffi/descriptor/descriptor.ts";
import { type Echo, ECHO_TYPES, readEcho } from "./_echo.ts";
import { enlargeReceiveBuffer } from "./_socket.ts";
import { openIcmpCore } from "./open_icmp.ts";

/** What a probe socket can be asked for. */
export interface ProbeSocketOptions {
  family: "inet" | "inet6";
  ttl?: number;
  tos?: number;
  dontFragment?: boolean;
  interface?: string;
  localAddress?: string;
  receiveBufferBytes?: number;
  /** Whether the kernel is to tell when each probe left. */
  transmitTimes?: boolean;
}

/** What a probe socket hears. Times are of `ffi/loop/packet_clock.ts`. */
export interface ProbeEvents {
  /** An echo reply. */
  reply(echo: Echo, from: string, atMicros: number): void;
  /** An ICMP error, or one of this machine's; `echo` is the request that it is about, where it says. */
  error(echo: Echo | undefined, error: ErrorQueueMessage): void;
  /** The n-th probe that was sent, from 0, left at this time. */
  left?(index: number, atMicros: number): void;
}

const MAX_ECHO_BYTES = 65536;
/** An error queue entry holds headers and what the error quotes. */
const MAX_QUOTE_BYTES = 2048;

/** The time of receipt, taken by the kernel. */
const RECEIVE_TIMES: TimestampingFlags = { rxSoftware: true, software: true };
/** The time of departure too, numbered by the count of sends. */
const ALL_TIMES: TimestampingFlags = {
  ...RECEIVE_TIMES,
  txSoftware: true,
  optId: true,
  optTsOnly: true,
  optCmsg: true,
};

/** The ICMP socket, and how to read what comes over it. */
export class ProbeSocket {
  readonly core: Descriptor;
  readonly family: "inet" | "inet6";
  /** Whether it is of the raw kind, which hears other processes' replies too. */
  readonly isRaw: boolean;
  /** The identifier of its echo requests. */
  readonly identifier: number;
  #localMtu: number | undefined;

  constructor(options: ProbeSocketOptions) {
    const { family, localAddress } = options;
    this.family = family;
    this.core = openIcmpCore(family, undefined, {
      settings: settingsOf(options),
      interface: options.interface,
      address: localAddress === undefined
        ? undefined
        : { family, hostname: localAddress, port: 0 } as IpAddress,
    });
    try {
      this.isRaw = this.core.typeNumber === SOCK_RAW;
      if (this.isRaw) this.#filter();
      if (options.receiveBufferBytes !== undefined) {
        enlargeReceiveBuffer(this.core, options.receiveBufferBytes);
      }
      // A datagram socket's identifier is the kernel's choice, and nobody else's replies come.
      this.identifier = crypto.getRandomValues(new Uint16Array(1))[0];
    } catch (error) {
      this.core.close();
      throw error;
    }
  }

  /** Sends one message; false if there is no room for now. */
  send(bytes: Uint8Array, to: Peer): boolean {
    return trySendMsg(this.core, prepareSend(this.core, [bytes], { to })) !== undefined;
  }

  /** Hears everything that is there. The error queue comes first: it tells when a probe left. */
  drain(events: ProbeEvents): void {
    this.#drainErrors(events);
    for (;;) {
      let message: ReceivedMessage | undefined;
      try {
        message = tryRecvMsg(this.core, MAX_ECHO_BYTES);
      } catch (error) {
        // What the error queue tells in full is also told here, by its number.
        if (!isSocketError(error) || !isIcmpError(error.errno)) throw error;
        this.#drainErrors(events);
        continue;
      }
      if (message === undefined) return;
      const echo = readEcho(
        message.data,
        ECHO_TYPES[this.family].reply,
        this.isRaw && this.family === "inet",
      );
      if (echo === undefined || (this.isRaw && echo.identifier !== this.identifier)) continue;
      const { control } = message;
      echo.ttl ??= control?.get("ttl")?.ttl ?? control?.get("hoplimit")?.hopLimit;
      // A reply may overtake the news of its request's departure.
      this.#drainErrors(events);
      events.reply(
        echo,
        (message.from as IpAddress).hostname,
        stampOf(control) ?? realtimeMicros(),
      );
    }
  }

  /** Starts the kernel's count of sends anew: whether it counts one that failed depends on where it did. */
  recount(): void {
    this.core.setOption(SO_TIMESTAMPING, RECEIVE_TIMES);
    this.core.setOption(SO_TIMESTAMPING, ALL_TIMES);
  }

  /** The MTU that this machine has just refused a request by; undefined if it did not tell. */
  takeLocalMtu(events: ProbeEvents): number | undefined {
    this.#localMtu = undefined;
    this.#drainErrors(events);
    return this.#localMtu;
  }

  #drainErrors(events: ProbeEvents): void {
    for (;;) {
      const message = tryRecvMsg(this.core, MAX_QUOTE_BYTES, { flags: MSG_ERRQUEUE });
      if (message === undefined) return;
      const error = message.control?.get("error");
      if (error === undefined) continue;
      if (error.origin === "timestamping") {
        const at = stampOf(message.control);
        if (at !== undefined) events.left?.(error.data, at);
      } else if (error.origin === "local") {
        // The call that failed has told already.
        if (error.code === "EMSGSIZE") this.#localMtu = error.info;
      } else {
        const echo = readEcho(message.data, ECHO_TYPES[this.family].request, false);
        if (this.isRaw && echo?.identifier !== this.identifier) continue;
        events.error(echo, error);
      }
    }
  }

  #filter(): void {
    if (this.family === "inet") this.core.setOption(ICMP_FILTER, [ECHO_TYPES.inet.reply]);
    else this.core.setOption(ICMPV6_FILTER, [ECHO_TYPES.inet6.reply]);
  }
}

function stampOf(control: Control | undefined): number | undefined {
  const nanos = control?.get("timestamping")?.softwareNanos;
  return nanos === undefined ? undefined : epochNanosToMicros(nanos);
}

function settingsOf(options: ProbeSocketOptions): OptionSetting[] {
  const { ttl, tos, dontFragment, transmitTimes } = options;
  const four = options.family === "inet";
  const settings: OptionSetting[] = [
    [four ? IP_RECVERR : IPV6_RECVERR, true],
    [four ? IP_RECVTTL : IPV6_RECVHOPLIMIT, true],
    [SO_TIMESTAMPING, transmitTimes ? ALL_TIMES : RECEIVE_TIMES],
  ];
  if (four) settings.push([SO_BROADCAST, true]);
  if (ttl !== undefined) {
    settings.push([four ? IP_TTL : IPV6_UNICAST_HOPS, ttl]);
    settings.push([four ? IP_MULTICAST_TTL : IPV6_MULTICAST_HOPS, ttl]);
  }
  if (tos !== undefined) settings.push([four ? IP_TOS : IPV6_TCLASS, tos]);
  if (dontFragment !== undefined) {
    const mode = dontFragment ? "do" : "dont";
    settings.push([four ? IP_MTU_DISCOVER : IPV6_MTU_DISCOVER, mode]);
  }
  return settings;
}
