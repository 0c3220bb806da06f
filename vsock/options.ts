/**
 * Options of VSOCK sockets (linux/vm_sockets.h, `man 7 vsock`).
 *
 * @module
 */
import type { SocketOption } from "../core/option.ts";
import { AF_VSOCK } from "../ffi/abi/socket_constants.ts";
import { type CodecFor, milliseconds, row, struct, viewOf } from "../ffi/options/codecs.ts";
import { checkInt } from "../ffi/options/codecs.ts";
import { NUMBERS } from "./_constants.ts";

/** A count of bytes in 64 bits, of which numbers hold 53. */
const bytes64: CodecFor<number> = (name) => ({
  size: 8,
  encode(value) {
    const { bytes, view } = struct(8);
    view.setBigUint64(0, BigInt(checkInt(name, value, 0, Number.MAX_SAFE_INTEGER)), true);
    return bytes;
  },
  decode: (bytes) => Number(viewOf(name, bytes, 8).getBigUint64(0, true)),
});

/** Room for what was received and not read yet, in bytes. Default 256 KiB, within the two below. */
export const SO_VM_SOCKETS_BUFFER_SIZE: SocketOption<number> = row(
  "SO_VM_SOCKETS_BUFFER_SIZE",
  AF_VSOCK,
  NUMBERS.SO_VM_SOCKETS_BUFFER_SIZE,
  "rw",
  bytes64,
);

/** The least that {@linkcode SO_VM_SOCKETS_BUFFER_SIZE} may be, in bytes. Default 128. */
export const SO_VM_SOCKETS_BUFFER_MIN_SIZE: SocketOption<number> = row(
  "SO_VM_SOCKETS_BUFFER_MIN_SIZE",
  AF_VSOCK,
  NUMBERS.SO_VM_SOCKETS_BUFFER_MIN_SIZE,
  "rw",
  bytes64,
);

/** The most that {@linkcode SO_VM_SOCKETS_BUFFER_SIZE} may be, in bytes. Default 256 KiB. */
export const SO_VM_SOCKETS_BUFFER_MAX_SIZE: SocketOption<number> = row(
  "SO_VM_SOCKETS_BUFFER_MAX_SIZE",
  AF_VSOCK,
  NUMBERS.SO_VM_SOCKETS_BUFFER_MAX_SIZE,
  "rw",
  bytes64,
);

/** How long the kernel tries to connect, in milliseconds; 0 is the default of 2000. */
export const SO_VM_SOCKETS_CONNECT_TIMEOUT: SocketOption<number> = row(
  "SO_VM_SOCKETS_CONNECT_TIMEOUT",
  AF_VSOCK,
  NUMBERS.SO_VM_SOCKETS_CONNECT_TIMEOUT_OLD,
  "rw",
  milliseconds,
);
