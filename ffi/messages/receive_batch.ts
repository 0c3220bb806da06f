/**
 * Many datagrams in one call: the memory that `recvmmsg(2)` fills, and views of what is in it.
 *
 * Headers, names, control data and payload are laid out once; a call then costs no allocation.
 * Only the payload's memory is ever handed out, as views: whoever transfers it away is told so by
 * the next receive instead of letting the kernel write into memory that is no longer there.
 *
 * @module
 */
import { EAGAIN } from "../../core/errno.ts";
import type { Address } from "../../core/address.ts";
import type { Message, MessageBatch } from "../../core/message.ts";
import {
  AF_UNIX,
  MSG_CMSG_CLOEXEC,
  MSG_CTRUNC,
  MSG_DONTWAIT,
  MSG_TRUNC,
} from "../abi/socket_constants.ts";
import { STRUCTS } from "../abi/layout.ts";
import type { ReceivedControl } from "./cmsg.ts";
import { attemptRetryable, failure } from "../abi/library.ts";
import { addressOf, allocate } from "../abi/memory.ts";
import { passedFlag, sender, takeControl, toldFlags } from "./msghdr.ts";
import { poller } from "../loop/poller.ts";
import { SOCKADDR_STORAGE_BYTES } from "../families/sockaddr.ts";
import type { Descriptor } from "../descriptor/descriptor.ts";

const { msghdr: MSGHDR, mmsghdr: MMSGHDR, iovec: IOVEC } = STRUCTS;

/** Fields of a mmsghdr as 32-bit words. */
const WORDS = MMSGHDR.size / 4;
const NAMELEN = MSGHDR.msg_namelen / 4;
const CONTROLLEN = MSGHDR.msg_controllen / 4;
const FLAGS = MSGHDR.msg_flags / 4;
const LENGTH = MMSGHDR.msg_len / 4;

const CACHE_LINE = 64;
const PAGE = 4096;
/** Payloads up to this size are copied into memory that a call's messages share. */
const PACKED_BYTES = 2048;

/**
 * The distance of slots. Slots a whole number of pages apart would all start in the same few lines
 * of the cache and push each other out, so those get three lines more.
 */
function strideOf(slotBytes: number): number {
  const lines = Math.ceil(slotBytes / CACHE_LINE);
  return lines * CACHE_LINE + (slotBytes >= PAGE ? 3 * CACHE_LINE : 0);
}

/**
 * What came beside the payloads of a batch. Each message has a record of equal size: the lengths of its
 * sockaddr and of its control data, 32 bits each, then the one and the other.
 */
export interface BatchMeta {
  /** The bytes of all. */
  readonly bytes: Uint8Array;
  /** From one record to the next. */
  readonly stride: number;
  /** Where in a record the control data begins. */
  readonly controlAt: number;
}

/** Where in a record the name begins. */
export const META_NAME_AT = 8;

/** Slots that one receive fills. What is in them stays until the next one. */
export class ReceiveBatch implements MessageBatch<Address> {
  /** The number of slots. */
  readonly slots: number;
  /** Room for a payload, in bytes. */
  readonly slotBytes: number;
  readonly #controlSize: number;
  /** The distance of control data: whole words, as what is in it is aligned. */
  readonly #controlStride: number;
  readonly #stride: number;
  readonly #headers: Uint8Array<ArrayBuffer>;
  readonly #words: Uint32Array<ArrayBuffer>;
  readonly #names: Uint8Array<ArrayBuffer>;
  readonly #controls: Uint8Array<ArrayBuffer>;
  readonly #nameWords: Uint32Array<ArrayBuffer>;
  readonly #controlWords: Uint32Array<ArrayBuffer>;
  readonly #payload: Uint8Array<ArrayBuffer>;
  /** Held: the headers know it by address alone. */
  readonly #iovecs: Uint8Array<ArrayBuffer>;
  /** A view of each slot, as long as what was in it last: most peers send equal sizes. */
  readonly #views: Uint8Array<ArrayBuffer>[];
  /** Control data with descriptors in it, until somebody asks for it. */
  #unclaimed: (ReceivedControl | undefined)[] = [];
  #core: Descriptor | undefined;
  #count = 0;
  /** Slots that the kernel has written to since their lengths were set. */
  #used = 0;

  /**
   * Lays out the memory.
   *
   * @param slots How many messages one call may bring, 1 to 1024.
   * @param slotBytes Room for each payload, in bytes.
   * @param controlBytes Room for each one's ancillary data, in bytes.
   */
  constructor(slots: number, slotBytes: number, controlBytes: number) {
    this.slots = slots;
    this.slotBytes = slotBytes;
    this.#controlSize = controlBytes;
    this.#controlStride = controlBytes + 7 & ~7;
    const stride = this.#stride = strideOf(slotBytes);
    this.#headers = allocate(slots * MMSGHDR.size);
    this.#words = new Uint32Array(this.#headers.buffer);
    this.#names = allocate(slots * SOCKADDR_STORAGE_BYTES);
    this.#controls = allocate(slots * this.#controlStride);
    this.#nameWords = new Uint32Array(this.#names.buffer);
    this.#controlWords = new Uint32Array(this.#controls.buffer);
    this.#payload = allocate(slots * stride);
    this.#iovecs = allocate(slots * IOVEC.size);
    this.#views = Array.from(
      { length: slots },
      (_, i) => this.#payload.subarray(i * stride, i * stride + slotBytes),
    );
    this.#layOut();
  }

  #layOut(): void {
    const headers = new DataView(this.#headers.buffer);
    const iovecs = new DataView(this.#iovecs.buffer);
    const name = addressOf(this.#names);
    const control = this.#controlSize === 0 ? 0n : addressOf(this.#controls);
    const payload = addressOf(this.#payload);
    const iovec = addressOf(this.#iovecs);
    for (let i = 0; i < this.slots; i++) {
      const n = BigInt(i);
      const at = i * MMSGHDR.size + MMSGHDR.msg_hdr;
      const iov = i * IOVEC.size;
      iovecs.setBigUint64(iov + IOVEC.iov_base, payload + n * BigInt(this.#stride), true);
      iovecs.setBigUint64(iov + IOVEC.iov_len, BigInt(this.slotBytes), true);
      headers.setBigUint64(at + MSGHDR.msg_name, name + n * BigInt(SOCKADDR_STORAGE_BYTES), true);
      headers.setBigUint64(at + MSGHDR.msg_iov, iovec + n * BigInt(IOVEC.size), true);
      headers.setBigUint64(at + MSGHDR.msg_iovlen, 1n, true);
      headers.setBigUint64(
        at + MSGHDR.msg_control,
        control === 0n ? 0n : control + n * BigInt(this.#controlStride),
        true,
      );
    }
    this.#used = this.slots;
  }

  /** How many messages the last receive brought. */
  get count(): number {
    return this.#count;
  }

  /**
   * Receives what is there, without waiting, and spends of the turn's budget. Descriptors of the last
   * messages that nobody asked for are closed.
   *
   * @param core The socket.
   * @param max The most messages to take, 1 to the number of slots.
   * @param flags MSG_* flags.
   * @returns How many came, or `-errno`.
   */
  receive(core: Descriptor, max: number, flags: number): number {
    core.checkOpen("recvmmsg");
    this.clear();
    if (this.#payload.buffer.detached) {
      throw new TypeError("Cannot receive: the memory of the batch was transferred away");
    }
    const words = this.#words;
    // Value-result fields: the kernel has put the lengths of the last call there.
    for (let i = 0, at = 0; i < this.#used; i++, at += WORDS) {
      words[at + NAMELEN] = SOCKADDR_STORAGE_BYTES;
      words[at + CONTROLLEN] = this.#controlSize;
      words[at + CONTROLLEN + 1] = 0;
    }
    this.#used = 0;
    const headers = this.#headers;
    const { fd } = core;
    const count = Math.min(max, this.slots);
    const all = flags | passedFlag(core) | MSG_DONTWAIT;
    const result = attemptRetryable((lib) => lib.recvmmsg(fd, headers, count, all, null));
    // A failed call may have touched the header it failed at.
    this.#used = Math.max(1, result);
    if (result < 0) return result;
    poller.spendMessages(result);
    this.#core = core;
    this.#count = result;
    // Only unix sockets pass descriptors: those are open now and must be owned.
    if (core.familyNumber === AF_UNIX) {
      for (let i = 0; i < result; i++) this.#unclaimed[i] = this.#readControl(i);
    }
    return result;
  }

  /** How many bytes of payload message `i` has in its slot. */
  lengthBytes(i: number): number {
    return Math.min(this.#words[this.#at(i) + LENGTH], this.slotBytes);
  }

  /** The payload of message `i`: a view, overwritten by the next receive. */
  data(i: number): Uint8Array<ArrayBuffer> {
    const length = this.lengthBytes(i);
    const view = this.#views[i];
    if (view.length === length) return view;
    const start = i * this.#stride;
    return this.#views[i] = this.#payload.subarray(start, start + length);
  }

  /** The sender of message `i`. */
  from(i: number): Address {
    const length = this.#words[this.#at(i) + NAMELEN];
    return sender(this.#core!, this.#names, i * SOCKADDR_STORAGE_BYTES, length);
  }

  /** Whether message `i` was longer than its slot and its end is lost (MSG_TRUNC). */
  truncated(i: number): boolean {
    return (this.#words[this.#at(i) + FLAGS] & MSG_TRUNC) !== 0;
  }

  /** The flags that the kernel returned for message `i` (`msg_flags`). */
  flags(i: number): number {
    return this.#words[this.#at(i) + FLAGS] & ~MSG_CMSG_CLOEXEC;
  }

  /** The ancillary data of message `i`, if any: yours from now on, with the descriptors in it. */
  control(i: number): ReceivedControl | undefined {
    this.#at(i);
    if (this.#core!.familyNumber !== AF_UNIX) return this.#readControl(i);
    const control = this.#unclaimed[i];
    this.#unclaimed[i] = undefined;
    return control;
  }

  /** The memory of all control data: that of message `i` is `controlLength(i)` bytes from `controlAt(i)` on. */
  get controlMemory(): Uint8Array {
    return this.#controls;
  }

  /** Where the control data of message `i` begins. */
  controlAt(i: number): number {
    return i * this.#controlStride;
  }

  /** How long the control data of message `i` is, in bytes. */
  controlLength(i: number): number {
    return Math.min(this.#words[this.#at(i) + CONTROLLEN], this.#controlSize);
  }

  /** Names and control data as the kernel laid them out, copied at once: for messages that decode them later. */
  copyMeta(): BatchMeta {
    const count = this.#count;
    const words = this.#words;
    let nameBytes = 0;
    let controlBytes = 0;
    for (let i = 0, at = 0; i < count; i++, at += WORDS) {
      if (words[at + NAMELEN] > nameBytes) nameBytes = words[at + NAMELEN];
      if (words[at + CONTROLLEN] > controlBytes) controlBytes = words[at + CONTROLLEN];
    }
    // As much as the longest of each takes, in whole words: mostly all are as long.
    const nameWords = Math.min(nameBytes, SOCKADDR_STORAGE_BYTES) + 3 >> 2;
    const controlWords = Math.min(controlBytes, this.#controlSize) + 3 >> 2;
    const all = new Uint32Array(count * (2 + nameWords + controlWords));
    for (let i = 0, to = 0, at = 0; i < count; i++, at += WORDS) {
      all[to++] = Math.min(words[at + NAMELEN], SOCKADDR_STORAGE_BYTES);
      all[to++] = Math.min(words[at + CONTROLLEN], this.#controlSize);
      const name = i * SOCKADDR_STORAGE_BYTES / 4;
      for (let k = 0; k < nameWords; k++) all[to++] = this.#nameWords[name + k];
      const control = i * this.#controlStride / 4;
      for (let k = 0; k < controlWords; k++) all[to++] = this.#controlWords[control + k];
    }
    return {
      bytes: new Uint8Array(all.buffer),
      stride: 4 * (2 + nameWords + controlWords),
      controlAt: META_NAME_AT + 4 * nameWords,
    };
  }

  /** The messages as objects that stay. Small payloads share one buffer per call. */
  toMessages(): Message<Address>[] {
    const count = this.#count;
    let total = 0;
    for (let i = 0; i < count; i++) {
      const length = this.lengthBytes(i);
      if (length <= PACKED_BYTES) total += length;
    }
    const packed = new ArrayBuffer(total);
    const messages: Message<Address>[] = new Array(count);
    for (let i = 0, used = 0; i < count; i++) {
      const view = this.data(i);
      let data: Uint8Array<ArrayBuffer>;
      if (view.length <= PACKED_BYTES) {
        data = new Uint8Array(packed, used, view.length);
        data.set(view);
        used += view.length;
      } else {
        data = view.slice();
      }
      const message: Message<Address> = {
        data,
        from: this.from(i),
        truncated: this.truncated(i),
      };
      const flags = toldFlags(this.flags(i));
      if (flags !== 0) message.flags = flags;
      const control = this.control(i);
      if (control !== undefined) message.control = control;
      messages[i] = message;
    }
    return messages;
  }

  /** Forgets the messages, and closes descriptors among them that nobody asked for. */
  clear(): void {
    this.#count = 0;
    this.#core = undefined;
    if (this.#unclaimed.length === 0) return;
    for (const control of this.#unclaimed) control?.[Symbol.dispose]();
    this.#unclaimed = [];
  }

  [Symbol.dispose](): void {
    this.clear();
  }

  /** The first word of a header. */
  #at(i: number): number {
    if (!(i >= 0 && i < this.#count)) {
      throw new RangeError(`Cannot read a batch: message ${i} of ${this.#count}`);
    }
    return i * WORDS;
  }

  #readControl(i: number): ReceivedControl | undefined {
    const at = i * WORDS;
    const length = this.#words[at + CONTROLLEN];
    const lost = (this.#words[at + FLAGS] & MSG_CTRUNC) !== 0;
    if (length === 0 && !lost) return undefined;
    const room = this.#controls;
    return takeControl(room, i * this.#controlStride, Math.min(length, this.#controlSize), lost);
  }
}

/** Throws what {@linkcode ReceiveBatch.receive} returned, unless it would block. */
export function checkReceived(result: number): void {
  if (result < 0 && result !== -EAGAIN) throw failure("recvmmsg", -result);
}
