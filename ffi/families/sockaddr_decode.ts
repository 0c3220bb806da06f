/**
 * Socket addresses as the kernel writes them (`struct sockaddr_*`), to address objects. The other
 * way is in sockaddr.ts.
 *
 * Layouts: netinet/in.h (`sockaddr_in`, `sockaddr_in6`), sys/un.h (`sockaddr_un`),
 * linux/if_packet.h (`sockaddr_ll`). Ports, flow information and EtherTypes are in network order,
 * the family, scope and interface index in the host's, which is little-endian on every platform
 * of the ABI table.
 *
 * @module
 */
import type {
  Address,
  Inet6Address,
  InetAddress,
  PacketAddress,
  UnixAddress,
} from "../../core/address.ts";
import { formatIpv4, formatIpv6 } from "../../core/ip/text.ts";
import { formatMac } from "../../core/ip/mac.ts";
import { AF_INET, AF_INET6, AF_PACKET, AF_UNIX, AF_UNSPEC } from "../abi/socket_constants.ts";

/** Names and indexes of interfaces (`man 3 if_nametoindex`), for zones and packet addresses. */
export interface InterfaceLookup {
  /** The index of a name. Throws if there is none. */
  toIndex(name: string): number;
  /** The name of an index; empty if there is none. */
  toName(index: number): string;
}

/** Room for any address: `sizeof(struct sockaddr_storage)` (bits/socket.h). */
export const SOCKADDR_STORAGE_BYTES = 128;

/** sizeof(struct sockaddr_in), sockaddr_in6, sockaddr_ll. */
export const SOCKADDR_IN_BYTES = 16;
export const SOCKADDR_IN6_BYTES = 28;
export const SOCKADDR_LL_BYTES = 20;
/** The kernel's sockaddr_in6 without sin6_scope_id (SIN6_LEN_RFC2133), which it still accepts. */
const SOCKADDR_IN6_MIN_BYTES = 24;
/** offsetof(struct sockaddr_ll, sll_addr), and the room of sll_addr. */
export const SLL_ADDR = 12;
const SLL_ADDR_BYTES = 8;
/** sizeof(sun_path). A path in the file system needs its NUL; an abstract name does not. */
export const SUN_PATH_BYTES = 108;

/** sll_pkttype (linux/if_packet.h, PACKET_HOST …). */
export const PACKET_TYPES = [
  "host",
  "broadcast",
  "multicast",
  "otherhost",
  "outgoing",
  "loopback",
] as const;

const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Decodes an address as the kernel wrote it. Nothing makes it throw or read outside: a structure
 * too short for its family comes back as opaque bytes.
 *
 * @param bytes The memory.
 * @param length The length that the kernel told, which may exceed what it had room for.
 * @param lookup Names interfaces in packet addresses; without it their `interface` is empty.
 * @param offset Where the address begins (default 0).
 * @returns The address; family `"other"` with number 0 if there is none.
 */
export function decodeSockaddr(
  bytes: Uint8Array,
  length: number,
  lookup?: InterfaceLookup,
  offset: number = 0,
): Address {
  const size = Math.max(0, Math.min(length, bytes.length - offset, SOCKADDR_STORAGE_BYTES));
  const family = size < 2 ? AF_UNSPEC : bytes[offset] | bytes[offset + 1] << 8;
  if (family === AF_INET && size >= 8) return decodeInet(bytes, offset);
  if (family === AF_INET6 && size >= SOCKADDR_IN6_MIN_BYTES) {
    return decodeInet6(bytes, offset, size);
  }
  if (family === AF_UNIX) return decodeUnix(bytes.slice(offset + 2, offset + size));
  if (family === AF_PACKET && size >= SLL_ADDR) return decodePacket(bytes, offset, size, lookup);
  return { family: "other", familyNumber: family, data: bytes.slice(offset + 2, offset + size) };
}

/** The address of a socket without a name, as the kernel reports by a length of 0. */
export function unnamedUnix(): UnixAddress {
  return { family: "unix", path: "", pathBytes: NO_BYTES };
}

/** Shared: there is nothing in it to change. */
const NO_BYTES = new Uint8Array(0);

/**
 * Text of addresses seen before, by a hash of their bytes: an echo server must not format its
 * peers' addresses for each datagram.
 */
const SEEN = 256;
const seenIpv4 = new Int32Array(SEEN);
const seenIpv4Text: string[] = new Array(SEEN).fill("0.0.0.0");
const seenIpv6 = new Uint8Array(SEEN * 16);
const seenIpv6Text: string[] = new Array(SEEN).fill("::");

function ipv4Text(bytes: Uint8Array, at: number): string {
  const value = bytes[at] << 24 | bytes[at + 1] << 16 | bytes[at + 2] << 8 | bytes[at + 3];
  const slot = (bytes[at + 3] ^ bytes[at + 2] * 7 ^ bytes[at + 1] * 31) & (SEEN - 1);
  if (seenIpv4[slot] !== value) {
    seenIpv4[slot] = value;
    seenIpv4Text[slot] = formatIpv4(bytes, at);
  }
  return seenIpv4Text[slot];
}

function ipv6Text(bytes: Uint8Array, at: number): string {
  const slot = (bytes[at + 15] ^ bytes[at + 14] * 7 ^ bytes[at + 7] * 31) & (SEEN - 1);
  const seen = slot * 16;
  let i = 0;
  while (i < 16 && seenIpv6[seen + i] === bytes[at + i]) i++;
  if (i < 16) {
    for (let j = 0; j < 16; j++) seenIpv6[seen + j] = bytes[at + j];
    seenIpv6Text[slot] = formatIpv6(bytes, at);
  }
  return seenIpv6Text[slot];
}

function decodeInet(bytes: Uint8Array, offset: number): InetAddress {
  return {
    family: "inet",
    hostname: ipv4Text(bytes, offset + 4),
    port: bytes[offset + 2] << 8 | bytes[offset + 3],
  };
}

function hostU32(bytes: Uint8Array, at: number): number {
  return (bytes[at] | bytes[at + 1] << 8 | bytes[at + 2] << 16 | bytes[at + 3] << 24) >>> 0;
}

function decodeInet6(bytes: Uint8Array, offset: number, size: number): Inet6Address {
  const address: Inet6Address = {
    family: "inet6",
    hostname: ipv6Text(bytes, offset + 8),
    port: bytes[offset + 2] << 8 | bytes[offset + 3],
  };
  const scopeId = size >= SOCKADDR_IN6_BYTES ? hostU32(bytes, offset + 24) : 0;
  if (scopeId !== 0) address.scopeId = scopeId;
  const at = offset + 4;
  const flowInfo = (bytes[at] << 24 | bytes[at + 1] << 16 | bytes[at + 2] << 8 | bytes[at + 3]) >>>
    0;
  if (flowInfo !== 0) address.flowInfo = flowInfo;
  return address;
}

/** `rest` is what follows sun_family. The kernel may return 108 bytes of path with no NUL. */
function decodeUnix(rest: Uint8Array): UnixAddress {
  let pathBytes = rest;
  if (rest.length > 0 && rest[0] !== 0) {
    const end = rest.indexOf(0);
    if (end >= 0) pathBytes = rest.slice(0, end);
  }
  return { family: "unix", path: DECODER.decode(pathBytes), pathBytes };
}

function decodePacket(
  bytes: Uint8Array,
  offset: number,
  size: number,
  lookup: InterfaceLookup | undefined,
): PacketAddress {
  const interfaceIndex = hostU32(bytes, offset + 4) | 0;
  const address: PacketAddress = {
    family: "packet",
    interface: interfaceIndex > 0 && lookup !== undefined ? lookup.toName(interfaceIndex) : "",
    interfaceIndex,
    etherType: bytes[offset + 2] << 8 | bytes[offset + 3],
    packetType: PACKET_TYPES[bytes[offset + 10]] ?? "other",
    hardwareType: bytes[offset + 8] | bytes[offset + 9] << 8,
  };
  const length = Math.min(bytes[offset + 11], SLL_ADDR_BYTES, size - SLL_ADDR);
  if (length === 6) {
    address.hardwareAddress = formatMac(bytes, offset + SLL_ADDR);
  } else if (length > 0) {
    address.hardwareAddress = Array.from(
      bytes.subarray(offset + SLL_ADDR, offset + SLL_ADDR + length),
      (byte) => byte.toString(16).padStart(2, "0"),
    ).join(":");
  }
  return address;
}
