/**
 * `rfcomm:`, `l2cap:` and `l2caple:`: a Bluetooth device and what it serves.
 *
 * @module
 */
import type {
  BluetoothAddress,
  BluetoothAddressType,
  L2capAddress,
  RfcommAddress,
} from "../../core/address.ts";
import { UsageError } from "../exit.ts";
import { load } from "../load.ts";
import { type Scheme, scheme, type SchemeRow } from "./scheme.ts";

/** A device and a number of its own. */
interface BluetoothTarget {
  /** Absent when the text has a number only. */
  readonly address: string | undefined;
  readonly random: boolean;
  readonly number: number;
}

/** BDADDR_ANY. */
const ANY = "00:00:00:00:00:00";
const DEVICE = /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/i;

const openers = () =>
  load<typeof import("../../bluetooth/mod.ts")>("../../bluetooth/mod.ts", import.meta.url);

/** What all share; `most` is the largest number. */
function shared(what: string, least: number, most: number, low: boolean) {
  return {
    clientSettings: [],
    serverSettings: [],
    // Either end of a channel closes it as a whole, and the other is told by an error.
    ending: { halves: false, code: "ECONNRESET" },
    parse: (rest: string, text: string) => parseTarget(rest, text, { what, least, most, low }),
    format: ({ address, random, number }: BluetoothTarget) =>
      address === undefined ? `${number}` : `${address}${random ? "/random" : ""}:${number}`,
    checkClient({ address }: BluetoothTarget, text: string): void {
      if (address === undefined) {
        throw new UsageError(`address "${text}" lacks a device to connect to`);
      }
    },
  } satisfies Partial<SchemeRow<BluetoothTarget, BluetoothAddress>>;
}

function l2cap(name: string, help: string, most: number, low: boolean): Scheme {
  const typeOf = ({ random }: BluetoothTarget): { addressType?: BluetoothAddressType } =>
    low ? { addressType: random ? "leRandom" : "lePublic" } : {};
  const at = (target: BluetoothTarget) =>
    ({ kind: "l2cap", psm: target.number, ...typeOf(target) }) as const;
  return scheme<BluetoothTarget, BluetoothAddress>({
    name,
    form: "DEVICE:PSM",
    help,
    ...shared("PSM", 1, most, low),
    show: (address) => {
      const { address: device, psm = 0, addressType } = address as L2capAddress;
      const random = addressType === "leRandom" ? "/random" : "";
      return device === ANY ? `${psm}` : `${device}${random}:${psm}`;
    },
    connect: async (target, how) =>
      await (await openers()).connect({ ...at(target), address: target.address ?? ANY, ...how }),
    listen: async (target, how) =>
      await (await openers()).listen({ ...at(target), ...ownOf(target), ...how }),
  });
}

/** The rows. */
export const BLUETOOTH_SCHEMES: readonly Scheme[] = [
  scheme<BluetoothTarget, BluetoothAddress>({
    name: "rfcomm",
    form: "DEVICE:CHANNEL",
    help: "Bluetooth's serial port; DEVICE is an address as 00:11:22:33:44:55",
    ...shared("channel", 1, 30, false),
    show: (address) => {
      const { address: device, channel } = address as RfcommAddress;
      return device === ANY ? `${channel}` : `${device}:${channel}`;
    },
    connect: async ({ address = ANY, number }, how) =>
      await (await openers()).connect({ kind: "rfcomm", address, channel: number, ...how }),
    listen: async (target, how) =>
      await (await openers()).listen({
        ...{ kind: "rfcomm", channel: target.number },
        ...ownOf(target),
        ...how,
      }),
  }),
  l2cap("l2cap", "Bluetooth's packets, classic", 0xffff, false),
  l2cap("l2caple", "Bluetooth's packets, Low Energy; DEVICE may end in /random", 0xff, true),
];

function ownOf({ address }: BluetoothTarget): { address?: string } {
  return address === undefined ? {} : { address };
}

function parseTarget(
  rest: string,
  text: string,
  { what, least, most, low }: { what: string; least: number; most: number; low: boolean },
): BluetoothTarget {
  const colon = rest.lastIndexOf(":");
  const whole = colon < 0 ? undefined : rest.slice(0, colon);
  const device = whole?.replace(/\/random$/, "");
  const random = whole !== device;
  if (device !== undefined && !DEVICE.test(device) || random && !low) {
    throw new UsageError(`the device of "${text}" is not as 00:11:22:33:44:55`);
  }
  const digits = rest.slice(colon + 1);
  const number = /^(?:\d{1,5}|0x[0-9a-f]{1,4})$/i.test(digits) ? Number(digits) : NaN;
  if (!(number >= least && number <= most)) {
    throw new UsageError(`the ${what} of "${text}" is no number in ${least} to ${most}`);
  }
  return { address: device?.toUpperCase(), random, number };
}
