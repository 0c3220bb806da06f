import type { CanAddress } from "../core/address.ts";
import { atLeast, boolean, integer, object, optional, orElse, text } from "../core/arguments.ts";
import { bytes, lengthOf } from "../core/bytes.ts";
import type { MessageEndpoint } from "../core/endpoint.ts";
import { OPEN_SHAPE, openOn, type OpenOptions } from "../core/engine_choice.ts";
import { WAIT_SHAPE, type WaitOptions } from "../core/wait.ts";
import { unbound } from "../ffi/engine.ts";
import { LibcMessage } from "../ffi/endpoints/message.ts";
import { CAN_NUMBERS, canIdNumber } from "../ffi/families/can.ts";
import { BCM, BCM_HEAD, FRAMES } from "./_constants.ts";
import { decodeFrame, encodeFrame } from "./frame.ts";
import type { CanFrame, CanFrameInput } from "./types.ts";

const ID = integer(0, CAN_NUMBERS.CAN_EFF_MASK);
const MAX_FRAMES = 256;
/** What the kernel sends at once: the head and all frames. */
const MESSAGE_BYTES = BCM_HEAD.size + MAX_FRAMES * FRAMES.CANFD_MTU;
const SENDING = object({
  intervalMs: atLeast(0),
  count: orElse(integer(0, 0xffffffff), 0),
  firstIntervalMs: orElse(atLeast(0), 0),
  announce: orElse(boolean, false),
});
const WATCHING = object({
  id: ID,
  extended: optional(boolean),
  mask: optional(bytes),
  fd: orElse(boolean, false),
  lengthToo: orElse(boolean, false),
  timeoutMs: orElse(atLeast(0), 0),
  throttleMs: orElse(atLeast(0), 0),
});
const ENDING = object({ extended: optional(boolean), fd: optional(boolean) });
const LIMITS = object(WAIT_SHAPE);
const REQUEST = object({ ...OPEN_SHAPE, interface: text() });

/** How often frames are sent. */
export interface CyclicOptions {
  /** The time between two frames, in milliseconds (microseconds count), 0 or more. */
  intervalMs: number;
  /** How many frames go at `firstIntervalMs` before. Default 0. */
  count?: number;
  /** The time between those. Default 0. */
  firstIntervalMs?: number;
  /** Whether the end of `count` is told, as `"sent"`. Default false. */
  announce?: boolean;
}

/** Which frames are watched, and what of them. */
export interface WatchOptions {
  /** The identifier. */
  id: number;
  /** Whether it has 29 bits. Default: whether it needs more than 11. */
  extended?: boolean;
  /** The bits of the data whose change is told, up to 8 bytes, of CAN FD 64. Default: every frame is told. */
  mask?: Uint8Array;
  /** Whether the frames are CAN FD. Default false. */
  fd?: boolean;
  /** Whether a change of the length is told too. Default false. */
  lengthToo?: boolean;
  /** Tells when no frame came for so long, in milliseconds. Default 0: never. */
  timeoutMs?: number;
  /** Tells of changes no more often than every so many milliseconds. Default 0. */
  throttleMs?: number;
}

/** What the broadcast manager tells. */
export type BroadcastEvent =
  /** A watched frame has changed, or is there for the first time. */
  | { type: "changed"; id: number; frame: CanFrame }
  /** A watched frame is absent. */
  | { type: "timeout"; id: number }
  /** The first `count` frames are sent. */
  | { type: "sent"; id: number };

/** The kernel's broadcast manager: it sends in cycles and watches for changes, by its own timers. */
export interface BroadcastManager extends AsyncIterable<BroadcastEvent>, Disposable {
  /** Sends a frame, or several in turn, again and again until {@linkcode stopSending} or close. */
  sendCyclic(
    frames: CanFrameInput | readonly CanFrameInput[],
    options: CyclicOptions,
  ): Promise<void>;
  /** Ends the sending of an identifier. `ENOENT` if there is none. */
  stopSending(id: number, options?: { extended?: boolean; fd?: boolean }): Promise<void>;
  /** Sends one frame. */
  send(frame: CanFrameInput): Promise<void>;
  /** Watches the frames of an identifier; what there is to tell is iterated. */
  watch(options: WatchOptions): Promise<void>;
  /** Ends the watching of an identifier. `ENOENT` if there is none. */
  unwatch(id: number, options?: { extended?: boolean; fd?: boolean }): Promise<void>;
  /** The next event. */
  next(options?: WaitOptions): Promise<BroadcastEvent>;
  /** Ends everything. May be called again. */
  close(): void;
}

/** Options of {@linkcode openBroadcastManager}. */
export interface BroadcastManagerOptions extends OpenOptions {
  /** The interface by name. */
  interface: string;
}

/**
 * Opens the kernel's broadcast manager on an interface (`CAN_BCM`, Documentation/networking/can.rst).
 *
 * Needs `--allow-ffi` and the whole of `--allow-net`.
 *
 * @example A frame every 100 ms, and changes of another
 * ```ts ignore
 * import { can } from "@berkeley/sockets";
 *
 * using manager = await can.openBroadcastManager({ interface: "vcan0" });
 * await manager.sendCyclic({ id: 0x123, data: Uint8Array.of(1) }, { intervalMs: 100 });
 * await manager.watch({ id: 0x456, mask: Uint8Array.of(0xff), timeoutMs: 500 });
 * for await (const event of manager) console.log(event);
 * ```
 *
 * @param options The interface.
 * @returns The manager.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {SocketError} `ENODEV`: no such interface.
 * @throws {Deno.errors.NotSupported} Code `EPROTONOSUPPORT`: the kernel lacks the module can-bcm.
 * @throws {Deno.errors.NotCapable} If a permission is missing.
 */
export async function openBroadcastManager(
  options: BroadcastManagerOptions,
): Promise<BroadcastManager> {
  const action = "open a broadcast manager";
  const request = REQUEST(options, action, "options");
  return await openOn<BroadcastManager>(request, {
    action,
    needsLibc: "CAN",
    libc: async () => {
      const settings = { protocol: CAN_NUMBERS.CAN_BCM, options: request.options };
      const endpoint = unbound(
        "can",
        settings,
        "dgram",
        (core) => new LibcMessage<CanAddress>(core),
      );
      try {
        await endpoint.connect({ family: "can", interface: request.interface });
      } catch (error) {
        endpoint.close();
        throw error;
      }
      return new Manager(endpoint);
    },
  });
}

/** What `struct bcm_msg_head` says. */
interface Head {
  opcode: number;
  flags?: number;
  count?: number;
  firstMs?: number;
  thenMs?: number;
  id: number;
}

class Manager implements BroadcastManager {
  readonly #endpoint: MessageEndpoint<CanAddress>;

  constructor(endpoint: MessageEndpoint<CanAddress>) {
    this.#endpoint = endpoint;
  }

  async sendCyclic(
    frames: CanFrameInput | readonly CanFrameInput[],
    options: CyclicOptions,
  ): Promise<void> {
    const action = "send in cycles";
    const { intervalMs, count, firstIntervalMs, announce } = SENDING(options, action, "options");
    const list = Array.isArray(frames)
      ? frames as readonly CanFrameInput[]
      : [frames as CanFrameInput];
    if (list.length === 0 || list.length > MAX_FRAMES) {
      throw new RangeError(`Cannot ${action}: ${list.length} frames are not 1 to ${MAX_FRAMES}`);
    }
    const encoded = list.map((frame) => encoded1(frame, action));
    const flags = BCM.SETTIMER | BCM.STARTTIMER | (announce ? BCM.TX_COUNTEVT : 0);
    const id = idOf(encoded[0]);
    await this.#request(
      { opcode: BCM.TX_SETUP, flags, count, firstMs: firstIntervalMs, thenMs: intervalMs, id },
      encoded,
    );
  }

  async stopSending(id: number, options: { extended?: boolean; fd?: boolean } = {}): Promise<void> {
    await this.#end(BCM.TX_DELETE, id, options, "stop sending");
  }

  async send(frame: CanFrameInput): Promise<void> {
    const encoded = encoded1(frame, "send");
    await this.#request({ opcode: BCM.TX_SEND, id: idOf(encoded) }, [encoded]);
  }

  async watch(options: WatchOptions): Promise<void> {
    const action = "watch frames";
    const request = WATCHING(options, action, "options");
    const { id, extended, mask, fd, lengthToo, timeoutMs, throttleMs } = request;
    const size = mask === undefined ? 0 : lengthOf(mask);
    const most = fd ? FRAMES.CANFD_MAX_DLEN : FRAMES.CAN_MAX_DLEN;
    if (size > most) {
      throw new RangeError(`Cannot ${action}: mask is ${size} bytes long, ${most} are allowed`);
    }
    const flags = BCM.SETTIMER | (timeoutMs > 0 ? BCM.STARTTIMER | BCM.RX_ANNOUNCE_RESUME : 0) |
      (mask === undefined ? BCM.RX_FILTER_ID : 0) | (lengthToo ? BCM.RX_CHECK_DLC : 0);
    const relevant = mask === undefined
      ? []
      : [encodeFrame({ kind: fd ? "fd" : "data", id, extended, data: mask })];
    await this.#request({
      opcode: BCM.RX_SETUP,
      flags: flags | (fd ? BCM.CAN_FD_FRAME : 0),
      firstMs: timeoutMs,
      thenMs: throttleMs,
      id: canIdNumber(id, extended, action, "id"),
    }, relevant);
  }

  async unwatch(id: number, options: { extended?: boolean; fd?: boolean } = {}): Promise<void> {
    await this.#end(BCM.RX_DELETE, id, options, "stop watching");
  }

  async next(options?: WaitOptions): Promise<BroadcastEvent> {
    const limits = {
      ...LIMITS(options === undefined ? {} : options, "receive", "options"),
      size: MESSAGE_BYTES,
    };
    for (;;) {
      const event = readEvent(await this.#endpoint.recv(limits));
      if (event !== undefined) return event;
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<BroadcastEvent, void, void> {
    for await (const { data } of this.#endpoint) {
      const event = readEvent(data);
      if (event !== undefined) yield event;
    }
  }

  close(): void {
    this.#endpoint.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #end(
    opcode: number,
    id: number,
    options: { extended?: boolean; fd?: boolean },
    action: string,
  ): Promise<void> {
    ID(id, action, "id");
    const { extended, fd } = ENDING(options, action, "options");
    const flags = fd ? BCM.CAN_FD_FRAME : 0;
    await this.#request({ opcode, flags, id: canIdNumber(id, extended, action, "id") }, []);
  }

  async #request(head: Head, frames: readonly Uint8Array[]): Promise<void> {
    const size = frames[0]?.length ?? FRAMES.CAN_MTU;
    if (frames.some((frame) => frame.length !== size)) {
      throw new TypeError("Cannot send in cycles: the frames are of different kinds");
    }
    const message = new Uint8Array(BCM_HEAD.size + size * frames.length);
    const view = new DataView(message.buffer);
    const fd = size === FRAMES.CANFD_MTU ? BCM.CAN_FD_FRAME : 0;
    view.setUint32(BCM_HEAD.opcode, head.opcode, true);
    view.setUint32(BCM_HEAD.flags, (head.flags ?? 0) | fd, true);
    view.setUint32(BCM_HEAD.count, head.count ?? 0, true);
    putTime(view, BCM_HEAD.ival1, head.firstMs ?? 0);
    putTime(view, BCM_HEAD.ival2, head.thenMs ?? 0);
    view.setUint32(BCM_HEAD.can_id, head.id, true);
    view.setUint32(BCM_HEAD.nframes, frames.length, true);
    frames.forEach((frame, i) => message.set(frame, BCM_HEAD.size + size * i));
    await this.#endpoint.send(message);
  }
}

/** A frame that the broadcast manager knows: it takes those of 64 bytes for CAN FD, whatever they are. */
function encoded1(frame: CanFrameInput, action: string): Uint8Array {
  const encoded = encodeFrame(frame);
  if ((encoded[4] & FRAMES.CANXL_XLF) === 0) return encoded;
  throw new TypeError(`Cannot ${action}: the broadcast manager knows no CAN XL`);
}

/** The identifier, extended or not, by which what is sent is ended; that a frame is remote is none of it. */
function idOf(frame: Uint8Array): number {
  const word = new DataView(frame.buffer, frame.byteOffset).getUint32(0, true);
  return (word & (CAN_NUMBERS.CAN_EFF_FLAG | CAN_NUMBERS.CAN_EFF_MASK)) >>> 0;
}

/** `struct bcm_timeval` of 64 bits. */
function putTime(view: DataView, at: number, ms: number): void {
  const micros = Math.round(Math.min(ms, Number.MAX_SAFE_INTEGER / 1000) * 1000);
  view.setBigInt64(at, BigInt(Math.floor(micros / 1_000_000)), true);
  view.setBigInt64(at + 8, BigInt(micros % 1_000_000), true);
}

/** `undefined` for what answers no request of ours. */
function readEvent(message: Uint8Array): BroadcastEvent | undefined {
  if (message.length < BCM_HEAD.size) return undefined;
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  const id = view.getUint32(BCM_HEAD.can_id, true) & CAN_NUMBERS.CAN_EFF_MASK;
  switch (view.getUint32(BCM_HEAD.opcode, true)) {
    case BCM.RX_CHANGED:
      return { type: "changed", id, frame: decodeFrame(message.subarray(BCM_HEAD.size)) };
    case BCM.RX_TIMEOUT:
      return { type: "timeout", id };
    case BCM.TX_EXPIRED:
      return { type: "sent", id };
  }
}
