/**
 * Options of Bluetooth sockets (bluetooth/bluetooth.h, l2cap.h, sco.h).
 *
 * @module
 */
import type { SocketOption } from "../core/option.ts";
import {
  bool,
  checkInt,
  checkObject,
  type CodecFor,
  int,
  row,
  struct,
  viewOf,
} from "../ffi/options/codecs.ts";
import { NUMBERS } from "./_constants.ts";

function btRow<T>(
  name: keyof typeof NUMBERS,
  access: "rw" | "ro" | "wo",
  codec: CodecFor<T>,
): SocketOption<T> {
  return row(name, NUMBERS.SOL_BLUETOOTH, NUMBERS[name], access, codec);
}

const uint16: CodecFor<number> = (name) => ({
  size: 2,
  encode(value) {
    const { bytes, view } = struct(2);
    view.setUint16(0, checkInt(name, value, 0, 0xffff), true);
    return bytes;
  },
  decode: (bytes) => viewOf(name, bytes, 2).getUint16(0, true),
});

const uint8: CodecFor<number> = (name) => ({
  size: 1,
  encode: (value) => Uint8Array.of(checkInt(name, value, 0, 255)),
  decode: (bytes) => viewOf(name, bytes, 1).getUint8(0),
});

/** How a link is secured (`struct bt_security`). */
export interface BluetoothSecurity {
  /** 0 as for SDP, 1 low, 2 medium (encrypted), 3 high (against men in the middle), 4 FIPS. */
  level: number;
  /** The length of the key, 7 to 16; 0, the default, leaves it to the kernel. */
  keyBytes?: number;
}

/** How the link must be secured: before connect or listen, or to raise it later. */
export const BT_SECURITY: SocketOption<BluetoothSecurity> = btRow("BT_SECURITY", "rw", (name) => ({
  size: 2,
  encode(value) {
    checkObject(name, value, "an object of level and keyBytes", ["level", "keyBytes"]);
    const { level, keyBytes = 0 } = value;
    return Uint8Array.of(checkInt(name, level, 0, 4), checkInt(name, keyBytes, 0, 16));
  },
  decode(bytes) {
    const view = viewOf(name, bytes, 2);
    return { level: view.getUint8(0), keyBytes: view.getUint8(1) };
  },
}));
/** Whether an accepted connection waits for the first receive before it is answered. Of listeners. */
export const BT_DEFER_SETUP: SocketOption<boolean> = btRow("BT_DEFER_SETUP", "rw", bool);
/** Whether packets may be dropped when they are late. */
export const BT_FLUSHABLE: SocketOption<boolean> = btRow("BT_FLUSHABLE", "rw", bool);
/** What sound is sent as over SCO: 0x60 CVSD of 16 bits, 3 transparent. */
export const BT_VOICE: SocketOption<number> = btRow("BT_VOICE", "rw", uint16);
/** The most bytes of a message sent, on channels of Low Energy and on SCO and ISO. */
export const BT_SNDMTU: SocketOption<number> = btRow("BT_SNDMTU", "ro", uint16);
/** The most bytes of a message received, on channels of Low Energy. Before connect or listen. */
export const BT_RCVMTU: SocketOption<number> = btRow("BT_RCVMTU", "rw", uint16);
/** The radio modes of the link, as bits (BT_PHY_*). */
export const BT_PHY: SocketOption<number> = btRow("BT_PHY", "ro", int());
/** The mode of a channel: 0 basic, 1 retransmission, 2 streaming, 3 Low Energy credits, 4 enhanced credits. */
export const BT_MODE: SocketOption<number> = btRow("BT_MODE", "rw", uint8);

/** How a channel works (`struct l2cap_options`). */
export interface L2capOptions {
  /** The most bytes sent. Read only. */
  outMtuBytes: number;
  /** The most bytes received, 48 to 65535. */
  inMtuBytes: number;
  /** When late packets are dropped, in slots; 0xffff never. */
  flushTimeout: number;
  /** 0 basic, 3 retransmission, 4 streaming. */
  mode: number;
  /** Whether frames carry a checksum: 1 yes, 0 no. */
  fcs: number;
  /** The most transmissions of a frame. */
  maxTransmissions: number;
  /** The window, in frames. */
  windowFrames: number;
}

const L2CAP_KEYS: readonly (keyof L2capOptions)[] = [
  "outMtuBytes",
  "inMtuBytes",
  "flushTimeout",
  "mode",
  "fcs",
  "maxTransmissions",
  "windowFrames",
];

/** How a channel of classic Bluetooth works. */
export const L2CAP_OPTIONS: SocketOption<L2capOptions> = row(
  "L2CAP_OPTIONS",
  NUMBERS.SOL_L2CAP,
  NUMBERS.L2CAP_OPTIONS,
  "rw",
  (name) => ({
    size: 12,
    encode(value) {
      checkObject(name, value, "options of L2CAP", L2CAP_KEYS);
      const { bytes, view } = struct(12);
      view.setUint16(0, checkInt(name, value.outMtuBytes, 0, 0xffff), true);
      view.setUint16(2, checkInt(name, value.inMtuBytes, 0, 0xffff), true);
      view.setUint16(4, checkInt(name, value.flushTimeout, 0, 0xffff), true);
      bytes[6] = checkInt(name, value.mode, 0, 255);
      bytes[7] = checkInt(name, value.fcs, 0, 255);
      bytes[8] = checkInt(name, value.maxTransmissions, 0, 255);
      view.setUint16(10, checkInt(name, value.windowFrames, 0, 0xffff), true);
      return bytes;
    },
    decode(bytes) {
      const view = viewOf(name, bytes, 12);
      return {
        outMtuBytes: view.getUint16(0, true),
        inMtuBytes: view.getUint16(2, true),
        flushTimeout: view.getUint16(4, true),
        mode: view.getUint8(6),
        fcs: view.getUint8(7),
        maxTransmissions: view.getUint8(8),
        windowFrames: view.getUint16(10, true),
      };
    },
  }),
);
