/**
 * Control messages as received (`man 3 cmsg`): bytes to the typed union. cmsg_encode.ts goes the
 * other way.
 *
 * Descriptors are taken out of the bytes at once, since they are open from the moment the kernel
 * wrote them; everything else is decoded when somebody looks. A message too short for its type,
 * as truncation leaves it, is handed out as `raw`, never read beyond its end.
 *
 * @module
 */
import { showAs } from "../../core/inspect.ts";
import type { Inet6Address, InetAddress } from "../../core/address.ts";
import type { Control, ControlMessage, ErrorQueueMessage } from "../../core/control.ts";
import { errnoName } from "../../core/errno.ts";
import { formatIpv4, formatIpv6 } from "../../core/ip/text.ts";
import {
  IP_ORIGDSTADDR,
  IP_PKTINFO,
  IP_RECVERR,
  IP_TOS,
  IP_TTL,
  IPV6_HOPLIMIT,
  IPV6_ORIGDSTADDR,
  IPV6_PKTINFO,
  IPV6_RECVERR,
  IPV6_TCLASS,
  SCM_CREDENTIALS,
  SCM_PIDFD,
  SCM_RIGHTS,
  SCM_SECURITY,
  SCM_TIMESTAMP,
  SCM_TIMESTAMPING,
  SCM_TIMESTAMPNS,
  SO_EE_ORIGIN_ICMP,
  SO_EE_ORIGIN_ICMP6,
  SO_EE_ORIGIN_LOCAL,
  SO_EE_ORIGIN_NONE,
  SO_EE_ORIGIN_TXSTATUS,
  SO_EE_ORIGIN_ZEROCOPY,
  SO_RXQ_OVFL,
  SO_TIMESTAMP_NEW,
  SO_TIMESTAMPING_NEW,
  SO_TIMESTAMPNS_NEW,
  SOL_IP,
  SOL_IPV6,
  SOL_SOCKET,
  SOL_TCP,
  SOL_UDP,
  TCP_CM_INQ,
  UDP_GRO,
} from "../abi/constants.ts";
import { STRUCTS } from "../abi/layout.ts";
import { copyOf } from "../../core/bytes.ts";
import { ReceivedFd } from "./passed_fd.ts";
import { decodeSockaddr } from "../families/sockaddr.ts";

/** The structs that control messages hold: the same on every platform of the table. */
const {
  cmsghdr: CMSGHDR,
  ucred: UCRED,
  in_pktinfo: IN_PKTINFO,
  in6_pktinfo: IN6_PKTINFO,
  timespec: TIMESPEC,
  scm_timestamping: SCM_TIMESTAMPING_STRUCT,
  sock_extended_err: EXTENDED_ERR,
} = STRUCTS;

const INT_BYTES = 4;
const NANOS_PER_SECOND = 1_000_000_000n;

/** Where one control message lies. */
interface Entry {
  readonly level: number;
  readonly number: number;
  /** The data, counted from the first byte of all. */
  readonly start: number;
  readonly end: number;
  /** What it says, once decoded; of descriptors, from the start. */
  message?: ControlMessage;
}

/** A DataView would take the bytes off the JS heap, which costs more than all the rest. */
function int32At(bytes: Uint8Array, at: number): number {
  return bytes[at] | bytes[at + 1] << 8 | bytes[at + 2] << 16 | bytes[at + 3] << 24;
}

/**
 * Finds the messages in control data. A length field that points outside ends the walk there.
 *
 * @param memory Where the control data lies.
 * @param from Its first byte.
 * @param length Its length, no longer than what the kernel wrote.
 * @returns Where each one lies.
 */
function walk(memory: Uint8Array, from: number, length: number): Entry[] {
  const entries: Entry[] = [];
  let at = 0;
  while (at + CMSGHDR.size <= length) {
    // size_t, or musl's socklen_t and padding that the kernel fills with the upper half.
    const told = int32At(memory, from + at + CMSGHDR.cmsg_len) >>> 0;
    if (told < CMSGHDR.size) break;
    const end = Math.min(at + told, length);
    entries.push({
      level: int32At(memory, from + at + CMSGHDR.cmsg_level),
      number: int32At(memory, from + at + CMSGHDR.cmsg_type),
      start: at + CMSGHDR.size,
      end,
    });
    at += told + 7 - (told + 7) % 8;
  }
  return entries;
}

/** The control messages of one message. Owns the descriptors among them. */
export class ReceivedControl implements Control {
  readonly truncated: boolean;
  readonly #bytes: Uint8Array;
  readonly #entries: Entry[];

  /**
   * Takes over what the kernel wrote: every descriptor in it is owned from here on.
   *
   * @param memory Where the control data lies.
   * @param truncated Whether MSG_CTRUNC was set.
   * @param from Its first byte, where it lies in memory that will be written over: what is decoded
   * later is then copied. By default it is the whole of the memory, which is not to be changed after.
   * @param length Its length, exactly as the kernel said.
   */
  constructor(
    memory: Uint8Array,
    truncated: boolean,
    from?: number,
    length: number = memory.length,
  ) {
    const first = from ?? 0;
    this.truncated = truncated;
    this.#entries = walk(memory, first, length);
    let later = false;
    for (const entry of this.#entries) {
      entry.message = descriptors(memory, first, entry);
      later ||= entry.message === undefined;
    }
    if (from === undefined) this.#bytes = memory;
    else this.#bytes = later ? copyOf(memory, from, from + length) : NO_BYTES;
  }

  get<T extends ControlMessage["type"]>(
    type: T,
  ): Extract<ControlMessage, { type: T }> | undefined {
    for (const entry of this.#entries) {
      const message = entry.message ??= this.#decode(entry);
      if (message.type === type) return message as Extract<ControlMessage, { type: T }>;
    }
    return undefined;
  }

  /** All messages, in the order in which they came. */
  *[Symbol.iterator](): Iterator<ControlMessage> {
    for (const entry of this.#entries) yield entry.message ??= this.#decode(entry);
  }

  /** Closes the descriptors that nobody took. */
  [Symbol.dispose](): void {
    for (const { message } of this.#entries) {
      if (message?.type === "rights") { for (const fd of message.fds) fd.close(); }
      if (message?.type === "pidfd") message.fd.close();
    }
  }

  #decode(entry: Entry): ControlMessage {
    const decode = DECODERS.get(key(entry.level, entry.number));
    const { start, end } = entry;
    const { buffer, byteOffset } = this.#bytes;
    const message = decode === undefined
      ? undefined
      : decode(new DataView(buffer, byteOffset + start, end - start));
    return message ??
      {
        type: "raw",
        level: entry.level,
        number: entry.number,
        data: this.#bytes.slice(start, end),
      };
  }
}

showAs(
  ReceivedControl.prototype,
  (control: ReceivedControl) => ({ truncated: control.truncated, messages: [...control] }),
  () => "Control",
);

/** The message that passes descriptors, if this is one: they are open, and owned from here on. */
function descriptors(memory: Uint8Array, from: number, entry: Entry): ControlMessage | undefined {
  const { level, number } = entry;
  if (level !== SOL_SOCKET || number !== SCM_RIGHTS && number !== SCM_PIDFD) return undefined;
  const fds: ReceivedFd[] = [];
  for (let at = entry.start; at + INT_BYTES <= entry.end; at += INT_BYTES) {
    const fd = int32At(memory, from + at);
    if (fd >= 0) fds.push(new ReceivedFd(fd));
  }
  if (number === SCM_RIGHTS) return { type: "rights", fds };
  // Negative where the kernel could not make one: the sender has been reaped, say.
  return fds.length === 0 ? undefined : { type: "pidfd", fd: fds[0] };
}

/** Shared: there is nothing in it. */
const NO_BYTES = new Uint8Array(0);

/** Decodes the data of one message; `undefined` if it is too short. */
type Decoder = (data: DataView) => ControlMessage | undefined;

function key(level: number, number: number): number {
  return level * 0x100000000 + number;
}

function bytesOf(data: DataView): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** A decoder of an int. */
function int(make: (value: number) => ControlMessage): Decoder {
  return (data) => data.byteLength < INT_BYTES ? undefined : make(data.getInt32(0, true));
}

/** The kernel writes IP_TOS as one byte, and takes it as an int or one (net/ipv4/ip_sockglue.c). */
function tos(data: DataView): ControlMessage | undefined {
  return data.byteLength < 1 ? undefined : { type: "tos", tos: data.getUint8(0) };
}

function credentials(data: DataView): ControlMessage | undefined {
  if (data.byteLength < UCRED.size) return undefined;
  return {
    type: "credentials",
    pid: data.getInt32(UCRED.pid, true),
    uid: data.getUint32(UCRED.uid, true),
    gid: data.getUint32(UCRED.gid, true),
  };
}

function security(data: DataView): ControlMessage {
  const bytes = bytesOf(data);
  const end = bytes.indexOf(0);
  return {
    type: "security",
    label: new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end)),
  };
}

/** A timespec, or a timeval with `perUnit` 1000, as nanoseconds. */
function nanosAt(data: DataView, at: number, perUnit = 1n): bigint {
  return data.getBigInt64(at + TIMESPEC.tv_sec, true) * NANOS_PER_SECOND +
    data.getBigInt64(at + TIMESPEC.tv_nsec, true) * perUnit;
}

function timestamp(perUnit: bigint): Decoder {
  return (data) =>
    data.byteLength < TIMESPEC.size
      ? undefined
      : { type: "timestamp", nanos: nanosAt(data, 0, perUnit) };
}

/** Three timespecs: by software, an unused one, by hardware. Zero means none was taken. */
function timestamping(data: DataView): ControlMessage | undefined {
  if (data.byteLength < SCM_TIMESTAMPING_STRUCT.size) return undefined;
  const softwareNanos = nanosAt(data, 0);
  const hardwareNanos = nanosAt(data, 2 * TIMESPEC.size);
  return {
    type: "timestamping",
    ...(softwareNanos === 0n ? {} : { softwareNanos }),
    ...(hardwareNanos === 0n ? {} : { hardwareNanos }),
  };
}

function pktinfo(data: DataView): ControlMessage | undefined {
  if (data.byteLength < IN_PKTINFO.size) return undefined;
  return {
    type: "pktinfo",
    interface: data.getInt32(IN_PKTINFO.ipi_ifindex, true),
    destination: formatIpv4(bytesOf(data), IN_PKTINFO.ipi_addr),
    localAddress: formatIpv4(bytesOf(data), IN_PKTINFO.ipi_spec_dst),
  };
}

function pktinfo6(data: DataView): ControlMessage | undefined {
  if (data.byteLength < IN6_PKTINFO.size) return undefined;
  return {
    type: "pktinfo",
    interface: data.getInt32(IN6_PKTINFO.ipi6_ifindex, true),
    destination: formatIpv6(bytesOf(data), IN6_PKTINFO.ipi6_addr),
  };
}

function ipAddressAt(data: DataView, at: number): InetAddress | Inet6Address | undefined {
  const bytes = bytesOf(data);
  const address = decodeSockaddr(bytes, bytes.length - at, undefined, at);
  return address.family === "inet" || address.family === "inet6" ? address : undefined;
}

function originalDestination(data: DataView): ControlMessage | undefined {
  const address = ipAddressAt(data, 0);
  return address && { type: "origdstaddr", address };
}

/** linux/errqueue.h, SO_EE_ORIGIN_* */
const ORIGINS: ReadonlyMap<number, ErrorQueueMessage["origin"]> = new Map([
  [SO_EE_ORIGIN_NONE, "none"],
  [SO_EE_ORIGIN_LOCAL, "local"],
  [SO_EE_ORIGIN_ICMP, "icmp"],
  [SO_EE_ORIGIN_ICMP6, "icmp6"],
  [SO_EE_ORIGIN_TXSTATUS, "timestamping"],
  [SO_EE_ORIGIN_ZEROCOPY, "zerocopy"],
]);

function extendedError(data: DataView): ControlMessage | undefined {
  if (data.byteLength < EXTENDED_ERR.size) return undefined;
  const errno = data.getUint32(EXTENDED_ERR.ee_errno, true);
  const message: ErrorQueueMessage = {
    type: "error",
    // A zero-copy completion carries no error.
    code: errno === 0 ? "" : errnoName(errno),
    errno,
    origin: ORIGINS.get(data.getUint8(EXTENDED_ERR.ee_origin)) ?? "other",
    icmpType: data.getUint8(EXTENDED_ERR.ee_type),
    icmpCode: data.getUint8(EXTENDED_ERR.ee_code),
    info: data.getUint32(EXTENDED_ERR.ee_info, true),
    data: data.getUint32(EXTENDED_ERR.ee_data, true),
  };
  // SO_EE_OFFENDER: the address follows the struct, AF_UNSPEC where nobody is to blame.
  const offender = ipAddressAt(data, EXTENDED_ERR.size);
  if (offender !== undefined) message.offender = offender;
  return message;
}

const DECODERS: ReadonlyMap<number, Decoder> = new Map<number, Decoder>([
  [key(SOL_SOCKET, SCM_CREDENTIALS), credentials],
  [key(SOL_SOCKET, SCM_SECURITY), security],
  [key(SOL_SOCKET, SCM_TIMESTAMP), timestamp(1000n)],
  [key(SOL_SOCKET, SO_TIMESTAMP_NEW), timestamp(1000n)],
  [key(SOL_SOCKET, SCM_TIMESTAMPNS), timestamp(1n)],
  [key(SOL_SOCKET, SO_TIMESTAMPNS_NEW), timestamp(1n)],
  [key(SOL_SOCKET, SCM_TIMESTAMPING), timestamping],
  [key(SOL_SOCKET, SO_TIMESTAMPING_NEW), timestamping],
  [key(SOL_SOCKET, SO_RXQ_OVFL), int((value) => ({ type: "dropped", count: value >>> 0 }))],
  [key(SOL_IP, IP_TTL), int((ttl) => ({ type: "ttl", ttl }))],
  [key(SOL_IP, IP_TOS), tos],
  [key(SOL_IP, IP_PKTINFO), pktinfo],
  [key(SOL_IP, IP_RECVERR), extendedError],
  [key(SOL_IP, IP_ORIGDSTADDR), originalDestination],
  [key(SOL_IPV6, IPV6_HOPLIMIT), int((hopLimit) => ({ type: "hoplimit", hopLimit }))],
  [key(SOL_IPV6, IPV6_TCLASS), int((tclass) => ({ type: "tclass", tclass }))],
  [key(SOL_IPV6, IPV6_PKTINFO), pktinfo6],
  [key(SOL_IPV6, IPV6_RECVERR), extendedError],
  [key(SOL_IPV6, IPV6_ORIGDSTADDR), originalDestination],
  [key(SOL_UDP, UDP_GRO), int((segmentBytes) => ({ type: "gro", segmentBytes }))],
  [key(SOL_TCP, TCP_CM_INQ), int((lengthBytes) => ({ type: "inq", lengthBytes }))],
]);
