/**
 * Options of SCTP sockets (RFC 6458 section 8, linux/sctp.h). Those that speak of an association take
 * it by number, `associationId`; 0, the default, stands for what is to come, or for the only one.
 *
 * @module
 */
import { checkBytes } from "../core/bytes.ts";
import type { OptionBytes, SocketOption } from "../core/option.ts";
import { SOL_SCTP } from "../ffi/abi/socket_constants.ts";
import {
  bool,
  checkInt,
  checkObject,
  type CodecFor,
  int,
  INT_MAX,
  outOfRange,
  row,
  struct,
  uint,
  UINT_MAX,
  viewOf,
  writeOnly,
  wrongType,
} from "../ffi/options/codecs.ts";
import { NUMBERS } from "./_constants.ts";

function sctpRow<T>(
  name: keyof typeof NUMBERS,
  access: "rw" | "ro" | "wo",
  codec: CodecFor<T>,
): SocketOption<T> {
  return row(name, SOL_SCTP, NUMBERS[name], access, codec);
}

/** SCTP_AUTH_NUM_HMACS (net/sctp/constants.h): no more are known. */
const MOST_HMACS = 4;

/** A field of a structure: where it is, of how many bytes. */
type Field = readonly [offset: number, bytes: 1 | 2 | 4];

/** A structure of numbers by name; what is left out is 0. */
function numbers<K extends string>(
  size: number,
  fields: Readonly<Record<K, Field>>,
): CodecFor<Partial<Record<K, number>>> {
  const keys = Object.keys(fields) as K[];
  return (name) => ({
    size,
    encode(value) {
      checkObject(name, value, `an object of ${keys.join(", ")}`);
      for (const key of Object.keys(value)) {
        if (!(keys as string[]).includes(key)) {
          throw new TypeError(`Cannot set ${name}: unknown key "${key}"`);
        }
      }
      const { bytes, view } = struct(size);
      for (const key of keys) {
        const [offset, length] = fields[key];
        const number = checkInt(name, value[key] ?? 0, 0, 2 ** (8 * length) - 1);
        if (length === 4) view.setUint32(offset, number, true);
        else if (length === 2) view.setUint16(offset, number, true);
        else view.setUint8(offset, number);
      }
      return bytes;
    },
    decode(bytes) {
      const view = viewOf(name, bytes, size);
      return Object.fromEntries(keys.map((key) => {
        const [offset, length] = fields[key];
        const number = length === 4
          ? view.getUint32(offset, true)
          : length === 2
          ? view.getUint16(offset, true)
          : view.getUint8(offset);
        return [key, number];
      })) as Record<K, number>;
    },
  });
}

/** `struct sctp_assoc_value`: a number for the socket's future associations, or its only one. */
const assocValue: CodecFor<number> = (name) => ({
  size: 8,
  encode(value) {
    const { bytes, view } = struct(8);
    view.setUint32(4, checkInt(name, value, 0, UINT_MAX), true);
    return bytes;
  },
  decode: (bytes) => viewOf(name, bytes, 8).getUint32(4, true),
});

/** The same as yes or no. */
const assocBool: CodecFor<boolean> = (name) => ({
  size: 8,
  encode(value) {
    if (typeof value !== "boolean") throw new TypeError(`Cannot set ${name}: it is not a boolean`);
    return assocValue(name).encode(value ? 1 : 0);
  },
  decode: (bytes) => assocValue(name).decode(bytes) !== 0,
});

/** Retransmission time-outs in milliseconds: at first, and the bounds. */
export const SCTP_RTOINFO: SocketOption<
  Partial<Record<"associationId" | "initialMs" | "maxMs" | "minMs", number>>
> = sctpRow(
  "SCTP_RTOINFO",
  "rw",
  numbers(16, { associationId: [0, 4], initialMs: [4, 4], maxMs: [8, 4], minMs: [12, 4] }),
);
/** Limits of an association: retransmissions, the life of a cookie in milliseconds. */
export const SCTP_ASSOCINFO: SocketOption<
  Partial<
    Record<
      | "associationId"
      | "maxRetransmissions"
      | "peerPaths"
      | "peerWindowBytes"
      | "localWindowBytes"
      | "cookieLifeMs",
      number
    >
  >
> = sctpRow(
  "SCTP_ASSOCINFO",
  "rw",
  numbers(20, {
    associationId: [0, 4],
    maxRetransmissions: [4, 2],
    peerPaths: [6, 2],
    peerWindowBytes: [8, 4],
    localWindowBytes: [12, 4],
    cookieLifeMs: [16, 4],
  }),
);
/** How associations begin: streams out, the most in, attempts, the longest time between them. */
export const SCTP_INITMSG: SocketOption<
  Partial<Record<"outStreams" | "maxInStreams" | "maxAttempts" | "maxTimeoutMs", number>>
> = sctpRow(
  "SCTP_INITMSG",
  "rw",
  numbers(8, {
    ...{ outStreams: [0, 2], maxInStreams: [2, 2] },
    ...{ maxAttempts: [4, 2], maxTimeoutMs: [6, 2] },
  }),
);
/** Whether small messages are sent at once. Default false. */
export const SCTP_NODELAY: SocketOption<boolean> = sctpRow("SCTP_NODELAY", "rw", bool);
/** A socket with many associations ends those that were idle for so many seconds. Default 0: never. */
export const SCTP_AUTOCLOSE: SocketOption<number> = sctpRow("SCTP_AUTOCLOSE", "rw", int(0));
/** What the peer is told of the adaptation layer, 0 to 2^32 - 1. Default 0. */
export const SCTP_ADAPTATION_LAYER: SocketOption<number> = sctpRow(
  "SCTP_ADAPTATION_LAYER",
  "rw",
  uint,
);
/** Whether messages that do not fit into a packet are refused (EMSGSIZE). Default false. */
export const SCTP_DISABLE_FRAGMENTS: SocketOption<boolean> = sctpRow(
  "SCTP_DISABLE_FRAGMENTS",
  "rw",
  bool,
);
/** Whether IPv4 peers of an IPv6 socket show as `::ffff:a.b.c.d`. Default true. */
export const SCTP_I_WANT_MAPPED_V4_ADDR: SocketOption<boolean> = sctpRow(
  "SCTP_I_WANT_MAPPED_V4_ADDR",
  "rw",
  bool,
);
/** The most bytes of a chunk; 0, the default, is what the path allows. */
export const SCTP_MAXSEG: SocketOption<number> = sctpRow("SCTP_MAXSEG", "rw", assocValue);
/** What received messages are marked with. Default 0. */
export const SCTP_CONTEXT: SocketOption<number> = sctpRow("SCTP_CONTEXT", "rw", assocValue);
/** How far messages of several associations may come mixed: 0 to 2. */
export const SCTP_FRAGMENT_INTERLEAVE: SocketOption<number> = sctpRow(
  "SCTP_FRAGMENT_INTERLEAVE",
  "rw",
  int(0, 2),
);
/** From how many bytes on a message is handed out before it is whole. */
export const SCTP_PARTIAL_DELIVERY_POINT: SocketOption<number> = sctpRow(
  "SCTP_PARTIAL_DELIVERY_POINT",
  "rw",
  uint,
);
/** The most packets sent at once. Default 4. */
export const SCTP_MAX_BURST: SocketOption<number> = sctpRow("SCTP_MAX_BURST", "rw", assocValue);
/** A chunk type that must be authenticated (RFC 4895), 0 to 255. Before the association. */
export const SCTP_AUTH_CHUNK: SocketOption<number> = sctpRow(
  "SCTP_AUTH_CHUNK",
  "wo",
  writeOnly((value, name) => Uint8Array.of(checkInt(name, value, 0, 255))),
);

/**
 * The algorithms that authenticate chunks, the preferred first: 1 SHA-1, 3 SHA-256 (RFC 4895 section
 * 3.3). SHA-1 must be among them. Before the association.
 */
export const SCTP_HMAC_IDENT: SocketOption<readonly number[]> = sctpRow(
  "SCTP_HMAC_IDENT",
  "rw",
  (name) => ({
    size: 4 + 2 * MOST_HMACS,
    encode(value) {
      if (!Array.isArray(value)) throw wrongType(name, value, "an array of numbers");
      const { length } = value;
      if (length < 1 || length > MOST_HMACS) {
        throw outOfRange(name, `${length} numbers`, `1 to ${MOST_HMACS} numbers`);
      }
      const { bytes, view } = struct(4 + 2 * length);
      view.setUint32(0, length, true);
      // One that is missing is no number either.
      for (let i = 0; i < length; i++) {
        view.setUint16(4 + 2 * i, checkInt(name, value[i], 0, 65535), true);
      }
      return bytes;
    },
    decode(bytes) {
      const view = viewOf(name, bytes, 4);
      const count = Math.min(view.getUint32(0, true), (bytes.length - 4) >> 1);
      return Array.from({ length: count }, (_, i) => view.getUint16(4 + 2 * i, true));
    },
  }),
);
/** A key of RFC 4895. */
export interface SctpAuthKey {
  /** Which association; 0, the default, for those to come. */
  associationId?: number;
  /** The number of the key, 0 to 65535. */
  keyNumber: number;
  /** The shared secret, up to 65535 bytes. */
  key: Uint8Array;
}

/** Sets a key (RFC 4895). */
export const SCTP_AUTH_KEY: SocketOption<SctpAuthKey> = sctpRow(
  "SCTP_AUTH_KEY",
  "wo",
  writeOnly((value, name): OptionBytes => {
    checkObject(name, value, "a key", ["associationId", "keyNumber", "key"]);
    const { associationId = 0, keyNumber, key } = value;
    checkBytes(key, `set ${name}`, "key");
    const { bytes, view } = struct(8 + checkInt(name, key.length, 0, 65535));
    view.setInt32(0, checkInt(name, associationId, 0, INT_MAX), true);
    view.setUint16(4, checkInt(name, keyNumber, 0, 65535), true);
    view.setUint16(6, key.length, true);
    bytes.set(key, 8);
    return bytes;
  }),
);

const keyNumber = numbers(8, { associationId: [0, 4], keyNumber: [4, 2] });
/** A key by its number, of an association or of those to come. */
export type SctpKeyNumber = Partial<Record<"associationId" | "keyNumber", number>>;
/** The key that is used. */
export const SCTP_AUTH_ACTIVE_KEY: SocketOption<SctpKeyNumber> = sctpRow(
  "SCTP_AUTH_ACTIVE_KEY",
  "rw",
  keyNumber,
);
/** A key that is used no more, and told when nothing needs it. */
export const SCTP_AUTH_DEACTIVATE_KEY: SocketOption<SctpKeyNumber> = sctpRow(
  "SCTP_AUTH_DEACTIVATE_KEY",
  "wo",
  keyNumber,
);
/** Forgets a key. */
export const SCTP_AUTH_DELETE_KEY: SocketOption<SctpKeyNumber> = sctpRow(
  "SCTP_AUTH_DELETE_KEY",
  "wo",
  keyNumber,
);
/** How many associations the socket has. */
export const SCTP_GET_ASSOC_NUMBER: SocketOption<number> = sctpRow(
  "SCTP_GET_ASSOC_NUMBER",
  "ro",
  uint,
);
/** Whether new addresses of the machine are told to the peers. Default false. */
export const SCTP_AUTO_ASCONF: SocketOption<boolean> = sctpRow("SCTP_AUTO_ASCONF", "rw", bool);
/** Whether each message tells its stream (SCTP_RCVINFO): the endpoints of `sctp` set it. */
export const SCTP_RECVRCVINFO: SocketOption<boolean> = sctpRow("SCTP_RECVRCVINFO", "rw", bool);
/** Whether several one-to-one sockets may have one port. Before bind. */
export const SCTP_REUSE_PORT: SocketOption<boolean> = sctpRow("SCTP_REUSE_PORT", "rw", bool);
/** Whether messages may be given up (RFC 3758). Default: the system's. */
export const SCTP_PR_SUPPORTED: SocketOption<boolean> = sctpRow(
  "SCTP_PR_SUPPORTED",
  "rw",
  assocBool,
);
/** Whether streams may be begun anew and added (RFC 6525). Before the association. */
export const SCTP_RECONFIG_SUPPORTED: SocketOption<boolean> = sctpRow(
  "SCTP_RECONFIG_SUPPORTED",
  "rw",
  assocBool,
);
/** What the peer may ask for: 1 streams begun anew, 2 the association, 4 more streams; or-ed. */
export const SCTP_ENABLE_STREAM_RESET: SocketOption<number> = sctpRow(
  "SCTP_ENABLE_STREAM_RESET",
  "rw",
  assocValue,
);
/** Begins all numbers of the association anew (RFC 6525). */
export const SCTP_RESET_ASSOC: SocketOption<number> = sctpRow(
  "SCTP_RESET_ASSOC",
  "wo",
  int(0),
);
/** In which order streams are sent: 0 as it comes, 1 by priority, 2 in turn. */
export const SCTP_STREAM_SCHEDULER: SocketOption<number> = sctpRow(
  "SCTP_STREAM_SCHEDULER",
  "rw",
  assocValue,
);
/** The priority of a stream for the scheduler. */
export const SCTP_STREAM_SCHEDULER_VALUE: SocketOption<
  Partial<Record<"associationId" | "stream" | "value", number>>
> = sctpRow(
  "SCTP_STREAM_SCHEDULER_VALUE",
  "wo",
  numbers(8, { associationId: [0, 4], stream: [4, 2], value: [6, 2] }),
);
/** Whether messages of several streams may come mixed (RFC 8260). Before the association. */
export const SCTP_INTERLEAVING_SUPPORTED: SocketOption<boolean> = sctpRow(
  "SCTP_INTERLEAVING_SUPPORTED",
  "rw",
  assocBool,
);
/** Whether a notification is told: its number, and 1 or 0. The openers' `events` set it. */
export const SCTP_EVENT: SocketOption<
  Partial<Record<"associationId" | "event" | "on", number>>
> = sctpRow(
  "SCTP_EVENT",
  "wo",
  numbers(8, { associationId: [0, 4], event: [4, 2], on: [6, 1] }),
);
/** Whether addresses may change during an association (RFC 5061). Before it. */
export const SCTP_ASCONF_SUPPORTED: SocketOption<boolean> = sctpRow(
  "SCTP_ASCONF_SUPPORTED",
  "rw",
  assocBool,
);
/** Whether chunks may be authenticated (RFC 4895). Before the association. */
export const SCTP_AUTH_SUPPORTED: SocketOption<boolean> = sctpRow(
  "SCTP_AUTH_SUPPORTED",
  "rw",
  assocBool,
);
/** Whether congestion is marked (ECN). Before the association. */
export const SCTP_ECN_SUPPORTED: SocketOption<boolean> = sctpRow(
  "SCTP_ECN_SUPPORTED",
  "rw",
  assocBool,
);
