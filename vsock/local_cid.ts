import { O_CLOEXEC, O_RDONLY } from "../ffi/abi/event_constants.ts";
import { attempt, closeFd, failure, must } from "../ffi/abi/library.ts";
import { demandSys } from "../ffi/guard/permissions.ts";
import { NUMBERS } from "./_constants.ts";

const DEVICE = "/dev/vsock";

/**
 * The context by which this machine is reached (`man 7 vsock`, IOCTL_VM_SOCKETS_GET_LOCAL_CID).
 *
 * Needs `--allow-ffi` and `--allow-sys=networkInterfaces`.
 *
 * @example What a guest is reached by
 * ```ts
 * import { vsock } from "@berkeley/sockets";
 *
 * try {
 *   console.log(vsock.localCid());
 * } catch (error) {
 *   console.log(error); // ENOENT: a machine without /dev/vsock
 * }
 * ```
 *
 * @returns The context; 2 on a host, 2^32 - 1 where no transport has given one.
 * @throws {Deno.errors.NotCapable} If a permission is missing.
 * @throws {SocketError} `ENOENT`: this machine has no /dev/vsock.
 */
export function localCid(): number {
  demandSys("networkInterfaces", "get the local CID");
  const path = new TextEncoder().encode(`${DEVICE}\0`);
  const fd = attempt((lib) => lib.open(path, O_RDONLY | O_CLOEXEC));
  if (fd < 0) throw failure("open", -fd, DEVICE);
  try {
    const cid = new Uint32Array(1);
    must("ioctl", (lib) => lib.ioctl(fd, NUMBERS.IOCTL_VM_SOCKETS_GET_LOCAL_CID, cid), DEVICE);
    return cid[0];
  } finally {
    closeFd(fd);
  }
}
