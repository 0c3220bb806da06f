/**
 * Messages that come in parts: the kernel hands a long one out before it is whole.
 *
 * @module
 */
import type { Control } from "../core/control.ts";
import { SOL_SCTP } from "../ffi/abi/socket_constants.ts";
import { NUMBERS as N, RCVINFO } from "./_constants.ts";

/** What has come of a message, in memory that grows. */
interface Part {
  bytes: Uint8Array<ArrayBuffer>;
  length: number;
  /** Whether more came than there was room for. */
  cut: boolean;
}

/** Messages of which parts have come, by association, stream and order. */
export class Begun {
  readonly #messages: Map<string, Part>;

  /** Some that have begun elsewhere. */
  constructor(messages: Map<string, Part> = new Map()) {
    this.#messages = messages;
  }

  /** Whether there is none. */
  get isEmpty(): boolean {
    return this.#messages.size === 0;
  }

  /**
   * Takes a part in, and of the last one gives the message. Of one that has no end, `room` is kept and
   * no more.
   */
  joined(
    key: string,
    data: Uint8Array<ArrayBuffer>,
    last: boolean,
    room: number,
  ): { data: Uint8Array<ArrayBuffer>; cut: boolean } | undefined {
    const begun = this.#messages.get(key);
    if (begun === undefined) {
      if (last) return { data, cut: false };
      this.#messages.set(key, { bytes: data, length: data.length, cut: false });
      return undefined;
    }
    append(begun, data, room);
    if (!last) return undefined;
    this.#messages.delete(key);
    return { data: begun.bytes.subarray(0, begun.length), cut: begun.cut };
  }

  /** What has come of a message, with a part that stays where it is. */
  before(key: string, data: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const begun = this.#messages.get(key);
    if (begun === undefined) return data;
    const both = new Uint8Array(begun.length + data.length);
    both.set(begun.bytes.subarray(0, begun.length));
    both.set(data, begun.length);
    return both;
  }

  /**
   * Forgets what will not be finished. Only where messages of several streams come mixed does the
   * kernel say of which stream it was (sctp_ulpq_abort_pd, sctp_intl_abort_pd); else there is but one.
   */
  lose(associationId: number, stream: number): void {
    const all = this.#keysOf(associationId);
    const ofStream = all.filter((key) => key.startsWith(`${associationId} ${stream} `));
    for (const key of ofStream.length > 0 ? ofStream : all) this.#messages.delete(key);
  }

  /** Gives up what has begun of an association, for the socket that has it from now on. */
  taken(associationId: number): Begun {
    const messages = new Map<string, Part>();
    for (const key of this.#keysOf(associationId)) {
      messages.set(key, this.#messages.get(key)!);
      this.#messages.delete(key);
    }
    return new Begun(messages);
  }

  #keysOf(associationId: number): string[] {
    return [...this.#messages.keys()].filter((key) => key.startsWith(`${associationId} `));
  }
}

function append(begun: Part, data: Uint8Array, room: number): void {
  const fits = Math.max(0, Math.min(data.length, room - begun.length));
  const length = begun.length + fits;
  if (fits < data.length) begun.cut = true;
  if (length > begun.bytes.length) {
    const larger = new Uint8Array(Math.max(length, Math.min(room, 2 * begun.bytes.length)));
    larger.set(begun.bytes.subarray(0, begun.length));
    begun.bytes = larger;
  }
  begun.bytes.set(data.subarray(0, fits), begun.length);
  begun.length = length;
}

/** SCTP_RCVINFO among the control messages. */
export function receiveInfo(control: Control | undefined): DataView | undefined {
  for (const message of control ?? []) {
    if (message.type !== "raw" || message.level !== SOL_SCTP) continue;
    const { number, data } = message;
    if (number === N.SCTP_RCVINFO && data.length >= RCVINFO.size) {
      return new DataView(data.buffer, data.byteOffset, data.byteLength);
    }
  }
}

/** What tells the parts of one message from those of others. */
export function keyOf(control: Control | undefined): string {
  const info = receiveInfo(control);
  if (info === undefined) return "";
  const association = info.getInt32(RCVINFO.rcv_assoc_id, true);
  const unordered = info.getUint16(RCVINFO.rcv_flags, true) & N.SCTP_UNORDERED;
  return `${association} ${info.getUint16(RCVINFO.rcv_sid, true)} ${unordered}`;
}
