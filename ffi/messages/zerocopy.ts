/**
 * MSG_ZEROCOPY (Documentation/networking/msg_zerocopy.rst): the kernel goes on reading a sent buffer
 * until it says on the error queue that it has done, so the buffer must not be collected before.
 *
 * @module
 */
import type { Control } from "../../core/control.ts";
import { SO_ZEROCOPY, SOL_SOCKET } from "../abi/socket_constants.ts";
import { attempt } from "../abi/library.ts";
import type { Descriptor } from "../descriptor/descriptor.ts";

/** The buffers of one socket's sends that are not completed, by the kernel's count of sends. */
interface Outstanding {
  next: number;
  readonly buffers: Map<number, readonly Uint8Array[]>;
  /** When its socket was first seen to be closed: nobody can read its error queue then. */
  closedAt?: number;
}

/** How long the kernel may go on sending what a closed socket has left (tcp_fin_timeout, retransmissions). */
const AFTER_CLOSE_MS = 120_000;

/**
 * Held by a map that is not weak: the kernel reads on though the socket's object may be collected, and
 * after it was closed.
 */
const outstanding = new Map<Descriptor, Outstanding>();

/** Lets go of the buffers of sockets that were closed long ago. */
function forgetClosed(): void {
  const now = performance.now();
  for (const [core, state] of outstanding) {
    if (!core.isClosed) continue;
    state.closedAt ??= now;
    if (state.buffers.size === 0 || now - state.closedAt > AFTER_CLOSE_MS) outstanding.delete(core);
  }
}

/** After a send with MSG_ZEROCOPY that took `sent` bytes: keeps its buffers. */
export function holdBuffers(core: Descriptor, buffers: readonly Uint8Array[], sent: number): void {
  // Without the option the kernel ignores the flag, and a send of nothing is not counted.
  if (sent === 0 || !isEnabled(core)) return;
  forgetClosed();
  let state = outstanding.get(core);
  if (state === undefined) outstanding.set(core, state = { next: 0, buffers: new Map() });
  state.buffers.set(state.next, buffers);
  state.next = (state.next + 1) >>> 0;
}

/** After a read of the error queue: lets go of the buffers that the kernel has done with. */
export function releaseBuffers(core: Descriptor, control: Control): void {
  const state = outstanding.get(core);
  if (state === undefined || state.buffers.size === 0) return;
  const error = control.get("error");
  if (error?.origin !== "zerocopy") return;
  // A range of counts, both ends included; it may wrap.
  for (const id of state.buffers.keys()) {
    if (((id - error.info) >>> 0) <= ((error.data - error.info) >>> 0)) state.buffers.delete(id);
  }
}

/** How many sends are not completed. */
export function heldSends(core: Descriptor): number {
  return outstanding.get(core)?.buffers.size ?? 0;
}

function isEnabled(core: Descriptor): boolean {
  const value = new Int32Array(1);
  const length = new Uint32Array([4]);
  const result = attempt((lib) => lib.getsockopt(core.fd, SOL_SOCKET, SO_ZEROCOPY, value, length));
  return result >= 0 && value[0] !== 0;
}
