/**
 * The management interface of the kernel's Bluetooth (doc/mgmt-api.txt of BlueZ).
 *
 * @module
 */
import type { BluetoothAddressType } from "../core/address.ts";
import { boolean, integer, list, object, oneOf, orElse } from "../core/arguments.ts";
import { WAIT_SHAPE, type WaitOptions } from "../core/wait.ts";
import { MGMT } from "./_constants.ts";
import { openHci } from "./hci.ts";
import { controllerOf, deviceOf, putDevice, settings } from "./_management_codec.ts";
import type {
  BluetoothController,
  BluetoothDevice,
  BluetoothMessages,
  BluetoothSetting,
  DiscoverOptions,
  Management,
} from "./types.ts";

const NO_INDEX = 0xffff;
const HEADER_BYTES = 6;

const NONE = new Uint8Array(0);
/** The capability of a program without a screen and keys (MGMT_OP_PAIR_DEVICE, IO_Capability). */
const NO_INPUT_NO_OUTPUT = 3;
const LIMITS = object(WAIT_SHAPE);
const DISCOVER = object({
  ...WAIT_SHAPE,
  types: orElse(list(oneOf("bredr", "le")), ["bredr", "le"]),
});
const INDEX = integer(0, NO_INDEX - 1);
/** The address types of a discovery, as bits: 1 classic, 2 public and 4 random of Low Energy. */
const DISCOVERY_BITS = { bredr: 1, le: 6 } as const;
const SET = {
  powered: MGMT.SET_POWERED,
  connectable: MGMT.SET_CONNECTABLE,
  bondable: MGMT.SET_BONDABLE,
  ssp: MGMT.SET_SSP,
  le: MGMT.SET_LE,
  advertising: MGMT.SET_ADVERTISING,
  discoverable: MGMT.SET_DISCOVERABLE,
} as const;
const SETTING = oneOf(...Object.keys(SET) as (keyof typeof SET)[]);
/** MGMT_STATUS_* by number. */
const STATUS = [
  ...["success", "unknown command", "not connected", "failed", "connect failed"],
  ...["authentication failed", "not paired", "no resources", "timed out", "already connected"],
  ...["busy", "rejected", "not supported", "invalid parameters", "disconnected", "not powered"],
  ...["cancelled", "invalid index", "blocked by rfkill", "already paired", "permission denied"],
];

/** An error that the kernel's management tells. */
export class ManagementError extends Error {
  /** MGMT_STATUS_*, 1 to 20. */
  readonly status: number;

  /** What failed, and how. */
  constructor(action: string, status: number) {
    super(`Cannot ${action}: ${STATUS[status] ?? `status ${status}`}`);
    this.name = "ManagementError";
    this.status = status;
  }
}

/**
 * Opens the management of the Bluetooth controllers: list them, switch them on, look for devices,
 * advertise, pair.
 *
 * Needs `--allow-ffi` and the whole of `--allow-net`; what changes anything, CAP_NET_ADMIN.
 *
 * @example The controllers
 * ```ts ignore
 * import { bluetooth } from "@berkeley/sockets";
 *
 * using management = await bluetooth.openManagement();
 * for (const index of await management.indexes()) console.log(await management.info(index));
 * ```
 *
 * @returns The management.
 * @throws {Deno.errors.NotSupported} Code `EAFNOSUPPORT`: the kernel lacks the module bluetooth.
 * @throws {Deno.errors.NotCapable} If a permission is missing.
 */
export async function openManagement(): Promise<Management> {
  return new KernelManagement(await openHci({ device: NO_INDEX, channel: "control" }));
}

/** A message of the interface. */
interface Packet {
  event: number;
  index: number;
  data: Uint8Array;
}

class KernelManagement implements Management {
  readonly #socket: BluetoothMessages;
  /** The requests follow each other: an answer tells only which command it is to. */
  #last: Promise<unknown> = Promise.resolve();
  /** Commands whose answers are still to come. */
  readonly #owed = new Set<number>();
  /** Who hears of events. */
  readonly #listeners = new Set<(packet: Packet) => void>();

  constructor(socket: BluetoothMessages) {
    this.#socket = socket;
  }

  async indexes(options?: WaitOptions): Promise<number[]> {
    const action = "list controllers";
    const data = await this.#command(MGMT.READ_INDEX_LIST, NO_INDEX, NONE, action, options);
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    const count = Math.min(view.getUint16(0, true), (data.length >> 1) - 1);
    return Array.from({ length: count }, (_, i) => view.getUint16(2 + 2 * i, true));
  }

  async info(index: number, options?: WaitOptions): Promise<BluetoothController> {
    const action = "look at a controller";
    INDEX(index, action, "index");
    const data = await this.#command(MGMT.READ_INFO, index, NONE, action, options);
    return controllerOf(index, data, action);
  }

  async set(
    index: number,
    setting: keyof typeof SET,
    on: boolean,
    options?: WaitOptions,
  ): Promise<BluetoothSetting[]> {
    SETTING(setting, "switch a setting", "setting");
    const action = `switch ${setting}`;
    INDEX(index, action, "index");
    boolean(on, action, "on");
    const value = on ? 1 : 0;
    // The discoverable setting has a time after which it ends; 0 is never.
    const parameters = setting === "discoverable"
      ? Uint8Array.of(value, 0, 0)
      : Uint8Array.of(value);
    const data = await this.#command(SET[setting], index, parameters, action, options);
    return settings(new DataView(data.buffer, data.byteOffset, data.byteLength).getUint32(0, true));
  }

  async pair(
    index: number,
    device: { address: string; addressType?: BluetoothAddressType },
    options?: WaitOptions,
  ): Promise<void> {
    const action = "pair";
    INDEX(index, action, "index");
    const parameters = new Uint8Array(8);
    putDevice(parameters, device, action);
    parameters[7] = NO_INPUT_NO_OUTPUT;
    await this.#command(MGMT.PAIR_DEVICE, index, parameters, action, options);
  }

  async unpair(
    index: number,
    device: { address: string; addressType?: BluetoothAddressType },
    options?: WaitOptions,
  ): Promise<void> {
    const action = "unpair";
    INDEX(index, action, "index");
    const parameters = new Uint8Array(8);
    putDevice(parameters, device, action);
    parameters[7] = 1; // ends the connection too
    await this.#command(MGMT.UNPAIR_DEVICE, index, parameters, action, options);
  }

  async *discover(
    index: number,
    options: DiscoverOptions = {},
  ): AsyncGenerator<BluetoothDevice, void, void> {
    const action = "discover devices";
    INDEX(index, action, "index");
    const { types, ...limits } = DISCOVER(options, action, "options");
    const bits = Uint8Array.of(types.reduce((sum, type) => sum | DISCOVERY_BITS[type], 0));
    const found: BluetoothDevice[] = [];
    let done = false;
    const listener = ({ event, index: of, data }: Packet) => {
      if (of !== index) return;
      if (event === MGMT.EV_DEVICE_FOUND) found.push(deviceOf(data));
      if (event === MGMT.EV_DISCOVERING && data[1] === 0) done = true;
    };
    this.#listeners.add(listener);
    try {
      await this.#command(MGMT.START_DISCOVERY, index, bits, action, limits);
      for (;;) {
        while (found.length > 0) yield found.shift()!;
        if (done) return;
        await this.#inOrder(async () => {
          if (found.length === 0 && !done) this.#tell(await this.#socket.recv(limits));
        });
      }
    } finally {
      this.#listeners.delete(listener);
      if (!done) await this.#command(MGMT.STOP_DISCOVERY, index, bits, action).catch(() => {});
    }
  }

  close(): void {
    this.#socket.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #command(
    command: number,
    index: number,
    parameters: Uint8Array,
    action: string,
    options: WaitOptions = {},
  ): Promise<Uint8Array> {
    const limits = LIMITS(options, action, "options");
    const packet = new Uint8Array(HEADER_BYTES + parameters.length);
    const view = new DataView(packet.buffer);
    view.setUint16(0, command, true);
    view.setUint16(2, index, true);
    view.setUint16(4, parameters.length, true);
    packet.set(parameters, HEADER_BYTES);
    const key = keyOf(command, index);
    return this.#inOrder(async () => {
      // Two of the same at a time would be refused, and their answers be taken for each other.
      if (this.#owed.has(key)) await this.#answer(key, limits);
      await this.#socket.send(packet, limits);
      this.#owed.add(key);
      const answer = await this.#answer(key, limits);
      if (answer[2] !== 0) throw new ManagementError(action, answer[2]);
      return answer.subarray(3);
    });
  }

  /** The answer to a command; whoever gives up leaves it owed. */
  async #answer(key: number, limits: WaitOptions): Promise<Uint8Array> {
    for (;;) {
      const { event, index, data } = this.#tell(await this.#socket.recv(limits));
      const isAnswer = event === MGMT.EV_COMMAND_COMPLETE || event === MGMT.EV_COMMAND_STATUS;
      if (!isAnswer || data.length < 3) continue;
      const answered = keyOf(data[0] | data[1] << 8, index);
      this.#owed.delete(answered);
      if (answered === key) return data;
    }
  }

  /** Tells who listens of a packet. */
  #tell(bytes: Uint8Array): Packet {
    if (bytes.length < HEADER_BYTES) return { event: 0, index: NO_INDEX, data: NONE };
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const packet = {
      event: view.getUint16(0, true),
      index: view.getUint16(2, true),
      data: bytes.subarray(HEADER_BYTES),
    };
    for (const listener of this.#listeners) listener(packet);
    return packet;
  }

  #inOrder<T>(step: () => Promise<T>): Promise<T> {
    const next = this.#last.then(step);
    this.#last = next.catch(() => {});
    return next;
  }
}

/** What tells the answers to commands apart: the command, and the controller that it was for. */
function keyOf(command: number, index: number): number {
  return command * 0x10000 + index;
}
