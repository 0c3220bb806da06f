/**
 * Received frames: copied out of a batch with their VLAN tags put back, the rest decoded when looked
 * at.
 *
 * @module
 */
import type { PacketAddress } from "../core/address.ts";
import type { Control } from "../core/control.ts";
import type { Message, MessageBatch } from "../core/message.ts";
import { STRUCTS } from "../ffi/abi/layout.ts";
import {
  PACKET_AUXDATA,
  TP_STATUS_VLAN_TPID_VALID,
  TP_STATUS_VLAN_VALID,
} from "../ffi/abi/packet_constants.ts";
import {
  MSG_CTRUNC,
  MSG_TRUNC,
  SCM_TIMESTAMPNS,
  SOL_PACKET,
  SOL_SOCKET,
} from "../ffi/abi/constants.ts";
import { ReceivedControl } from "../ffi/messages/cmsg.ts";
import { INTERFACES } from "../ffi/resolver/interface_names.ts";
import { type BatchMeta, META_NAME_AT, type ReceiveBatch } from "../ffi/messages/receive_batch.ts";
import type { InterfaceLookup } from "../ffi/families/row.ts";
import { decodeSockaddr } from "../ffi/families/sockaddr.ts";
import { ETH_P_8021Q } from "../wire/numbers.ts";

/** A received frame. */
export interface PacketMessage extends Message<PacketAddress> {
  /** When the kernel got it, in nanoseconds since the epoch. */
  readonly timestampNanos: bigint | undefined;
}

const { tpacket_auxdata: AUXDATA, cmsghdr: CMSGHDR, timespec: TIMESPEC } = STRUCTS;
const NANOS_PER_SECOND = 1e9;
const NANOS = new BigUint64Array(1);
const NANOS_HALVES = new Uint32Array(NANOS.buffer);
/** Where a VLAN tag stands in an Ethernet frame: after both addresses. */
const TAG_AT = 12;
const TAG_BYTES = 4;
/** Frames up to this size share memory with others of their batch. */
const PACKED_BYTES = 2048;

/** Frames where the kernel put them: no copy, and no object until asked for. The next receive overwrites them. */
export interface PacketBatch extends MessageBatch<PacketAddress> {
  /** When the kernel got frame `i`, in nanoseconds since the epoch. */
  timestampNanos(i: number): bigint | undefined;
  /** The frames as objects that stay. Those of up to 2048 bytes share one buffer. */
  toMessages(): PacketMessage[];
}

/** A batch of frames. */
export class FrameBatch implements PacketBatch {
  readonly #batch: ReceiveBatch;
  readonly #hasLinkHeader: boolean;

  /**
   * @param batch What is received into.
   * @param hasLinkHeader Whether frames begin with an Ethernet header, into which a tag can be put.
   */
  constructor(batch: ReceiveBatch, hasLinkHeader: boolean) {
    this.#batch = batch;
    this.#hasLinkHeader = hasLinkHeader;
  }

  get count(): number {
    return this.#batch.count;
  }

  lengthBytes(i: number): number {
    return this.#batch.lengthBytes(i) + (this.#tag(i) === NO_TAG ? 0 : TAG_BYTES);
  }

  /** Frame `i`: a view, but a copy where a VLAN tag has to be put back. */
  data(i: number): Uint8Array<ArrayBuffer> {
    const bytes = this.#batch.data(i);
    const tag = this.#tag(i);
    return tag === NO_TAG ? bytes : putTag(new Uint8Array(bytes.length + TAG_BYTES), bytes, tag);
  }

  from(i: number): PacketAddress {
    return this.#batch.from(i) as PacketAddress;
  }

  truncated(i: number): boolean {
    return this.#batch.truncated(i);
  }

  flags(i: number): number {
    return this.#batch.flags(i);
  }

  control(i: number): Control | undefined {
    return this.#batch.control(i);
  }

  timestampNanos(i: number): bigint | undefined {
    const batch = this.#batch;
    const at = batch.controlAt(i);
    return timeIn(batch.controlMemory, at, at + batch.controlLength(i));
  }

  toMessages(): PacketMessage[] {
    const batch = this.#batch;
    const { count } = batch;
    const meta = batch.copyMeta();
    const lookup = new LookupOnce();
    let room = 0;
    for (let i = 0; i < count; i++) {
      const length = batch.lengthBytes(i);
      if (length <= PACKED_BYTES) room += length + TAG_BYTES;
    }
    const packed = new ArrayBuffer(room);
    let used = 0;
    const frames: PacketMessage[] = new Array(count);
    for (let i = 0; i < count; i++) {
      const bytes = batch.data(i);
      const tag = this.#tag(i);
      const length = bytes.length + (tag === NO_TAG ? 0 : TAG_BYTES);
      const fits = bytes.length <= PACKED_BYTES;
      const data = fits ? new Uint8Array(packed, used, length) : new Uint8Array(length);
      if (fits) used += length;
      if (tag === NO_TAG) data.set(bytes);
      else putTag(data, bytes, tag);
      frames[i] = new Frame(data, batch.flags(i), meta, i, lookup);
    }
    return frames;
  }

  [Symbol.dispose](): void {
    this.#batch.clear();
  }

  #tag(i: number): number {
    const batch = this.#batch;
    if (!this.#hasLinkHeader || batch.lengthBytes(i) < TAG_AT) return NO_TAG;
    const at = batch.controlAt(i);
    return tagIn(batch.controlMemory, at, at + batch.controlLength(i));
  }
}

/** A frame of which sender, timestamp and control data are bytes until somebody looks. */
class Frame implements PacketMessage {
  readonly data: Uint8Array;
  readonly #flags: number;
  readonly #meta: BatchMeta;
  readonly #index: number;
  readonly #lookup: InterfaceLookup;

  constructor(
    data: Uint8Array,
    flags: number,
    meta: BatchMeta,
    index: number,
    lookup: InterfaceLookup,
  ) {
    this.data = data;
    this.#flags = flags;
    this.#meta = meta;
    this.#index = index;
    this.#lookup = lookup;
  }

  get truncated(): boolean {
    return (this.#flags & MSG_TRUNC) !== 0;
  }

  get from(): PacketAddress {
    const { bytes, stride } = this.#meta;
    const at = this.#index * stride;
    const name = at + META_NAME_AT;
    return decodeSockaddr(bytes, u32(bytes, at), this.#lookup, name) as PacketAddress;
  }

  get control(): Control | undefined {
    const [start, end] = this.#controlSpan();
    const cut = (this.#flags & MSG_CTRUNC) !== 0;
    if (start === end && !cut) return undefined;
    return new ReceivedControl(this.#meta.bytes.subarray(start, end), cut);
  }

  get timestampNanos(): bigint | undefined {
    const [start, end] = this.#controlSpan();
    return timeIn(this.#meta.bytes, start, end);
  }

  #controlSpan(): [number, number] {
    const { bytes, stride, controlAt } = this.#meta;
    const at = this.#index * stride;
    return [at + controlAt, at + controlAt + u32(bytes, at + 4)];
  }
}

/** Interface names, each asked for once: a batch's frames mostly came over the same. */
class LookupOnce implements InterfaceLookup {
  #index = 0;
  #name = "";

  toIndex(name: string): number {
    return INTERFACES.toIndex(name);
  }

  toName(index: number): string {
    if (index !== this.#index) {
      this.#name = INTERFACES.toName(index);
      this.#index = index;
    }
    return this.#name;
  }
}

const NO_TAG = -1;

/** The VLAN tag that the kernel took off (PACKET_AUXDATA): tpid in the high half, tci in the low one. */
function tagIn(controls: Uint8Array, start: number, end: number): number {
  const at = find(controls, start, end, SOL_PACKET, PACKET_AUXDATA, AUXDATA.size);
  if (at < 0) return NO_TAG;
  const status = u16(controls, at + AUXDATA.tp_status);
  if ((status & TP_STATUS_VLAN_VALID) === 0) return NO_TAG;
  const tci = u16(controls, at + AUXDATA.tp_vlan_tci);
  const hasTpid = (status & TP_STATUS_VLAN_TPID_VALID) !== 0;
  const tpid = hasTpid ? u16(controls, at + AUXDATA.tp_vlan_tpid) : ETH_P_8021Q;
  return tpid * 0x10000 + tci;
}

function putTag<T extends Uint8Array>(data: T, bytes: Uint8Array, tag: number): T {
  data.set(bytes.subarray(0, TAG_AT));
  data[TAG_AT] = tag / 0x1000000;
  data[TAG_AT + 1] = tag / 0x10000;
  data[TAG_AT + 2] = tag / 0x100;
  data[TAG_AT + 3] = tag;
  data.set(bytes.subarray(TAG_AT), TAG_AT + TAG_BYTES);
  return data;
}

function timeIn(controls: Uint8Array, start: number, end: number): bigint | undefined {
  const at = find(controls, start, end, SOL_SOCKET, SCM_TIMESTAMPNS, TIMESPEC.size);
  if (at < 0) return undefined;
  // By 32-bit halves of seconds (their high half is 0 until 2106), for the price of one bigint.
  const seconds = u32(controls, at);
  const low = (seconds & 0xffff) * NANOS_PER_SECOND + u32(controls, at + 8);
  const high = (seconds >>> 16) * NANOS_PER_SECOND + Math.floor(low / 0x10000);
  NANOS_HALVES[0] = (high % 0x10000) * 0x10000 + low % 0x10000;
  NANOS_HALVES[1] = high / 0x10000;
  return NANOS[0];
}

/** Where the data of a control message of at least so many bytes begins; -1 if there is none. */
function find(
  controls: Uint8Array,
  start: number,
  end: number,
  level: number,
  number: number,
  size: number,
): number {
  for (let at = start; at + CMSGHDR.size <= end;) {
    const length = u16(controls, at + CMSGHDR.cmsg_len);
    if (length < CMSGHDR.size) return -1;
    if (
      u16(controls, at + CMSGHDR.cmsg_level) === level &&
      u16(controls, at + CMSGHDR.cmsg_type) === number &&
      length >= CMSGHDR.size + size && at + length <= end
    ) return at + CMSGHDR.size;
    at += length + 7 & ~7;
  }
  return -1;
}

function u32(bytes: Uint8Array, at: number): number {
  return (bytes[at] | bytes[at + 1] << 8 | bytes[at + 2] << 16 | bytes[at + 3] << 24) >>> 0;
}

/** Control data is never as long as 64 KiB, nor are these numbers. */
function u16(bytes: Uint8Array, at: number): number {
  return bytes[at] | bytes[at + 1] << 8;
}
