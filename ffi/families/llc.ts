/**
 * IEEE 802.2: `struct sockaddr_llc` (linux/llc.h).
 *
 * @module
 */
import type { LlcAddress } from "../../core/rare_addresses.ts";
import { AF_LLC } from "../abi/socket_constants.ts";
import { putFamily } from "./bytes.ts";
import { type NumberField, numbersAt, putNumbers } from "./numbers.ts";
import { type FamilyRow, refuse, WHOLE_NET } from "./row.ts";
import { hardwareAt, putHardware } from "./texts.ts";

/** struct sockaddr_llc (linux/llc.h). */
export const SOCKADDR_LLC = {
  size: 16,
  sllc_family: 0,
  sllc_arphrd: 2,
  sllc_test: 4,
  sllc_xid: 5,
  sllc_ua: 6,
  sllc_sap: 7,
  sllc_mac: 8,
} as const;
/** IFHWADDRLEN (linux/if.h). */
const MAC_BYTES = 6;
/** ARPHRD_ETHER (linux/if_arp.h), the least that the kernel takes. */
const ARPHRD_ETHER = 1;
const NUMBERS: readonly NumberField[] = [
  ["hardwareType", SOCKADDR_LLC.sllc_arphrd, 2, ARPHRD_ETHER],
  ["sap", SOCKADDR_LLC.sllc_sap, 1],
];
const FLAGS = ["test", "xid", "ua"] as const;

/** IEEE 802.2. */
export const LLC: FamilyRow<LlcAddress> = {
  number: AF_LLC,
  name: "llc",
  module: "llc2",
  keys: ["sap", "hardwareAddress", "hardwareType", ...FLAGS],
  grants: ["net"],
  encode(target, offset, fields, action) {
    target.fill(0, offset, offset + SOCKADDR_LLC.size);
    putFamily(target, offset, AF_LLC);
    putNumbers(target, offset, fields, NUMBERS, action);
    for (const flag of FLAGS) {
      const value = fields[flag] ?? false;
      if (typeof value !== "boolean") refuse(action, `address.${flag} is not a boolean`);
      target[offset + SOCKADDR_LLC[`sllc_${flag}`]] = Number(value);
    }
    if (fields.hardwareAddress !== undefined) {
      const at = offset + SOCKADDR_LLC.sllc_mac;
      putHardware(target, at, fields, "hardwareAddress", MAC_BYTES, action);
    }
    return SOCKADDR_LLC.size;
  },
  decode(bytes, offset, size) {
    if (size < SOCKADDR_LLC.size) return undefined;
    const set = FLAGS.filter((flag) => bytes[offset + SOCKADDR_LLC[`sllc_${flag}`]] !== 0);
    return {
      family: "llc",
      ...numbersAt(bytes, offset, NUMBERS),
      hardwareAddress: hardwareAt(bytes, offset + SOCKADDR_LLC.sllc_mac, MAC_BYTES),
      ...Object.fromEntries(set.map((flag) => [flag, true])),
    } as LlcAddress;
  },
  text: ({ hardwareAddress, sap }) => `llc:${hardwareAddress ?? ""}/${sap}`,
  permissions: () => WHOLE_NET,
  capability: () => "needs the capability CAP_NET_RAW",
};
