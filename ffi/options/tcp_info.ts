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

/** Fields of 32 bits and more: name, name in C, offset, width in bytes. */
export const TCP_INFO_FIELDS = [
  ["rtoMicros", "tcpi_rto", 8, 4],
  ["atoMicros", "tcpi_ato", 12, 4],
  ["sndMssBytes", "tcpi_snd_mss", 16, 4],
  ["rcvMssBytes", "tcpi_rcv_mss", 20, 4],
  ["unackedSegments", "tcpi_unacked", 24, 4],
  ["sackedSegments", "tcpi_sacked", 28, 4],
  ["lostSegments", "tcpi_lost", 32, 4],
  ["retransSegments", "tcpi_retrans", 36, 4],
  ["lastDataSentMs", "tcpi_last_data_sent", 44, 4],
  ["lastDataRecvMs", "tcpi_last_data_recv", 52, 4],
  ["lastAckRecvMs", "tcpi_last_ack_recv", 56, 4],
  ["pathMtuBytes", "tcpi_pmtu", 60, 4],
  ["rcvSsthreshBytes", "tcpi_rcv_ssthresh", 64, 4],
  ["rttMicros", "tcpi_rtt", 68, 4],
  ["rttVarMicros", "tcpi_rttvar", 72, 4],
  ["sndSsthreshSegments", "tcpi_snd_ssthresh", 76, 4],
  ["sndCwndSegments", "tcpi_snd_cwnd", 80, 4],
  ["advertisedMssBytes", "tcpi_advmss", 84, 4],
  ["reorderingSegments", "tcpi_reordering", 88, 4],
  ["rcvRttMicros", "tcpi_rcv_rtt", 92, 4],
  ["rcvSpaceBytes", "tcpi_rcv_space", 96, 4],
  ["totalRetransSegments", "tcpi_total_retrans", 100, 4],
  ["pacingBytesPerSecond", "tcpi_pacing_rate", 104, 8],
  ["maxPacingBytesPerSecond", "tcpi_max_pacing_rate", 112, 8],
  ["ackedBytes", "tcpi_bytes_acked", 120, 8],
  ["receivedBytes", "tcpi_bytes_received", 128, 8],
  ["segmentsOut", "tcpi_segs_out", 136, 4],
  ["segmentsIn", "tcpi_segs_in", 140, 4],
  ["notSentBytes", "tcpi_notsent_bytes", 144, 4],
  ["minRttMicros", "tcpi_min_rtt", 148, 4],
  ["dataSegmentsIn", "tcpi_data_segs_in", 152, 4],
  ["dataSegmentsOut", "tcpi_data_segs_out", 156, 4],
  ["deliveryBytesPerSecond", "tcpi_delivery_rate", 160, 8],
  ["busyMicros", "tcpi_busy_time", 168, 8],
  ["rwndLimitedMicros", "tcpi_rwnd_limited", 176, 8],
  ["sndbufLimitedMicros", "tcpi_sndbuf_limited", 184, 8],
  ["deliveredSegments", "tcpi_delivered", 192, 4],
  ["deliveredCeSegments", "tcpi_delivered_ce", 196, 4],
  ["sentBytes", "tcpi_bytes_sent", 200, 8],
  ["retransBytes", "tcpi_bytes_retrans", 208, 8],
  ["dsackDups", "tcpi_dsack_dups", 216, 4],
  ["reorderingSeen", "tcpi_reord_seen", 220, 4],
  ["outOfOrderPackets", "tcpi_rcv_ooopack", 224, 4],
  ["sndWindowBytes", "tcpi_snd_wnd", 228, 4],
  ["rcvWindowBytes", "tcpi_rcv_wnd", 232, 4],
  ["rehashes", "tcpi_rehash", 236, 4],
  ["totalRtos", "tcpi_total_rto", 240, 2],
  ["totalRtoRecoveries", "tcpi_total_rto_recoveries", 242, 2],
  ["totalRtoMs", "tcpi_total_rto_time", 244, 4],
  ["receivedCeSegments", "tcpi_received_ce", 248, 4],
  ["deliveredEct1Bytes", "tcpi_delivered_e1_bytes", 252, 4],
  ["deliveredEct0Bytes", "tcpi_delivered_e0_bytes", 256, 4],
  ["deliveredCeBytes", "tcpi_delivered_ce_bytes", 260, 4],
  ["receivedEct1Bytes", "tcpi_received_e1_bytes", 264, 4],
  ["receivedEct0Bytes", "tcpi_received_e0_bytes", 268, 4],
  ["receivedCeBytes", "tcpi_received_ce_bytes", 272, 4],
] as const;

/** The part of `struct tcp_info` that every kernel since Linux 2.6 has. */
const OLDEST_SIZE = 104;

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

/** Decodes `struct tcp_info` of whatever length. */
function decodeTcpInfo(bytes: Uint8Array, name: string): TcpInfo {
  const view = viewOf(name, bytes, OLDEST_SIZE);
  const counters: Record<string, number | undefined> = {};
  for (const [key, , offset, width] of TCP_INFO_FIELDS) {
    if (offset + width > bytes.length) counters[key] = undefined;
    else if (width === 8) counters[key] = Number(view.getBigUint64(offset, true));
    else if (width === 4) counters[key] = view.getUint32(offset, true);
    else counters[key] = view.getUint16(offset, true);
  }
  const bits = bytes[5];
  return {
    state: STATES[bytes[0]] ?? "unknown",
    congestionState: CONGESTION_STATES[bytes[1]] ?? "unknown",
    retransmits: bytes[2],
    probes: bytes[3],
    backoff: bytes[4],
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
    sndWindowScale: bytes[6] & 0x0f,
    rcvWindowScale: bytes[6] >> 4,
    deliveryRateAppLimited: (bytes[7] & 1) !== 0,
    fastOpenClientFailure: FASTOPEN_FAILURES[bytes[7] >> 1 & 3],
    ...counters as unknown as TcpCounters,
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
  readOnly(NEWEST_SIZE, decodeTcpInfo),
);
