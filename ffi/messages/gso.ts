/**
 * Segmentation offload of UDP: one large send that leaves as many datagrams (`man 7 udp`,
 * UDP_SEGMENT).
 *
 * @module
 */
import {
  AF_INET,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOL_UDP,
} from "../abi/socket_constants.ts";
import { UDP_SEGMENT } from "../abi/transport_constants.ts";
import { attempt, closeFd, libc } from "../abi/library.ts";
import { encodeSockaddr } from "../families/sockaddr.ts";

/** UDP_MAX_SEGMENTS (linux/udp.h): 64, and 128 since Linux 6.9. */
const OLD_MAX_SEGMENTS = 64;
const MAX_SEGMENTS = 128;

let known: number | undefined;

/**
 * How many datagrams one send may become: the payload may be that many times the `segmentBytes` of
 * a `"segment"` control message, and at most 65507 bytes.
 *
 * @returns 1 if the kernel cannot segment, else 64 or 128. Asked of the kernel once, with datagrams
 * that a socket sends to itself.
 * @throws {Deno.errors.NotCapable} Without `--allow-ffi`.
 */
export function maxGsoSegments(): number {
  return known ??= ask();
}

function ask(): number {
  const fd = libc().socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return 1;
  try {
    const size = new Int32Array([1]);
    if (attempt((lib) => lib.setsockopt(fd, SOL_UDP, UDP_SEGMENT, size, 4)) < 0) return 1;
    const any = encodeSockaddr({ hostname: "127.0.0.1", port: 0 }, "bind");
    if (attempt((lib) => lib.bind(fd, any, any.length)) < 0) return OLD_MAX_SEGMENTS;
    const length = new Uint32Array([any.length]);
    if (attempt((lib) => lib.getsockname(fd, any, length)) < 0) return OLD_MAX_SEGMENTS;
    const data = new Uint8Array(MAX_SEGMENTS);
    const flags = MSG_NOSIGNAL | MSG_DONTWAIT;
    const sent = attempt((lib) => lib.sendto(fd, data, data.length, flags, any, any.length));
    return sent === MAX_SEGMENTS ? MAX_SEGMENTS : OLD_MAX_SEGMENTS;
  } finally {
    closeFd(fd);
  }
}
