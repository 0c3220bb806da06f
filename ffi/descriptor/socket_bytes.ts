/**
 * What `Socket` does with bytes: send, sendto, recv and recvfrom.
 *
 * @module
 */
import type { Address, AddressInput } from "../../core/address.ts";
import { checkInteger } from "../../core/arguments.ts";
import { checkBytes, copyOf, lengthOf, partOf } from "../../core/bytes.ts";
import { DEFAULT_MESSAGE_BYTES, MAX_INT } from "../../core/limits.ts";
import type { Wait } from "../../core/wait.ts";
import {
  MSG_DONTWAIT,
  MSG_PEEK,
  MSG_TRUNC,
  MSG_WAITALL,
  SOCK_STREAM,
} from "../abi/socket_constants.ts";
import {
  confirmPeer,
  encodePeerInto,
  type Peer,
  type PeerLength,
  peerText,
} from "../guard/peer.ts";
import { allocate } from "../abi/memory.ts";
import { checkFlags, checkMayWait } from "../messages/message_calls.ts";
import { sender } from "../messages/msghdr.ts";
import { SOCKADDR_STORAGE_BYTES } from "../families/sockaddr.ts";
import { recvFromOnce, recvLearning, recvOnce, sendOnce, sendToOnce } from "./byte_calls.ts";
import { type Descriptor, nameRoom } from "./descriptor.ts";
import { lookUp, type NamedAddress } from "./named_peer.ts";
import { exact, same } from "./socket_arguments.ts";

/**
 * Receives that allocate go here first, so that each costs memory by what came. The calls are
 * synchronous: what they leave is copied out before anything else runs.
 */
const ROOM = allocate(DEFAULT_MESSAGE_BYTES);
/** The address of a send, likewise. */
const DESTINATION = allocate(SOCKADDR_STORAGE_BYTES);
const NOTHING = new Uint8Array(0);

/** The flags of a call. */
interface Flagged {
  flags?: number;
}

type Bytes = Uint8Array<ArrayBuffer>;
type Soon<T> = T | Promise<T>;

/** A send of what there is room for. */
export function send(
  core: Descriptor,
  data: Uint8Array,
  options: Flagged | undefined,
  wait: Wait | undefined,
): Soon<number> {
  checkBytes(data, "send", "data");
  return sendSome(core, data, checkFlags(options?.flags, "send"), wait);
}

/** A send of all. */
export function sendAll(
  core: Descriptor,
  data: Uint8Array,
  options: Flagged | undefined,
  wait: Wait | undefined,
): Soon<void> {
  checkBytes(data, "send", "data");
  const flags = checkFlags(options?.flags, "send");
  core.checkOpen("send");
  const size = lengthOf(data);
  if (size === 0) return;
  const sent = sendSome(core, data, flags, wait);
  if (sent !== size) return sendRest(core, data, size, sent, flags, wait);
}

/** A send without waiting: `undefined` if there is no room. */
export function trySend(
  core: Descriptor,
  data: Uint8Array,
  options: Flagged | undefined,
): number | undefined {
  checkBytes(data, "send", "data");
  return sendOnce(core, data, lengthOf(data), checkFlags(options?.flags, "send"));
}

/** A message to an address. */
export function sendTo(
  core: Descriptor,
  data: Uint8Array,
  to: AddressInput<Address> | Peer,
  options: Flagged | undefined,
  wait: Wait | undefined,
): Soon<number> {
  const { flags, length } = destined(core, data, to, options);
  const size = lengthOf(data);
  let name: Bytes = DESTINATION;
  const sent = core.attempt(
    "writable",
    "sendto",
    () => {
      const text = () => peerText(name, 0, length);
      const count = sendToOnce(core, data, size, flags, name, length, text);
      if (count === undefined) checkMayWait(flags, "sendto");
      return count;
    },
    wait,
    () => confirmPeer(name, 0, length, to),
  );
  // One that has to wait leaves the room to others.
  if (typeof sent !== "number") name = copyOf(DESTINATION, 0, length);
  return sent;
}

/** A message to who is named: looked up first. */
export async function sendToName(
  core: Descriptor,
  data: Uint8Array,
  to: NamedAddress,
  options: Flagged | undefined,
  wait: Wait | undefined,
): Promise<number> {
  checkBytes(data, "send", "data");
  checkFlags(options?.flags, "send");
  core.checkOpen("sendto");
  return await sendTo(core, data, await lookUp(core, to, "send", wait), options, wait);
}

/** A message to an address without waiting: `undefined` if there is no room. */
export function trySendTo(
  core: Descriptor,
  data: Uint8Array,
  to: AddressInput<Address> | Peer,
  options: Flagged | undefined,
): number | undefined {
  const { flags, length } = destined(core, data, to, options);
  const text = () => peerText(DESTINATION, 0, length);
  return sendToOnce(core, data, lengthOf(data), flags, DESTINATION, length, text);
}

/** Checks a message, and leaves its address in {@linkcode DESTINATION}. */
function destined(
  core: Descriptor,
  data: Uint8Array,
  to: AddressInput<Address> | Peer,
  options: Flagged | undefined,
): { flags: number; length: PeerLength } {
  checkBytes(data, "send", "data");
  const flags = checkFlags(options?.flags, "send");
  core.checkOpen("sendto");
  return { flags, length: encodePeerInto(DESTINATION, 0, to) };
}

/** A receive into memory of its own. */
export function recv(
  core: Descriptor,
  size: number,
  options: Flagged | undefined,
  wait: Wait | undefined,
): Soon<Bytes> {
  checkInteger(size, 0, MAX_INT, "receive", "size");
  const flags = checkFlags(options?.flags, "receive");
  if (size === 0 || fills(core, flags)) {
    const own = new Uint8Array(size);
    const got = into(core, own, flags, wait);
    return typeof got === "number" ? exact(own, got) : got.then((count) => exact(own, count));
  }
  return core.attempt("readable", "recv", () => {
    if (isDrained(core, flags)) return undefined;
    const data = recvNow(core, size, flags);
    if (data === undefined) checkMayWait(flags, "recv");
    return data;
  }, wait);
}

/** A receive without waiting: `undefined` if nothing is there. */
export function tryRecv(
  core: Descriptor,
  size: number,
  options: Flagged | undefined,
): Bytes | undefined {
  checkInteger(size, 0, MAX_INT, "receive", "size");
  return recvNow(core, size, checkFlags(options?.flags, "receive"));
}

/** A receive into the caller's memory. */
export function recvInto(
  core: Descriptor,
  buffer: Uint8Array,
  options: Flagged | undefined,
  wait: Wait | undefined,
): Soon<number> {
  checkBytes(buffer, "receive", "buffer");
  return into(core, buffer, checkFlags(options?.flags, "receive"), wait);
}

/** A receive with the sender's address. */
export function recvFrom(
  core: Descriptor,
  size: number,
  options: Flagged | undefined,
  wait: Wait | undefined,
): Soon<[Bytes, Address]> {
  checkInteger(size, 0, MAX_INT, "receive", "size");
  const flags = checkFlags(options?.flags, "receive");
  return core.attempt("readable", "recvfrom", () => {
    const received = recvFromNow(core, size, flags);
    if (received === undefined) checkMayWait(flags, "recvfrom");
    return received;
  }, wait);
}

/** A receive with the sender's address without waiting: `undefined` if nothing is there. */
export function tryRecvFrom(
  core: Descriptor,
  size: number,
  options: Flagged | undefined,
): [Bytes, Address] | undefined {
  checkInteger(size, 0, MAX_INT, "receive", "size");
  return recvFromNow(core, size, checkFlags(options?.flags, "receive"));
}

function sendSome(
  core: Descriptor,
  data: Uint8Array,
  flags: number,
  wait: Wait | undefined,
): Soon<number> {
  const size = lengthOf(data);
  return core.attempt("writable", "send", () => {
    const sent = sendOnce(core, data, size, flags);
    if (sent === undefined) checkMayWait(flags, "send");
    return sent;
  }, wait);
}

/** Sends what a first send has left. */
async function sendRest(
  core: Descriptor,
  data: Uint8Array,
  size: number,
  first: Soon<number>,
  flags: number,
  wait: Wait | undefined,
): Promise<void> {
  for (let sent = await first; sent < size;) {
    sent += await sendSome(core, partOf(same(data, size, "send"), sent), flags, wait);
  }
}

function into(
  core: Descriptor,
  buffer: Uint8Array,
  flags: number,
  wait: Wait | undefined,
): Soon<number> {
  // recv(2) waits for bytes even then, to give none. Of datagrams it takes one.
  if (lengthOf(buffer) === 0 && core.typeNumber === SOCK_STREAM) {
    core.checkOpen("recv");
    return 0;
  }
  const got = receive(core, buffer, flags, wait);
  return fills(core, flags) ? receiveRest(core, buffer, got, flags, wait) : got;
}

/** Whether a receive goes on until its room is full: on a non-blocking socket the kernel does not. */
function fills(core: Descriptor, flags: number): boolean {
  return (flags & (MSG_WAITALL | MSG_PEEK | MSG_DONTWAIT)) === MSG_WAITALL &&
    core.typeNumber === SOCK_STREAM;
}

/** Whether an earlier receive has emptied the socket and the poller has heard of nothing since. */
function isDrained(core: Descriptor, flags: number): boolean {
  return flags === 0 && !core.readable;
}

/** Only of a plain receive it is known what it leaves. */
function recvFlagged(
  core: Descriptor,
  memory: Uint8Array,
  size: number,
  flags: number,
): number | undefined {
  return flags === 0 ? recvLearning(core, memory, size) : recvOnce(core, memory, size, flags);
}

function receive(
  core: Descriptor,
  buffer: Uint8Array,
  flags: number,
  wait: Wait | undefined,
): Soon<number> {
  const size = lengthOf(buffer);
  return core.attempt("readable", "recv", () => {
    if (isDrained(core, flags)) return undefined;
    const count = recvFlagged(core, buffer, size, flags);
    if (count === undefined) checkMayWait(flags, "recv");
    return count;
  }, wait);
}

/** Fills the rest of `buffer`, up to the end of the stream or of the wait. */
async function receiveRest(
  core: Descriptor,
  buffer: Uint8Array,
  first: Soon<number>,
  flags: number,
  wait: Wait | undefined,
): Promise<number> {
  const size = lengthOf(buffer);
  let got = await first;
  try {
    for (let count = got; got < size && count > 0; got += count) {
      count = await receive(core, partOf(same(buffer, size, "receive"), got), flags, wait);
    }
  } catch (error) {
    // The time is over or the signal was aborted: what came is not lost.
    if (!wait?.endedBy(error)) throw error;
  }
  return got;
}

function recvNow(core: Descriptor, size: number, flags: number): Bytes | undefined {
  const room = roomFor(core, size, flags);
  const count = recvFlagged(core, room, size, flags);
  return count === undefined ? undefined : taken(core, room, Math.min(count, size));
}

function recvFromNow(
  core: Descriptor,
  size: number,
  flags: number,
): [Bytes, Address] | undefined {
  const room = roomFor(core, size, flags);
  const received = recvFromOnce(core, room, size, flags);
  if (received === undefined) return undefined;
  const data = taken(core, room, Math.min(received.count, size));
  return [data, sender(core, nameRoom().name, 0, received.nameLength)];
}

/** Memory for a receive. MSG_TRUNC has a stream's bytes thrown away: what is in the room then is not theirs. */
function roomFor(core: Descriptor, size: number, flags: number): Bytes {
  if (size === 0) return NOTHING;
  const own = size > ROOM.length || (flags & MSG_TRUNC) !== 0 || core.filledRoom;
  return own ? new Uint8Array(size) : ROOM;
}

/** What a receive has put there, as memory of the caller's. */
function taken(core: Descriptor, room: Bytes, count: number): Bytes {
  core.filledRoom = count > ROOM.length / 2;
  return room === ROOM ? copyOf(ROOM, 0, count) : exact(room, count);
}
