import { OPEN_PACKET } from "./_arguments.ts";
import type { PacketAddress } from "../core/address.ts";
import { after } from "../core/clock.ts";
import type { MessageEndpoint } from "../core/endpoint.ts";
import type { OptionSetting } from "../core/engine_choice.ts";
import { ENETDOWN } from "../core/errno.ts";
import { socketError } from "../core/errors.ts";
import type { RecvBatchesOptions, RecvOptions } from "../core/message.ts";
import { DEFAULT_BATCH, DEFAULT_MESSAGE_BYTES } from "../core/limits.ts";
import { beginWait, type Wait, type WaitOptions } from "../core/wait.ts";
import { AF_PACKET, SOCK_DGRAM, SOCK_RAW } from "../ffi/abi/socket_constants.ts";
import { LibcMessage } from "../ffi/endpoints/message.ts";
import { INTERFACES } from "../ffi/resolver/interface_names.ts";
import {
  PACKET_ADD_MEMBERSHIP,
  PACKET_AUXDATA,
  PACKET_STATISTICS,
  type PacketStatistics,
} from "../ffi/options/raw.ts";
import { SO_TIMESTAMPNS } from "../ffi/options/timestamp.ts";
import { checkNetWhole } from "../ffi/guard/permissions.ts";
import { checkReceived, ReceiveBatch } from "../ffi/messages/receive_batch.ts";
import { decodeSockaddr } from "../ffi/families/sockaddr.ts";
import type { Descriptor } from "../ffi/descriptor/descriptor.ts";
import { FrameBatch, type PacketBatch, type PacketMessage } from "./_frames.ts";
import { enlargeReceiveBuffer, openRawCore } from "./_socket.ts";
import type { BpfProgram } from "./bpf.ts";

/** A link-layer socket: whole frames, or their payloads. */
export interface PacketEndpoint extends MessageEndpoint<PacketAddress> {
  /** Receives one frame. */
  recvFrom(options?: RecvOptions): Promise<PacketMessage>;
  /** Receives the frames that are there, at least one and at most `max`: 1 to 1024, by default 64. */
  recvMany(max?: number, options?: RecvOptions): Promise<PacketMessage[]>;
  /**
   * Receives batch after batch into the same memory: no copy, and no object per frame. What a batch
   * shows is overwritten by the next. Frames that an earlier loop over the endpoint has fetched ahead
   * come with `recvFrom` and `recvMany` only.
   */
  recvBatches(options?: RecvBatchesOptions): AsyncGenerator<PacketBatch, void, void>;
  /** Receives frame after frame until the socket is closed. */
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
  type?: "raw" | "dgram";
  /** Get frames for other hosts too. Needs `interface`. Default false. */
  promiscuous?: boolean;
  /** A classic BPF program that decides what to get. A VLAN tag the kernel has taken off is not in what it sees. */
  filter?: BpfProgram;
  /** Receive buffer in bytes, 4096 to 2^30. Default 4 MiB, or what the system allows. */
  receiveBufferBytes?: number;
  /** Socket options, set in order before bind. */
  options?: readonly OptionSetting[];
}

const ACTION = "open a packet socket";
/** The timestamp, the auxiliary data, and some that options of the caller add. */
const CONTROL_BYTES = 192;

/** What every packet socket tells of its frames. */
export const PACKET_SETTINGS: readonly OptionSetting[] = [
  [PACKET_AUXDATA, true],
  [SO_TIMESTAMPNS, true],
];

/** Frames that are received together where they are taken one by one. */
const AHEAD = 32;
const MAX_BATCH_BYTES = 8 * 1024 * 1024;
/** How often to see whether an interface that is down has gone away. */
const RECHECK_MS = 500;

/**
 * Opens a link-layer socket (`man 7 packet`): whole Ethernet frames in and out, with nanosecond
 * timestamps. VLAN tags that the kernel takes off are put back. Frames that this machine sends come
 * with `packetType: "outgoing"`. When the interface goes down, receiving fails with `ENETDOWN` once,
 * and then waits for it to come up again; when it has gone away, with `ENODEV`.
 *
 * Needs `--allow-ffi`, `--allow-net` (unrestricted) and the capability CAP_NET_RAW. Linux.
 *
 * @example A ping, seen on the wire
 * ```ts
 * import { raw, wire } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * const filter = raw.assembleBpf(`
 *   ldh [12]
 *   jne #0x800, drop
 *   ldb [23]
 *   jne #1, drop
 *   ret #-1
 *   drop: ret #0
 * `);
 * using link = await raw.openPacket({ interface: "lo", filter });
 * for await (const _ of raw.ping("127.0.0.1", { count: 1 }));
 * const { data } = await link.recvFrom();
 * assertEquals(wire.decodeFrame(data).layer("icmpv4")?.type, 8);
 * ```
 *
 * @param options Which frames, and how.
 * @returns The endpoint.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {RangeError} If a number is out of range, or the filter is no valid program.
 * @throws {SocketError} `EPERM` without CAP_NET_RAW; `ENODEV`: no such interface.
 * @throws {Deno.errors.NotCapable} If a permission is missing.
 */
export async function openPacket(options: OpenPacketOptions = {}): Promise<PacketEndpoint> {
  const request = OPEN_PACKET(options, ACTION, "options");
  const { type, etherType, promiscuous, receiveBufferBytes, interface: name } = request;
  if (promiscuous && name === undefined) {
    throw new TypeError(`Cannot ${ACTION}: promiscuous needs an interface`);
  }
  beginWait(request, ACTION)?.end(); // opening does not wait, but an aborted signal stops it
  checkNetWhole(ACTION);
  const interfaceIndex = name === undefined ? 0 : INTERFACES.toIndex(name);
  const settings: OptionSetting[] = [...PACKET_SETTINGS];
  if (promiscuous) {
    settings.push([PACKET_ADD_MEMBERSHIP, { interface: interfaceIndex, type: "promiscuous" }]);
  }
  const core = openRawCore({
    family: AF_PACKET,
    type: type === "raw" ? SOCK_RAW : SOCK_DGRAM,
    protocol: 0, // nothing is received before bind says what
    settings: [...settings, ...request.options],
    filter: request.filter,
    address: { family: "packet", interface: name ?? "", interfaceIndex, etherType },
  });
  try {
    enlargeReceiveBuffer(core, receiveBufferBytes);
  } catch (error) {
    core.close();
    throw error;
  }
  return new LibcPacket(core, type === "raw") as LibcPacket & PacketEndpoint;
}

/** The endpoint: a message endpoint that mends what the kernel took apart. */
export class LibcPacket extends LibcMessage<PacketAddress> {
  readonly #hasLinkHeader: boolean;
  #batch: ReceiveBatch | undefined;
  #batchKey = "";
  /** Frames received together with one that was asked for. */
  #ready: PacketMessage[] = [];
  /** Whether the interface has gone down: it may go away next, of which the kernel tells nothing. */
  #wasDown = false;
  #forgetRecheck: (() => void) | undefined;
  #packets = 0;
  #drops = 0;

  constructor(core: Descriptor, hasLinkHeader: boolean) {
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
  ): Promise<PacketMessage | undefined> {
    return (await this.receiveMany(1, options, wait))[0];
  }

  protected override async receiveMany(
    max: number,
    options: RecvOptions,
    wait: Wait | undefined,
  ): Promise<PacketMessage[]> {
    // Whoever takes frames one by one, of any size, wants the next ones too.
    const ahead = max === 1 && (options.flags ?? 0) === 0 && options.size === undefined;
    if (this.#ready.length > 0) return this.#ready.splice(0, max);
    const batch = this.#batchFor(ahead ? AHEAD : max, options);
    const filling = this.#fill(batch, ahead ? AHEAD : max, options.flags, wait);
    if (typeof filling !== "number") await filling;
    const frames = new FrameBatch(batch, this.#hasLinkHeader).toMessages();
    if (ahead) this.#ready = frames.splice(1);
    return frames;
  }

  override recvBatches(
    options?: RecvBatchesOptions,
  ): AsyncGenerator<PacketBatch, void, void> {
    return super.recvBatches(options) as AsyncGenerator<PacketBatch, void, void>;
  }

  protected override async *batches(
    options: RecvBatchesOptions,
    wait: Wait | undefined,
  ): AsyncGenerator<PacketBatch, void, void> {
    const { max = DEFAULT_BATCH, flags } = options;
    // Memory of its own: other receives may happen while the caller looks at it.
    using batch = this.#newBatch(max, options);
    const frames = new FrameBatch(batch, this.#hasLinkHeader);
    while (!this.closed) {
      const filling = this.#fill(batch, max, flags, wait);
      if (typeof filling !== "number") await filling;
      yield frames;
    }
  }

  /** Receives at least one frame into a batch. */
  #fill(
    batch: ReceiveBatch,
    max: number,
    flags: number = 0,
    wait: Wait | undefined,
  ): number | Promise<number> {
    const { core } = this;
    return core.attempt("readable", "recvmmsg", () => {
      const result = batch.receive(core, Math.min(max, batch.slots), flags);
      if (result > 0) return result;
      if (result === -ENETDOWN) this.#wasDown = true;
      checkReceived(result);
      if (this.#wasDown) this.#watchForRemoval();
      return undefined;
    }, wait);
  }

  /** The batch that the last receive has used, if it fits. */
  #batchFor(slots: number, options: RecvOptions): ReceiveBatch {
    const key = `${slots} ${options.size} ${options.controlBytes}`;
    if (this.#batch === undefined || this.#batchKey !== key) {
      this.#batch = this.#newBatch(slots, options);
      this.#batchKey = key;
    }
    return this.#batch;
  }

  #newBatch(slots: number, options: RecvOptions): ReceiveBatch {
    const { size = DEFAULT_MESSAGE_BYTES, controlBytes = CONTROL_BYTES } = options;
    const fitting = Math.max(1, Math.min(slots, Math.floor(MAX_BATCH_BYTES / size)));
    return new ReceiveBatch(fitting, size, controlBytes);
  }

  /** Looks again some time later, since nothing tells that an interface has gone away. */
  #watchForRemoval(): void {
    const name = this.core.localName();
    if ((decodeSockaddr(name, name.length) as PacketAddress).interfaceIndex! < 0) {
      throw socketError("ENODEV", { syscall: "recvmmsg", message: "the interface is gone" });
    }
    this.#forgetRecheck ??= after(RECHECK_MS, () => {
      this.#forgetRecheck = undefined;
      this.core.ready();
    }, false);
  }

  protected override release(): void {
    this.#forgetRecheck?.();
    super.release();
  }
}
