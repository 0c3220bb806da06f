/**
 * Control messages to be sent (`man 3 cmsg`): the typed union to bytes.
 *
 * @module
 */
import type { OutgoingControl, OutgoingControlMessage } from "../../core/control.ts";
import { MAX_INT } from "../../core/limits.ts";
import { checkInteger } from "../../core/arguments.ts";
import { checkControlMessage } from "../../core/control_arguments.ts";
import { checkBytes, lengthOf, partOf } from "../../core/bytes.ts";
import { isIpv4, isIpv6, parseIpv4, parseIpv6 } from "../../core/ip/text.ts";
import {
  IP_PKTINFO,
  IP_TOS,
  IP_TTL,
  IPV6_HOPLIMIT,
  IPV6_PKTINFO,
  IPV6_TCLASS,
  SCM_CREDENTIALS,
  SCM_RIGHTS,
  SCM_TIMESTAMPING,
  SCM_TXTIME,
  SOL_IP,
  SOL_IPV6,
  SOL_SOCKET,
  SOL_UDP,
  UDP_SEGMENT,
} from "../abi/constants.ts";
import { cmsgLength, cmsgSpace, STRUCTS } from "../abi/layout.ts";
import { checkControl } from "../guard/options.ts";
import { INTERFACES } from "../resolver/interface_names.ts";

const {
  cmsghdr: CMSGHDR,
  in_pktinfo: IN_PKTINFO,
  in6_pktinfo: IN6_PKTINFO,
} = STRUCTS;

/** SCM_MAX_FD (net/scm.h): more in one message is EINVAL. */
export const MAX_RIGHTS = 253;
const INT_BYTES = 4;
const MAX_U32 = 0xffffffff;
/** Far more than net.core.optmem_max lets through. */
const MAX_RAW_BYTES = 0x100000;

/** One message, ready to be laid out. */
export interface Encoded {
  readonly level: number;
  readonly number: number;
  /** Bytes, or 32-bit integers: a typed array costs more to make than all the rest. */
  readonly data: Uint8Array | readonly number[];
}

function sizeOf(data: Uint8Array | readonly number[]): number {
  return data instanceof Uint8Array ? data.length : INT_BYTES * data.length;
}

/** Control messages that were checked: nothing the caller does changes them any more. */
export interface PreparedControl {
  /** How many bytes they take. */
  readonly lengthBytes: number;
  readonly messages: readonly Encoded[];
}

/**
 * Checks control messages.
 *
 * @param control The messages.
 * @param ipv6 Whether the socket is of IPv6: says which pktinfo is meant where no address tells.
 * @returns The messages, for {@linkcode writeControl}.
 * @throws {TypeError} If a field is missing or of the wrong type.
 * @throws {RangeError} If a number is out of range, or there are more than 253 descriptors.
 * @throws {Deno.errors.NotCapable} If one could send its packet elsewhere and not all of net is granted.
 */
export function prepareControl(control: OutgoingControl, ipv6: boolean): PreparedControl {
  if (!Array.isArray(control)) throw new TypeError("Cannot send: control is not an array");
  const messages: Encoded[] = [];
  let lengthBytes = 0;
  for (let i = 0; i < control.length; i++) {
    const encoded = encodeOne(control[i], `control[${i}]`, ipv6);
    checkControl(encoded.level, encoded.number, encoded.data);
    lengthBytes += cmsgSpace(sizeOf(encoded.data));
    messages.push(encoded);
  }
  return { lengthBytes, messages };
}

/** Lays control messages out in memory with room for them, from `at` on; what was there is no matter. */
export function writeControl(control: PreparedControl, bytes: Uint8Array, at: number): void {
  for (const { level, number, data } of control.messages) {
    const length = sizeOf(data);
    putInt32(bytes, at + CMSGHDR.cmsg_len, cmsgLength(length));
    putInt32(bytes, at + CMSGHDR.cmsg_len + INT_BYTES, 0); // padding in musl
    putInt32(bytes, at + CMSGHDR.cmsg_level, level);
    putInt32(bytes, at + CMSGHDR.cmsg_type, number);
    const start = at + CMSGHDR.size;
    if (data instanceof Uint8Array) bytes.set(data, start);
    else for (let i = 0; i < data.length; i++) putInt32(bytes, start + INT_BYTES * i, data[i]);
    at += cmsgSpace(length);
    for (let i = start + length; i < at; i++) bytes[i] = 0;
  }
}

/** A DataView would take small arrays off the JS heap, which costs more than all the rest. */
function putInt32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

function rawData(data: unknown, name: string): Uint8Array {
  checkBytes(data, "send", `${name}.data`);
  checkInteger(lengthOf(data), 0, MAX_RAW_BYTES, "send", `${name}.data.length`);
  return partOf(data, 0).slice();
}

function encodeOne(message: OutgoingControlMessage, name: string, ipv6: boolean): Encoded {
  checkControlMessage(message, name);
  switch (message.type) {
    case "rights":
      return { level: SOL_SOCKET, number: SCM_RIGHTS, data: rights(message.fds, name) };
    case "credentials":
      return { level: SOL_SOCKET, number: SCM_CREDENTIALS, data: credentials(message, name) };
    case "pktinfo":
      return pktinfo(message, name, ipv6);
    case "ttl":
      return int(SOL_IP, IP_TTL, message.ttl, 1, 255, `${name}.ttl`);
    case "hoplimit":
      return int(SOL_IPV6, IPV6_HOPLIMIT, message.hopLimit, 0, 255, `${name}.hopLimit`);
    case "tos":
      return int(SOL_IP, IP_TOS, message.tos, 0, 255, `${name}.tos`);
    case "tclass":
      return int(SOL_IPV6, IPV6_TCLASS, message.tclass, 0, 255, `${name}.tclass`);
    case "segment":
      return segment(message.segmentBytes, name);
    case "timestamping":
      return int(SOL_SOCKET, SCM_TIMESTAMPING, message.flags, 0, MAX_U32, `${name}.flags`);
    case "txtime":
      return { level: SOL_SOCKET, number: SCM_TXTIME, data: nanos(message.nanos, name) };
    case "raw":
      return raw(message, name);
    default:
      throw new TypeError(`Cannot send: ${name}.type changes while it is read`);
  }
}

function segment(segmentBytes: number, name: string): Encoded {
  checkInteger(segmentBytes, 1, 65535, "send", `${name}.segmentBytes`);
  const data = new Uint8Array(2);
  new DataView(data.buffer).setUint16(0, segmentBytes, true);
  return { level: SOL_UDP, number: UDP_SEGMENT, data };
}

function raw(
  { level, number, data }: { level: number; number: number; data: Uint8Array },
  name: string,
): Encoded {
  checkInteger(level, 0, MAX_INT, "send", `${name}.level`);
  checkInteger(number, 0, MAX_INT, "send", `${name}.number`);
  return { level, number, data: rawData(data, name) };
}

function int(
  level: number,
  number: number,
  value: number,
  low: number,
  high: number,
  name: string,
): Encoded {
  checkInteger(value, low, high, "send", name);
  return { level, number, data: [value] };
}

function nanos(value: bigint, name: string): Uint8Array {
  if (typeof value !== "bigint") {
    throw new TypeError(`Cannot send: ${name}.nanos is not a bigint`);
  }
  if (value < 0n || value >= 1n << 64n) {
    throw new RangeError(`Cannot send: ${name}.nanos ${value} is not in 0 to 2^64 - 1`);
  }
  const data = new Uint8Array(8);
  new DataView(data.buffer).setBigUint64(0, value, true);
  return data;
}

function rights(fds: readonly (number | { readonly fd: number })[], name: string): number[] {
  if (!Array.isArray(fds)) throw new TypeError(`Cannot send: ${name}.fds is not an array`);
  if (fds.length === 0 || fds.length > MAX_RIGHTS) {
    throw new RangeError(
      `Cannot send: ${name}.fds holds ${fds.length} descriptors, 1 to ${MAX_RIGHTS} are allowed`,
    );
  }
  const data: number[] = [];
  for (let i = 0; i < fds.length; i++) {
    const item: number | { readonly fd: number } | null = fds[i];
    const fd = typeof item === "object" ? item?.fd : item;
    // The name of what is wrong is made when something is.
    if (!isFd(fd)) checkInteger(fd, 0, MAX_INT, "send", `${name}.fds[${i}]`);
    data.push(fd);
  }
  return data;
}

function isFd(fd: unknown): fd is number {
  return typeof fd === "number" && (fd | 0) === fd && fd >= 0;
}

function credentials(
  { pid, uid, gid }: { pid: number; uid: number; gid: number },
  name: string,
): number[] {
  checkInteger(pid, 0, MAX_INT, "send", `${name}.pid`);
  checkInteger(uid, 0, MAX_U32, "send", `${name}.uid`);
  checkInteger(gid, 0, MAX_U32, "send", `${name}.gid`);
  return [pid, uid, gid]; // struct ucred, in this order on every platform (bits/socket.h)
}

function pktinfo(
  { interface: nic, localAddress }: { interface?: string | number; localAddress?: string },
  name: string,
  ipv6: boolean,
): Encoded {
  const six = localAddress === undefined ? ipv6 : isIpv6(localAddress);
  if (localAddress !== undefined && !six && !isIpv4(localAddress)) {
    throw new TypeError(`Cannot send: ${name}.localAddress is not an IP address`);
  }
  // Last, since a name is asked for.
  const index = interfaceIndex(nic, name);
  const data = new Uint8Array(six ? IN6_PKTINFO.size : IN_PKTINFO.size);
  const indexAt = six ? IN6_PKTINFO.ipi6_ifindex : IN_PKTINFO.ipi_ifindex;
  new DataView(data.buffer).setInt32(indexAt, index, true);
  if (localAddress !== undefined) {
    if (six) data.set(parseIpv6(localAddress), IN6_PKTINFO.ipi6_addr);
    else data.set(parseIpv4(localAddress), IN_PKTINFO.ipi_spec_dst);
  }
  return six
    ? { level: SOL_IPV6, number: IPV6_PKTINFO, data }
    : { level: SOL_IP, number: IP_PKTINFO, data };
}

function interfaceIndex(nic: string | number = 0, name: string): number {
  if (typeof nic === "string") return INTERFACES.toIndex(nic);
  checkInteger(nic, 0, MAX_INT, "send", `${name}.interface`);
  return nic;
}
