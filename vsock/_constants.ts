/**
 * Numbers of linux/vm_sockets.h.
 *
 * @module
 */
import { VMADDR_ANY } from "../ffi/families/vsock.ts";

/** By the header's names. */
export const NUMBERS = {
  SO_VM_SOCKETS_BUFFER_SIZE: 0,
  SO_VM_SOCKETS_BUFFER_MIN_SIZE: 1,
  SO_VM_SOCKETS_BUFFER_MAX_SIZE: 2,
  /** With a `struct timeval` of 64 bits. */
  SO_VM_SOCKETS_CONNECT_TIMEOUT_OLD: 6,
  /** _IO(7, 0xb9) */
  IOCTL_VM_SOCKETS_GET_LOCAL_CID: 0x7b9,
  VMADDR_CID_ANY: VMADDR_ANY,
  VMADDR_PORT_ANY: VMADDR_ANY,
} as const;
