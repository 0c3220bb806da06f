/**
 * What a link has counted.
 *
 * @module
 */
import { ByteSource } from "./_bytes.ts";
import { struct } from "./_struct.ts";

/** Counters of one direction of a link (`struct rtnl_link_stats64`). */
export interface LinkCounters {
  /** Bytes. */
  bytes: bigint;
  /** Packets. */
  packets: bigint;
  /** Errors of any kind. */
  errors: bigint;
  /** Packets that were dropped. */
  dropped: bigint;
  /** More counters, by the kernel's names. */
  [name: string]: bigint;
}

/** struct rtnl_link_stats64 (linux/if_link.h), in order. */
export const STATS64 = struct({
  rx_packets: "u64",
  tx_packets: "u64",
  rx_bytes: "u64",
  tx_bytes: "u64",
  rx_errors: "u64",
  tx_errors: "u64",
  rx_dropped: "u64",
  tx_dropped: "u64",
  multicast: "u64",
  collisions: "u64",
  rx_length_errors: "u64",
  rx_over_errors: "u64",
  rx_crc_errors: "u64",
  rx_frame_errors: "u64",
  rx_fifo_errors: "u64",
  rx_missed_errors: "u64",
  tx_aborted_errors: "u64",
  tx_carrier_errors: "u64",
  tx_fifo_errors: "u64",
  tx_heartbeat_errors: "u64",
  tx_window_errors: "u64",
});

/** The counters of both directions, in the words of `ip -j -s`. */
export function linkCounters(
  bytes: Uint8Array<ArrayBuffer>,
  carrierChanges: number | undefined,
): { rx: LinkCounters; tx: LinkCounters } {
  const stats = STATS64.decode(new ByteSource(bytes), 0, bytes.length);
  const rx: LinkCounters = {
    bytes: stats.rx_bytes,
    packets: stats.rx_packets,
    errors: stats.rx_errors,
    dropped: stats.rx_dropped,
    over_errors: stats.rx_over_errors,
    multicast: stats.multicast,
    length_errors: stats.rx_length_errors,
    crc_errors: stats.rx_crc_errors,
    frame_errors: stats.rx_frame_errors,
    fifo_errors: stats.rx_fifo_errors,
    missed_errors: stats.rx_missed_errors,
  };
  const tx: LinkCounters = {
    bytes: stats.tx_bytes,
    packets: stats.tx_packets,
    errors: stats.tx_errors,
    dropped: stats.tx_dropped,
    carrier_errors: stats.tx_carrier_errors,
    collisions: stats.collisions,
    aborted_errors: stats.tx_aborted_errors,
    fifo_errors: stats.tx_fifo_errors,
    window_errors: stats.tx_window_errors,
    heartbeat_errors: stats.tx_heartbeat_errors,
  };
  if (carrierChanges !== undefined) tx.carrier_changes = BigInt(carrierChanges);
  return { rx, tx };
}
