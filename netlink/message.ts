/**
 * Netlink messages: their header, what is in a datagram, and errors with their extended ACK
 * (`man 7 netlink`, linux/netlink.h `struct nlmsghdr`, `struct nlmsgerr`).
 *
 * @module
 */
import { errnoName, errnoText } from "../core/errno.ts";
import { type SocketError, socketError } from "../core/errors.ts";
import {
  NLM_F_ACK_TLVS,
  NLM_F_CAPPED,
  NLMSGERR_ATTR_MISS_NEST,
  NLMSGERR_ATTR_MISS_TYPE,
  NLMSGERR_ATTR_MSG,
  NLMSGERR_ATTR_OFFS,
} from "./abi/netlink.ts";
import {
  type AttributeLookup,
  attributes,
  type KnownAttribute,
  NLA_HEADER_BYTES,
} from "./attributes.ts";
import { align4, type ByteSink, ByteSource } from "./_bytes.ts";
import { text, u32 } from "./_codecs.ts";

/** sizeof(struct nlmsghdr). */
export const HEADER_BYTES = 16;
/** The errno of nlmsgerr, before the header of the request. */
const ERROR_BYTES = 4;

/** A netlink message: the header's fields and what follows it. */
export interface NetlinkMessage {
  /** nlmsg_type: what it is, RTM_*, or the number of a generic family. */
  type: number;
  /** NLM_F_* flags. */
  flags: number;
  /** nlmsg_seq: that of the request it answers; 0 in what nobody asked for. */
  sequence: number;
  /** nlmsg_pid: the port of the socket whose request it answers. */
  portId: number;
  /** What follows the header. */
  data: Uint8Array<ArrayBuffer>;
}

/** How the payload of a request is laid out: lets an error name the attribute at fault. */
export interface RequestShape {
  /** The bytes of the fixed header before the attributes. */
  readonly headerBytes: number;
  /** The attributes. */
  readonly attributes: AttributeLookup;
}

/** An error that the kernel answered with. */
export interface NetlinkError extends SocketError {
  /** What the kernel says about it, where it says more than a number: `"Nexthop has invalid gateway"`. */
  kernelMessage?: string;
  /** The attribute at fault, or that is missing: `"RTA_GATEWAY"`, `"IFLA_LINKINFO.INFO_KIND"`. */
  attribute?: string;
}

/** Where the header of a message is, and its fields. */
export interface MessageVisitor {
  /** Called with each message: its payload is the bytes from `at` to `end`. */
  (type: number, flags: number, sequence: number, portId: number, at: number, end: number): void;
}

/**
 * Calls `visit` with each message of a datagram.
 *
 * @param source The memory.
 * @param length How long the datagram is.
 * @param visit Gets the header's fields and the range of the payload.
 * @throws {TypeError} If a length is impossible.
 */
export function eachMessage(source: ByteSource, length: number, visit: MessageVisitor): void {
  const { view } = source;
  let at = 0;
  while (length - at >= HEADER_BYTES) {
    const size = view.getUint32(at, true);
    if (size < HEADER_BYTES || size > length - at) {
      throw new TypeError(
        `Cannot decode netlink message: its length ${size} is not in ${HEADER_BYTES} to ${
          length - at
        }`,
      );
    }
    visit(
      view.getUint16(at + 4, true),
      view.getUint16(at + 6, true),
      view.getUint32(at + 8, true),
      view.getUint32(at + 12, true),
      at + HEADER_BYTES,
      at + size,
    );
    at += align4(size);
  }
}

/** Appends a message: its header, then what `payload` writes. */
export function writeMessage(
  sink: ByteSink,
  type: number,
  flags: number,
  sequence: number,
  payload: (sink: ByteSink) => void,
): void {
  sink.pad();
  const at = sink.reserve(HEADER_BYTES);
  payload(sink);
  sink.setU32(at, sink.length - at);
  sink.setU16(at + 4, type);
  sink.setU16(at + 6, flags);
  sink.setU32(at + 8, sequence);
}

const EXTENDED_ACK = attributes("NLMSGERR_ATTR_", {
  msg: [NLMSGERR_ATTR_MSG, text],
  offs: [NLMSGERR_ATTR_OFFS, u32],
  missType: [NLMSGERR_ATTR_MISS_TYPE, u32],
  missNest: [NLMSGERR_ATTR_MISS_NEST, u32],
});

/** What an ACK says: an errno of 0 is success. */
export interface Acknowledgement {
  /** Positive, 0 for success. */
  readonly errno: number;
  /** The kernel's text: of an error, or a warning beside success. */
  readonly message?: string;
  /** Where in the request the attribute at fault is. */
  readonly offset?: number;
  /** The attribute that is missing. */
  readonly missing?: number;
  /** Where in the request it should be: 0 outside of any other. */
  readonly missingWithin?: number;
}

/** Reads an NLMSG_ERROR, or the NLMSG_DONE that ends a dump: both begin with an errno. */
export function readAcknowledgement(
  source: ByteSource,
  flags: number,
  at: number,
  end: number,
  done: boolean,
): Acknowledgement {
  if (end - at < ERROR_BYTES) return { errno: 0 };
  const errno = Math.abs(source.view.getInt32(at, true));
  if ((flags & NLM_F_ACK_TLVS) === 0) return { errno };
  let start = at + ERROR_BYTES;
  if (!done) {
    if (end - start < HEADER_BYTES) return { errno };
    // The request is echoed, of one that went wrong whole unless NETLINK_CAP_ACK is set.
    const echoed = (flags & NLM_F_CAPPED) === 0 && errno !== 0
      ? Math.max(HEADER_BYTES, source.view.getUint32(start, true))
      : HEADER_BYTES;
    start += align4(echoed);
  }
  if (start >= end) return { errno };
  const found = EXTENDED_ACK.decode(source, start, end - start);
  return {
    errno,
    message: found.msg,
    offset: found.offs,
    missing: found.missType,
    missingWithin: found.missNest,
  };
}

/**
 * The error that an ACK tells of.
 *
 * @param ack What the kernel said.
 * @param action What was to be done, `"add route 10.0.0.0/8"`.
 * @param request The request with its header, in which the attribute at fault is looked up.
 * @param shape How the request is laid out.
 * @returns The error.
 */
export function netlinkError(
  ack: Acknowledgement,
  action: string,
  request?: Uint8Array<ArrayBuffer>,
  shape?: RequestShape,
): NetlinkError {
  const code = errnoName(ack.errno);
  const attribute = request === undefined ? undefined : atFault(ack, request, shape);
  const reason = ack.message === undefined || ack.message === ""
    ? errnoText(code)
    : ack.message.replace(/\.$/, "");
  const where = attribute === undefined
    ? ""
    : `, ${ack.offset === undefined ? "missing" : "attribute"} ${attribute}`;
  const error: NetlinkError = socketError(code, {
    syscall: action,
    message: `${reason}${where}`,
  });
  error.errno = ack.errno;
  error.syscall = "netlink";
  if (ack.message !== undefined && ack.message !== "") error.kernelMessage = ack.message;
  if (attribute !== undefined) error.attribute = attribute;
  return error;
}

/** The name of the attribute at fault, with those around it. */
function atFault(
  ack: Acknowledgement,
  request: Uint8Array<ArrayBuffer>,
  shape: RequestShape | undefined,
): string | undefined {
  const path: string[] = [];
  if (ack.offset !== undefined) {
    if (walk(request, shape, ack.offset, path) !== undefined) return path.join(".");
    // What is before the attributes is not known: the one at fault still has its number.
    if (ack.offset + NLA_HEADER_BYTES > request.length) return undefined;
    return `${
      new DataView(request.buffer, request.byteOffset).getUint16(ack.offset + 2, true) & 0x3fff
    }`;
  }
  if (ack.missing === undefined) return undefined;
  const lookup = ack.missingWithin === undefined || ack.missingWithin === 0
    ? shape?.attributes
    : walk(request, shape, ack.missingWithin, path)?.within;
  path.push(lookup?.find(ack.missing)?.name ?? `${ack.missing}`);
  return path.join(".");
}

/** Goes down to the attribute whose header is at `offset`. */
function walk(
  request: Uint8Array<ArrayBuffer>,
  shape: RequestShape | undefined,
  offset: number,
  path: string[],
): Omit<KnownAttribute, "name"> | undefined {
  const source = new ByteSource(request);
  let lookup = shape?.attributes;
  let at = HEADER_BYTES + align4(shape?.headerBytes ?? 0);
  let end = request.length;
  while (end - at >= NLA_HEADER_BYTES) {
    const size = source.view.getUint16(at, true);
    if (size < NLA_HEADER_BYTES || size > end - at) return undefined;
    if (offset >= at && offset < at + size) {
      const type = source.view.getUint16(at + 2, true) & 0x3fff;
      const found = lookup?.find(type);
      path.push(found?.name ?? `${type}`);
      if (offset === at) return { within: found?.within };
      end = at + size;
      at += NLA_HEADER_BYTES + align4(found?.headerBytes ?? 0);
      lookup = found?.within;
    } else {
      at += align4(size);
    }
  }
  return path.length === 0 ? undefined : {};
}

/** A message that no request has asked for. */
export interface NetlinkEvent extends NetlinkMessage {
  /** Which namespace it is about, where the endpoint listens to all; absent for its own. */
  namespaceId?: number;
}
