/**
 * The clock that the kernel's packet timestamps are of.
 *
 * @module
 */
import { libc } from "../abi/library.ts";

/** CLOCK_REALTIME (linux/time.h). */
const CLOCK_REALTIME = 0;
/** Times count from here, so that a double holds them to the nanosecond. */
const BASE_SECONDS = Math.floor(Date.now() / 1000);
const BASE_NANOS = BigInt(BASE_SECONDS) * 1_000_000_000n;
/** `struct timespec`: seconds and nanoseconds, 64 bits each; the high half of both is 0 until 2106. */
const now = new Uint32Array(new ArrayBuffer(16));

/** The time in microseconds since some moment of this process's start: comparable with the others here. */
export function realtimeMicros(): number {
  libc().clock_gettime(CLOCK_REALTIME, now);
  return timespecMicros(now[0], now[2]);
}

/** A timespec of CLOCK_REALTIME on the same scale. */
export function timespecMicros(seconds: number, nanoseconds: number): number {
  return (seconds - BASE_SECONDS) * 1e6 + nanoseconds / 1e3;
}

/** Nanoseconds since the epoch on the same scale. */
export function epochNanosToMicros(nanos: bigint): number {
  return Number(nanos - BASE_NANOS) / 1e3;
}
