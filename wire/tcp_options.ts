/**
 * The options of a TCP header (RFC 9293 section 3.2, and the RFCs named at each).
 *
 * @module
 */

import { fit, setU16, setU32, u16, u32, unfit } from "./_bytes.ts";
import { BARE_OPTION, optionChainError, readOptionChain } from "./_option_chain.ts";

const WHAT = "TCP header";

/** The IANA registry of TCP option kinds. */
const OPTION = {
  ...BARE_OPTION,
  MSS: 2,
  WINDOW_SCALE: 3,
  SACK_PERMITTED: 4,
  SACK: 5,
  TIMESTAMPS: 8,
  MD5: 19,
  USER_TIMEOUT: 28,
  AUTHENTICATION: 29,
  MPTCP: 30,
  FAST_OPEN: 34,
};

/** RFC 8684, section 8.3: the subtypes of multipath TCP, by number. */
const MPTCP_SUBTYPES: readonly MptcpSubtype[] = [
  "capable",
  "join",
  "dss",
  "addAddress",
  "removeAddress",
  "priority",
  "fail",
  "fastClose",
  "reset",
];

/** The name of a subtype of multipath TCP. */
export type MptcpSubtype =
  | "capable"
  | "join"
  | "dss"
  | "addAddress"
  | "removeAddress"
  | "priority"
  | "fail"
  | "fastClose"
  | "reset";

/** The maximum segment size that the sender takes (RFC 9293, section 3.7.1). */
export interface TcpMaximumSegmentSizeOption {
  /** Tells the options apart. */
  kind: "maximumSegmentSize";
  /** In bytes. */
  size: number;
}

/** By how much the sender's window counts (RFC 7323, section 2). */
export interface TcpWindowScaleOption {
  /** Tells the options apart. */
  kind: "windowScale";
  /** Bits to shift the window left by; 14 at most by the RFC. */
  shift: number;
}

/** Which bytes beyond the acknowledgment number have come (RFC 2018; RFC 2883 for duplicates). */
export interface TcpSackOption {
  /** Tells the options apart. */
  kind: "sack";
  /** First sequence number of each block, and the one after its last. */
  blocks: [left: number, right: number][];
}

/** Timestamps (RFC 7323, section 3). */
export interface TcpTimestampsOption {
  /** Tells the options apart. */
  kind: "timestamps";
  /** The sender's clock. */
  value: number;
  /** The receiver's clock as last seen. */
  echo: number;
}

/** A signature by MD5 (RFC 2385). */
export interface TcpMd5Option {
  /** Tells the options apart. */
  kind: "md5";
  /** Sixteen bytes. */
  digest: Uint8Array;
}

/** How long data may stay unacknowledged (RFC 5482). */
export interface TcpUserTimeoutOption {
  /** Tells the options apart. */
  kind: "userTimeout";
  /** Unit of the time-out. */
  unit: "seconds" | "minutes";
  /** 0 to 32767 of these units. */
  timeout: number;
}

/** The authentication option (RFC 5925). */
export interface TcpAuthenticationOption {
  /** Tells the options apart. */
  kind: "authentication";
  /** Which key made the code. */
  keyId: number;
  /** Which key the sender will next take. */
  nextKeyId: number;
  /** The message authentication code. */
  code: Uint8Array;
}

/** Multipath TCP (RFC 8684). */
export interface TcpMptcpOption {
  /** Tells the options apart. */
  kind: "mptcp";
  /** What it is about; a number, 9 to 15, where there is no name for it. */
  subtype: MptcpSubtype | number;
  /** The four bits beside the subtype: version or flags. */
  bits: number;
  /** The rest: keys, tokens, sequence numbers, by the subtype. */
  data: Uint8Array;
}

/** TCP fast open (RFC 7413). */
export interface TcpFastOpenOption {
  /** Tells the options apart. */
  kind: "fastOpen";
  /** 4 to 16 bytes of cookie, or none: a request for one. */
  cookie: Uint8Array;
}

/** One option of a TCP header. */
export type TcpOption =
  | {
    /** The end of the list, where the header is longer than padding alone explains. */
    kind: "end";
    /** What follows up to the end of the header. */
    padding: Uint8Array;
  }
  | {
    /** One byte of nothing, or that selective acknowledgments are welcome (RFC 2018). */
    kind: "nop" | "sackPermitted";
  }
  | TcpMaximumSegmentSizeOption
  | TcpWindowScaleOption
  | TcpSackOption
  | TcpTimestampsOption
  | TcpMd5Option
  | TcpUserTimeoutOption
  | TcpAuthenticationOption
  | TcpMptcpOption
  | TcpFastOpenOption
  | {
    /** Any other option, or a known one of a length that it cannot have. */
    kind: "other";
    /** The kind byte, 2 to 255. */
    type: number;
    /** What follows the kind and the length. */
    data: Uint8Array;
  };

/** What is wrong with the chain of options from `start` to `end`, or `undefined`. */
export function tcpOptionsError(
  bytes: Uint8Array,
  start: number,
  end: number,
): RangeError | undefined {
  return optionChainError(WHAT, bytes, start, end);
}

/** Reads a chain, up to the first option that is wrong. */
export function readTcpOptions(bytes: Uint8Array, start: number, end: number): TcpOption[] {
  return readOptionChain<TcpOption>(bytes, start, end, readOption);
}

function readOption(bytes: Uint8Array, at: number, type: number, length: number): TcpOption {
  const end = at + length;
  switch (type) {
    case OPTION.MSS:
      if (length === 4) return { kind: "maximumSegmentSize", size: u16(bytes, at + 2) };
      break;
    case OPTION.WINDOW_SCALE:
      if (length === 3) return { kind: "windowScale", shift: bytes[at + 2] };
      break;
    case OPTION.SACK_PERMITTED:
      if (length === 2) return { kind: "sackPermitted" };
      break;
    case OPTION.SACK:
      if (length % 8 === 2) return readSack(bytes, at + 2, end);
      break;
    case OPTION.TIMESTAMPS:
      if (length === 10) {
        return { kind: "timestamps", value: u32(bytes, at + 2), echo: u32(bytes, at + 6) };
      }
      break;
    case OPTION.MD5:
      if (length === 18) return { kind: "md5", digest: bytes.slice(at + 2, end) };
      break;
    case OPTION.USER_TIMEOUT:
      if (length === 4) {
        const word = u16(bytes, at + 2);
        const unit = (word & 0x8000) !== 0 ? "minutes" : "seconds";
        return { kind: "userTimeout", unit, timeout: word & 0x7fff };
      }
      break;
    case OPTION.AUTHENTICATION:
      if (length >= 4) {
        const [keyId, nextKeyId] = [bytes[at + 2], bytes[at + 3]];
        return { kind: "authentication", keyId, nextKeyId, code: bytes.slice(at + 4, end) };
      }
      break;
    case OPTION.MPTCP:
      if (length >= 3) {
        const number = bytes[at + 2] >>> 4;
        return {
          kind: "mptcp",
          subtype: MPTCP_SUBTYPES[number] ?? number,
          bits: bytes[at + 2] & 15,
          data: bytes.slice(at + 3, end),
        };
      }
      break;
    case OPTION.FAST_OPEN:
      return { kind: "fastOpen", cookie: bytes.slice(at + 2, end) };
  }
  return { kind: "other", type, data: bytes.slice(at + 2, end) };
}

function readSack(bytes: Uint8Array, start: number, end: number): TcpSackOption {
  const blocks: [number, number][] = [];
  for (let at = start; at < end; at += 8) blocks.push([u32(bytes, at), u32(bytes, at + 4)]);
  return { kind: "sack", blocks };
}

/** The length of the options, padded to a multiple of four. */
export function measureTcpOptions(options: readonly TcpOption[]): number {
  let length = 0;
  for (const option of options) length += optionLength(option);
  return (length + 3) & ~3;
}

function optionLength(option: TcpOption): number {
  switch (option.kind) {
    case "end":
      return 1 + option.padding.length;
    case "nop":
      return 1;
    case "sackPermitted":
      return 2;
    case "windowScale":
      return 3;
    case "maximumSegmentSize":
    case "userTimeout":
      return 4;
    case "timestamps":
      return 10;
    case "md5":
      return 18;
    case "sack":
      return 2 + 8 * option.blocks.length;
    case "authentication":
      return 4 + option.code.length;
    case "mptcp":
      return 3 + option.data.length;
    case "fastOpen":
      return 2 + option.cookie.length;
    case "other":
      return 2 + option.data.length;
  }
}

/** Writes the options at `start`, in bytes that are zero up to the padding. */
export function writeTcpOptions(
  options: readonly TcpOption[],
  bytes: Uint8Array,
  start: number,
): void {
  let at = start;
  for (const option of options) {
    const length = optionLength(option);
    writeOption(option, bytes, at, length);
    at += length;
  }
}

function writeOption(option: TcpOption, bytes: Uint8Array, at: number, length: number): void {
  // Every option but the first two kinds has a length.
  if (option.kind !== "end" && option.kind !== "nop") bytes[at + 1] = length;
  switch (option.kind) {
    case "end":
      bytes[at] = OPTION.END;
      bytes.set(option.padding, at + 1);
      break;
    case "nop":
      bytes[at] = OPTION.NOP;
      break;
    case "sackPermitted":
      bytes[at] = OPTION.SACK_PERMITTED;
      break;
    case "windowScale":
      bytes[at] = OPTION.WINDOW_SCALE;
      bytes[at + 2] = fit(WHAT, "option.shift", option.shift, 0xff);
      break;
    case "maximumSegmentSize":
      bytes[at] = OPTION.MSS;
      setU16(bytes, at + 2, fit(WHAT, "option.size", option.size, 0xffff));
      break;
    case "userTimeout": {
      bytes[at] = OPTION.USER_TIMEOUT;
      const timeout = fit(WHAT, "option.timeout", option.timeout, 0x7fff);
      setU16(bytes, at + 2, timeout | (option.unit === "minutes" ? 0x8000 : 0));
      break;
    }
    case "timestamps":
      bytes[at] = OPTION.TIMESTAMPS;
      setU32(bytes, at + 2, fit(WHAT, "option.value", option.value, 0xffffffff));
      setU32(bytes, at + 6, fit(WHAT, "option.echo", option.echo, 0xffffffff));
      break;
    case "md5":
      bytes[at] = OPTION.MD5;
      if (option.digest.length !== 16) {
        throw unfit(WHAT, `option.digest of ${option.digest.length} bytes is not 16`);
      }
      bytes.set(option.digest, at + 2);
      break;
    case "sack":
      bytes[at] = OPTION.SACK;
      option.blocks.forEach(([left, right], index) => {
        setU32(bytes, at + 2 + 8 * index, fit(WHAT, "option.blocks", left, 0xffffffff));
        setU32(bytes, at + 6 + 8 * index, fit(WHAT, "option.blocks", right, 0xffffffff));
      });
      break;
    case "authentication":
      bytes[at] = OPTION.AUTHENTICATION;
      bytes[at + 2] = fit(WHAT, "option.keyId", option.keyId, 0xff);
      bytes[at + 3] = fit(WHAT, "option.nextKeyId", option.nextKeyId, 0xff);
      bytes.set(option.code, at + 4);
      break;
    case "mptcp": {
      bytes[at] = OPTION.MPTCP;
      const subtype = typeof option.subtype === "string"
        ? MPTCP_SUBTYPES.indexOf(option.subtype)
        : option.subtype;
      bytes[at + 2] = (fit(WHAT, "option.subtype", subtype, 15) << 4) |
        fit(WHAT, "option.bits", option.bits, 15);
      bytes.set(option.data, at + 3);
      break;
    }
    case "fastOpen":
      bytes[at] = OPTION.FAST_OPEN;
      bytes.set(option.cookie, at + 2);
      break;
    case "other":
      if (option.type < 2) throw unfit(WHAT, `option.type of ${option.type} has no length`);
      bytes[at] = fit(WHAT, "option.type", option.type, 0xff);
      bytes.set(option.data, at + 2);
      break;
  }
}
