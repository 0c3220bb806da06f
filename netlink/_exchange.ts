/**
 * One request and what answers it.
 *
 * @module
 */
import type { ByteSource } from "./_bytes.ts";
import type { Acknowledgement } from "./message.ts";

/** A reply, while its bytes are in the receive buffer: `at` to `end` is its payload. */
export interface ReplyReader<T> {
  /** Reads it; `undefined` leaves it out. */
  (source: ByteSource, at: number, end: number, type: number, flags: number): T | undefined;
}

/** What the transport tells of a request that is under way. */
export interface Exchange {
  /** Whether somebody waits for more. */
  readonly hungry: boolean;
  /** A reply came. */
  reply(
    source: ByteSource,
    at: number,
    end: number,
    type: number,
    flags: number,
    portId: number,
  ): void;
  /** It is over, well or not. */
  finish(ack: Acknowledgement): void;
  /** It is over: the socket was closed or lost messages. */
  fail(reason: unknown): void;
}
