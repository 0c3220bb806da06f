/**
 * What the kernel tells of an AF_XDP socket (XDP_STATISTICS and XDP_OPTIONS, linux/if_xdp.h).
 *
 * @module
 */
import {
  SOL_XDP,
  XDP_OPTIONS,
  XDP_OPTIONS_ZEROCOPY,
  XDP_STATISTICS,
  XDP_STRUCTS,
} from "../ffi/abi/xdp_constants.ts";
import type { Descriptor } from "../ffi/descriptor/descriptor.ts";
import { readOnly, row, viewOf } from "../ffi/options/codecs.ts";

const { xdp_statistics: STATISTICS, xdp_options: OPTIONS } = XDP_STRUCTS;

/** What became of frames that did not come, or go; all since the socket was opened. */
export interface XdpStatistics {
  /** Received, but there was no frame to put it in, or it was too long for one. */
  rxDropped: number;
  /** Frames for receiving that the kernel refused: none, unless memory was tampered with. */
  rxInvalidDescs: number;
  /** Frames to be sent that the kernel refused. */
  txInvalidDescs: number;
  /** Received, but nobody had taken those before. */
  rxRingFull: number;
  /** How often there was no frame to receive into. */
  rxFillRingEmptyDescs: number;
  /** How often the kernel looked for a frame to be sent and found none. */
  txRingEmptyDescs: number;
}

const STATISTICS_ROW = row<XdpStatistics>(
  "XDP_STATISTICS",
  SOL_XDP,
  XDP_STATISTICS,
  "ro",
  readOnly(STATISTICS.size, (bytes, name) => {
    const view = viewOf(name, bytes, STATISTICS.size);
    const count = (at: number) => Number(view.getBigUint64(at, true));
    return {
      rxDropped: count(STATISTICS.rx_dropped),
      rxInvalidDescs: count(STATISTICS.rx_invalid_descs),
      txInvalidDescs: count(STATISTICS.tx_invalid_descs),
      rxRingFull: count(STATISTICS.rx_ring_full),
      rxFillRingEmptyDescs: count(STATISTICS.rx_fill_ring_empty_descs),
      txRingEmptyDescs: count(STATISTICS.tx_ring_empty_descs),
    };
  }),
);

const ZEROCOPY_ROW = row<boolean>(
  "XDP_OPTIONS",
  SOL_XDP,
  XDP_OPTIONS,
  "ro",
  readOnly(OPTIONS.size, (bytes, name) => {
    const flags = viewOf(name, bytes, OPTIONS.size).getUint32(OPTIONS.flags, true);
    return (flags & XDP_OPTIONS_ZEROCOPY) !== 0;
  }),
);

/** Reads the counters. */
export function readXdpStatistics(core: Descriptor): XdpStatistics {
  return core.getOption(STATISTICS_ROW);
}

/** Whether the driver reads and writes the frames where they are. */
export function readZeroCopy(core: Descriptor): boolean {
  return core.getOption(ZEROCOPY_ROW);
}
