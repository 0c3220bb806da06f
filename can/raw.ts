import type { CanAddress } from "../core/address.ts";
import {
  boolean,
  either,
  integer,
  list,
  object,
  oneOf,
  optional,
  orElse,
  text,
} from "../core/arguments.ts";
import { OPEN_SHAPE, openOn, type OptionSetting } from "../core/engine_choice.ts";
import { isSocketError } from "../core/errors.ts";
import type { Message, SendOptions } from "../core/message.ts";
import type { OutgoingControlMessage } from "../core/control.ts";
import { WAIT_SHAPE, type WaitOptions } from "../core/wait.ts";
import { MSG_CONFIRM, MSG_DONTROUTE } from "../ffi/abi/socket_constants.ts";
import { bind as bindLibc } from "../ffi/engine.ts";
import { LibcMessage } from "../ffi/endpoints/message.ts";
import { CAN_NUMBERS } from "../ffi/families/can.ts";
import { SO_TIMESTAMPNS } from "../ffi/options/timestamp.ts";
import { decodeFrame, encodeFrame } from "./frame.ts";
import * as rows from "./options.ts";
import type { CanFilter, CanFrameInput, CanRaw, CanRawOptions, CanReceived } from "./types.ts";

const ACTION = "open a CAN socket";
const MAX_ID = CAN_NUMBERS.CAN_EFF_MASK;
const ID = integer(0, MAX_ID);
const FILTER = object({
  id: ID,
  mask: optional(ID),
  extended: optional(either(oneOf("any"), boolean)),
  remote: optional(boolean),
  inverted: optional(boolean),
});
const REQUEST = object({
  ...OPEN_SHAPE,
  interface: orElse(text("empty"), ""),
  filters: optional(list(FILTER)),
  joinFilters: optional(boolean),
  errors: optional(either(oneOf("all"), integer(0, MAX_ID))),
  loopback: optional(boolean),
  receiveOwn: optional(boolean),
  fd: optional(boolean),
  xl: optional(boolean),
  timestamps: optional(boolean),
});
const LIMITS = object(WAIT_SHAPE);
/** The rest is checked where it is sent. */
const SENDING = object({
  ...WAIT_SHAPE,
  interface: optional(text()),
  flags: optional(integer(0, 0x7fffffff)),
  control: optional(list((value): OutgoingControlMessage => value as OutgoingControlMessage)),
});
/** Room for any frame: a CAN XL one. */
const FRAME_BYTES = 2060;

/**
 * Opens a raw CAN socket: frames as they are on the bus, in both directions (`CAN_RAW`,
 * Documentation/networking/can.rst).
 *
 * Needs `--allow-ffi` and the whole of `--allow-net`.
 *
 * @example What is said on all interfaces
 * ```ts ignore
 * import { can } from "@berkeley/sockets";
 *
 * using bus = await can.openRaw({ timestamps: true });
 * for await (const { frame, interface: name } of bus.frames()) {
 *   console.log(name, can.formatFrame(frame));
 * }
 * ```
 *
 * @example One frame
 * ```ts
 * import { can } from "@berkeley/sockets";
 *
 * try {
 *   using bus = await can.openRaw({ interface: "vcan0", filters: [{ id: 0x123 }] });
 *   await bus.sendFrame({ id: 0x7df, data: Uint8Array.of(2, 1, 0) });
 * } catch (error) {
 *   // No such interface, or a kernel without CAN.
 *   console.log((error as { code?: string }).code);
 * }
 * ```
 *
 * @param options The interface, and which frames.
 * @returns The socket.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {RangeError} If a number is out of range.
 * @throws {SocketError} `ENODEV`: no such interface, or none of CAN.
 * @throws {Deno.errors.NotSupported} Code `EAFNOSUPPORT`: the kernel lacks the module can.
 * @throws {Deno.errors.NotCapable} If a permission is missing.
 */
export async function openRaw(options: CanRawOptions = {}): Promise<CanRaw> {
  const request = REQUEST(options, ACTION, "options");
  return await openOn<CanRaw>(request, {
    action: ACTION,
    needsLibc: "CAN",
    libc: () =>
      bindLibc(
        {
          address: { family: "can", interface: request.interface },
          protocol: CAN_NUMBERS.CAN_RAW,
          options: settings(request),
        },
        "raw",
        (core) => {
          // Where the kernel has it; only who asks for it is told that it has not.
          if (request.fd === undefined) {
            unlessMissing(() => core.setOption(rows.CAN_RAW_FD_FRAMES, true));
          }
          return new RawCan(core);
        },
      ),
  });
}

function unlessMissing(set: () => void): void {
  try {
    set();
  } catch (error) {
    if (!isSocketError(error, "ENOPROTOOPT")) throw error;
  }
}

function settings(
  request: {
    readonly filters?: readonly CanFilter[];
    readonly joinFilters?: boolean;
    readonly errors?: number | "all";
    readonly loopback?: boolean;
    readonly receiveOwn?: boolean;
    readonly fd?: boolean;
    readonly xl?: boolean;
    readonly timestamps?: boolean;
    readonly options: readonly OptionSetting[];
  },
): OptionSetting[] {
  const { filters, joinFilters, errors, loopback, receiveOwn, fd, xl, timestamps } = request;
  const all: [OptionSetting[0], unknown][] = [
    [rows.CAN_RAW_FILTER, filters],
    [rows.CAN_RAW_JOIN_FILTERS, joinFilters],
    [rows.CAN_RAW_ERR_FILTER, errors === "all" ? MAX_ID : errors],
    [rows.CAN_RAW_LOOPBACK, loopback],
    [rows.CAN_RAW_RECV_OWN_MSGS, receiveOwn],
    [rows.CAN_RAW_FD_FRAMES, fd],
    [rows.CAN_RAW_XL_FRAMES, xl],
    [SO_TIMESTAMPNS, timestamps],
  ];
  return [...all.filter(([, value]) => value !== undefined), ...request.options];
}

/** A message endpoint whose messages are frames. */
export class RawCan extends LibcMessage<CanAddress> implements CanRaw {
  async sendFrame(
    frame: CanFrameInput,
    options?: SendOptions & { interface?: string },
  ): Promise<void> {
    const data = encodeFrame(frame);
    if (options === undefined) {
      await this.send(data);
      return;
    }
    const { interface: name, ...rest } = SENDING(options, "send", "options");
    if (name === undefined) await this.send(data, rest);
    else await this.sendTo(data, { family: "can", interface: name }, rest);
  }

  async recvFrame(options?: WaitOptions): Promise<CanReceived> {
    const limits = options && { ...LIMITS(options, "receive", "options"), size: FRAME_BYTES };
    return received(await this.recvFrom(limits));
  }

  async recvFrames(max?: number, options?: WaitOptions): Promise<CanReceived[]> {
    const limits = options && { ...LIMITS(options, "receive", "options"), size: FRAME_BYTES };
    return (await this.recvMany(max, limits)).map(received);
  }

  async *frames(options?: WaitOptions): AsyncGenerator<CanReceived, void, void> {
    // Whoever leaves the loop leaves the frames behind it: the iteration keeps what it has received
    // ahead, and under limits nothing is.
    if (options === undefined) {
      for await (const message of this) yield received(message);
      return;
    }
    const limits = LIMITS(options, "receive", "options");
    for await (const batch of this.recvBatches({ ...limits, size: FRAME_BYTES, max: 1 })) {
      for (const message of batch.toMessages()) yield received(message);
    }
  }
}

function received({ data, from, flags = 0, control }: Message<CanAddress>): CanReceived {
  const result: CanReceived = {
    frame: decodeFrame(data),
    interface: from.interface,
    origin: (flags & MSG_CONFIRM) !== 0 ? "self" : (flags & MSG_DONTROUTE) !== 0 ? "host" : "bus",
  };
  const time = control?.get("timestamp");
  if (time !== undefined) result.timestampNanos = time.nanos;
  const dropped = control?.get("dropped");
  if (dropped !== undefined) result.dropped = dropped.count;
  return result;
}
