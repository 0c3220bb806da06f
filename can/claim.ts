import type { CanAddress } from "../core/address.ts";
import {
  checkInteger,
  checkKeys,
  integer,
  list,
  object,
  optional,
  signal as signalParameter,
  text,
} from "../core/arguments.ts";
import type { MessageEndpoint } from "../core/endpoint.ts";
import { isSocketError } from "../core/errors.ts";
import { now } from "../core/clock.ts";
import { NAME, openJ1939 } from "./transport.ts";

/** The parameter group by which addresses are claimed (SAE J1939-81). */
const PGN_ADDRESS_CLAIMED = 0xee00;
/** How long others have to object (SAE J1939-81). */
const OBJECTION_MS = 250;
const ALL = 0xff;
const MAX_ADDRESS = 0xfd;

const REQUEST = object({
  signal: optional(signalParameter),
  interface: text(),
  name: NAME,
  addresses: list(integer(0, MAX_ADDRESS)),
});

/** The fields of a NAME (SAE J1939-81). */
export interface J1939Name {
  /** Whether another address may be taken when one is lost. */
  arbitraryAddress: boolean;
  /** The industry, 0 to 7. */
  industryGroup: number;
  /** Which of several systems, 0 to 15. */
  vehicleSystemInstance: number;
  /** The system, 0 to 127. */
  vehicleSystem: number;
  /** The function, 0 to 255. */
  function: number;
  /** Which of several such functions, 0 to 31. */
  functionInstance: number;
  /** Which of several control units, 0 to 7. */
  ecuInstance: number;
  /** The manufacturer's code, 0 to 2047. */
  manufacturer: number;
  /** The identity number, 0 to 2^21 - 1. */
  identity: number;
}

/** Shift and bits of each field; bit 48 is reserved. */
const FIELDS: readonly (readonly [Exclude<keyof J1939Name, "arbitraryAddress">, bigint, number])[] =
  [
    ["identity", 0n, 21],
    ["manufacturer", 21n, 11],
    ["ecuInstance", 32n, 3],
    ["functionInstance", 35n, 5],
    ["function", 40n, 8],
    ["vehicleSystem", 49n, 7],
    ["vehicleSystemInstance", 56n, 4],
    ["industryGroup", 60n, 3],
  ];

/**
 * A NAME as a number: the lower wins an address.
 *
 * @example
 * ```ts
 * import { can } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * const name = can.packJ1939Name({
 *   arbitraryAddress: true,
 *   industryGroup: 1,
 *   vehicleSystemInstance: 0,
 *   vehicleSystem: 0,
 *   function: 5,
 *   functionInstance: 0,
 *   ecuInstance: 0,
 *   manufacturer: 300,
 *   identity: 42,
 * });
 * assertEquals(can.unpackJ1939Name(name).manufacturer, 300);
 * ```
 *
 * @param fields All of its fields.
 * @returns The number.
 * @throws {RangeError} If a field is out of range.
 */
export function packJ1939Name(fields: J1939Name): bigint {
  const action = "pack a NAME";
  checkKeys(fields, ["arbitraryAddress", ...FIELDS.map(([key]) => key)], action, "fields");
  if (typeof fields.arbitraryAddress !== "boolean") {
    throw new TypeError(`Cannot ${action}: arbitraryAddress is not a boolean`);
  }
  let name = fields.arbitraryAddress ? 1n << 63n : 0n;
  for (const [key, shift, bits] of FIELDS) {
    checkInteger(fields[key], 0, 2 ** bits - 1, action, key);
    name |= BigInt(fields[key]) << shift;
  }
  return name;
}

/**
 * The fields of a NAME.
 *
 * @example In short
 * ```ts
 * import { can } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * const fields = can.unpackJ1939Name(0x8000_0000_0c80_0007n);
 * assertEquals([fields.identity, fields.manufacturer], [7, 100]);
 * ```
 *
 * @param name The NAME.
 * @returns Its fields.
 */
export function unpackJ1939Name(name: bigint): J1939Name {
  NAME(name, "unpack a NAME", "name");
  const fields = Object.fromEntries(
    FIELDS.map(([key, shift, bits]) => [key, Number(name >> shift & (1n << BigInt(bits)) - 1n)]),
  );
  return { arbitraryAddress: (name >> 63n & 1n) === 1n, ...fields } as unknown as J1939Name;
}

/** Options of {@linkcode claimAddress}. */
export interface ClaimOptions {
  /** Rejects with `signal.reason` when aborted. */
  signal?: AbortSignal;
  /** The interface by name. */
  interface: string;
  /** The NAME of this control function. */
  name: bigint;
  /** The addresses to try, in this order: 0 to 0xfd each. */
  addresses: readonly number[];
}

/** An address that is held while its endpoint is open and others respect it. */
export interface ClaimedAddress extends Disposable {
  /** The address. */
  address: number;
  /** The socket that claimed it; others may be opened by the NAME. */
  endpoint: MessageEndpoint<CanAddress>;
}

/**
 * Claims an address on a J1939 network for a NAME (SAE J1939-81): says so, and waits a quarter of a
 * second whether a NAME that goes before objects. Then sockets opened with the NAME alone send by it.
 *
 * Needs `--allow-ffi` and the whole of `--allow-net`.
 *
 * @example Any of three addresses
 * ```ts ignore
 * import { can } from "@berkeley/sockets";
 *
 * const name = 0x8000_0000_0c80_0007n; // can.packJ1939Name makes one of its fields
 * using claimed = await can.claimAddress({ interface: "can0", name, addresses: [128, 129, 130] });
 * console.log(claimed.address);
 * ```
 *
 * @param options The interface, the NAME and the addresses to try.
 * @returns The address that nobody with a better right has.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {RangeError} If a number is out of range, the NAME 0, or the list empty.
 * @throws {Deno.errors.AddrInUse} If others have all of them.
 */
export async function claimAddress(options: ClaimOptions): Promise<ClaimedAddress> {
  const action = "claim an address";
  const { interface: where, name, addresses, signal } = REQUEST(options, action, "options");
  if (addresses.length === 0) throw new RangeError(`Cannot ${action}: addresses is empty`);
  if (name === 0n) throw new RangeError(`Cannot ${action}: name 0 is none`);
  for (const address of addresses) {
    signal?.throwIfAborted();
    const endpoint = await openJ1939({ interface: where, name, address });
    if (await isUncontested(endpoint, name, address, signal)) {
      return { address, endpoint, [Symbol.dispose]: () => endpoint.close() };
    }
    endpoint.close();
  }
  throw new Deno.errors.AddrInUse(`Cannot ${action}: others have all of ${addresses.join(", ")}`);
}

async function isUncontested(
  endpoint: MessageEndpoint<CanAddress>,
  name: bigint,
  address: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const to = { family: "can", interface: "", pgn: PGN_ADDRESS_CLAIMED, address: ALL } as const;
  const claim = new Uint8Array(8);
  new DataView(claim.buffer).setBigUint64(0, name, true);
  try {
    await endpoint.sendTo(claim, to, { signal });
    const end = now() + OBJECTION_MS;
    for (let left = OBJECTION_MS; left > 0; left = end - now()) {
      const { data, from } = await endpoint.recvFrom({ signal, timeoutMs: left });
      if (from.pgn !== PGN_ADDRESS_CLAIMED || from.address !== address || data.length < 8) continue;
      const theirs = new DataView(data.buffer, data.byteOffset).getBigUint64(0, true);
      if (theirs < name) return false;
      // Ours goes before: said once more.
      if (theirs > name) await endpoint.sendTo(claim, to, { signal });
    }
  } catch (error) {
    // A signal may end with the same error.
    const isOver = error instanceof DOMException && error.name === "TimeoutError";
    if (isOver && !signal?.aborted) return true;
    endpoint.close();
    if (isSocketError(error, "EADDRINUSE")) return false;
    throw error;
  }
  return true;
}
