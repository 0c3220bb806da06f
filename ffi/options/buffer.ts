/**
 * Options about memory and water marks, level `SOL_SOCKET`: man 7 socket.
 *
 * @module
 */

import type { SocketOption } from "../../core/option.ts";
import * as c from "../abi/constants.ts";
import { int, readOnly, row, viewOf } from "./codecs.ts";

const L = c.SOL_SOCKET;

/**
 * Which buffer sizes the kernel must not tune: bit 0 the send buffer, bit 1 the receive buffer.
 * Default 0. Since Linux 5.14.
 */
export const SO_BUF_LOCK: SocketOption<number> = row(
  "SO_BUF_LOCK",
  L,
  c.SO_BUF_LOCK,
  "rw",
  int(0, 3),
);

/** What a socket's memory is used for; all in bytes but the last. */
export interface SocketMemory {
  /** Memory that received data takes. */
  readonly recvAllocatedBytes: number;
  /** The size of the receive buffer. */
  readonly recvBufferBytes: number;
  /** Memory that data handed to the device takes. */
  readonly sendAllocatedBytes: number;
  /** The size of the send buffer. */
  readonly sendBufferBytes: number;
  /** Memory reserved for what comes next. */
  readonly forwardAllocatedBytes: number;
  /** Memory that queued unsent data takes. */
  readonly sendQueuedBytes: number;
  /** Memory of options and filters. */
  readonly optionBytes: number;
  /** Memory of packets that wait while the socket is in use. */
  readonly backlogBytes: number;
  /** The number of packets dropped, since Linux 4.12. */
  readonly drops: number | undefined;
}

/** The socket's use of memory. Read only. Since Linux 4.12. */
export const SO_MEMINFO: SocketOption<SocketMemory> = row(
  "SO_MEMINFO",
  L,
  c.SO_MEMINFO,
  "ro",
  readOnly(36, (bytes, name) => {
    const view = viewOf(name, bytes, 32);
    const at = (i: number) => view.getUint32(4 * i, true);
    return {
      recvAllocatedBytes: at(0),
      recvBufferBytes: at(1),
      sendAllocatedBytes: at(2),
      sendBufferBytes: at(3),
      forwardAllocatedBytes: at(4),
      sendQueuedBytes: at(5),
      optionBytes: at(6),
      backlogBytes: at(7),
      drops: bytes.length >= 36 ? at(8) : undefined,
    };
  }),
);

/**
 * The receive buffer, in bytes. The kernel doubles what is set, for its own bookkeeping, and reads
 * back the doubled value; at most net.core.rmem_max is taken. Setting it ends TCP's own tuning.
 */
export const SO_RCVBUF: SocketOption<number> = row("SO_RCVBUF", L, c.SO_RCVBUF, "rw", int(0));

/** As {@linkcode SO_RCVBUF} past net.core.rmem_max; needs CAP_NET_ADMIN. Set only. */
export const SO_RCVBUFFORCE: SocketOption<number> = row(
  "SO_RCVBUFFORCE",
  L,
  c.SO_RCVBUFFORCE,
  "wo",
  int(0),
);

/** How many bytes make the socket readable, 1 (the default) and more. */
export const SO_RCVLOWAT: SocketOption<number> = row("SO_RCVLOWAT", L, c.SO_RCVLOWAT, "rw", int(0));

/**
 * How many bytes are set aside for the socket alone, charged to its memory cgroup. Default 0. Since
 * Linux 5.16.
 */
export const SO_RESERVE_MEM: SocketOption<number> = row(
  "SO_RESERVE_MEM",
  L,
  c.SO_RESERVE_MEM,
  "rw",
  int(0),
);

/**
 * The send buffer, in bytes, doubled by the kernel as {@linkcode SO_RCVBUF} is; at most
 * net.core.wmem_max.
 */
export const SO_SNDBUF: SocketOption<number> = row("SO_SNDBUF", L, c.SO_SNDBUF, "rw", int(0));

/** As {@linkcode SO_SNDBUF} past net.core.wmem_max; needs CAP_NET_ADMIN. Set only. */
export const SO_SNDBUFFORCE: SocketOption<number> = row(
  "SO_SNDBUFFORCE",
  L,
  c.SO_SNDBUFFORCE,
  "wo",
  int(0),
);

/** How many free bytes make the socket writable: always 1 on Linux. Read only. */
export const SO_SNDLOWAT: SocketOption<number> = row("SO_SNDLOWAT", L, c.SO_SNDLOWAT, "ro", int());
