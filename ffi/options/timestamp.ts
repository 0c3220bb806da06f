/**
 * Options about time stamps of packets, level `SOL_SOCKET`: Documentation/networking/timestamping.
 *
 * @module
 */

import type { SocketOption } from "../../core/option.ts";
import * as c from "../abi/constants.ts";
import { STRUCTS } from "../abi/layout.ts";
import {
  bool,
  checkInt,
  checkObject,
  type CodecFor,
  outOfRange,
  row,
  struct,
  viewOf,
  wrongType,
} from "./codecs.ts";

const L = c.SOL_SOCKET;
const { sock_txtime: TXTIME } = STRUCTS;

/** The clocks that SO_TXTIME takes. */
const CLOCKS = {
  realtime: c.CLOCK_REALTIME,
  monotonic: c.CLOCK_MONOTONIC,
  tai: c.CLOCK_TAI,
} as const;

/** How the times of packets to send are meant. */
export interface TransmitTime {
  /** The clock; the ETF queue knows `"tai"`, FQ knows `"monotonic"`. */
  readonly clock: "realtime" | "monotonic" | "tai";
  /** Whether the time is the latest allowed rather than the exact one (default false). */
  readonly deadlineMode?: boolean;
  /** Whether missed times are told on the error queue (default false). */
  readonly reportErrors?: boolean;
}

const transmitTime: CodecFor<TransmitTime> = (name) => ({
  size: TXTIME.size,
  encode(value) {
    checkObject(name, value, "an object with a clock", ["clock", "deadlineMode", "reportErrors"]);
    const known = typeof value.clock === "string" && Object.hasOwn(CLOCKS, value.clock);
    const clock = known ? CLOCKS[value.clock] : undefined;
    if (clock === undefined) {
      throw outOfRange(name, value.clock, 'a clock: "realtime", "monotonic" or "tai"');
    }
    const { deadlineMode = false, reportErrors = false } = value;
    for (const [key, flag] of Object.entries({ deadlineMode, reportErrors })) {
      if (typeof flag !== "boolean") throw wrongType(`${name}.${key}`, flag, "a boolean");
    }
    const { bytes, view } = struct(TXTIME.size);
    view.setInt32(TXTIME.clockid, clock, true);
    view.setUint32(
      TXTIME.flags,
      (deadlineMode ? c.SOF_TXTIME_DEADLINE_MODE : 0) |
        (reportErrors ? c.SOF_TXTIME_REPORT_ERRORS : 0),
      true,
    );
    return bytes;
  },
  decode(bytes) {
    const view = viewOf(name, bytes, TXTIME.size);
    const id = view.getInt32(TXTIME.clockid, true);
    const flags = view.getUint32(TXTIME.flags, true);
    return {
      clock: id === CLOCKS.tai ? "tai" : id === CLOCKS.monotonic ? "monotonic" : "realtime",
      deadlineMode: (flags & c.SOF_TXTIME_DEADLINE_MODE) !== 0,
      reportErrors: (flags & c.SOF_TXTIME_REPORT_ERRORS) !== 0,
    };
  },
});

/** The flags of {@linkcode SO_TIMESTAMPING} by name, with their bits. */
const FLAGS = {
  txHardware: c.SOF_TIMESTAMPING_TX_HARDWARE,
  txSoftware: c.SOF_TIMESTAMPING_TX_SOFTWARE,
  rxHardware: c.SOF_TIMESTAMPING_RX_HARDWARE,
  rxSoftware: c.SOF_TIMESTAMPING_RX_SOFTWARE,
  software: c.SOF_TIMESTAMPING_SOFTWARE,
  rawHardware: c.SOF_TIMESTAMPING_RAW_HARDWARE,
  optId: c.SOF_TIMESTAMPING_OPT_ID,
  txSched: c.SOF_TIMESTAMPING_TX_SCHED,
  txAck: c.SOF_TIMESTAMPING_TX_ACK,
  optCmsg: c.SOF_TIMESTAMPING_OPT_CMSG,
  optTsOnly: c.SOF_TIMESTAMPING_OPT_TSONLY,
  optStats: c.SOF_TIMESTAMPING_OPT_STATS,
  optPktInfo: c.SOF_TIMESTAMPING_OPT_PKTINFO,
  optTxSwHw: c.SOF_TIMESTAMPING_OPT_TX_SWHW,
  bindPhc: c.SOF_TIMESTAMPING_BIND_PHC,
  optIdTcp: c.SOF_TIMESTAMPING_OPT_ID_TCP,
  optRxFilter: c.SOF_TIMESTAMPING_OPT_RX_FILTER,
  txCompletion: c.SOF_TIMESTAMPING_TX_COMPLETION,
} as const;

/** Which time stamps are made and told; all default to false. */
export interface TimestampingFlags {
  /** Stamp outgoing packets in the device. */
  readonly txHardware?: boolean;
  /** Stamp outgoing packets as they are handed to the device. */
  readonly txSoftware?: boolean;
  /** Stamp arriving packets in the device. */
  readonly rxHardware?: boolean;
  /** Stamp arriving packets as they enter the kernel. */
  readonly rxSoftware?: boolean;
  /** Tell stamps made in software. */
  readonly software?: boolean;
  /** Tell stamps made in the device. */
  readonly rawHardware?: boolean;
  /** Number outgoing packets, so that each stamp tells which one it is of. */
  readonly optId?: boolean;
  /** Stamp outgoing packets before they are queued. */
  readonly txSched?: boolean;
  /** Stamp when TCP's peer has acknowledged all bytes of a send. */
  readonly txAck?: boolean;
  /** Tell the packet's IP_PKTINFO with its stamp. */
  readonly optCmsg?: boolean;
  /** Tell stamps without a copy of the packet. */
  readonly optTsOnly?: boolean;
  /** Tell TCP's counters with each stamp; needs `optTsOnly`. */
  readonly optStats?: boolean;
  /** Tell the device of arriving packets stamped in hardware. */
  readonly optPktInfo?: boolean;
  /** Tell both stamps of a packet stamped in software and hardware. */
  readonly optTxSwHw?: boolean;
  /** Use one of the device's virtual clocks. Since Linux 5.14. */
  readonly bindPhc?: boolean;
  /** Count TCP's bytes from this moment exactly; with `optId`. Since Linux 6.2. */
  readonly optIdTcp?: boolean;
  /** Do not tell receive stamps that only another socket asked for. Since Linux 6.12. */
  readonly optRxFilter?: boolean;
  /** Stamp when the device tells that it has sent (Bluetooth). Since Linux 6.15. */
  readonly txCompletion?: boolean;
}

const timestamping: CodecFor<TimestampingFlags> = (name) => ({
  // Kernels before 5.14 answer with the first field alone.
  size: STRUCTS.so_timestamping.size,
  encode(value) {
    checkObject(name, value, "an object of flags");
    let bits = 0;
    for (const [key, on] of Object.entries(value)) {
      if (!Object.hasOwn(FLAGS, key)) throw outOfRange(name, key, "one of its flags");
      if (on !== undefined && typeof on !== "boolean") {
        throw wrongType(`${name}.${key}`, on, "a boolean");
      }
      if (on) bits |= FLAGS[key as keyof typeof FLAGS];
    }
    const { bytes, view } = struct(4);
    view.setInt32(0, checkInt(name, bits, 0, 0x7fffffff), true);
    return bytes;
  },
  decode(bytes) {
    const bits = viewOf(name, bytes, 4).getUint32(0, true);
    const flags: Record<string, boolean> = {};
    for (const [key, bit] of Object.entries(FLAGS)) flags[key] = (bits & bit) !== 0;
    return flags;
  },
});

/** Whether each message tells when it arrived, in microseconds. Default false. */
export const SO_TIMESTAMP: SocketOption<boolean> = row(
  "SO_TIMESTAMP",
  L,
  c.SO_TIMESTAMP,
  "rw",
  bool,
);

/**
 * Whether each message tells when it arrived, in nanoseconds. Default false. Since Linux 2.6.22.
 */
export const SO_TIMESTAMPNS: SocketOption<boolean> = row(
  "SO_TIMESTAMPNS",
  L,
  c.SO_TIMESTAMPNS,
  "rw",
  bool,
);

/**
 * Which time stamps are made of arriving and outgoing packets, in software or in the device, and how
 * they are told. Default none. Since Linux 2.6.30.
 */
export const SO_TIMESTAMPING: SocketOption<TimestampingFlags> = row(
  "SO_TIMESTAMPING",
  L,
  c.SO_TIMESTAMPING,
  "rw",
  timestamping,
);

/**
 * How the times of SCM_TXTIME messages are meant. A clock other than `"monotonic"` needs
 * CAP_NET_ADMIN. Since Linux 4.19.
 */
export const SO_TXTIME: SocketOption<TransmitTime> = row(
  "SO_TXTIME",
  L,
  c.SO_TXTIME,
  "rw",
  transmitTime,
);
