/**
 * Options of CAN sockets (linux/can/raw.h, isotp.h, j1939.h).
 *
 * @module
 */
import type { SocketOption } from "../core/option.ts";
import { CAN_NUMBERS, canIdNumber } from "../ffi/families/can.ts";
import {
  bool,
  checkInt,
  checkObject,
  type CodecFor,
  int,
  outOfRange,
  row,
  struct,
  uint,
  UINT_MAX,
  viewOf,
  writeOnly,
  wrongType,
} from "../ffi/options/codecs.ts";
import { FRAMES, OPTIONS as O } from "./_constants.ts";
import type { CanFilter } from "./types.ts";

const { CAN_EFF_MASK: EFF_MASK, CAN_EFF_FLAG: EFF_FLAG, CAN_RTR_FLAG: RTR_FLAG } = CAN_NUMBERS;
const { CAN_SFF_MASK: SFF_MASK } = CAN_NUMBERS;

function checkKnown(name: string, value: object, keys: readonly string[]): void {
  for (const key of Object.keys(value)) {
    if (!keys.includes(key)) throw new TypeError(`Cannot set ${name}: unknown key "${key}"`);
  }
}

const FILTER_KEYS = ["id", "mask", "extended", "remote", "inverted"];

/** The two words of `struct can_filter`: what is looked for, and which bits of it count. */
function filterWords(name: string, filter: CanFilter): [id: number, mask: number] {
  checkObject(name, filter, "a filter");
  checkKnown(name, filter, FILTER_KEYS);
  const { id, mask, extended, remote, inverted } = filter;
  checkInt(name, id, 0, EFF_MASK);
  const any = extended === "any";
  const number = any ? id : canIdNumber(id, extended, `set ${name}`, "id");
  const own = number > SFF_MASK ? EFF_MASK : SFF_MASK;
  const bits = mask === undefined ? own : checkInt(name, mask, 0, EFF_MASK);
  // Remote frames of the identifier are taken as those with data, unless it is said.
  const flags = (any ? 0 : EFF_FLAG) | (remote === undefined ? 0 : RTR_FLAG);
  const wanted = (remote ? RTR_FLAG : 0) | (inverted ? FRAMES.CAN_INV_FILTER : 0);
  return [(number | wanted) >>> 0, (bits | flags) >>> 0];
}

function filterOf(id: number, mask: number): CanFilter {
  return {
    id: id & EFF_MASK,
    mask: mask & EFF_MASK,
    extended: (mask & EFF_FLAG) === 0 ? "any" : (id & EFF_FLAG) !== 0,
    ...((mask & RTR_FLAG) !== 0 && { remote: (id & RTR_FLAG) !== 0 }),
    inverted: (id & FRAMES.CAN_INV_FILTER) !== 0,
  };
}

/** Lists of `struct can_filter`. */
const filters: CodecFor<readonly CanFilter[]> = (name) => ({
  size: 8 * FRAMES.CAN_RAW_FILTER_MAX,
  encode(value) {
    const wanted = `a list of up to ${FRAMES.CAN_RAW_FILTER_MAX} filters`;
    if (!Array.isArray(value)) throw wrongType(name, value, wanted);
    if (value.length > FRAMES.CAN_RAW_FILTER_MAX) {
      throw outOfRange(name, `a list of ${value.length}`, wanted);
    }
    const { bytes, view } = struct(8 * value.length);
    value.forEach((filter: CanFilter, i) => {
      const [id, mask] = filterWords(name, filter);
      view.setUint32(8 * i, id, true);
      view.setUint32(8 * i + 4, mask, true);
    });
    return bytes;
  },
  decode(bytes) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Array.from(
      { length: bytes.length >> 3 },
      (_, i) => filterOf(view.getUint32(8 * i, true), view.getUint32(8 * i + 4, true)),
    );
  },
});

function rawRow<T>(name: keyof typeof O, codec: CodecFor<T>): SocketOption<T> {
  return row(name, O.SOL_CAN_RAW, O[name], "rw", codec);
}

/** Which frames are taken: those that fit any filter. Default: all. */
export const CAN_RAW_FILTER: SocketOption<readonly CanFilter[]> = rawRow("CAN_RAW_FILTER", filters);
/** Which error frames are taken: CAN_ERR_* classes, or-ed. Default 0. */
export const CAN_RAW_ERR_FILTER: SocketOption<number> = rawRow("CAN_RAW_ERR_FILTER", uint);
/** Whether others on this host hear what is sent. Default true. */
export const CAN_RAW_LOOPBACK: SocketOption<boolean> = rawRow("CAN_RAW_LOOPBACK", bool);
/** Whether this socket hears what it sends. Default false. */
export const CAN_RAW_RECV_OWN_MSGS: SocketOption<boolean> = rawRow("CAN_RAW_RECV_OWN_MSGS", bool);
/** Whether CAN FD frames are sent and taken. Default false. */
export const CAN_RAW_FD_FRAMES: SocketOption<boolean> = rawRow("CAN_RAW_FD_FRAMES", bool);
/** Whether a frame must fit all filters. Default false. */
export const CAN_RAW_JOIN_FILTERS: SocketOption<boolean> = rawRow("CAN_RAW_JOIN_FILTERS", bool);
/** Whether CAN XL frames are sent and taken (Linux 6.2). Default false. */
export const CAN_RAW_XL_FRAMES: SocketOption<boolean> = rawRow("CAN_RAW_XL_FRAMES", bool);

/** How ISO-TP works (`struct can_isotp_options`). */
export interface IsoTpSettings {
  /** CAN_ISOTP_* flags, or-ed. Default 0. */
  flags?: number;
  /** The time that sending a frame takes, in nanoseconds; 0 is the default of 50,000. */
  frameTxNanos?: number;
  /** The address byte of extended addressing, 0 to 255. Default 0. */
  extendedAddress?: number;
  /** What fills up what is sent, 0 to 255. Default 0xcc. */
  txPadding?: number;
  /** What fills up what is received, 0 to 255. Default 0xcc. */
  rxPadding?: number;
  /** The address byte that is received by, 0 to 255. Default 0. */
  rxExtendedAddress?: number;
}

const DEFAULT_PADDING = 0xcc;

const isoTpSettings: CodecFor<IsoTpSettings> = (name) => ({
  size: 12,
  encode(value) {
    checkObject(name, value, "settings of ISO-TP");
    checkKnown(name, value, [
      ...["flags", "frameTxNanos", "extendedAddress"],
      ...["txPadding", "rxPadding", "rxExtendedAddress"],
    ]);
    const { flags = 0, frameTxNanos = 0, extendedAddress = 0 } = value;
    const { txPadding = DEFAULT_PADDING, rxPadding = DEFAULT_PADDING } = value;
    const { bytes, view } = struct(12);
    view.setUint32(0, checkInt(name, flags, 0, UINT_MAX), true);
    view.setUint32(4, checkInt(name, frameTxNanos, 0, UINT_MAX), true);
    bytes[8] = checkInt(name, extendedAddress, 0, 255);
    bytes[9] = checkInt(name, txPadding, 0, 255);
    bytes[10] = checkInt(name, rxPadding, 0, 255);
    bytes[11] = checkInt(
      name,
      value.rxExtendedAddress === undefined ? 0 : value.rxExtendedAddress,
      0,
      255,
    );
    return bytes;
  },
  decode(bytes) {
    const view = viewOf(name, bytes, 12);
    return {
      flags: view.getUint32(0, true),
      frameTxNanos: view.getUint32(4, true),
      extendedAddress: bytes[8],
      txPadding: bytes[9],
      rxPadding: bytes[10],
      rxExtendedAddress: bytes[11],
    };
  },
});

/** Three bytes by name. */
function bytes3<const K extends string>(keys: readonly [K, K, K]): CodecFor<Record<K, number>> {
  return (name) => ({
    size: 3,
    encode(value) {
      checkObject(name, value, `an object of ${keys.join(", ")}`);
      checkKnown(name, value, keys);
      return Uint8Array.from(keys, (key) => checkInt(name, value[key], 0, 255));
    },
    decode: (bytes) => {
      viewOf(name, bytes, 3);
      return Object.fromEntries(keys.map((key, i) => [key, bytes[i]])) as Record<K, number>;
    },
  });
}

function isoTpRow<T>(name: keyof typeof O, codec: CodecFor<T>): SocketOption<T> {
  return row(name, O.SOL_CAN_ISOTP, O[name], "rw", codec);
}

/** How ISO-TP works. Before bind. */
export const CAN_ISOTP_OPTS: SocketOption<IsoTpSettings> = isoTpRow(
  "CAN_ISOTP_OPTS",
  isoTpSettings,
);
/** What flow control tells the sender: frames a block (0 no limit), separation time as ISO 15765-2 codes it, wait frames. */
export const CAN_ISOTP_RECV_FC: SocketOption<Record<"bs" | "stmin" | "wftmax", number>> = isoTpRow(
  "CAN_ISOTP_RECV_FC",
  bytes3(["bs", "stmin", "wftmax"]),
);
/** The separation time to send by, in nanoseconds, whatever the receiver says (CAN_ISOTP_FORCE_TXSTMIN). */
export const CAN_ISOTP_TX_STMIN: SocketOption<number> = isoTpRow("CAN_ISOTP_TX_STMIN", uint);
/** Frames that come sooner after each other than so many nanoseconds are ignored (CAN_ISOTP_FORCE_RXSTMIN). */
export const CAN_ISOTP_RX_STMIN: SocketOption<number> = isoTpRow("CAN_ISOTP_RX_STMIN", uint);
/** The link layer: `mtu` 16 for classic frames or 72 for FD, `txDl` bytes a frame, the flags of FD frames. */
export const CAN_ISOTP_LL_OPTS: SocketOption<Record<"mtu" | "txDl" | "txFlags", number>> = isoTpRow(
  "CAN_ISOTP_LL_OPTS",
  bytes3(["mtu", "txDl", "txFlags"]),
);

/** Which messages of J1939 are taken (`struct j1939_filter`): what the masks keep must be equal. */
export interface J1939Filter {
  /** The sender's NAME. Default: any. */
  name?: bigint;
  /** Which of its bits count. Default: all of a name that is given. */
  nameMask?: bigint;
  /** The parameter group. Default: any. */
  pgn?: number;
  /** Which of its bits count. Default: all of one that is given. */
  pgnMask?: number;
  /** The sender's address. Default: any. */
  address?: number;
  /** Which of its bits count. Default: all of one that is given. */
  addressMask?: number;
}

/** sizeof(struct j1939_filter) */
const J1939_FILTER_BYTES = 32;
const J1939_KEYS = ["name", "nameMask", "pgn", "pgnMask", "address", "addressMask"];

/** A J1939 socket takes what fits any of these; `[]` takes all. */
export const SO_J1939_FILTER: SocketOption<readonly J1939Filter[]> = row(
  "SO_J1939_FILTER",
  O.SOL_CAN_J1939,
  O.SO_J1939_FILTER,
  "wo",
  writeOnly((value, name) => {
    const wanted = `a list of up to ${O.J1939_FILTER_MAX} filters`;
    if (!Array.isArray(value)) throw wrongType(name, value, wanted);
    if (value.length > O.J1939_FILTER_MAX) throw outOfRange(name, value.length, wanted);
    const { bytes, view } = struct(J1939_FILTER_BYTES * value.length);
    value.forEach((filter: J1939Filter, i) => {
      checkObject(name, filter, "a filter");
      checkKnown(name, filter, J1939_KEYS);
      const at = J1939_FILTER_BYTES * i;
      const { name: own = 0n, pgn, address } = filter;
      const nameMask = filter.nameMask ?? (filter.name === undefined ? 0n : (1n << 64n) - 1n);
      if (typeof own !== "bigint" || typeof nameMask !== "bigint") {
        throw wrongType(name, own, "a bigint");
      }
      view.setBigUint64(at, own, true);
      view.setBigUint64(at + 8, nameMask, true);
      const pgnMask = filter.pgnMask ?? (pgn === undefined ? 0 : 0x3ffff);
      view.setUint32(at + 16, checkInt(name, pgn ?? 0, 0, 0x3ffff), true);
      view.setUint32(at + 20, checkInt(name, pgnMask, 0, UINT_MAX), true);
      bytes[at + 24] = checkInt(name, address ?? 0, 0, 255);
      bytes[at + 25] = checkInt(
        name,
        filter.addressMask ?? (address === undefined ? 0 : 255),
        0,
        255,
      );
    });
    return bytes;
  }),
);

function j1939Row<T>(name: keyof typeof O, codec: CodecFor<T>): SocketOption<T> {
  return row(name, O.SOL_CAN_J1939, O[name], "rw", codec);
}

/** Whether messages to others are taken too. Default false. */
export const SO_J1939_PROMISC: SocketOption<boolean> = j1939Row("SO_J1939_PROMISC", bool);
/** The priority that messages are sent by, 0 the highest to 7. Default 6. */
export const SO_J1939_SEND_PRIO: SocketOption<number> = j1939Row("SO_J1939_SEND_PRIO", int(0, 7));
/** Whether the error queue tells how transfers go. Default false. */
export const SO_J1939_ERRQUEUE: SocketOption<boolean> = j1939Row("SO_J1939_ERRQUEUE", bool);
