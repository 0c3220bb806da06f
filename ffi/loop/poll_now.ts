/**
 * What a descriptor is ready for at this moment, asked without waiting.
 *
 * @module
 */
import { attempt } from "../abi/library.ts";

/** `struct pollfd`: a descriptor, and the events asked for and told, 16 bits each. */
const POLL = new Int32Array(new ArrayBuffer(8));

/**
 * Asks of one descriptor (`man 2 poll`).
 *
 * @param fd The descriptor.
 * @param events POLL*, or-ed.
 * @returns The events that are there, with POLLERR and POLLHUP whoever asked for them; 0 if none.
 */
export function pollNow(fd: number, events: number): number {
  POLL[0] = fd;
  POLL[1] = events;
  return attempt((lib) => lib.poll(POLL, 1, 0)) > 0 ? POLL[1] >>> 16 : 0;
}
