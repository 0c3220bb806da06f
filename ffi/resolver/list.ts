/**
 * The list that getaddrinfo(3) returns: copied out of C memory and freed.
 *
 * @module
 */
import type { IpAddress } from "../../core/address.ts";
import { STRUCTS } from "../abi/layout.ts";
import { type Libc, libc } from "../abi/library.ts";
import { allocate, readCString } from "../abi/memory.ts";
import { typeName } from "../families/socket_types.ts";
import type { AddrInfo, LookupQuery } from "./hints.ts";
import { decodeSockaddr, SOCKADDR_STORAGE_BYTES } from "../families/sockaddr.ts";

/** Equal on all platforms; not asked of this one, which may be none of them and import this. */
const LAYOUT = STRUCTS.addrinfo;
const DECODER = new TextDecoder();

/** One node and one address: reused, since reading a list yields to nobody. */
const node = new DataView(allocate(LAYOUT.size).buffer);
const nodeBytes = new Uint8Array(node.buffer);
const sockaddr = allocate(SOCKADDR_STORAGE_BYTES);

/**
 * Copies a list and frees it, also when it cannot be copied.
 *
 * @param head The address of its first node; 0 is the empty list.
 * @returns Its entries of the IP families, in order.
 */
export function takeList(head: bigint): AddrInfo[] {
  const lib = libc();
  if (head === 0n) return [];
  try {
    return readList(lib, head);
  } finally {
    lib.freeaddrinfo(head);
  }
}

function readList(lib: Libc, head: bigint): AddrInfo[] {
  const entries: AddrInfo[] = [];
  for (let at = head; at !== 0n; at = node.getBigUint64(LAYOUT.ai_next, true)) {
    lib.copyFrom(nodeBytes, at, BigInt(LAYOUT.size));
    const length = Math.min(node.getUint32(LAYOUT.ai_addrlen, true), SOCKADDR_STORAGE_BYTES);
    lib.copyFrom(sockaddr, node.getBigUint64(LAYOUT.ai_addr, true), BigInt(length));
    const address = decodeSockaddr(sockaddr, length);
    if (address.family !== "inet" && address.family !== "inet6") continue;
    const entry: AddrInfo = {
      family: address.family,
      type: typeName(node.getInt32(LAYOUT.ai_socktype, true)),
      protocol: node.getInt32(LAYOUT.ai_protocol, true),
      address,
    };
    const name = node.getBigUint64(LAYOUT.ai_canonname, true);
    if (name !== 0n) entry.canonicalName = DECODER.decode(readCString(name));
    entries.push(entry);
  }
  return entries;
}

/** A copy that its receiver may change. */
export function copyEntries(entries: readonly AddrInfo[]): AddrInfo[] {
  return entries.map((entry) => ({ ...entry, address: { ...entry.address } as IpAddress }));
}

/** Writes the hints of a lookup as C has them, at the beginning of `target`. */
export function encodeHintsInto(target: Uint8Array<ArrayBuffer>, query: LookupQuery): void {
  const view = new DataView(target.buffer, target.byteOffset, LAYOUT.size);
  target.fill(0, 0, LAYOUT.size);
  view.setInt32(LAYOUT.ai_flags, query.flags, true);
  view.setInt32(LAYOUT.ai_family, query.family, true);
  view.setInt32(LAYOUT.ai_socktype, query.type, true);
  view.setInt32(LAYOUT.ai_protocol, query.protocol, true);
}

/** The hints of a lookup as C has them. */
export function encodeHints(query: LookupQuery): Uint8Array<ArrayBuffer> {
  const bytes = allocate(LAYOUT.size);
  encodeHintsInto(bytes, query);
  return bytes;
}

const ENCODER = new TextEncoder();

/** A C string. */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  return ENCODER.encode(`${text}\0`);
}

/** Writes a C string, for which there must be room; the offset after its NUL. */
export function cStringInto(target: Uint8Array, offset: number, text: string): number {
  let end = offset;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x80) {
      end = offset + ENCODER.encodeInto(text, target.subarray(offset)).written;
      break;
    }
    target[end++] = code;
  }
  target[end] = 0;
  return end + 1;
}
