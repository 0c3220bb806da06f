/**
 * Amateur packet radio: `struct sockaddr_ax25`, and `full_sockaddr_ax25` with the stations on the way
 * (linux/ax25.h, `man 4 ax25`).
 *
 * @module
 */
import type { Ax25Address } from "../../core/rare_addresses.ts";
import { AF_AX25, SOCK_RAW } from "../abi/socket_constants.ts";
import { hostU32At, putFamily, putHostU32 } from "./bytes.ts";
import { type FamilyRow, refuse, WHOLE_NET } from "./row.ts";

/** struct sockaddr_ax25 (linux/ax25.h); with eight digipeaters it is struct full_sockaddr_ax25. */
export const SOCKADDR_AX25 = {
  size: 16,
  sax25_family: 0,
  sax25_call: 2,
  sax25_ndigis: 12,
} as const;
/** struct full_sockaddr_ax25 (linux/ax25.h). */
export const FULL_SOCKADDR_AX25 = { size: 72, fsa_ax25: 0, fsa_digipeater: 16 } as const;
/** AX25_MAX_DIGIS (linux/ax25.h). */
const MAX_DIGIPEATERS = 8;
/** ax25_address (linux/ax25.h): six characters and the number, each shifted left by one. */
const CALL_BYTES = 7;
const CALL_CHARACTERS = 6;
const CALLSIGN = /^([A-Z0-9]{1,6})(?:-(1[0-5]|[0-9]))?$/;

function putCallsign(
  target: Uint8Array,
  at: number,
  text: unknown,
  action: string,
  name: string,
): void {
  const [, call = "", number = "0"] = CALLSIGN.exec(String(text)) ?? [];
  if (typeof text !== "string" || call === "" && text !== "") {
    refuse(
      action,
      `${name} is not one to six capital letters and digits, and -0 to -15 if anything`,
    );
  }
  for (let i = 0; i < CALL_CHARACTERS; i++) {
    target[at + i] = (i < call.length ? call.charCodeAt(i) : 0x20) << 1;
  }
  target[at + CALL_CHARACTERS] = Number(number) << 1;
}

function callsignAt(bytes: Uint8Array, at: number): string {
  let call = "";
  for (let i = 0; i < CALL_CHARACTERS; i++) {
    const code = bytes[at + i] >> 1;
    if (code <= 0x20) break;
    call += String.fromCharCode(code);
  }
  const number = bytes[at + CALL_CHARACTERS] >> 1 & 15;
  return number === 0 || call === "" ? call : `${call}-${number}`;
}

/** Amateur packet radio. */
export const AX25: FamilyRow<Ax25Address> = {
  number: AF_AX25,
  name: "ax25",
  module: "ax25",
  plainSends: true, // ax25_sendmsg
  keys: ["callsign", "digipeaters"],
  grants: ["net"],
  encode(target, offset, { callsign, digipeaters = [] }, action) {
    if (!Array.isArray(digipeaters)) refuse(action, "address.digipeaters is not an array");
    if (digipeaters.length > MAX_DIGIPEATERS) {
      throw new RangeError(
        `Cannot ${action}: address.digipeaters has ${digipeaters.length} stations, ${MAX_DIGIPEATERS} are allowed`,
      );
    }
    target.fill(0, offset, offset + FULL_SOCKADDR_AX25.size);
    putFamily(target, offset, AF_AX25);
    const { sax25_call, sax25_ndigis } = SOCKADDR_AX25;
    putCallsign(target, offset + sax25_call, callsign, action, "address.callsign");
    putHostU32(target, offset + sax25_ndigis, digipeaters.length);
    const first = offset + FULL_SOCKADDR_AX25.fsa_digipeater;
    for (const [i, station] of digipeaters.entries()) {
      putCallsign(target, first + CALL_BYTES * i, station, action, `address.digipeaters[${i}]`);
    }
    return digipeaters.length === 0 ? SOCKADDR_AX25.size : FULL_SOCKADDR_AX25.size;
  },
  decode(bytes, offset, size) {
    if (size < SOCKADDR_AX25.size) return undefined;
    const callsign = callsignAt(bytes, offset + SOCKADDR_AX25.sax25_call);
    const first = FULL_SOCKADDR_AX25.fsa_digipeater;
    const count = Math.min(
      hostU32At(bytes, offset + SOCKADDR_AX25.sax25_ndigis),
      MAX_DIGIPEATERS,
      Math.floor((size - first) / CALL_BYTES),
    );
    if (count === 0) return { family: "ax25", callsign };
    const station = (_: unknown, i: number): string =>
      callsignAt(bytes, offset + first + CALL_BYTES * i);
    return { family: "ax25", callsign, digipeaters: Array.from({ length: count }, station) };
  },
  text: ({ callsign, digipeaters = [] }) => `ax25:${[callsign, ...digipeaters].join(",")}`,
  permissions: () => WHOLE_NET,
  capability: (type) => type === SOCK_RAW ? "needs the capability CAP_NET_RAW" : undefined,
};
