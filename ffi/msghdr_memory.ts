/**
 * The memory of one `struct msghdr` (`man 2 sendmsg`), filled anew for each call.
 *
 * @module
 */
import { LAYOUTS } from "./abi/layout.ts";
import { addressOf, allocate } from "./memory.ts";
import { SOCKADDR_STORAGE_BYTES } from "./sockaddr_decode.ts";

const { msghdr: MSGHDR, iovec: IOVEC } = LAYOUTS["linux-x86_64-glibc"];

/** Room for ancillary data unless told otherwise: 253 descriptors and every message an option adds. */
export const DEFAULT_CONTROL_BYTES = 4096;

const TYPED_LENGTH = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  "length",
)!.get!;

/** The true length of a view, whatever a subclass makes of `length`: the kernel is told it beside an address. */
export function lengthOf(bytes: Uint8Array): number {
  return TYPED_LENGTH.call(bytes);
}

/** As `slice`, at a third of its cost for the small. */
export function copyOf(memory: Uint8Array, start: number, end: number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(end - start);
  copy.set(memory.subarray(start, end));
  return copy;
}

/** The memory of one msghdr. */
export class Scratch {
  readonly name: Uint8Array<ArrayBuffer> = allocate(SOCKADDR_STORAGE_BYTES);
  readonly header: Uint8Array<ArrayBuffer> = allocate(MSGHDR.size);
  readonly view: DataView<ArrayBuffer> = new DataView(this.header.buffer);
  readonly nameAddress: bigint = addressOf(this.name);
  control: Uint8Array<ArrayBuffer> = allocate(DEFAULT_CONTROL_BYTES);
  /** The kernel knows the buffers by address alone: they must not be collected during the call. */
  kept: readonly Uint8Array[] | undefined;
  /** Small receives go here, so that each costs memory by what came, not by what was allowed. */
  readonly payload: Uint8Array<ArrayBuffer> = allocate(65536);
  readonly #payloadAddress: bigint = addressOf(this.payload);
  #controlAddress: bigint = addressOf(this.control);
  #iov: Uint8Array<ArrayBuffer> = allocate(8 * IOVEC.size);
  #iovView: DataView<ArrayBuffer> = new DataView(this.#iov.buffer);

  constructor() {
    this.#pointToIov();
  }

  setName(length: number): void {
    this.view.setBigUint64(MSGHDR.msg_name, length === 0 ? 0n : this.nameAddress, true);
    this.view.setUint32(MSGHDR.msg_namelen, length, true);
  }

  /** Room to receive into, or `bytes` to send. */
  setControl(length: number, bytes?: Uint8Array): void {
    if (length > this.control.length) {
      this.control = allocate(length);
      this.#controlAddress = addressOf(this.control);
    }
    if (bytes !== undefined) this.control.set(bytes);
    this.view.setBigUint64(MSGHDR.msg_control, length === 0 ? 0n : this.#controlAddress, true);
    // The whole size_t; the upper half is padding in musl.
    this.view.setUint32(MSGHDR.msg_controllen, length, true);
    this.view.setUint32(MSGHDR.msg_controllen + 4, 0, true);
    this.view.setInt32(MSGHDR.msg_flags, 0, true);
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
    this.view.setUint32(MSGHDR.msg_iovlen, buffers.length, true);
  }

  /** Receives into {@linkcode Scratch.payload}. */
  setPayload(size: number): void {
    this.#iovView.setBigUint64(IOVEC.iov_base, this.#payloadAddress, true);
    this.#setLength(0, size);
    this.view.setUint32(MSGHDR.msg_iovlen, 1, true);
  }

  /** A buffer may have more than 4 GiB. */
  #setLength(at: number, length: number): void {
    this.#iovView.setUint32(at + IOVEC.iov_len, length, true);
    this.#iovView.setUint32(at + IOVEC.iov_len + 4, length / 0x100000000, true);
  }

  #pointToIov(): void {
    this.view.setBigUint64(MSGHDR.msg_iov, addressOf(this.#iov), true);
  }
}
