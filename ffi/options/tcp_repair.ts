/**
 * Options for taking a TCP connection apart and putting it together in another process, level
 * `IPPROTO_TCP`: the kernel's `TCP_REPAIR`. Setting needs CAP_NET_ADMIN.
 *
 * @module
 */

import type { SocketOption } from "../../core/option.ts";
import * as c from "../abi/constants.ts";
import { STRUCTS } from "../abi/layout.ts";
import {
  checkInt,
  checkObject,
  type CodecFor,
  int,
  row,
  struct,
  uint,
  UINT_MAX,
  viewOf,
  writeOnly,
  wrongType,
} from "./codecs.ts";

const L = c.IPPROTO_TCP;
const { tcp_repair_opt: REPAIR_OPT, tcp_repair_window: WINDOW } = STRUCTS;

/**
 * One TCP option that was agreed on, by its number (2 MSS, 3 window scale, 4 SACK, 8 timestamps).
 */
export interface TcpRepairOption {
  /** The option's number. */
  readonly code: number;
  /** Its value; of a window scale, ours in the upper 16 bits. */
  readonly value: number;
}

/** The windows of a connection, for repair. */
export interface TcpRepairWindow {
  /** The sequence number of the last window update. */
  readonly sndWl1: number;
  /** The window that the peer offers, in bytes. */
  readonly sndWndBytes: number;
  /** The largest window the peer ever offered, in bytes. */
  readonly maxWindowBytes: number;
  /** The window offered to the peer, in bytes. */
  readonly rcvWndBytes: number;
  /** The sequence number up to which it was offered. */
  readonly rcvWup: number;
}

/** The fields of `struct tcp_repair_window` and their offsets, in order. */
const WINDOW_FIELDS = [
  ["sndWl1", WINDOW.snd_wl1],
  ["sndWndBytes", WINDOW.snd_wnd],
  ["maxWindowBytes", WINDOW.max_window],
  ["rcvWndBytes", WINDOW.rcv_wnd],
  ["rcvWup", WINDOW.rcv_wup],
] as const;

const repairWindow: CodecFor<TcpRepairWindow> = (name) => ({
  size: WINDOW.size,
  encode(value) {
    checkObject(name, value, "an object", WINDOW_FIELDS.map(([field]) => field));
    const { bytes, view } = struct(WINDOW.size);
    for (const [field, offset] of WINDOW_FIELDS) {
      view.setUint32(offset, checkInt(`${name}.${field}`, value[field], 0, UINT_MAX), true);
    }
    return bytes;
  },
  decode(bytes) {
    const view = viewOf(name, bytes, WINDOW.size);
    const [sndWl1, sndWndBytes, maxWindowBytes, rcvWndBytes, rcvWup] = WINDOW_FIELDS.map((
      [, offset],
    ) => view.getUint32(offset, true));
    return { sndWl1, sndWndBytes, maxWindowBytes, rcvWndBytes, rcvWup };
  },
});

/**
 * The sequence number of the queue chosen by {@linkcode TCP_REPAIR_QUEUE}. In repair only. Since
 * Linux 3.5.
 */
export const TCP_QUEUE_SEQ: SocketOption<number> = row(
  "TCP_QUEUE_SEQ",
  L,
  c.TCP_QUEUE_SEQ,
  "rw",
  uint,
);

/**
 * Whether the connection is under repair, for taking it to another process: 1 on, 0 off (the
 * default), -1 off without a window probe. Needs CAP_NET_ADMIN. Since Linux 3.5.
 */
export const TCP_REPAIR: SocketOption<number> = row(
  "TCP_REPAIR",
  L,
  c.TCP_REPAIR,
  "rw",
  int(-1, 1),
);

/** Restores the options that were agreed on. In repair only. Set only. Since Linux 3.5. */
export const TCP_REPAIR_OPTIONS: SocketOption<readonly TcpRepairOption[]> = row(
  "TCP_REPAIR_OPTIONS",
  L,
  c.TCP_REPAIR_OPTIONS,
  "wo",
  writeOnly((value: readonly TcpRepairOption[], name) => {
    if (!Array.isArray(value)) throw wrongType(name, value, "an array of options");
    const { bytes, view } = struct(REPAIR_OPT.size * value.length);
    value.forEach((option, i) => {
      checkObject(`${name}[${i}]`, option, "an option", ["code", "value"]);
      view.setUint32(
        REPAIR_OPT.size * i + REPAIR_OPT.opt_code,
        checkInt(`${name}[${i}].code`, option.code, 0, 255),
        true,
      );
      view.setUint32(
        REPAIR_OPT.size * i + REPAIR_OPT.opt_val,
        checkInt(`${name}[${i}].value`, option.value, 0, UINT_MAX),
        true,
      );
    });
    return bytes;
  }),
);

/** Which queue repair is about: 0 none, 1 receive, 2 send. In repair only. Since Linux 3.5. */
export const TCP_REPAIR_QUEUE: SocketOption<number> = row(
  "TCP_REPAIR_QUEUE",
  L,
  c.TCP_REPAIR_QUEUE,
  "rw",
  int(0, 2),
);

/** The windows. In repair only. Since Linux 4.8. */
export const TCP_REPAIR_WINDOW: SocketOption<TcpRepairWindow> = row(
  "TCP_REPAIR_WINDOW",
  L,
  c.TCP_REPAIR_WINDOW,
  "rw",
  repairWindow,
);

/**
 * The clock of the timestamp option (RFC 7323), in milliseconds or microseconds. Settable in repair
 * only. Since Linux 3.9.
 */
export const TCP_TIMESTAMP: SocketOption<number> = row(
  "TCP_TIMESTAMP",
  L,
  c.TCP_TIMESTAMP,
  "rw",
  uint,
);
