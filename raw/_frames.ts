/**
 * Received frames: copied out of a batch with their VLAN tags put back, the rest decoded when looked
 * at.
 *
 * @module
 */
import type { PacketAddress } from "../core/address.ts";
import type { Control } from "../core/control.ts";
import type { Message } from "../core/message.ts";
import { LAYOUTS } from "../ffi/abi/layout.ts";
import {
  PACKET_AUXDATA,
  TP_STATUS_VLAN_TPID_VALID,
  TP_STATUS_VLAN_VALID,
} from "../ffi/abi/packet_constants.ts";
import { MSG_CTRUNC, SCM_TIMESTAMPNS, SOL_PACKET, SOL_SOCKET } from "../ffi/abi/constants.ts";
import { ReceivedControl } from "../ffi/cmsg.ts";
import { INTERFACES } from "../ffi/interface_names.ts";
import type { ReceiveBatch } from "../ffi/receive_batch.ts";
import { decodeSockaddr, type InterfaceLookup } from "../ffi/sockaddr_decode.ts";
import { ETH_P_8021Q } from "../wire/numbers.ts";

/** A received frame. */
export interface PacketMessage extends Message<PacketAddress> {
  /** When the kernel got it, in nanoseconds since the epoch. */
  readonly timestampNanos: bigint | undefined;
}

const { tpacket_auxdata: AUXDATA, cmsghdr: CMSGHDR, timespec: TIMESPEC } =
  LAYOUTS["linux-x86_64-glibc"];
const NANOS_PER_SECOND = 1_000_000_000n;
/** Where a VLAN tag stands in an Ethernet frame: after both addresses. */
const TAG_AT = 12;
const TAG_BYTES = 4;
/** Frames up to this size share memory with others of their batch. */
const PACKED_BYTES = 2048;

/**
 * Takes the frames of a batch out of it.
 *
 * @param batch What was received.
 * @param hasLinkHeader Whether frames begin with an Ethernet header, into which a tag can be put.
 * @returns The frames; they stay.
 */
export function framesOf(batch: ReceiveBatch, hasLinkHeader: boolean): PacketMessage[] {
  const { count } = batch;
  const tags = new Float64Array(count);
  let total = 0;
  for (let i = 0; i < count; i++) {
    const length = batch.lengthBytes(i);
    const controls = batch.controlBytes(i);
    tags[i] = hasLinkHeader && length >= TAG_AT ? tagOf(controls) : NO_TAG;
    total += batch.nameBytes(i).length + controls.length;
    if (length <= PACKED_BYTES) total += length + TAG_BYTES;
  }
  const memory = new Uint8Array(total);
  const lookup = new LookupOnce();
  let used = 0;
  const keep = (bytes: Uint8Array): Uint8Array => {
    memory.set(bytes, used);
    return memory.subarray(used, used += bytes.length);
  };
  const frames: PacketMessage[] = new Array(count);
  for (let i = 0; i < count; i++) {
    const bytes = batch.data(i);
    let data: Uint8Array;
    if (tags[i] === NO_TAG) {
      data = bytes.length <= PACKED_BYTES ? keep(bytes) : bytes.slice();
    } else {
      const length = bytes.length + TAG_BYTES;
      data = bytes.length <= PACKED_BYTES
        ? memory.subarray(used, used += length)
        : new Uint8Array(length);
      putTag(data, bytes, tags[i]);
    }
    frames[i] = new Frame(
      data,
      batch.truncated(i),
      keep(batch.nameBytes(i)),
      keep(batch.controlBytes(i)),
      (batch.flags(i) & MSG_CTRUNC) !== 0,
      lookup,
    );
  }
  return frames;
}

/** A frame of which sender, timestamp and control data are bytes until somebody looks. */
class Frame implements PacketMessage {
  readonly data: Uint8Array;
  readonly truncated: boolean;
  readonly #name: Uint8Array;
  readonly #controlBytes: Uint8Array;
  readonly #controlTruncated: boolean;
  readonly #lookup: InterfaceLookup;
  #from: PacketAddress | undefined;
  #control: Control | undefined;

  constructor(
    data: Uint8Array,
    truncated: boolean,
    name: Uint8Array,
    controlBytes: Uint8Array,
    controlTruncated: boolean,
    lookup: InterfaceLookup,
  ) {
    this.data = data;
    this.truncated = truncated;
    this.#name = name;
    this.#controlBytes = controlBytes;
    this.#controlTruncated = controlTruncated;
    this.#lookup = lookup;
  }

  get from(): PacketAddress {
    return this.#from ??= decodeSockaddr(
      this.#name,
      this.#name.length,
      this.#lookup,
    ) as PacketAddress;
  }

  get control(): Control | undefined {
    if (this.#controlBytes.length === 0 && !this.#controlTruncated) return undefined;
    return this.#control ??= new ReceivedControl(this.#controlBytes, this.#controlTruncated);
  }

  get timestampNanos(): bigint | undefined {
    const at = find(this.#controlBytes, SOL_SOCKET, SCM_TIMESTAMPNS, TIMESPEC.size);
    if (at < 0) return undefined;
    const view = new DataView(this.#controlBytes.buffer, this.#controlBytes.byteOffset + at);
    return view.getBigInt64(0, true) * NANOS_PER_SECOND + view.getBigInt64(8, true);
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
function tagOf(controls: Uint8Array): number {
  const at = find(controls, SOL_PACKET, PACKET_AUXDATA, AUXDATA.size);
  if (at < 0) return NO_TAG;
  const status = controls[at + AUXDATA.tp_status] | controls[at + AUXDATA.tp_status + 1] << 8;
  if ((status & TP_STATUS_VLAN_VALID) === 0) return NO_TAG;
  const tci = u16(controls, at + AUXDATA.tp_vlan_tci);
  const hasTpid = (status & TP_STATUS_VLAN_TPID_VALID) !== 0;
  const tpid = hasTpid ? u16(controls, at + AUXDATA.tp_vlan_tpid) : ETH_P_8021Q;
  return tpid * 0x10000 + tci;
}

function putTag(data: Uint8Array, bytes: Uint8Array, tag: number): void {
  data.set(bytes.subarray(0, TAG_AT));
  data[TAG_AT] = tag / 0x1000000;
  data[TAG_AT + 1] = tag / 0x10000;
  data[TAG_AT + 2] = tag / 0x100;
  data[TAG_AT + 3] = tag;
  data.set(bytes.subarray(TAG_AT), TAG_AT + TAG_BYTES);
}

/** Where the data of a control message of at least so many bytes begins; -1 if there is none. */
function find(controls: Uint8Array, level: number, number: number, size: number): number {
  for (let at = 0; at + CMSGHDR.size <= controls.length;) {
    const length = u16(controls, at + CMSGHDR.cmsg_len);
    if (length < CMSGHDR.size) return -1;
    if (
      u16(controls, at + CMSGHDR.cmsg_level) === level &&
      u16(controls, at + CMSGHDR.cmsg_type) === number &&
      length >= CMSGHDR.size + size && at + length <= controls.length
    ) return at + CMSGHDR.size;
    at += length + 7 & ~7;
  }
  return -1;
}

/** Control data is never as long as 64 KiB, nor are these numbers. */
function u16(bytes: Uint8Array, at: number): number {
  return bytes[at] | bytes[at + 1] << 8;
}
