/** Where the counters of TCP_INFO are read from, found out by what changes them. */
import { readTcpInfo, type TcpInfo } from "../../ffi/options/tcp_info.ts";

/** What the fields are called in `struct tcp_info` (linux/tcp.h). */
const NAMES: Partial<Record<keyof TcpInfo, string>> = {
  rtoMicros: "tcpi_rto",
  atoMicros: "tcpi_ato",
  sndMssBytes: "tcpi_snd_mss",
  rcvMssBytes: "tcpi_rcv_mss",
  unackedSegments: "tcpi_unacked",
  sackedSegments: "tcpi_sacked",
  lostSegments: "tcpi_lost",
  retransSegments: "tcpi_retrans",
  lastDataSentMs: "tcpi_last_data_sent",
  lastDataRecvMs: "tcpi_last_data_recv",
  lastAckRecvMs: "tcpi_last_ack_recv",
  pathMtuBytes: "tcpi_pmtu",
  rcvSsthreshBytes: "tcpi_rcv_ssthresh",
  rttMicros: "tcpi_rtt",
  rttVarMicros: "tcpi_rttvar",
  sndSsthreshSegments: "tcpi_snd_ssthresh",
  sndCwndSegments: "tcpi_snd_cwnd",
  advertisedMssBytes: "tcpi_advmss",
  reorderingSegments: "tcpi_reordering",
  rcvRttMicros: "tcpi_rcv_rtt",
  rcvSpaceBytes: "tcpi_rcv_space",
  totalRetransSegments: "tcpi_total_retrans",
  pacingBytesPerSecond: "tcpi_pacing_rate",
  maxPacingBytesPerSecond: "tcpi_max_pacing_rate",
  ackedBytes: "tcpi_bytes_acked",
  receivedBytes: "tcpi_bytes_received",
  segmentsOut: "tcpi_segs_out",
  segmentsIn: "tcpi_segs_in",
  notSentBytes: "tcpi_notsent_bytes",
  minRttMicros: "tcpi_min_rtt",
  dataSegmentsIn: "tcpi_data_segs_in",
  dataSegmentsOut: "tcpi_data_segs_out",
  deliveryBytesPerSecond: "tcpi_delivery_rate",
  busyMicros: "tcpi_busy_time",
  rwndLimitedMicros: "tcpi_rwnd_limited",
  sndbufLimitedMicros: "tcpi_sndbuf_limited",
  deliveredSegments: "tcpi_delivered",
  deliveredCeSegments: "tcpi_delivered_ce",
  sentBytes: "tcpi_bytes_sent",
  retransBytes: "tcpi_bytes_retrans",
  dsackDups: "tcpi_dsack_dups",
  reorderingSeen: "tcpi_reord_seen",
  outOfOrderPackets: "tcpi_rcv_ooopack",
  sndWindowBytes: "tcpi_snd_wnd",
  rcvWindowBytes: "tcpi_rcv_wnd",
  rehashes: "tcpi_rehash",
  totalRtos: "tcpi_total_rto",
  totalRtoRecoveries: "tcpi_total_rto_recoveries",
  totalRtoMs: "tcpi_total_rto_time",
  receivedCeSegments: "tcpi_received_ce",
  deliveredEct1Bytes: "tcpi_delivered_e1_bytes",
  deliveredEct0Bytes: "tcpi_delivered_e0_bytes",
  deliveredCeBytes: "tcpi_delivered_ce_bytes",
  receivedEct1Bytes: "tcpi_received_e1_bytes",
  receivedEct0Bytes: "tcpi_received_e0_bytes",
  receivedCeBytes: "tcpi_received_ce_bytes",
};

/** More than any kernel tells. */
const SIZE = 1024;

function read(bytes: Uint8Array<ArrayBuffer>): Record<string, unknown> {
  return { ...readTcpInfo(new DataView(bytes.buffer), 0, SIZE) };
}

/** Name, name in C, offset and width in bytes of every counter. */
export function tcpInfoFields(): [key: string, name: string, offset: number, width: number][] {
  const zeros = read(new Uint8Array(SIZE));
  const places = new Map<string, number[]>();
  for (let at = 8; at < SIZE; at++) {
    const bytes = new Uint8Array(SIZE);
    bytes[at] = 1;
    for (const [key, value] of Object.entries(read(bytes))) {
      if (typeof value !== "number" || value === zeros[key]) continue;
      const all = places.get(key) ?? [];
      if (value !== 2 ** (8 * all.length)) throw new Error(`${key} reads byte ${at} as ${value}`);
      places.set(key, [...all, at]);
    }
  }
  if (places.size < Object.keys(NAMES).length) throw new Error("a field is not read at all");
  return [...places].map(([key, all]) => {
    const name = NAMES[key as keyof TcpInfo];
    if (name === undefined) throw new Error(`${key} has no name in C`);
    return [key, name, all[0], all.length];
  });
}
