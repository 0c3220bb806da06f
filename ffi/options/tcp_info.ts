/**
 * `TCP_INFO`: what the kernel knows of a TCP connection (linux/tcp.h, `struct tcp_info`).
 *
 * The struct has grown with the kernel and grows on. Fields that the running kernel does not tell
 * are `undefined`; what a newer one tells beyond the fields here is left out.
 *
 * @module
 */

import type { SocketOption } from "../../core/option.ts";
import * as c from "../abi/constants.ts";
import { readOnly, row, viewOf } from "./codecs.ts";

/** The state of a TCP connection. */
export type TcpState =
  | "established"
  | "syn-sent"
  | "syn-recv"
  | "fin-wait-1"
  | "fin-wait-2"
  | "time-wait"
  | "close"
  | "close-wait"
  | "last-ack"
  | "listen"
  | "closing"
  | "unknown";

/** By the numbers of `TCP_ESTABLISHED` and so on (netinet/tcp.h). */
const STATES: readonly TcpState[] = [
  "unknown",
  "established",
  "syn-sent",
  "syn-recv",
  "fin-wait-1",
  "fin-wait-2",
  "time-wait",
  "close",
  "close-wait",
  "last-ack",
  "listen",
  "closing",
];

/** What congestion control is doing. */
export type TcpCongestionState = "open" | "disorder" | "cwr" | "recovery" | "loss" | "unknown";

/** By the numbers of `TCP_CA_Open` and so on (linux/tcp.h). */
const CONGESTION_STATES: readonly TcpCongestionState[] = [
  "open",
  "disorder",
  "cwr",
  "recovery",
  "loss",
];

/** Why a client's Fast Open was not used. */
const FASTOPEN_FAILURES = [
  undefined,
  "cookie-unavailable",
  "data-not-acked",
  "syn-retransmitted",
] as const;

/** The part of `struct tcp_info` that every kernel since Linux 2.6 has, in bytes. */
export const TCP_INFO_LEAST = 104;

/** Room for kernels to come. */
const NEWEST_SIZE = 1024;

/** The counters of a TCP connection. A number above 2 ** 53 loses its last digits. */
export interface TcpCounters {
  /** The retransmission time-out. */
  readonly rtoMicros: number;
  /** The delay of acknowledgements. */
  readonly atoMicros: number;
  /** The largest segment we send. */
  readonly sndMssBytes: number;
  /** The largest segment the peer seems to send. */
  readonly rcvMssBytes: number;
  /** Segments in flight; of a listener, connections waiting to be accepted. */
  readonly unackedSegments: number;
  /** Segments acknowledged out of order; of a listener, its backlog. */
  readonly sackedSegments: number;
  /** Segments thought lost. */
  readonly lostSegments: number;
  /** Retransmitted segments in flight. */
  readonly retransSegments: number;
  /** How long ago data was sent. */
  readonly lastDataSentMs: number;
  /** How long ago data arrived. */
  readonly lastDataRecvMs: number;
  /** How long ago an acknowledgement arrived. */
  readonly lastAckRecvMs: number;
  /** The MTU of the path. */
  readonly pathMtuBytes: number;
  /** The slow-start threshold of the receive window. */
  readonly rcvSsthreshBytes: number;
  /** The smoothed round-trip time. */
  readonly rttMicros: number;
  /** The mean deviation of the round-trip time. */
  readonly rttVarMicros: number;
  /** The slow-start threshold; 2147483647 before any loss. */
  readonly sndSsthreshSegments: number;
  /** The congestion window. */
  readonly sndCwndSegments: number;
  /** The largest segment we told the peer to send. */
  readonly advertisedMssBytes: number;
  /** How far the path is thought to reorder. */
  readonly reorderingSegments: number;
  /** The round-trip time as the receiver sees it. */
  readonly rcvRttMicros: number;
  /** The space the receive buffer is tuned for. */
  readonly rcvSpaceBytes: number;
  /** All retransmissions so far. */
  readonly totalRetransSegments: number;
  /** The pacing rate. Since Linux 3.15, as all that follow are of later kernels. */
  readonly pacingBytesPerSecond: number | undefined;
  /** The limit of the pacing rate. Since Linux 3.15. */
  readonly maxPacingBytesPerSecond: number | undefined;
  /** Bytes that the peer acknowledged. Since Linux 4.1. */
  readonly ackedBytes: number | undefined;
  /** Bytes that arrived in order. Since Linux 4.1. */
  readonly receivedBytes: number | undefined;
  /** Segments sent. Since Linux 4.2. */
  readonly segmentsOut: number | undefined;
  /** Segments received. Since Linux 4.2. */
  readonly segmentsIn: number | undefined;
  /** Bytes in the send buffer not sent yet. Since Linux 4.6. */
  readonly notSentBytes: number | undefined;
  /** The shortest round-trip time seen; 4294967295 before any. Since Linux 4.6. */
  readonly minRttMicros: number | undefined;
  /** Segments with data received. Since Linux 4.6. */
  readonly dataSegmentsIn: number | undefined;
  /** Segments with data sent. Since Linux 4.6. */
  readonly dataSegmentsOut: number | undefined;
  /** How fast data was delivered of late. Since Linux 4.9. */
  readonly deliveryBytesPerSecond: number | undefined;
  /** How long there was something to send. Since Linux 4.10. */
  readonly busyMicros: number | undefined;
  /** How long of that the peer's window was the limit. Since Linux 4.10. */
  readonly rwndLimitedMicros: number | undefined;
  /** How long of that the send buffer was the limit. Since Linux 4.10. */
  readonly sndbufLimitedMicros: number | undefined;
  /** Segments delivered. Since Linux 4.18. */
  readonly deliveredSegments: number | undefined;
  /** Segments delivered with a congestion mark. Since Linux 4.18. */
  readonly deliveredCeSegments: number | undefined;
  /** Bytes sent, retransmissions included. Since Linux 4.19. */
  readonly sentBytes: number | undefined;
  /** Bytes retransmitted. Since Linux 4.19. */
  readonly retransBytes: number | undefined;
  /** Duplicates that the peer told of. Since Linux 4.19. */
  readonly dsackDups: number | undefined;
  /** How often reordering was seen. Since Linux 4.19. */
  readonly reorderingSeen: number | undefined;
  /** Packets that arrived out of order. Since Linux 5.4. */
  readonly outOfOrderPackets: number | undefined;
  /** The window that the peer offers. Since Linux 5.4. */
  readonly sndWindowBytes: number | undefined;
  /** The window offered to the peer. Since Linux 6.2. */
  readonly rcvWindowBytes: number | undefined;
  /** How often another path was tried. Since Linux 6.2. */
  readonly rehashes: number | undefined;
  /** Retransmission time-outs so far. Since Linux 6.7. */
  readonly totalRtos: number | undefined;
  /** Recoveries from them. Since Linux 6.7. */
  readonly totalRtoRecoveries: number | undefined;
  /** The time these took. Since Linux 6.7. */
  readonly totalRtoMs: number | undefined;
  /** Segments received with a congestion mark. Since Linux 6.18, as all that follow (RFC 9768). */
  readonly receivedCeSegments: number | undefined;
  /** Bytes delivered with ECT(1). */
  readonly deliveredEct1Bytes: number | undefined;
  /** Bytes delivered with ECT(0). */
  readonly deliveredEct0Bytes: number | undefined;
  /** Bytes delivered with a congestion mark. */
  readonly deliveredCeBytes: number | undefined;
  /** Bytes received with ECT(1). */
  readonly receivedEct1Bytes: number | undefined;
  /** Bytes received with ECT(0). */
  readonly receivedEct0Bytes: number | undefined;
  /** Bytes received with a congestion mark. */
  readonly receivedCeBytes: number | undefined;
}

/** What was agreed on with the peer, and what came of it. */
export interface TcpAgreedOptions {
  /** Timestamps (RFC 7323). */
  readonly timestamps: boolean;
  /** Selective acknowledgements (RFC 2018). */
  readonly sack: boolean;
  /** Window scaling (RFC 7323). */
  readonly windowScale: boolean;
  /** Explicit congestion notification (RFC 3168). */
  readonly ecn: boolean;
  /** A packet with ECT was received. */
  readonly ecnSeen: boolean;
  /** The data of our SYN was acknowledged (RFC 7413). */
  readonly synData: boolean;
  /** Timestamps count microseconds. Since Linux 6.7. */
  readonly usecTimestamps: boolean;
  /** The connection came in by Fast Open. Since Linux 6.13. */
  readonly fastOpenChild: boolean;
}

/** The value of {@linkcode TCP_INFO}. */
export interface TcpInfo extends TcpCounters {
  /** The state of the connection. */
  readonly state: TcpState;
  /** What congestion control is doing. */
  readonly congestionState: TcpCongestionState;
  /** Time-outs in a row without recovery. */
  readonly retransmits: number;
  /** Unanswered probes of a closed window or keepalive. */
  readonly probes: number;
  /** How often the time-out was doubled. */
  readonly backoff: number;
  /** What was agreed on with the peer. */
  readonly options: TcpAgreedOptions;
  /** The shift of the windows that the peer offers. */
  readonly sndWindowScale: number;
  /** The shift of the windows that we offer. */
  readonly rcvWindowScale: number;
  /** Whether the program's pace, not the path, limited the delivery rate. */
  readonly deliveryRateAppLimited: boolean;
  /** Why Fast Open was not used, if it was tried. Since Linux 5.5. */
  readonly fastOpenClientFailure:
    | "cookie-unavailable"
    | "data-not-acked"
    | "syn-retransmitted"
    | undefined;
}

/** A number that a kernel may tell or not: `size` bytes are at hand. */
function u16(view: DataView, at: number, offset: number, size: number): number | undefined {
  return offset + 2 > size ? undefined : view.getUint16(at + offset, true);
}

function u32(view: DataView, at: number, offset: number, size: number): number | undefined {
  return offset + 4 > size ? undefined : view.getUint32(at + offset, true);
}

function u64(view: DataView, at: number, offset: number, size: number): number | undefined {
  if (offset + 8 > size) return undefined;
  const low = view.getUint32(at + offset, true);
  return view.getUint32(at + offset + 4, true) * 2 ** 32 + low;
}

/**
 * Reads `struct tcp_info` of whatever length (at least {@linkcode TCP_INFO_LEAST}). Written out: lists
 * of sockets have thousands, and a loop over a table of fields takes ten times as long.
 */
export function readTcpInfo(view: DataView, at: number, size: number): TcpInfo {
  const bits = view.getUint8(at + 5);
  const scales = view.getUint8(at + 6);
  const last = view.getUint8(at + 7);
  return {
    state: STATES[view.getUint8(at)] ?? "unknown",
    congestionState: CONGESTION_STATES[view.getUint8(at + 1)] ?? "unknown",
    retransmits: view.getUint8(at + 2),
    probes: view.getUint8(at + 3),
    backoff: view.getUint8(at + 4),
    options: {
      timestamps: (bits & c.TCPI_OPT_TIMESTAMPS) !== 0,
      sack: (bits & c.TCPI_OPT_SACK) !== 0,
      windowScale: (bits & c.TCPI_OPT_WSCALE) !== 0,
      ecn: (bits & c.TCPI_OPT_ECN) !== 0,
      ecnSeen: (bits & c.TCPI_OPT_ECN_SEEN) !== 0,
      synData: (bits & c.TCPI_OPT_SYN_DATA) !== 0,
      usecTimestamps: (bits & c.TCPI_OPT_USEC_TS) !== 0,
      fastOpenChild: (bits & c.TCPI_OPT_TFO_CHILD) !== 0,
    },
    sndWindowScale: scales & 0x0f,
    rcvWindowScale: scales >> 4,
    deliveryRateAppLimited: (last & 1) !== 0,
    fastOpenClientFailure: FASTOPEN_FAILURES[last >> 1 & 3],
    rtoMicros: view.getUint32(at + 8, true),
    atoMicros: view.getUint32(at + 12, true),
    sndMssBytes: view.getUint32(at + 16, true),
    rcvMssBytes: view.getUint32(at + 20, true),
    unackedSegments: view.getUint32(at + 24, true),
    sackedSegments: view.getUint32(at + 28, true),
    lostSegments: view.getUint32(at + 32, true),
    retransSegments: view.getUint32(at + 36, true),
    lastDataSentMs: view.getUint32(at + 44, true),
    lastDataRecvMs: view.getUint32(at + 52, true),
    lastAckRecvMs: view.getUint32(at + 56, true),
    pathMtuBytes: view.getUint32(at + 60, true),
    rcvSsthreshBytes: view.getUint32(at + 64, true),
    rttMicros: view.getUint32(at + 68, true),
    rttVarMicros: view.getUint32(at + 72, true),
    sndSsthreshSegments: view.getUint32(at + 76, true),
    sndCwndSegments: view.getUint32(at + 80, true),
    advertisedMssBytes: view.getUint32(at + 84, true),
    reorderingSegments: view.getUint32(at + 88, true),
    rcvRttMicros: view.getUint32(at + 92, true),
    rcvSpaceBytes: view.getUint32(at + 96, true),
    totalRetransSegments: view.getUint32(at + 100, true),
    pacingBytesPerSecond: u64(view, at, 104, size),
    maxPacingBytesPerSecond: u64(view, at, 112, size),
    ackedBytes: u64(view, at, 120, size),
    receivedBytes: u64(view, at, 128, size),
    segmentsOut: u32(view, at, 136, size),
    segmentsIn: u32(view, at, 140, size),
    notSentBytes: u32(view, at, 144, size),
    minRttMicros: u32(view, at, 148, size),
    dataSegmentsIn: u32(view, at, 152, size),
    dataSegmentsOut: u32(view, at, 156, size),
    deliveryBytesPerSecond: u64(view, at, 160, size),
    busyMicros: u64(view, at, 168, size),
    rwndLimitedMicros: u64(view, at, 176, size),
    sndbufLimitedMicros: u64(view, at, 184, size),
    deliveredSegments: u32(view, at, 192, size),
    deliveredCeSegments: u32(view, at, 196, size),
    sentBytes: u64(view, at, 200, size),
    retransBytes: u64(view, at, 208, size),
    dsackDups: u32(view, at, 216, size),
    reorderingSeen: u32(view, at, 220, size),
    outOfOrderPackets: u32(view, at, 224, size),
    sndWindowBytes: u32(view, at, 228, size),
    rcvWindowBytes: u32(view, at, 232, size),
    rehashes: u32(view, at, 236, size),
    totalRtos: u16(view, at, 240, size),
    totalRtoRecoveries: u16(view, at, 242, size),
    totalRtoMs: u32(view, at, 244, size),
    receivedCeSegments: u32(view, at, 248, size),
    deliveredEct1Bytes: u32(view, at, 252, size),
    deliveredEct0Bytes: u32(view, at, 256, size),
    deliveredCeBytes: u32(view, at, 260, size),
    receivedEct1Bytes: u32(view, at, 264, size),
    receivedEct0Bytes: u32(view, at, 268, size),
    receivedCeBytes: u32(view, at, 272, size),
  };
}

/**
 * The state and counters of a TCP connection or listener, units in the names. Read only. Since Linux
 * 2.4; which fields there are depends on the kernel.
 */
export const TCP_INFO: SocketOption<TcpInfo> = row(
  "TCP_INFO",
  c.IPPROTO_TCP,
  c.TCP_INFO,
  "ro",
  readOnly(
    NEWEST_SIZE,
    (bytes, name) => readTcpInfo(viewOf(name, bytes, TCP_INFO_LEAST), 0, bytes.length),
  ),
);
