/**
 * The memory of one `struct msghdr` (`man 2 sendmsg`), filled anew for each call.
 *
 * @module
 */
import { lengthOf } from "../../core/bytes.ts";
import { STRUCTS } from "../abi/layout.ts";
import { addressOf, allocate } from "../abi/memory.ts";
import { SOCKADDR_STORAGE_BYTES } from "../families/sockaddr.ts";

const { msghdr: MSGHDR, iovec: IOVEC } = STRUCTS;

/** Room for ancillary data unless told otherwise: 253 descriptors and every message an option adds. */
export const DEFAULT_CONTROL_BYTES = 4096;

/** As `slice`, at a third of its cost for the small. */
export function copyOf(memory: Uint8Array, start: number, end: number): Uint8Array<ArrayBuffer> {
  const size = end - start;
  const copy = new Uint8Array(size);
  if (size > 16) copy.set(memory.subarray(start, end));
  else for (let i = 0; i < size; i++) copy[i] = memory[start + i];
  return copy;
}

/** Fields of a msghdr as 32-bit words. */
const NAMELEN = MSGHDR.msg_namelen / 4;
const IOVLEN = MSGHDR.msg_iovlen / 4;
const CONTROLLEN = MSGHDR.msg_controllen / 4;
const FLAGS = MSGHDR.msg_flags / 4;
const IOV_FIRST = 8;

/** The memory of one msghdr. What has a length of 0 is no matter to the kernel, whatever its address. */
export class Scratch {
  readonly name: Uint8Array<ArrayBuffer> = allocate(SOCKADDR_STORAGE_BYTES);
  readonly header: Uint8Array<ArrayBuffer> = allocate(MSGHDR.size);
  readonly #view: DataView<ArrayBuffer> = new DataView(this.header.buffer);
  readonly #words: Uint32Array<ArrayBuffer> = new Uint32Array(this.header.buffer);
  control: Uint8Array<ArrayBuffer> = allocate(DEFAULT_CONTROL_BYTES);
  /** The kernel knows the buffers by address alone: they must not be collected during the call. */
  kept: readonly Uint8Array[] | undefined;
  /** Small receives go here, so that each costs memory by what came, not by what was allowed. */
  readonly payload: Uint8Array<ArrayBuffer> = allocate(65536);
  readonly #payloadAddress: bigint = addressOf(this.payload);
  #iov: Uint8Array<ArrayBuffer> = allocate(IOV_FIRST * IOVEC.size);
  #iovView: DataView<ArrayBuffer> = new DataView(this.#iov.buffer);

  constructor() {
    this.#view.setBigUint64(MSGHDR.msg_name, addressOf(this.name), true);
    this.#pointToControl();
    this.#pointToIov();
  }

  /** Room for a name, or the length of the one that is there; the kernel's after a receive. */
  get nameLength(): number {
    return this.#words[NAMELEN];
  }

  set nameLength(length: number) {
    this.#words[NAMELEN] = length;
  }

  /** The length of the control data that a receive has left. */
  get controlLength(): number {
    return this.#words[CONTROLLEN];
  }

  /** The flags that a receive has left. */
  get flags(): number {
    return this.#words[FLAGS] | 0;
  }

  /** Room to receive into or to send from. */
  setControl(length: number): void {
    if (length > this.control.length) {
      this.control = allocate(length);
      this.#pointToControl();
    }
    // The whole size_t; the upper half is padding in musl.
    this.#words[CONTROLLEN] = length;
    this.#words[CONTROLLEN + 1] = 0;
  }

  setBuffers(buffers: readonly Uint8Array[]): void {
    this.kept = buffers;
    if (buffers.length * IOVEC.size > this.#iov.length) {
      this.#iov = allocate(buffers.length * IOVEC.size);
      this.#iovView = new DataView(this.#iov.buffer);
      this.#pointToIov();
    }
    for (let i = 0; i < buffers.length; i++) {
      const at = i * IOVEC.size;
      this.#iovView.setBigUint64(at + IOVEC.iov_base, addressOf(buffers[i]), true);
      this.#setLength(at, lengthOf(buffers[i]));
    }
    this.#words[IOVLEN] = buffers.length;
  }

  /** Receives into {@linkcode Scratch.payload}. */
  setPayload(size: number): void {
    this.#iovView.setBigUint64(IOVEC.iov_base, this.#payloadAddress, true);
    this.#setLength(0, size);
    this.#words[IOVLEN] = 1;
  }

  /** A buffer may have more than 4 GiB. */
  #setLength(at: number, length: number): void {
    this.#iovView.setUint32(at + IOVEC.iov_len, length, true);
    this.#iovView.setUint32(at + IOVEC.iov_len + 4, length / 0x100000000, true);
  }

  #pointToControl(): void {
    this.#view.setBigUint64(MSGHDR.msg_control, addressOf(this.control), true);
  }

  #pointToIov(): void {
    this.#view.setBigUint64(MSGHDR.msg_iov, addressOf(this.#iov), true);
  }
}
