/**
 * One `struct msghdr` (`man 2 sendmsg`), and the two calls that take it: a message out, a message in,
 * at once or not at all.
 *
 * One with its iovec, name and control memory serves the whole isolate: the calls are synchronous,
 * and what they leave behind is copied out before anything else runs.
 *
 * The room `messages/` is messages one by one (here) and in batches (`mmsg.ts`), as callers ask for
 * them (`message_calls.ts`), with what the kernel says beside them (`cmsg.ts`, `cmsg_encode.ts`).
 * Begin here.
 *
 * @module
 */
import type { Address } from "../../core/address.ts";
import { copyOf, lengthOf } from "../../core/bytes.ts";
import type { Control } from "../../core/control.ts";
import { STRUCTS } from "../abi/layout.ts";
import { addressOf, allocate } from "../abi/memory.ts";
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  MSG_CMSG_CLOEXEC,
  MSG_CTRUNC,
  MSG_EOR,
  MSG_ERRQUEUE,
  MSG_TRUNC,
  MSG_ZEROCOPY,
  SOCK_STREAM,
} from "../abi/socket_constants.ts";
import { isOver, recvMsgOnce, sendMsgOnce } from "../descriptor/byte_calls.ts";
import type { Descriptor } from "../descriptor/descriptor.ts";
import { decodeSockaddr, SOCKADDR_STORAGE_BYTES } from "../families/sockaddr.ts";
import { unnamedUnix } from "../families/unix.ts";
import { type PeerLength, peerText } from "../guard/peer.ts";
import { INTERFACES } from "../resolver/interface_names.ts";
import { ReceivedControl } from "./cmsg.ts";
import { type PreparedControl, writeControl } from "./cmsg_encode.ts";
import { holdBuffers, releaseBuffers } from "./zerocopy.ts";

const { msghdr: MSGHDR, iovec: IOVEC } = STRUCTS;

/** Room for ancillary data unless told otherwise: 253 descriptors and every message an option adds. */
export const DEFAULT_CONTROL_BYTES = 4096;

/** What recvmsg said, the payload being in the caller's buffers. */
export interface ReceivedParts<A = Address> {
  /** How many bytes were received; under MSG_TRUNC the datagram's whole length, which may exceed the room. */
  lengthBytes: number;
  /** The sender; the peer where the protocol has connections. */
  from: A;
  /** The flags that the kernel returned (`msg_flags`): MSG_EOR, MSG_OOB, MSG_ERRQUEUE and so on. */
  flags: number;
  /** True when the payload was longer than the room and its end is lost (MSG_TRUNC). */
  truncated: boolean;
  /** Ancillary data, if there was any or some was lost. Dispose of it to close descriptors you leave. */
  control?: Control;
}

/** A message as recvmsg returned it. */
export interface ReceivedMessage<A = Address> extends ReceivedParts<A> {
  /** The payload; empty for an empty datagram and at the end of a stream. */
  data: Uint8Array<ArrayBuffer>;
}

/** A message, checked and encoded, to be tried as often as it takes. */
export interface PreparedSend {
  readonly buffers: readonly Uint8Array[];
  /** Their length together. */
  readonly lengthBytes: number;
  /** The length of its recipient's address, 0 without one. */
  readonly nameLength: PeerLength;
  /** That address. */
  name: Uint8Array;
  /** What it was encoded from. */
  readonly to: unknown;
  readonly control: PreparedControl | undefined;
  readonly flags: number;
}

/** Fields of a msghdr as 32-bit words. */
const NAMELEN = MSGHDR.msg_namelen / 4;
const IOVLEN = MSGHDR.msg_iovlen / 4;
const CONTROLLEN = MSGHDR.msg_controllen / 4;
const FLAGS = MSGHDR.msg_flags / 4;
const IOV_FIRST = 8;

/** The memory of one msghdr. What has a length of 0 is no matter to the kernel, whatever its address. */
class Scratch {
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

  /** Nothing came, and nobody said so. */
  clear(): void {
    this.#words[NAMELEN] = this.#words[CONTROLLEN] = this.#words[FLAGS] = 0;
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

let scratch: Scratch | undefined;

/** Sends once. Returns how many bytes the kernel took, or `undefined` if it would block. */
export function trySendMsg(core: Descriptor, message: PreparedSend): number | undefined {
  const { buffers, name, nameLength, control, flags } = message;
  scratch ??= new Scratch();
  if (total(buffers) !== message.lengthBytes) {
    throw new TypeError("Cannot send: buffers were transferred away while they waited to be sent");
  }
  scratch.nameLength = nameLength;
  if (nameLength > 0) scratch.name.set(name);
  scratch.setControl(control === undefined ? 0 : control.lengthBytes);
  if (control !== undefined) writeControl(control, scratch.control, 0);
  scratch.setBuffers(buffers);
  try {
    const text = () => peerText(name, 0, nameLength);
    const sent = sendMsgOnce(core, scratch.header, flags, text);
    if ((flags & MSG_ZEROCOPY) !== 0 && sent !== undefined) holdBuffers(core, buffers, sent);
    return sent;
  } finally {
    scratch.kept = undefined;
  }
}

/** The length of all buffers together. */
export function total(buffers: readonly Uint8Array[]): number {
  let bytes = 0;
  for (const buffer of buffers) bytes += lengthOf(buffer);
  return bytes;
}

/** Receives once into several buffers, filled in order. `undefined` if it would block. */
export function receiveInto(
  core: Descriptor,
  buffers: readonly Uint8Array[],
  flags: number,
  controlBytes: number,
): ReceivedParts | undefined {
  scratch ??= new Scratch();
  scratch.setBuffers(buffers);
  const lengthBytes = receive(core, scratch, flags, controlBytes);
  if (lengthBytes === undefined) return undefined;
  const told = scratch.flags;
  const truncated = (told & MSG_TRUNC) !== 0;
  // Before the sender, which may throw: descriptors among it are open from now on.
  const control = controlOf(core, scratch, flags);
  const from = sender(core, scratch.name, 0, scratch.nameLength);
  const parts: ReceivedParts = { lengthBytes, from, flags: told & ~MSG_CMSG_CLOEXEC, truncated };
  if (control !== undefined) parts.control = control;
  return parts;
}

/** Receives one message once into memory of its own. `undefined` if it would block. */
export function receiveMessage(
  core: Descriptor,
  size: number,
  flags: number,
  controlBytes: number,
): ReceivedMessage | undefined {
  scratch ??= new Scratch();
  const { payload } = scratch;
  const own = size > payload.length ? allocate(size) : undefined;
  if (own === undefined) scratch.setPayload(size);
  else scratch.setBuffers([own]);
  const lengthBytes = receive(core, scratch, flags, controlBytes);
  if (lengthBytes === undefined) return undefined;
  const told = scratch.flags;
  const truncated = (told & MSG_TRUNC) !== 0;
  // Before all that may throw: descriptors among it are open from now on.
  const control = controlOf(core, scratch, flags);
  let filled = Math.min(lengthBytes, size);
  // MSG_TRUNC on a TCP stream throws the bytes away instead of writing them (`man 7 tcp`).
  const discards = core.typeNumber === SOCK_STREAM && core.familyNumber !== AF_UNIX;
  if (discards && (flags & MSG_TRUNC) !== 0) filled = 0;
  let data: Uint8Array<ArrayBuffer>;
  if (own !== undefined && filled > size / 2) data = own.subarray(0, filled);
  else data = copyOf(own ?? payload, 0, filled);
  const from = sender(core, scratch.name, 0, scratch.nameLength);
  const message: ReceivedMessage = {
    data,
    lengthBytes,
    from,
    flags: told & ~MSG_CMSG_CLOEXEC,
    truncated,
  };
  if (control !== undefined) message.control = control;
  return message;
}

/** Receives into the buffers that were set; how many bytes the kernel told. */
function receive(
  core: Descriptor,
  scratch: Scratch,
  flags: number,
  controlBytes: number,
): number | undefined {
  scratch.nameLength = SOCKADDR_STORAGE_BYTES;
  scratch.setControl(controlBytes);
  try {
    const count = recvMsgOnce(core, scratch.header, flags | passedFlag(core));
    if (count !== undefined || !isOver(core)) return count;
    scratch.clear();
    return 0;
  } finally {
    scratch.kept = undefined;
  }
}

function controlOf(core: Descriptor, scratch: Scratch, flags: number): Control | undefined {
  const length = scratch.controlLength;
  const lost = (scratch.flags & MSG_CTRUNC) !== 0;
  if (length === 0 && !lost) return undefined;
  const control = takeControl(scratch.control, 0, length, lost);
  if ((flags & MSG_ERRQUEUE) !== 0) releaseBuffers(core, control);
  return control;
}

/** Only unix sockets pass descriptors; a packet socket refuses the flag (packet_recvmsg, EINVAL). */
export function passedFlag(core: Descriptor): number {
  return core.familyNumber === AF_UNIX ? MSG_CMSG_CLOEXEC : 0;
}

/** Control data in shared memory: owns the descriptors in it, and copies the rest. */
export function takeControl(
  memory: Uint8Array,
  at: number,
  length: number,
  truncated: boolean,
): ReceivedControl {
  return new ReceivedControl(memory, truncated, at, Math.min(length, memory.length - at));
}

/** What a message tells by itself, or by its control data being cut. */
const TOLD = MSG_TRUNC | MSG_CTRUNC | MSG_EOR | MSG_CMSG_CLOEXEC;

/** The flags of a message where any is out of the ordinary, else 0. */
export function toldFlags(flags: number): number {
  return (flags & ~TOLD) === 0 ? 0 : flags & ~MSG_CMSG_CLOEXEC;
}

/** Who sent it. A stream names nobody in recvmsg: it is the peer. */
export function sender(core: Descriptor, names: Uint8Array, at: number, length: number): Address {
  if (length > 0) {
    const { row } = core;
    // Nearly all are of the socket's own family.
    const own = (names[at] | names[at + 1] << 8) === row.number && length <= SOCKADDR_STORAGE_BYTES;
    return own && row.decode(names, at, length, INTERFACES) ||
      decodeSockaddr(names, length, INTERFACES, at);
  }
  if (core.familyNumber === AF_UNIX) return unnamedUnix();
  const peer = core.isClosed || core.row.nameless ? undefined : core.remoteName();
  if (peer !== undefined) return decodeSockaddr(peer, peer.length, INTERFACES, 0, core.protocol);
  // Gone meanwhile: as C's programs see it, whose memory stays zero.
  if (core.familyNumber === AF_INET) return { family: "inet", hostname: "0.0.0.0", port: 0 };
  if (core.familyNumber === AF_INET6) return { family: "inet6", hostname: "::", port: 0 };
  return { family: "other", familyNumber: 0, data: new Uint8Array(0) };
}
