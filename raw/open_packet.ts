import type { PacketAddress } from "../core/address.ts";
import { checkInteger, checkKeys } from "../core/bytes.ts";
import type { Control } from "../core/control.ts";
import type { MessageEndpoint } from "../core/endpoint.ts";
import type { OptionSetting } from "../core/engine_choice.ts";
import type { Message, RecvOptions } from "../core/message.ts";
import { beginWait, type Wait, type WaitOptions } from "../core/wait.ts";
import {
  PACKET_AUXDATA as PACKET_AUXDATA_NUMBER,
  TP_STATUS_VLAN_TPID_VALID,
  TP_STATUS_VLAN_VALID,
} from "../ffi/abi/packet_constants.ts";
import { LAYOUTS } from "../ffi/abi/layout.ts";
import { AF_PACKET, SOCK_DGRAM, SOCK_RAW, SOL_PACKET } from "../ffi/abi/socket_constants.ts";
import { LibcMessage } from "../ffi/endpoints/message.ts";
import { INTERFACES } from "../ffi/interface_names.ts";
import {
  PACKET_ADD_MEMBERSHIP,
  PACKET_AUXDATA,
  PACKET_STATISTICS,
  type PacketStatistics,
  SO_TIMESTAMPNS,
} from "../ffi/options/mod.ts";
import { checkNetWhole } from "../ffi/permissions.ts";
import type { SocketCore } from "../ffi/socket_core.ts";
import { ETH_P_8021Q, ETH_P_ALL } from "../wire/numbers.ts";
import { enlargeReceiveBuffer, openRawCore } from "./_socket.ts";
import type { BpfProgram } from "./bpf.ts";

/** A received frame. */
export interface PacketMessage extends Message<PacketAddress> {
  /** When the kernel got it, in nanoseconds since the epoch. */
  readonly timestampNanos: bigint | undefined;
}

/** A link-layer socket: whole frames, or their payloads. */
export interface PacketEndpoint extends MessageEndpoint<PacketAddress> {
  recvFrom(options?: RecvOptions): Promise<PacketMessage>;
  recvMany(max?: number, options?: RecvOptions): Promise<PacketMessage[]>;
  [Symbol.asyncIterator](): AsyncIterator<PacketMessage>;
  /** Frames that matched and frames that were dropped for want of room, since the socket was opened. */
  statistics(): PacketStatistics;
}

/** Options of {@linkcode openPacket}. */
export interface OpenPacketOptions extends WaitOptions {
  /** The interface's name. Default: all interfaces. */
  interface?: string;
  /** The EtherType to get, 1 to 65535. Default ETH_P_ALL (3): all, and outgoing frames too. */
  etherType?: number;
  /** `"raw"` (default): frames with their link header. `"dgram"`: payloads; the header is in the address. */
  mode?: "raw" | "dgram";
  /** Get frames for other hosts too. Needs `interface`. Default false. */
  promiscuous?: boolean;
  /** A classic BPF program that decides what to get. A VLAN tag the kernel has taken off is not in what it sees. */
  filter?: BpfProgram;
  /** Receive buffer in bytes, 4096 to 2^30. Default 4 MiB, or what the system allows. */
  receiveBufferBytes?: number;
  /** Socket options, set in order before bind. */
  options?: readonly OptionSetting[];
}

const KEYS = [
  "interface",
  "etherType",
  "mode",
  "promiscuous",
  "filter",
  "receiveBufferBytes",
  "options",
  "signal",
  "timeoutMs",
];
const ACTION = "open a packet socket";
const DEFAULT_RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;
const { tpacket_auxdata: AUXDATA } = LAYOUTS["linux-x86_64-glibc"];
/** Where a VLAN tag stands in an Ethernet frame: after both addresses. */
const TAG_AT = 12;
const TAG_BYTES = 4;

/**
 * Opens a link-layer socket (`man 7 packet`): whole Ethernet frames in and out, with nanosecond
 * timestamps. VLAN tags that the kernel takes off are put back. Frames that this machine sends come
 * with `packetType: "outgoing"`. When the interface goes down, receiving fails with `ENETDOWN`.
 *
 * Needs `--allow-ffi`, `--allow-net` (unrestricted) and the capability CAP_NET_RAW. Linux.
 *
 * @param options Which frames, and how.
 * @returns The endpoint.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {RangeError} If a number is out of range, or the filter is no valid program.
 * @throws {SocketError} `EPERM` without CAP_NET_RAW; `ENODEV`: no such interface.
 * @throws {Deno.errors.NotCapable} If a permission is missing.
 */
export async function openPacket(options: OpenPacketOptions = {}): Promise<PacketEndpoint> {
  checkKeys(options, KEYS, ACTION);
  const { mode = "raw", etherType = ETH_P_ALL, promiscuous = false } = options;
  const { receiveBufferBytes = DEFAULT_RECEIVE_BUFFER_BYTES } = options;
  if (mode !== "raw" && mode !== "dgram") {
    throw new TypeError(`Cannot ${ACTION}: mode ${mode} is not "raw" or "dgram"`);
  }
  checkInteger(etherType, 1, 65535, ACTION, "etherType");
  checkInteger(receiveBufferBytes, 4096, 2 ** 30, ACTION, "receiveBufferBytes");
  const name = options.interface;
  if (name !== undefined && typeof name !== "string") {
    throw new TypeError(`Cannot ${ACTION}: interface is not a string`);
  }
  if (promiscuous && name === undefined) {
    throw new TypeError(`Cannot ${ACTION}: promiscuous needs an interface`);
  }
  beginWait(options)?.end(); // opening does not wait, but an aborted signal stops it
  checkNetWhole(ACTION);
  const interfaceIndex = name === undefined ? 0 : INTERFACES.toIndex(name);
  const settings: OptionSetting[] = [[PACKET_AUXDATA, true], [SO_TIMESTAMPNS, true]];
  if (promiscuous) {
    settings.push([PACKET_ADD_MEMBERSHIP, { interfaceIndex, type: "promiscuous" }]);
  }
  const core = openRawCore({
    family: AF_PACKET,
    type: mode === "raw" ? SOCK_RAW : SOCK_DGRAM,
    protocol: 0, // nothing is received before bind says what
    settings: [...settings, ...options.options ?? []],
    filter: options.filter,
    address: { family: "packet", interface: name ?? "", interfaceIndex, etherType },
  });
  enlargeReceiveBuffer(core, receiveBufferBytes);
  return new LibcPacket(core, mode === "raw") as LibcPacket & PacketEndpoint;
}

/** The endpoint: a message endpoint that mends what the kernel took apart. */
class LibcPacket extends LibcMessage<PacketAddress> {
  readonly #hasLinkHeader: boolean;
  #packets = 0;
  #drops = 0;

  constructor(core: SocketCore, hasLinkHeader: boolean) {
    super(core, {});
    this.#hasLinkHeader = hasLinkHeader;
  }

  statistics(): PacketStatistics {
    // The kernel starts anew at each reading.
    const { packets, drops } = this.getOption(PACKET_STATISTICS);
    this.#packets += packets;
    this.#drops += drops;
    return { packets: this.#packets, drops: this.#drops };
  }

  protected override async receive(
    options: RecvOptions,
    wait: Wait | undefined,
  ): Promise<PacketFrame | undefined> {
    const message = await super.receive(options, wait);
    return message && this.#frame(message);
  }

  protected override async receiveMany(
    max: number,
    options: RecvOptions,
    wait: Wait | undefined,
  ): Promise<PacketFrame[]> {
    const messages = await super.receiveMany(max, options, wait);
    return messages.map((message) => this.#frame(message));
  }

  #frame(message: Message<PacketAddress>): PacketFrame {
    const frame = new PacketFrame(message);
    if (this.#hasLinkHeader) frame.restoreTag();
    return frame;
  }
}

/** A frame; its sender and its timestamp are decoded when looked at. */
class PacketFrame implements PacketMessage {
  data: Uint8Array;
  readonly truncated: boolean;
  readonly #message: Message<PacketAddress>;

  constructor(message: Message<PacketAddress>) {
    this.#message = message;
    this.data = message.data;
    this.truncated = message.truncated;
  }

  get from(): PacketAddress {
    return this.#message.from;
  }

  get control(): Control | undefined {
    return this.#message.control;
  }

  get timestampNanos(): bigint | undefined {
    return this.control?.get("timestamp")?.nanos;
  }

  /** Puts the VLAN tag back where it was on the wire (PACKET_AUXDATA). */
  restoreTag(): void {
    const auxdata = auxdataOf(this.control);
    if (auxdata === undefined || this.data.length < TAG_AT) return;
    const status = auxdata.getUint32(AUXDATA.tp_status, true);
    if ((status & TP_STATUS_VLAN_VALID) === 0) return;
    const tpid = (status & TP_STATUS_VLAN_TPID_VALID) === 0
      ? ETH_P_8021Q
      : auxdata.getUint16(AUXDATA.tp_vlan_tpid, true);
    const whole = new Uint8Array(this.data.length + TAG_BYTES);
    whole.set(this.data.subarray(0, TAG_AT));
    const view = new DataView(whole.buffer);
    view.setUint16(TAG_AT, tpid);
    view.setUint16(TAG_AT + 2, auxdata.getUint16(AUXDATA.tp_vlan_tci, true));
    whole.set(this.data.subarray(TAG_AT), TAG_AT + TAG_BYTES);
    this.data = whole;
  }
}

function auxdataOf(control: Control | undefined): DataView | undefined {
  for (const message of control ?? []) {
    if (
      message.type === "raw" && message.level === SOL_PACKET &&
      message.number === PACKET_AUXDATA_NUMBER && message.data.length >= AUXDATA.size
    ) {
      return new DataView(message.data.buffer, message.data.byteOffset, message.data.length);
    }
  }
  return undefined;
}
