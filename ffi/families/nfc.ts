/**
 * Near field communication: `struct sockaddr_nfc`, and `sockaddr_nfc_llcp` of the link protocol
 * (linux/nfc.h); the length tells which it is.
 *
 * @module
 */
import type { NfcAddress } from "../../core/rare_addresses.ts";
import { checkInteger } from "../../core/arguments.ts";
import { AF_NFC, SOCK_RAW } from "../abi/socket_constants.ts";
import { putFamily } from "./bytes.ts";
import { numberAt, type NumberField, numbersAt, putNumber, putNumbers } from "./numbers.ts";
import { type FamilyRow, WHOLE_NET } from "./row.ts";
import { putText, textAt } from "./texts.ts";

/** struct sockaddr_nfc (linux/nfc.h). */
export const SOCKADDR_NFC = {
  size: 16,
  sa_family: 0,
  dev_idx: 4,
  target_idx: 8,
  nfc_protocol: 12,
} as const;
/** struct sockaddr_nfc_llcp (linux/nfc.h), which begins alike. */
export const SOCKADDR_NFC_LLCP = {
  size: 96,
  dsap: 16,
  ssap: 17,
  service_name: 18,
  service_name_len: 88,
} as const;
const LLCP = SOCKADDR_NFC_LLCP;
/** NFC_LLCP_MAX_SERVICE_NAME (linux/nfc.h): all of the room, without a NUL. */
const NAME_BYTES = 63;
/** LLCP_MAX_SAP (net/nfc/llcp.h) is 64. */
const MAX_SAP = 63;
const NUMBERS: readonly NumberField[] = [
  ["device", SOCKADDR_NFC.dev_idx, 4],
  ["target", SOCKADDR_NFC.target_idx, 4, 0],
  ["protocol", SOCKADDR_NFC.nfc_protocol, 4, 0],
];

/** Near field communication. */
export const NFC: FamilyRow<NfcAddress> = {
  number: AF_NFC,
  name: "nfc",
  module: "nfc",
  // NFC_SOCKPROTO_* (linux/nfc.h).
  protocols: { 0: { name: "raw", module: "nfc" }, 1: { name: "llcp", module: "nfc" } },
  keys: ["device", "target", "protocol", "destinationSap", "sourceSap", "serviceName"],
  grants: ["net"],
  encode(target, offset, fields, action) {
    const { destinationSap, sourceSap, serviceName } = fields;
    target.fill(0, offset, offset + LLCP.size);
    putFamily(target, offset, AF_NFC);
    putNumbers(target, offset, fields, NUMBERS, action);
    if ((destinationSap ?? sourceSap ?? serviceName) === undefined) return SOCKADDR_NFC.size;
    checkInteger(destinationSap ?? 0, 0, MAX_SAP, action, "address.destinationSap");
    checkInteger(sourceSap ?? 0, 0, MAX_SAP, action, "address.sourceSap");
    putNumber(target, offset + LLCP.dsap, Number(destinationSap ?? 0), 1);
    putNumber(target, offset + LLCP.ssap, Number(sourceSap ?? 0), 1);
    if (serviceName !== undefined) {
      putText(target, offset + LLCP.service_name, fields, "serviceName", NAME_BYTES, action);
      putNumber(target, offset + LLCP.service_name_len, String(serviceName).length, 4);
    }
    return LLCP.size;
  },
  decode(bytes, offset, size) {
    if (size < SOCKADDR_NFC.size) return undefined;
    const address = { family: "nfc", ...numbersAt(bytes, offset, NUMBERS) } as NfcAddress;
    if (size < LLCP.size) return address;
    const length = Math.min(numberAt(bytes, offset + LLCP.service_name_len, 4), NAME_BYTES);
    const serviceName = textAt(bytes, offset + LLCP.service_name, length);
    return {
      ...address,
      destinationSap: bytes[offset + LLCP.dsap],
      sourceSap: bytes[offset + LLCP.ssap],
      ...(serviceName !== "" && { serviceName }),
    };
  },
  text: ({ device, target = 0, serviceName, destinationSap }) =>
    `nfc:${device}:${target}${
      destinationSap === undefined ? "" : `:${serviceName ?? destinationSap}`
    }`,
  permissions: () => WHOLE_NET,
  capability: (type) => type === SOCK_RAW ? "needs the capability CAP_NET_RAW" : undefined,
};
