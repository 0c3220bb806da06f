/**
 * The endpoint of SCTP sockets, of one association or of many.
 *
 * @module
 */
import type { AddressInput, IpAddress } from "../core/address.ts";
import {
  boolean,
  checkInteger,
  integer,
  list,
  object,
  oneOf,
  optional,
  type Parameter,
} from "../core/arguments.ts";
import { checkBytes } from "../core/bytes.ts";
import type { Message, RecvOptions } from "../core/message.ts";
import { DEFAULT_MESSAGE_BYTES } from "../core/limits.ts";
import type { SocketOption } from "../core/option.ts";
import { WAIT_SHAPE, type WaitOptions } from "../core/wait.ts";
import {
  MSG_EOR,
  MSG_PEEK,
  MSG_TRUNC,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  SOL_SCTP,
} from "../ffi/abi/socket_constants.ts";
import { Descriptor } from "../ffi/descriptor/descriptor.ts";
import { LibcMessage } from "../ffi/endpoints/message.ts";
import { ENDED, type MessageGiven } from "../ffi/endpoints/message_end.ts";
import { Peer } from "../ffi/guard/peer.ts";
import { tryRecvMsg } from "../ffi/messages/message_calls.ts";
import { INTERFACES } from "../ffi/resolver/interface_names.ts";
import { EVENTS, NUMBERS as N, RCVINFO } from "./_constants.ts";
import { Begun, keyOf, receiveInfo } from "./_parts.ts";
import { SCTP_EVENT } from "./options.ts";
import { sendControl, sendInfo } from "./_send_control.ts";
import { decodeNotification, type SctpNotification } from "./notification.ts";
import {
  hasAssociation,
  packed,
  peelOff,
  readAddresses,
  readAssociations,
  readAuthenticated,
  readPath,
  readStatus,
  told,
} from "./_query.ts";
import type { SctpEndpoint, SctpMessage, SctpPath, SctpSendOptions, SctpStatus } from "./types.ts";

/** What is received at a time: a longer message comes in parts, the last of which says so. */
const PART_BYTES = 65536;
/** Room for SCTP_RCVINFO, and more. */
const CONTROL_BYTES = 256;
/** linux/sctp.h */
const MSG_NOTIFICATION = 0x8000;
const UINT32 = integer(0, 0xffffffff);
const STREAM = integer(0, 65534);
const ASSOCIATION = integer(0, 0x7fffffff);

/** States of an association that are its end. */
const ENDS = ["lost", "ended", "refused"];
/** By what the parts of a notification are kept. */
const NOTIFICATION = "notification";
const ADDRESS: Parameter<AddressInput<IpAddress>> = (value, action, name) => {
  if (value !== null && typeof value === "object") return value as AddressInput<IpAddress>;
  throw new TypeError(`Cannot ${action}: ${name} is not an address`);
};
const ADDRESSES = list(ADDRESS);
const LIMITS = object(WAIT_SHAPE);
const SEND = object({
  ...WAIT_SHAPE,
  to: optional(ADDRESS),
  associationId: optional(ASSOCIATION),
  stream: optional(STREAM),
  ppid: optional(UINT32),
  unordered: optional(boolean),
  context: optional(UINT32),
  lifetimeMs: optional(integer(1, 0xffffffff)),
  maxRetransmissions: optional(UINT32),
  priority: optional(UINT32),
  sackImmediately: optional(boolean),
  keyNumber: optional(integer(0, 65535)),
});
const DIRECTION = oneOf("in", "out", "both");
const STREAMS = list(STREAM);
const MORE = object({ in: optional(integer(0, 65535)), out: optional(integer(0, 65535)) });

/** What is known of an SCTP socket when its endpoint is made. */
export interface SctpGiven extends MessageGiven {
  /** Whether it is of one association. Default: whether it is a stream's socket. */
  one?: boolean;
  /** Of the notifications that are heard in any case, those that are told. */
  tells: ReadonlySet<number>;
}

/** An SCTP socket over a descriptor. */
export class LibcSctp extends LibcMessage<IpAddress> implements SctpEndpoint {
  /** Messages that have begun to come. */
  readonly #begun: Begun;
  readonly #one: boolean;
  /** Notifications that someone asked for, by number. */
  readonly #tells: Set<number>;
  /** Whether the end is told by a notification alone: that of an association that was peeled off. */
  readonly #peeled: boolean;
  #isOver = false;

  /** Takes the socket over. */
  constructor(core: Descriptor, given: SctpGiven, begun: Begun = new Begun()) {
    super(core, { ...given, oneByOne: true });
    this.#one = given.one ?? core.typeNumber === SOCK_STREAM;
    this.#tells = new Set(given.tells);
    this.#peeled = given.one === true;
    this.#begun = begun;
  }

  /** Receives at once. A message is handed out whole, however many parts it comes in. */
  protected override tryReceive(
    options: RecvOptions,
  ): Message<IpAddress> | typeof ENDED | undefined {
    const { size = DEFAULT_MESSAGE_BYTES, flags = 0, controlBytes = 0 } = options;
    const peeks = (flags & MSG_PEEK) !== 0;
    // SCTP knows no MSG_TRUNC; SCTP_RCVINFO must have room, which tells whose part it is.
    const request = {
      flags: flags & ~MSG_TRUNC,
      controlBytes: Math.max(controlBytes, CONTROL_BYTES),
    };
    const room = Math.max(size, PART_BYTES);
    for (;;) {
      if (this.#isOver) return ENDED;
      const part = tryRecvMsg(this.core, peeks ? room : PART_BYTES, request);
      if (part === undefined) {
        // That the peer has aborted it is told once (SO_ERROR), to a send perhaps: a receive would then
        // find nothing for ever.
        const gone = this.core.typeNumber === SOCK_STREAM && !hasAssociation(this.core);
        return gone ? ENDED : undefined;
      }
      const notified = (part.flags & MSG_NOTIFICATION) !== 0;
      // SCTP has no empty messages: what is empty is the end.
      if (part.lengthBytes === 0 && !notified && this.#one) return ENDED;
      const last = (part.flags & MSG_EOR) !== 0;
      if (notified && last && this.#isHeardOnly(part.data, peeks)) continue;
      let { data } = part;
      let cut = false;
      if (!last || !this.#begun.isEmpty) {
        const key = notified ? NOTIFICATION : keyOf(part.control);
        if (peeks) {
          data = this.#begun.before(key, data);
          cut = !last;
        } else {
          const whole = this.#begun.joined(key, data, last, room);
          if (whole === undefined) continue;
          ({ data, cut } = whole);
        }
      }
      const truncated = cut || data.length > size;
      if (data.length > size) data = data.subarray(0, size);
      const message: Message<IpAddress> = { data, from: part.from as IpAddress, truncated };
      if (notified) message.flags = part.flags;
      if (part.control !== undefined) message.control = part.control;
      return message;
    }
  }

  /**
   * Whether a notification is one that nobody asked to be told: it is taken. By the loss of a message
   * what had come of it is forgotten, or the next one would be joined to it; the end of a peeled-off
   * association is that of its socket, of which the kernel says nothing else.
   */
  #isHeardOnly(data: Uint8Array, peeks: boolean): boolean {
    const number = data[0] | data[1] << 8;
    const isLoss = number === EVENTS.partialDelivery;
    if (!isLoss && !(this.#peeled && number === EVENTS.association)) return false;
    const told = this.#tells.has(number);
    if (peeks && told) return false;
    const event = decodeNotification(data);
    if (event.type === "partialDelivery") this.#begun.lose(event.associationId, event.stream);
    if (event.type === "association" && ENDS.includes(event.state)) this.#isOver = true;
    if (told) return false;
    if (peeks) tryRecvMsg(this.core, PART_BYTES, {});
    return true;
  }

  override setOption<T>(option: SocketOption<T>, value: T): void {
    const heard = heardEvent(option, value);
    if (heard?.on) this.#tells.add(heard.number);
    else if (heard !== undefined) this.#tells.delete(heard.number);
    const stays = heard?.number === EVENTS.partialDelivery || heard !== undefined && this.#peeled;
    if (!stays) super.setOption(option, value);
  }

  async sendMessage(data: Uint8Array, options: SctpSendOptions = {}): Promise<number> {
    checkBytes(data, "send", "data");
    const checked = SEND(options, "send", "options");
    const { to, signal, timeoutMs } = checked;
    const rest = { signal, timeoutMs, control: sendControl(checked) };
    return await (to === undefined ? this.send(data, rest) : this.sendTo(data, to, rest));
  }

  async recvMessage(options?: RecvOptions): Promise<SctpMessage | SctpNotification> {
    return described(await this.recvFrom(options));
  }

  async *messages(
    options?: RecvOptions,
  ): AsyncGenerator<SctpMessage | SctpNotification, void, void> {
    for await (const batch of this.recvBatches(options)) {
      for (const message of batch.toMessages()) yield described(message);
    }
  }

  status(associationId: number = 0): SctpStatus {
    ASSOCIATION(associationId, "look at an association", "associationId");
    return readStatus(this.core, associationId);
  }

  path(address: IpAddress, associationId: number = 0): SctpPath {
    ASSOCIATION(associationId, "look at a path", "associationId");
    return readPath(this.core, address, associationId);
  }

  peerAddresses(associationId: number = 0): IpAddress[] {
    ASSOCIATION(associationId, "list addresses", "associationId");
    return readAddresses(this.core, "SCTP_GET_PEER_ADDRS", associationId);
  }

  localAddresses(associationId: number = 0): IpAddress[] {
    ASSOCIATION(associationId, "list addresses", "associationId");
    return readAddresses(this.core, "SCTP_GET_LOCAL_ADDRS", associationId);
  }

  authenticatedChunks(associationId: number = 0): { local: number[]; peer: number[] } {
    ASSOCIATION(associationId, "list chunks", "associationId");
    return {
      local: readAuthenticated(this.core, "SCTP_LOCAL_AUTH_CHUNKS", associationId),
      peer: readAuthenticated(this.core, "SCTP_PEER_AUTH_CHUNKS", associationId),
    };
  }

  bindMore(addresses: readonly AddressInput<IpAddress>[]): void {
    changeBound(this.core, "SCTP_SOCKOPT_BINDX_ADD", asked(addresses, "bind"));
  }

  unbind(addresses: readonly AddressInput<IpAddress>[]): void {
    changeBound(this.core, "SCTP_SOCKOPT_BINDX_REM", asked(addresses, "unbind"));
  }

  resetStreams(
    direction: "in" | "out" | "both",
    streams: readonly number[] = [],
    associationId: number = 0,
  ): void {
    const action = "reset streams";
    DIRECTION(direction, action, "direction");
    const numbers = STREAMS(streams, action, "streams");
    checkInteger(associationId, 0, 0x7fffffff, action, "associationId");
    // struct sctp_reset_streams
    const bytes = new Uint8Array(8 + 2 * numbers.length);
    const view = new DataView(bytes.buffer);
    view.setInt32(0, associationId, true);
    view.setUint16(
      4,
      (direction === "out" ? 0 : N.SCTP_STREAM_RESET_INCOMING) |
        (direction === "in" ? 0 : N.SCTP_STREAM_RESET_OUTGOING),
      true,
    );
    view.setUint16(6, numbers.length, true);
    numbers.forEach((stream, i) => view.setUint16(8 + 2 * i, stream, true));
    this.core.setOption(told("SCTP_RESET_STREAMS"), bytes);
  }

  addStreams(more: { in?: number; out?: number }, associationId: number = 0): void {
    const action = "add streams";
    const { in: incoming = 0, out = 0 } = MORE(more, action, "more");
    checkInteger(associationId, 0, 0x7fffffff, action, "associationId");
    // struct sctp_add_streams
    const bytes = new Uint8Array(8);
    const view = new DataView(bytes.buffer);
    view.setInt32(0, associationId, true);
    view.setUint16(4, incoming, true);
    view.setUint16(6, out, true);
    this.core.setOption(told("SCTP_ADD_STREAMS"), bytes);
  }

  async endAssociation(
    associationId: number,
    how: "shutdown" | "abort" = "shutdown",
    options: WaitOptions = {},
  ): Promise<void> {
    const action = "end an association";
    checkInteger(associationId, 0, 0x7fffffff, action, "associationId");
    const flag = oneOf("shutdown", "abort")(how, action, "how") === "abort"
      ? N.SCTP_ABORT
      : N.SCTP_EOF;
    const { signal, timeoutMs } = LIMITS(options, action, "options");
    const control = [sendInfo({ associationId }, flag)];
    await this.send(new Uint8Array(0), { control, signal, timeoutMs });
  }

  peelOff(associationId: number): SctpEndpoint {
    checkInteger(associationId, 1, 0x7fffffff, "peel off an association", "associationId");
    const { core } = this;
    const fd = peelOff(core, associationId, SOCK_NONBLOCK | SOCK_CLOEXEC);
    const peeled = new Descriptor(fd, core.familyNumber, SOCK_SEQPACKET, core.protocol);
    try {
      peeled.setOption(SCTP_EVENT, { event: EVENTS.association, on: 1 });
      // One that has ended before that is refused here (EINVAL).
      readStatus(peeled, associationId);
    } catch (error) {
      peeled.close();
      throw error;
    }
    const given = { connected: true, one: true, tells: this.#tells };
    // The kernel moves what waits of the association; so do we with what has begun.
    return new LibcSctp(peeled, given, this.#begun.taken(associationId));
  }

  associations(): number[] {
    return readAssociations(this.core);
  }
}

/** Binds more addresses or gives some up. */
export function changeBound(
  core: Descriptor,
  option: "SCTP_SOCKOPT_BINDX_ADD" | "SCTP_SOCKOPT_BINDX_REM",
  peers: readonly Peer[],
): void {
  if (peers.length === 0) return;
  core.setOption(told(option), packed(peers.map(({ bytes }) => bytes)), peers);
}

/** Each address is asked for. */
function asked(addresses: readonly AddressInput<IpAddress>[], action: string): Peer[] {
  const each = ADDRESSES(addresses, action, "addresses");
  return each.map((address) => Peer.ask(address as IpAddress, action, INTERFACES));
}

/** What an option says of a notification that endpoints hear whoever asks. */
export function heardEvent<T>(
  option: SocketOption<T>,
  value: T,
): { number: number; on: boolean } | undefined {
  if (option?.level !== SOL_SCTP || option.option !== N.SCTP_EVENT) return undefined;
  const bytes = option.codec.encode(value) as Uint8Array;
  // struct sctp_event: se_type, se_on
  const number = bytes[4] | bytes[5] << 8;
  if (number !== EVENTS.partialDelivery && number !== EVENTS.association) return undefined;
  return { number, on: bytes[6] !== 0 };
}

function described(message: Message<IpAddress>): SctpMessage | SctpNotification {
  const { data, from, truncated, control, flags = 0 } = message;
  if ((flags & MSG_NOTIFICATION) !== 0) return decodeNotification(data);
  const info = receiveInfo(control);
  return {
    ...{ type: "message", data, from, truncated },
    stream: info?.getUint16(RCVINFO.rcv_sid, true) ?? 0,
    streamSequence: info?.getUint16(RCVINFO.rcv_ssn, true) ?? 0,
    ppid: info?.getUint32(RCVINFO.rcv_ppid) ?? 0,
    unordered: ((info?.getUint16(RCVINFO.rcv_flags, true) ?? 0) & N.SCTP_UNORDERED) !== 0,
    tsn: info?.getUint32(RCVINFO.rcv_tsn, true) ?? 0,
    associationId: info?.getInt32(RCVINFO.rcv_assoc_id, true) ?? 0,
  };
}
