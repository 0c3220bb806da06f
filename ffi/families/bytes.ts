/**
 * Numbers in the memory of an address. The host's order is little-endian on every platform of the
 * ABI table; the network's is big-endian.
 *
 * @module
 */

/** Writes sa_family, in the host's order. */
export function putFamily(target: Uint8Array, offset: number, family: number): void {
  target[offset] = family;
  target[offset + 1] = family >> 8;
}

/** Reads sa_family. */
export function familyAt(bytes: Uint8Array, offset: number): number {
  return bytes[offset] | bytes[offset + 1] << 8;
}

/** Writes 16 bits in network order. */
export function putU16(target: Uint8Array, offset: number, value: number): void {
  target[offset] = value >> 8;
  target[offset + 1] = value;
}

/** Reads 16 bits in network order. */
export function u16At(bytes: Uint8Array, offset: number): number {
  return bytes[offset] << 8 | bytes[offset + 1];
}

/** Writes 32 bits in network order. */
export function putU32(target: Uint8Array, offset: number, value: number): void {
  putU16(target, offset, value >>> 16);
  putU16(target, offset + 2, value & 0xffff);
}

/** Writes 32 bits in the host's order. */
export function putHostU32(target: Uint8Array, offset: number, value: number): void {
  target[offset] = value;
  target[offset + 1] = value >>> 8;
  target[offset + 2] = value >>> 16;
  target[offset + 3] = value >>> 24;
}

/** Reads 32 bits in the host's order. */
export function hostU32At(bytes: Uint8Array, at: number): number {
  return (bytes[at] | bytes[at + 1] << 8 | bytes[at + 2] << 16 | bytes[at + 3] << 24) >>> 0;
}
