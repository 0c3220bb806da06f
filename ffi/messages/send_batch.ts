/**
 * Many datagrams out in one call: the memory that `sendmmsg(2)` reads.
 *
 * Headers, names, control data and room for small payloads are laid out once. A small payload is
 * copied in; the kernel reads a large one where it is.
 *
 * @module
 */
import { checkMessage } from "../../core/message_arguments.ts";
import type { Address, AddressInput, InetAddress } from "../../core/address.ts";
import { checkBytes, lengthOf, partOf } from "../../core/bytes.ts";
import type { OutgoingMessage } from "../../core/message.ts";
import { AF_INET6 } from "../abi/socket_constants.ts";
import { STRUCTS } from "../abi/layout.ts";
import { prepareControl, type PreparedControl, writeControl } from "./cmsg_encode.ts";
import { attempt } from "../abi/library.ts";
import { addressOf, allocate } from "../abi/memory.ts";
import { poller } from "../loop/poller.ts";
import { INET, SOCKADDR_IN_BYTES } from "../families/inet.ts";
import { SOCKADDR_STORAGE_BYTES } from "../families/sockaddr.ts";
import {
  confirmPeer,
  encodePeerInto,
  type PeerLength,
  type PeerRoom,
  peerText,
} from "../guard/peer.ts";
import { allGranted } from "../guard/permissions.ts";
import type { Descriptor } from "../descriptor/descriptor.ts";

const { msghdr: MSGHDR, mmsghdr: MMSGHDR, iovec: IOVEC } = STRUCTS;

/** Messages a call. */
const SLOTS = 128;
/** A payload up to this size is copied, which is cheaper than asking for its address. */
const COPIED_BYTES = 2048;
const CACHE_LINE = 64;
/** Any set of control messages but for long lists of descriptors. */
const CONTROL_BYTES = 256;

const WORDS = MMSGHDR.size / 4;
const NAMELEN = MSGHDR.msg_namelen / 4;
const CONTROL = MSGHDR.msg_control / 4;
const CONTROLLEN = MSGHDR.msg_controllen / 4;
const IOVEC_WORDS = IOVEC.size / 4;
const IOV_BASE = IOVEC.iov_base / 4;
const IOV_LEN = IOVEC.iov_len / 4;

/** The two halves of a table of addresses, as 32-bit words: no bigint on the way of a message. */
function addresses(base: bigint, distance: number): Uint32Array {
  const words = new Uint32Array(2 * SLOTS);
  const longs = new BigUint64Array(words.buffer);
  for (let i = 0; i < SLOTS; i++) longs[i] = base + BigInt(i * distance);
  return words;
}

/** Memory for up to 128 messages. */
export class SendBatch {
  readonly #headers: Uint8Array<ArrayBuffer> = allocate(SLOTS * MMSGHDR.size);
  readonly #words: Uint32Array<ArrayBuffer> = new Uint32Array(this.#headers.buffer);
  readonly #iovecs: Uint8Array<ArrayBuffer> = allocate(SLOTS * IOVEC.size);
  readonly #iovWords: Uint32Array<ArrayBuffer> = new Uint32Array(this.#iovecs.buffer);
  readonly #names: Uint8Array<ArrayBuffer> = allocate(SLOTS * SOCKADDR_STORAGE_BYTES);
  readonly #controls: Uint8Array<ArrayBuffer> = allocate(SLOTS * CONTROL_BYTES);
  readonly #payload: Uint8Array<ArrayBuffer> = allocate(SLOTS * COPIED_BYTES);
  readonly #payloadAt: number = Number(addressOf(this.#payload));
  /** Where the next copied payload goes: close together, they stay in the processor's cache. */
  #payloadUsed = 0;
  /** The view that the last message was copied from, and where the copy is. */
  #copied: Uint8Array | undefined;
  #copiedLength = 0;
  #copiedAt = 0;
  /** Whether any payload is read in place, or any control data has memory of its own. */
  #holds = false;
  readonly #controlAt: Uint32Array = addresses(addressOf(this.#controls), CONTROL_BYTES);
  /** Payloads that the kernel reads in place, and their lengths when they were looked at. */
  readonly #inPlace: (Uint8Array | undefined)[] = new Array(SLOTS).fill(undefined);
  /** Control data too long for its slot. */
  readonly #longControl: (Uint8Array | undefined)[] = new Array(SLOTS).fill(undefined);
  /** The IPv4 addresses that are in the slots' names: whoever sends to few peers finds them there. */
  readonly #hostnames: string[] = new Array(SLOTS).fill("");
  readonly #ports: number[] = new Array(SLOTS).fill(-1);
  /** What recipients were encoded from, where they were asked for one by one. */
  readonly #recipients: unknown[] = new Array(SLOTS).fill(undefined);
  #asked = false;
  /** Whether no IPv4 address need be asked for, looked at once each time it is filled. */
  #granted: boolean | undefined;
  #count = 0;

  constructor() {
    const headers = new DataView(this.#headers.buffer);
    const name = addressOf(this.#names);
    const iovec = addressOf(this.#iovecs);
    for (let i = 0; i < SLOTS; i++) {
      const at = i * MMSGHDR.size + MMSGHDR.msg_hdr;
      const n = BigInt(i);
      headers.setBigUint64(at + MSGHDR.msg_name, name + n * BigInt(SOCKADDR_STORAGE_BYTES), true);
      headers.setBigUint64(at + MSGHDR.msg_iov, iovec + n * BigInt(IOVEC.size), true);
      headers.setBigUint64(at + MSGHDR.msg_iovlen, 1n, true);
    }
  }

  /** How many messages are in it. */
  get count(): number {
    return this.#count;
  }

  /** Whether no more fit. */
  get full(): boolean {
    return this.#count === SLOTS;
  }

  /** Empties it. */
  clear(): void {
    if (this.#holds) {
      this.#inPlace.fill(undefined);
      this.#longControl.fill(undefined);
      this.#holds = false;
    }
    if (this.#asked) {
      this.#recipients.fill(undefined);
      this.#asked = false;
    }
    this.#copied = undefined;
    this.#granted = undefined;
    this.#count = 0;
    this.#payloadUsed = 0;
  }

  /**
   * Adds a message; there must be room.
   *
   * @param core The socket it is for.
   * @param message The message.
   * @param index Its number among all, for errors.
   * @param settled Whether none of the caller's code has run since the message before was added: if
   * both have the same view, its bytes are the same too, and one copy serves both. Else the payload
   * is taken at once.
   * @throws {TypeError} If a field is of the wrong type or the address malformed.
   * @throws {Deno.errors.NotCapable} If no permission covers the recipient.
   */
  add(
    core: Descriptor,
    message: OutgoingMessage<Address>,
    index: number,
    settled: boolean,
  ): void {
    checkMessage(message, index);
    // Read once: a getter may answer differently the second time.
    const { data, to, control } = message;
    const again = settled && data !== undefined && data === this.#copied &&
      lengthOf(data) === this.#copiedLength;
    if (!again) checkBytes(data, "send", "data");
    const i = this.#count;
    const at = i * WORDS;
    const words = this.#words;
    words[at + NAMELEN] = to === undefined ? 0 : this.#setName(i, to as AddressInput<InetAddress>);
    words[at + CONTROLLEN] = control === undefined
      ? 0
      : this.#setControl(i, prepareControl(control, core.familyNumber === AF_INET6));
    if (again) this.#setIovec(i, this.#copiedAt, this.#copiedLength);
    else this.#setPayload(i, data, settled);
    this.#count = i + 1;
  }

  /**
   * Adds a message whose recipient is encoded already; there must be room. For senders of many equal
   * messages.
   *
   * @param peer The recipient.
   * @param data The payload, at most 2048 bytes: copied.
   */
  addTo({ bytes: name }: PeerRoom, data: Uint8Array): void {
    if (this.full || data.length > COPIED_BYTES || name.length > SOCKADDR_STORAGE_BYTES) {
      throw new RangeError("Cannot send: the message does not fit the batch");
    }
    const i = this.#count;
    this.#ports[i] = -1;
    this.#names.set(name, i * SOCKADDR_STORAGE_BYTES);
    this.#words[i * WORDS + NAMELEN] = name.length;
    this.#words[i * WORDS + CONTROLLEN] = 0;
    this.#setPayload(i, data, true);
    this.#count = i + 1;
  }

  #setName(i: number, to: AddressInput<InetAddress>): number {
    const at = i * SOCKADDR_STORAGE_BYTES;
    if (to === null || typeof to !== "object") return encodePeerInto(this.#names, at, to);
    this.#granted ??= allGranted(INET);
    const { family, hostname, port } = to;
    const inet = this.#granted && (family === undefined || family === "inet") && isPlain(to);
    if (inet && hostname === this.#hostnames[i] && port === this.#ports[i]) {
      return SOCKADDR_IN_BYTES;
    }
    // Forgotten first: if it throws, part of the name may be written.
    this.#ports[i] = -1;
    this.#recipients[i] = to;
    this.#asked = true;
    if (!inet || typeof hostname !== "string" || hostname.includes(":")) {
      return encodePeerInto(this.#names, at, to);
    }
    encodePeerInto(this.#names, at, { family: "inet", hostname, port });
    this.#hostnames[i] = hostname;
    this.#ports[i] = port;
    return SOCKADDR_IN_BYTES;
  }

  #setPayload(i: number, given: Uint8Array, settled: boolean): void {
    // The caller's code runs before it goes: it is taken now.
    const own = !settled && lengthOf(given) > COPIED_BYTES;
    const data = own ? partOf(given, 0).slice() : given;
    const length = lengthOf(data);
    if (length <= COPIED_BYTES) {
      const used = this.#payloadUsed;
      this.#payload.set(data, used);
      this.#payloadUsed = used + length + CACHE_LINE - 1 & -CACHE_LINE;
      this.#copied = data;
      this.#copiedLength = length;
      this.#copiedAt = this.#payloadAt + used;
      this.#setIovec(i, this.#copiedAt, length);
    } else {
      this.#inPlace[i] = data;
      this.#holds = true;
      this.#setIovec(i, Number(addressOf(data)), length);
    }
  }

  #setIovec(i: number, address: number, length: number): void {
    const at = i * IOVEC_WORDS;
    const words = this.#iovWords;
    words[at + IOV_BASE] = address;
    words[at + IOV_BASE + 1] = address / 0x100000000;
    words[at + IOV_LEN] = length;
    words[at + IOV_LEN + 1] = length / 0x100000000;
  }

  /** Puts control data where the header points; its length. */
  #setControl(i: number, control: PreparedControl): number {
    const length = control.lengthBytes;
    if (length <= CONTROL_BYTES) {
      const at = i * WORDS;
      writeControl(control, this.#controls, i * CONTROL_BYTES);
      this.#words[at + CONTROL] = this.#controlAt[2 * i];
      this.#words[at + CONTROL + 1] = this.#controlAt[2 * i + 1];
    } else {
      const long = allocate(length);
      writeControl(control, long, 0);
      this.#longControl[i] = long;
      this.#holds = true;
      const offset = i * MMSGHDR.size + MSGHDR.msg_control;
      new DataView(this.#headers.buffer).setBigUint64(offset, addressOf(long), true);
    }
    return length;
  }

  /**
   * Sends from message `first` on, without waiting, and spends of the turn's budget: half of what
   * receiving them would, since nothing is left for the caller to do.
   *
   * @returns How many went, or `-errno` if not even the first did.
   */
  send(core: Descriptor, first: number): number {
    core.checkOpen("sendmmsg");
    if (this.#holds) this.#checkInPlace(first);
    const headers = first === 0 ? this.#headers : this.#headers.subarray(first * MMSGHDR.size);
    const count = this.#count - first;
    const { fd, sendFlags } = core;
    const sent = attempt((lib) => lib.sendmmsg(fd, headers, count, sendFlags));
    if (sent > 0) {
      poller.spendMessages((sent + 1) >> 1);
      core.vainWaits = 0;
    }
    return sent;
  }

  /** Asks again for the recipients from message `first` on: a permission may have been revoked since. */
  confirm({ row }: Descriptor, first: number): void {
    if (row.isOrdinary === undefined && allGranted(row)) return;
    for (let i = first; i < this.#count; i++) {
      const length = this.#words[i * WORDS + NAMELEN] as PeerLength;
      confirmPeer(this.#names, i * SOCKADDR_STORAGE_BYTES, length, this.#recipients[i]);
    }
  }

  /** Refuses to go on if a payload that is read in place has been transferred away. */
  #checkInPlace(first: number): void {
    for (let i = first; i < this.#count; i++) {
      const data = this.#inPlace[i];
      if (data !== undefined && lengthOf(data) !== this.#iovWords[i * IOVEC_WORDS + IOV_LEN]) {
        throw new TypeError("Cannot send: data was transferred away while it waited to be sent");
      }
    }
  }

  /** The recipient of message `i` as text, for errors. */
  textOf(i: number): string | undefined {
    const length = this.#words[i * WORDS + NAMELEN];
    return peerText(this.#names, i * SOCKADDR_STORAGE_BYTES, length);
  }
}

/** Whether an address has no keys but those that IPv4 has. */
function isPlain(to: object): boolean {
  for (const key in to) {
    if (key !== "hostname" && key !== "port" && key !== "family") return false;
  }
  return true;
}
