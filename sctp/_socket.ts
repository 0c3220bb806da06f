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
} from "../core/arguments.ts";
import { checkBytes } from "../core/bytes.ts";
import type { Control, OutgoingControlMessage } from "../core/control.ts";
import type { Message, RecvOptions } from "../core/message.ts";
import { DEFAULT_MESSAGE_BYTES } from "../core/limits.ts";
import { WAIT_SHAPE } from "../core/wait.ts";
import {
  MSG_EOR,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SCTP,
} from "../ffi/abi/socket_constants.ts";
import { Descriptor } from "../ffi/descriptor/descriptor.ts";
import { ENDED, LibcMessage, type MessageGiven } from "../ffi/endpoints/message.ts";
import { Peer } from "../ffi/guard/peer.ts";
import { tryRecvMsg } from "../ffi/messages/msghdr.ts";
import { INTERFACES } from "../ffi/resolver/interface_names.ts";
import { NUMBERS as N, PRINFO, RCVINFO, SNDINFO } from "./_constants.ts";
import { decodeNotification, type SctpNotification } from "./notification.ts";
import {
  packed,
  peelOff,
  readAddresses,
  readAssociations,
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

const SEND = object({
  ...WAIT_SHAPE,
  to: optional((value, action, name): AddressInput<IpAddress> => {
    if (value !== null && typeof value === "object") return value as AddressInput<IpAddress>;
    throw new TypeError(`Cannot ${action}: ${name} is not an address`);
  }),
  associationId: optional(ASSOCIATION),
  stream: optional(STREAM),
  ppid: optional(UINT32),
  unordered: optional(boolean),
  context: optional(UINT32),
  lifetimeMs: optional(integer(1, 0xffffffff)),
  maxRetransmissions: optional(UINT32),
  priority: optional(UINT32),
  sackImmediately: optional(boolean),
});
const DIRECTION = oneOf("in", "out", "both");
const STREAMS = list(STREAM);
const MORE = object({ in: optional(integer(0, 65535)), out: optional(integer(0, 65535)) });

/** A message of which a part has come. */
interface Begun {
  parts: Uint8Array[];
  length: number;
}

/** An SCTP socket over a descriptor. */
export class LibcSctp extends LibcMessage<IpAddress> implements SctpEndpoint {
  /** Messages that have begun to come, by association, stream and order. */
  readonly #begun = new Map<string, Begun>();
  readonly #one: boolean;

  /** Takes the socket over. */
  constructor(core: Descriptor, given: MessageGiven = {}) {
    super(core, { ...given, oneByOne: true });
    this.#one = core.typeNumber === SOCK_STREAM;
  }

  /** Receives at once. A message is handed out whole, however many parts it comes in. */
  protected override tryReceive(
    options: RecvOptions,
  ): Message<IpAddress> | typeof ENDED | undefined {
    const { size = DEFAULT_MESSAGE_BYTES, flags, controlBytes = CONTROL_BYTES } = options;
    for (;;) {
      const part = tryRecvMsg(this.core, PART_BYTES, { flags, controlBytes });
      if (part === undefined) return undefined;
      const notified = (part.flags & MSG_NOTIFICATION) !== 0;
      // SCTP has no empty messages: what is empty is the end.
      if (part.lengthBytes === 0 && !notified && this.#one) return ENDED;
      const key = notified ? "notification" : keyOf(part.control);
      const whole = this.#joined(key, part.data, (part.flags & MSG_EOR) !== 0);
      if (whole === undefined) continue;
      const truncated = whole.length > size;
      const data = truncated ? whole.subarray(0, size) : whole;
      const message: Message<IpAddress> = { data, from: part.from as IpAddress, truncated };
      if (notified) message.flags = part.flags;
      if (part.control !== undefined) message.control = part.control;
      return message;
    }
  }

  #joined(key: string, part: Uint8Array, last: boolean): Uint8Array | undefined {
    const begun = this.#begun.get(key);
    if (begun === undefined && last) return part;
    const { parts, length } = begun ?? { parts: [], length: 0 };
    parts.push(part);
    if (!last) {
      this.#begun.set(key, { parts, length: length + part.length });
      return undefined;
    }
    this.#begun.delete(key);
    return packed(parts);
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

  bindMore(addresses: readonly AddressInput<IpAddress>[]): void {
    changeBound(this.core, "SCTP_SOCKOPT_BINDX_ADD", addresses);
  }

  unbind(addresses: readonly AddressInput<IpAddress>[]): void {
    changeBound(this.core, "SCTP_SOCKOPT_BINDX_REM", addresses);
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
  ): Promise<void> {
    const action = "end an association";
    checkInteger(associationId, 0, 0x7fffffff, action, "associationId");
    const flag = oneOf("shutdown", "abort")(how, action, "how") === "abort"
      ? N.SCTP_ABORT
      : N.SCTP_EOF;
    await this.send(new Uint8Array(0), { control: [sendInfo({ associationId }, flag)] });
  }

  peelOff(associationId: number): SctpEndpoint {
    checkInteger(associationId, 1, 0x7fffffff, "peel off an association", "associationId");
    const { core } = this;
    const fd = peelOff(core, associationId, SOCK_NONBLOCK | SOCK_CLOEXEC);
    const peeled = new Descriptor(fd, core.familyNumber, SOCK_STREAM, core.protocol);
    return new LibcSctp(peeled, { connected: true });
  }

  associations(): number[] {
    return readAssociations(this.core);
  }
}

/** Binds more addresses or gives some up: each is asked for. */
export function changeBound(
  core: Descriptor,
  option: "SCTP_SOCKOPT_BINDX_ADD" | "SCTP_SOCKOPT_BINDX_REM",
  addresses: readonly AddressInput<IpAddress>[],
): void {
  const peers = addresses.map((address) => Peer.ask(address as IpAddress, "bind", INTERFACES));
  if (peers.length === 0) return;
  core.setOption(told(option), packed(peers.map(({ bytes }) => bytes)), peers);
}

type SendInfo = {
  readonly stream?: number;
  readonly ppid?: number;
  readonly context?: number;
  readonly associationId?: number;
};

/** SCTP_SNDINFO. */
function sendInfo(info: SendInfo, flags: number): OutgoingControlMessage {
  const data = new Uint8Array(SNDINFO.size);
  const view = new DataView(data.buffer);
  view.setUint16(SNDINFO.snd_sid, info.stream ?? 0, true);
  view.setUint16(SNDINFO.snd_flags, flags, true);
  view.setUint32(SNDINFO.snd_ppid, info.ppid ?? 0);
  view.setUint32(SNDINFO.snd_context, info.context ?? 0, true);
  view.setInt32(SNDINFO.snd_assoc_id, info.associationId ?? 0, true);
  return { type: "raw", level: SOL_SCTP, number: N.SCTP_SNDINFO, data };
}

function sendControl(
  options: SendInfo & {
    readonly unordered?: boolean;
    readonly sackImmediately?: boolean;
    readonly lifetimeMs?: number;
    readonly maxRetransmissions?: number;
    readonly priority?: number;
  },
): OutgoingControlMessage[] {
  const { unordered, sackImmediately, lifetimeMs, maxRetransmissions, priority } = options;
  const flags = (unordered ? N.SCTP_UNORDERED : 0) |
    (sackImmediately ? N.SCTP_SACK_IMMEDIATELY : 0);
  const control = [sendInfo(options, flags)];
  const policies = ([
    [N.SCTP_PR_SCTP_TTL, lifetimeMs],
    [N.SCTP_PR_SCTP_RTX, maxRetransmissions],
    [N.SCTP_PR_SCTP_PRIO, priority],
  ] as const).filter(([, value]) => value !== undefined);
  if (policies.length > 1) {
    throw new TypeError(
      "Cannot send: of lifetimeMs, maxRetransmissions and priority only one can be given",
    );
  }
  if (policies.length === 1) {
    const [[policy, value]] = policies;
    const data = new Uint8Array(PRINFO.size);
    const view = new DataView(data.buffer);
    view.setUint16(PRINFO.pr_policy, policy, true);
    view.setUint32(PRINFO.pr_value, value!, true);
    control.push({ type: "raw", level: SOL_SCTP, number: N.SCTP_PRINFO, data });
  }
  return control;
}

/** SCTP_RCVINFO among the control messages. */
function receiveInfo(control: Control | undefined): DataView | undefined {
  for (const message of control ?? []) {
    if (message.type !== "raw" || message.level !== SOL_SCTP) continue;
    const { number, data } = message;
    if (number === N.SCTP_RCVINFO && data.length >= RCVINFO.size) {
      return new DataView(data.buffer, data.byteOffset, data.byteLength);
    }
  }
}

/** What tells the parts of one message from those of others. */
function keyOf(control: Control | undefined): string {
  const info = receiveInfo(control);
  if (info === undefined) return "";
  const association = info.getInt32(RCVINFO.rcv_assoc_id, true);
  const unordered = info.getUint16(RCVINFO.rcv_flags, true) & N.SCTP_UNORDERED;
  return `${association} ${info.getUint16(RCVINFO.rcv_sid, true)} ${unordered}`;
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
