import type { CanAddress } from "../core/address.ts";
import {
  boolean,
  integer,
  object,
  optional,
  orElse,
  type Parameter,
  text,
} from "../core/arguments.ts";
import { lengthOf, partOf } from "../core/bytes.ts";
import type { MessageEndpoint } from "../core/endpoint.ts";
import { OPEN_SHAPE, openOn, type OpenOptions } from "../core/engine_choice.ts";
import type { OutgoingMessage, SendOptions } from "../core/message.ts";
import type { Wait } from "../core/wait.ts";
import { bind as bindLibc } from "../ffi/engine.ts";
import { LibcMessage } from "../ffi/endpoints/message.ts";
import { CAN_NUMBERS } from "../ffi/families/can.ts";
import { SO_BROADCAST } from "../ffi/options/socket.ts";

const { CAN_ISOTP, CAN_J1939, CAN_EFF_MASK, J1939_NO_ADDR, J1939_NO_PGN } = CAN_NUMBERS;
const ID = integer(0, CAN_EFF_MASK);
const MAX_NAME = (1n << 64n) - 1n;

/**
 * A J1939 socket. The kernel takes as much of a long message as there is room for, and the rest by
 * further calls, which must follow (j1939_sk_send_loop): else the message ends in a time-out.
 */
export class LibcJ1939 extends LibcMessage<CanAddress> {
  protected override async transmit(
    message: OutgoingMessage<CanAddress>,
    options: SendOptions,
    wait: Wait | undefined,
  ): Promise<number> {
    const { data } = message;
    const whole = lengthOf(data);
    let sent = await super.transmit(message, options, wait);
    while (sent < whole) {
      const rest = { ...message, data: partOf(data, sent) };
      sent += await super.transmit(rest, options, wait);
    }
    return sent;
  }

  protected override transmitMany(
    messages: Iterable<OutgoingMessage<CanAddress>>,
    wait: Wait | undefined,
  ): Promise<number> {
    return this.transmitEach(messages, wait);
  }
}

/** Options of {@linkcode openIsoTp}. */
export interface IsoTpOptions extends OpenOptions {
  /** The interface by name. */
  interface: string;
  /** The identifier that is listened to, 0 to 0x1fffffff. */
  rxId: number;
  /** The identifier that is sent by, 0 to 0x1fffffff. */
  txId: number;
  /** Whether the identifiers have 29 bits. Default: those above 0x7ff. */
  extended?: boolean;
}

/** Options of {@linkcode openJ1939}. */
export interface J1939Options extends OpenOptions {
  /** The interface by name. */
  interface: string;
  /** The NAME of this control function, 0 to 2^64 - 1. Default 0: none, a static address. */
  name?: bigint;
  /** The parameter group that is taken, 0 to 0x3ffff. Default: any. */
  pgn?: number;
  /** The address, 0 to 0xfd. Default 0xff: whatever the NAME has claimed, or none. */
  address?: number;
  /** Whether messages may be sent to all (SO_BROADCAST). Default true. */
  broadcast?: boolean;
}

const ISO_TP = object({
  ...OPEN_SHAPE,
  interface: text(),
  rxId: ID,
  txId: ID,
  extended: optional(boolean),
});
/** A NAME of J1939. */
export const NAME: Parameter<bigint> = (value, action, name) => {
  if (typeof value !== "bigint") throw new TypeError(`Cannot ${action}: ${name} is not a bigint`);
  if (value >= 0n && value <= MAX_NAME) return value;
  throw new RangeError(`Cannot ${action}: ${name} is not in 0 to 2 ** 64 - 1`);
};
const J1939 = object({
  ...OPEN_SHAPE,
  interface: text(),
  name: optional(NAME),
  pgn: orElse(integer(0, J1939_NO_PGN), J1939_NO_PGN),
  address: orElse(integer(0, J1939_NO_ADDR), J1939_NO_ADDR),
  broadcast: orElse(boolean, true),
});

/**
 * Opens an ISO-TP socket (ISO 15765-2): messages of up to 4095 bytes and more between two identifiers,
 * cut into frames and joined by the kernel. {@linkcode CAN_ISOTP_OPTS} and its like go into `options`.
 *
 * Needs `--allow-ffi` and the whole of `--allow-net`.
 *
 * @example A tester and a control unit
 * ```ts ignore
 * import { can } from "@berkeley/sockets";
 *
 * using tester = await can.openIsoTp({ interface: "vcan0", txId: 0x7e0, rxId: 0x7e8 });
 * await tester.send(Uint8Array.of(0x22, 0xf1, 0x90));
 * console.log(await tester.recv({ timeoutMs: 1000 }));
 * ```
 *
 * @param options The interface and both identifiers.
 * @returns The endpoint: `send` and `recv` without addresses.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {RangeError} If a number is out of range.
 * @throws {SocketError} `ENODEV`: no such interface.
 * @throws {Deno.errors.NotSupported} Code `EPROTONOSUPPORT`: the kernel lacks the module can-isotp.
 * @throws {Deno.errors.NotCapable} If a permission is missing.
 */
export async function openIsoTp(options: IsoTpOptions): Promise<MessageEndpoint<CanAddress>> {
  const action = "open an ISO-TP socket";
  const request = ISO_TP(options, action, "options");
  const { rxId, txId, extended } = request;
  return await openOn<MessageEndpoint<CanAddress>>(request, {
    action,
    needsLibc: "CAN",
    libc: () =>
      bindLibc<CanAddress, MessageEndpoint<CanAddress>>(
        {
          address: { family: "can", interface: request.interface, rxId, txId, extended },
          protocol: CAN_ISOTP,
          options: request.options,
        },
        "dgram",
        (core) => new LibcMessage<CanAddress>(core, { connected: true }),
      ),
  });
}

/**
 * Opens a J1939 socket (SAE J1939, Documentation/networking/j1939.rst): messages of parameter groups
 * between addresses or NAMEs, up to 117 MiB, cut into frames and joined by the kernel. SO_SNDBUF must
 * hold several packets of 1785 bytes; a send that is cancelled leaves a message that is not finished,
 * and the next one is refused (EIO) until the kernel has given it up.
 *
 * Needs `--allow-ffi` and the whole of `--allow-net`.
 *
 * @example From a static address to all
 * ```ts ignore
 * import { can } from "@berkeley/sockets";
 *
 * using unit = await can.openJ1939({ interface: "vcan0", address: 0x20 });
 * await unit.sendTo(new Uint8Array(8), { family: "can", interface: "", pgn: 0xfeca, address: 0xff });
 * for await (const { data, from } of unit) console.log(from.address, from.pgn, data);
 * ```
 *
 * @param options The interface, and who this is on it.
 * @returns The endpoint; `from` of its messages has `address`, `pgn`, and `name` where it is known.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {RangeError} If a number is out of range.
 * @throws {SocketError} `ENODEV`: no such interface; of `sendTo` `EADDRNOTAVAIL`: the NAME has no address.
 * @throws {Deno.errors.NotSupported} Code `EPROTONOSUPPORT`: the kernel lacks the module can-j1939.
 * @throws {Deno.errors.NotCapable} If a permission is missing.
 */
export async function openJ1939(options: J1939Options): Promise<MessageEndpoint<CanAddress>> {
  const action = "open a J1939 socket";
  const request = J1939(options, action, "options");
  const { name, pgn, address, broadcast } = request;
  return await openOn<MessageEndpoint<CanAddress>>(request, {
    action,
    needsLibc: "CAN",
    libc: () =>
      bindLibc<CanAddress, MessageEndpoint<CanAddress>>(
        {
          address: { family: "can", interface: request.interface, name, pgn, address },
          protocol: CAN_J1939,
          options: [[SO_BROADCAST, broadcast], ...request.options],
        },
        "dgram",
        (core) => new LibcJ1939(core),
      ),
  });
}
