/**
 * Addresses and memory outside of JS, without `Deno.UnsafePointer`.
 *
 * @module
 */
import { libc } from "./library.ts";

/**
 * Memory whose address may be stored in a struct. Never on the JS heap: V8 keeps a typed array of up
 * to 64 bytes there, and moves it, until its buffer is asked for.
 */
export function allocate(size: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new ArrayBuffer(size));
}

/**
 * The address of a view's first byte; valid while its buffer is neither collected nor transferred,
 * so whoever stores it keeps the view too.
 */
export function addressOf(bytes: Uint8Array): bigint {
  // Materialises the buffer, which takes the bytes off the JS heap for good.
  if (bytes.buffer.byteLength === 0) return 0n;
  return libc().addressOf(bytes, 0n, 0n);
}

/** Copies `size` bytes from `address`. */
export function readMemory(address: bigint, size: number): Uint8Array<ArrayBuffer> {
  const bytes = allocate(size);
  if (size > 0) libc().copyFrom(bytes, address, BigInt(size));
  return bytes;
}

/** The bytes of the C string at `address`, without its NUL; at most `maxBytes`. */
export function readCString(address: bigint, maxBytes = 4096): Uint8Array<ArrayBuffer> {
  return readMemory(address, Number(libc().strnlen(address, BigInt(maxBytes))));
}
