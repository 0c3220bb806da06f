/**
 * Control messages to be sent (`man 3 cmsg`): the typed union to bytes.
 *
 * @module
 */
import type { OutgoingControl, OutgoingControlMessage } from "../core/control.ts";
import { checkBytes, checkInteger } from "../core/bytes.ts";
import { isIpv4, isIpv6, parseIpv4, parseIpv6 } from "../core/ip.ts";
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
} from "./abi/constants.ts";
import { cmsgLength, cmsgSpace, LAYOUTS } from "./abi/layout.ts";

const {
  cmsghdr: CMSGHDR,
  ucred: UCRED,
  in_pktinfo: IN_PKTINFO,
  in6_pktinfo: IN6_PKTINFO,
} = LAYOUTS["linux-x86_64-glibc"];

/** SCM_MAX_FD (net/scm.h): more in one message is EINVAL. */
export const MAX_RIGHTS = 253;
const MAX_INT = 0x7fffffff;
const MAX_U32 = 0xffffffff;
/** Far more than net.core.optmem_max lets through. */
const MAX_RAW_BYTES = 0x100000;

/** One message, ready to be laid out. */
interface Encoded {
  readonly level: number;
  readonly number: number;
  readonly data: Uint8Array;
}

/**
 * Encodes control messages.
 *
 * @param control The messages.
 * @param ipv6 Whether the socket is of IPv6: says which pktinfo is meant where no address tells.
 * @returns The control data; empty if there are no messages.
 * @throws {TypeError} If a field is missing or of the wrong type.
 * @throws {RangeError} If a number is out of range, or there are more than 253 descriptors.
 */
export function encodeControl(control: OutgoingControl, ipv6: boolean): Uint8Array<ArrayBuffer> {
  if (!Array.isArray(control)) throw new TypeError("Cannot send: control is not an array");
  const messages: Encoded[] = [];
  let size = 0;
  for (let i = 0; i < control.length; i++) {
    const encoded = encodeOne(control[i], `control[${i}]`, ipv6);
    size += cmsgSpace(encoded.data.length);
    messages.push(encoded);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const { level, number, data } of messages) {
    // The upper half of size_t stays zero: it is padding in musl.
    putInt32(bytes, at + CMSGHDR.cmsg_len, cmsgLength(data.length));
    putInt32(bytes, at + CMSGHDR.cmsg_level, level);
    putInt32(bytes, at + CMSGHDR.cmsg_type, number);
    bytes.set(data, at + CMSGHDR.size);
    at += cmsgSpace(data.length);
  }
  return bytes;
}

/** A DataView would take small arrays off the JS heap, which costs more than all the rest. */
function putInt32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

function encodeOne(message: OutgoingControlMessage, name: string, ipv6: boolean): Encoded {
  if (message === null || typeof message !== "object") {
    throw new TypeError(`Cannot send: ${name} is not an object`);
  }
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
    case "segment": {
      checkInteger(message.segmentBytes, 1, 65535, "send", `${name}.segmentBytes`);
      const data = new Uint8Array(2);
      new DataView(data.buffer).setUint16(0, message.segmentBytes, true);
      return { level: SOL_UDP, number: UDP_SEGMENT, data };
    }
    case "timestamping":
      return int(SOL_SOCKET, SCM_TIMESTAMPING, message.flags, 0, MAX_U32, `${name}.flags`);
    case "txtime":
      return { level: SOL_SOCKET, number: SCM_TXTIME, data: nanos(message.nanos, name) };
    case "raw":
      checkInteger(message.level, 0, MAX_INT, "send", `${name}.level`);
      checkInteger(message.number, 0, MAX_INT, "send", `${name}.number`);
      checkBytes(message.data, "send", `${name}.data`);
      checkInteger(message.data.length, 0, MAX_RAW_BYTES, "send", `${name}.data.length`);
      return { level: message.level, number: message.number, data: message.data };
    default: {
      const { type } = message as { type: unknown };
      throw new TypeError(
        `Cannot send: ${name}.type ${JSON.stringify(type)} is not a kind that can be sent`,
      );
    }
  }
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
  const data = new Uint8Array(4);
  new DataView(data.buffer).setUint32(0, value, true);
  return { level, number, data };
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

function rights(fds: readonly (number | { readonly fd: number })[], name: string): Uint8Array {
  if (!Array.isArray(fds)) throw new TypeError(`Cannot send: ${name}.fds is not an array`);
  if (fds.length === 0 || fds.length > MAX_RIGHTS) {
    throw new RangeError(
      `Cannot send: ${name}.fds holds ${fds.length} descriptors, 1 to ${MAX_RIGHTS} are allowed`,
    );
  }
  const data = new Uint8Array(4 * fds.length);
  for (let i = 0; i < fds.length; i++) {
    const item: number | { readonly fd: number } | null = fds[i];
    const fd = typeof item === "object" ? item?.fd : item;
    checkInteger(fd, 0, MAX_INT, "send", `${name}.fds[${i}]`);
    putInt32(data, 4 * i, fd);
  }
  return data;
}

function credentials(
  { pid, uid, gid }: { pid: number; uid: number; gid: number },
  name: string,
): Uint8Array {
  checkInteger(pid, 0, MAX_INT, "send", `${name}.pid`);
  checkInteger(uid, 0, MAX_U32, "send", `${name}.uid`);
  checkInteger(gid, 0, MAX_U32, "send", `${name}.gid`);
  const data = new Uint8Array(UCRED.size);
  const view = new DataView(data.buffer);
  view.setInt32(UCRED.pid, pid, true);
  view.setUint32(UCRED.uid, uid, true);
  view.setUint32(UCRED.gid, gid, true);
  return data;
}

function pktinfo(
  { interfaceIndex = 0, localAddress }: { interfaceIndex?: number; localAddress?: string },
  name: string,
  ipv6: boolean,
): Encoded {
  checkInteger(interfaceIndex, 0, MAX_INT, "send", `${name}.interfaceIndex`);
  const six = localAddress === undefined ? ipv6 : isIpv6(localAddress);
  if (localAddress !== undefined && !six && !isIpv4(localAddress)) {
    throw new TypeError(`Cannot send: ${name}.localAddress is not an IP address`);
  }
  const data = new Uint8Array(six ? IN6_PKTINFO.size : IN_PKTINFO.size);
  const indexAt = six ? IN6_PKTINFO.ipi6_ifindex : IN_PKTINFO.ipi_ifindex;
  new DataView(data.buffer).setInt32(indexAt, interfaceIndex, true);
  if (localAddress !== undefined) {
    if (six) data.set(parseIpv6(localAddress), IN6_PKTINFO.ipi6_addr);
    else data.set(parseIpv4(localAddress), IN_PKTINFO.ipi_spec_dst);
  }
  return six
    ? { level: SOL_IPV6, number: IPV6_PKTINFO, data }
    : { level: SOL_IP, number: IP_PKTINFO, data };
}
