/**
 * Many messages in one call (`man 2 recvmmsg`, `man 2 sendmmsg`), and what a UDP socket makes of
 * other people's ICMP errors.
 *
 * @module
 */
import { EAGAIN } from "../../core/errno.ts";
import type { Address } from "../../core/address.ts";
import { boolean, checkInteger, checkIterable } from "../../core/arguments.ts";
import {
  DEFAULT_BATCH,
  DEFAULT_MESSAGE_BYTES,
  MAX_BATCH,
  MAX_CONTROL_BYTES,
  MAX_INT,
  MAX_MESSAGE_BYTES,
} from "../../core/limits.ts";
import type { Message, MessageBatch, OutgoingMessage } from "../../core/message.ts";
import type { Wait } from "../../core/wait.ts";
import { AF_UNIX } from "../abi/socket_constants.ts";
import { failure } from "../abi/library.ts";
import { isIcmpError } from "./icmp_errors.ts";
import { DEFAULT_CONTROL_BYTES } from "./msghdr.ts";
import { checkReceived, ReceiveBatch } from "./receive_batch.ts";
import { SendBatch } from "./send_batch.ts";
import type { Descriptor } from "../descriptor/descriptor.ts";

/** How to receive many. */
export interface RecvManyRequest {
  /** Room for each payload in bytes, 1 to 16 MiB. Default: 65536, enough for any UDP datagram. */
  size?: number;
  /** MSG_* flags, or-ed. Default 0. */
  flags?: number;
  /** Room for each message's ancillary data in bytes, 0 to 65536. Default: 512, for unix sockets 4096. */
  controlBytes?: number;
  /**
   * Whether errors that ICMP messages caused are the caller's business, as they are where the socket
   * has one peer. Else they are passed over: any host may cause them. Default: true.
   */
  connected?: boolean;
}

/** How to receive batches. */
export interface RecvBatchesRequest extends RecvManyRequest {
  /** The most messages a batch, 1 to 1024. Default: 64. */
  max?: number;
}

/** Room for every message that an IP socket's options add. */
const INET_CONTROL_BYTES = 512;
/** What one batch's payload may take; there is always one slot. */
const MAX_BATCH_BYTES = 8 * 1024 * 1024;
/** Batches kept for the sizes in use, and send batches kept for the next call. */
const MAX_KEPT = 4;
/** Pending ICMP errors that one receive passes over. */
const MAX_PASSED_OVER = 256;

interface Room {
  readonly size: number;
  readonly flags: number;
  readonly controlBytes: number;
  readonly connected: boolean;
}

function checkRequest(core: Descriptor, request: RecvManyRequest): Room {
  const {
    size = DEFAULT_MESSAGE_BYTES,
    flags = 0,
    controlBytes = core.familyNumber === AF_UNIX ? DEFAULT_CONTROL_BYTES : INET_CONTROL_BYTES,
    connected = true,
  } = request;
  checkInteger(size, 1, MAX_MESSAGE_BYTES, "receive", "size");
  checkInteger(flags, 0, MAX_INT, "receive", "flags");
  checkInteger(controlBytes, 0, MAX_CONTROL_BYTES, "receive", "controlBytes");
  boolean(connected, "receive", "connected");
  return { size, flags, controlBytes, connected };
}

function slotsFor(max: number, size: number): number {
  return Math.max(1, Math.min(max, Math.floor(MAX_BATCH_BYTES / size)));
}

/** Batches by what their slots hold: receives are synchronous, so all sockets share them. */
const shared = new Map<string, ReceiveBatch>();

function sharedBatch(max: number, room: Room): ReceiveBatch {
  const key = `${room.size}/${room.controlBytes}`;
  const slots = slotsFor(max, room.size);
  let batch = shared.get(key);
  if (batch === undefined || batch.slots < slots) {
    if (batch === undefined && shared.size === MAX_KEPT) {
      shared.delete(shared.keys().next().value!);
    }
    batch = new ReceiveBatch(slots, room.size, room.controlBytes);
    shared.set(key, batch);
  }
  return batch;
}

/** Fills a batch. Returns how many messages came, or `undefined` if it would block. */
function fill(
  core: Descriptor,
  batch: ReceiveBatch,
  max: number,
  room: Room,
): number | undefined {
  for (let passedOver = 0;;) {
    const result = batch.receive(core, max, room.flags);
    if (result >= 0) return result;
    if (result === -EAGAIN) return undefined;
    const ignored = !room.connected && isIcmpError(-result) && passedOver++ < MAX_PASSED_OVER;
    if (!ignored) checkReceived(result);
  }
}

/**
 * Receives what is there, without waiting.
 *
 * @param core The socket.
 * @param max The most messages to take, 1 to 1024.
 * @param request Room, flags, and whose errors count.
 * @returns The messages, or `undefined` if there is none. Payloads of up to 2048 bytes share one
 * buffer per call: copy one before transferring it.
 */
export function tryRecvMany(
  core: Descriptor,
  max: number = DEFAULT_BATCH,
  request: RecvManyRequest = {},
): Message<Address>[] | undefined {
  checkInteger(max, 1, MAX_BATCH, "receive", "max");
  const room = checkRequest(core, request);
  const batch = sharedBatch(max, room);
  if (fill(core, batch, max, room) === undefined) return undefined;
  return batch.toMessages();
}

/**
 * Receives what is there, at least one message.
 *
 * @param core The socket.
 * @param max The most messages to take, 1 to 1024.
 * @param request Room, flags, and whose errors count.
 * @param wait Signal and deadline.
 * @returns The messages.
 */
export function recvMany(
  core: Descriptor,
  max: number = DEFAULT_BATCH,
  request: RecvManyRequest = {},
  wait?: Wait,
): Message<Address>[] | Promise<Message<Address>[]> {
  return core.attempt("readable", "recvmmsg", () => tryRecvMany(core, max, request), wait);
}

/**
 * Receives batch after batch into the same memory, at the rate of C: no object and no copy per
 * message. What a batch shows is overwritten by the next.
 *
 * @param core The socket.
 * @param request Room, flags, and whose errors count.
 * @param wait Signal and deadline.
 * @returns The batch, filled anew for each turn of the loop.
 */
export async function* recvBatches(
  core: Descriptor,
  request: RecvBatchesRequest = {},
  wait?: Wait,
): AsyncGenerator<MessageBatch<Address>, void, void> {
  const { max = DEFAULT_BATCH } = request;
  checkInteger(max, 1, MAX_BATCH, "receive", "max");
  const room = checkRequest(core, request);
  using batch = new ReceiveBatch(slotsFor(max, room.size), room.size, room.controlBytes);
  const filled = () => fill(core, batch, max, room);
  for (;;) {
    const count = core.attempt("readable", "recvmmsg", filled, wait);
    if (typeof count !== "number") await count;
    yield batch;
  }
}

/** Memory to send from, for the calls to come. A call keeps its own while it waits. */
const idle: SendBatch[] = [];

/**
 * Sends many messages, 128 a call.
 *
 * An error that an ICMP message to an earlier datagram left on the socket is not about the message
 * that met it: that one is sent again. Only if it is the very first and the socket has one peer is
 * the error told, with nothing sent.
 *
 * @param core The socket.
 * @param messages The messages; taken as room allows.
 * @param wait Signal and deadline.
 * @param connected Whether the socket has one peer, whose errors count. Default: true.
 * @returns How many went before the first that failed: all of them, unless one did.
 * @throws {TypeError} If a message is malformed. Those before it that fill a call have gone.
 * @throws {SocketError} If the first one failed.
 */
export async function sendMany(
  core: Descriptor,
  messages: Iterable<OutgoingMessage<Address>>,
  wait?: Wait,
  connected: boolean = true,
): Promise<number> {
  checkIterable(messages, "send", "messages");
  core.checkOpen("sendmmsg");
  const batch = idle.pop() ?? new SendBatch();
  // A generator runs the caller's code between two messages, and may fill one buffer again and again.
  const settled = Array.isArray(messages);
  let sent = 0;
  try {
    for (const message of messages) {
      batch.add(core, message, sent + batch.count, settled);
      if (!batch.full) continue;
      const going = flush(core, batch, wait, connected, sent);
      const went = typeof going === "number" ? going : await going;
      sent += went;
      if (went < batch.count) return sent;
      batch.clear();
    }
    if (batch.count > 0) {
      sent += await flush(core, batch, wait, connected, sent);
    }
    return sent;
  } finally {
    batch.clear();
    if (idle.length < MAX_KEPT) idle.push(batch);
  }
}

/**
 * Sends what is in the batch; how many went. Throws only if nothing went, here or before.
 */
function flush(
  core: Descriptor,
  batch: SendBatch,
  wait: Wait | undefined,
  connected: boolean,
  before: number,
): number | Promise<number> {
  let done = 0;
  let again = false;
  // As much as the kernel takes now; then how many went in all.
  return core.attempt(
    "writable",
    "sendmmsg",
    () => {
      for (;;) {
        const result = batch.send(core, done);
        if (result > 0) {
          done += result;
          if (done === batch.count) return done;
          again = false;
        } else if (result === -EAGAIN) {
          return undefined;
        } else if (isIcmpError(-result) && !again && (!connected || before + done > 0)) {
          again = true; // the error is cleared now; a second one is about this message
        } else if (before + done > 0) {
          return done;
        } else {
          throw failure("sendmmsg", -result, batch.textOf(done));
        }
      }
    },
    wait,
    () => batch.confirm(core, done),
  );
}
