/**
 * Addresses that no row decodes: their bytes as they are (`struct sockaddr`, sys/socket.h).
 *
 * @module
 */
import type { OpaqueAddress } from "../../core/address.ts";
import { checkInteger } from "../../core/arguments.ts";
import { checkBytes } from "../../core/bytes.ts";
import { STRUCTS } from "../abi/layout.ts";
import { AF_UNSPEC } from "../abi/socket_constants.ts";
import { familyAt, putFamily } from "./bytes.ts";
import { type FamilyRow, WHOLE_NET } from "./row.ts";

const { sockaddr: SA, sockaddr_storage: STORAGE } = STRUCTS;
const DATA_BYTES = STORAGE.size - SA.sa_data;

/** What is left: AF_UNSPEC too. Nobody can tell whom its bytes reach. */
export const OTHER: FamilyRow<OpaqueAddress> = {
  number: AF_UNSPEC,
  name: "other",
  keys: ["familyNumber", "data"],
  grants: ["net"],
  recognises: ({ familyNumber }) => familyNumber !== undefined,
  encode(target, offset, fields, action) {
    const { familyNumber, data } = fields;
    checkInteger(familyNumber, 0, 65535, action, "address.familyNumber");
    checkBytes(data, action, "address.data");
    if (data.length > DATA_BYTES) {
      throw new RangeError(
        `Cannot ${action}: address.data is ${data.length} bytes long, ${DATA_BYTES} are allowed`,
      );
    }
    putFamily(target, offset, familyNumber);
    target.set(data, offset + SA.sa_data);
    return SA.sa_data + data.length;
  },
  decode(bytes, offset, size) {
    return {
      family: "other",
      familyNumber: size < SA.sa_data ? AF_UNSPEC : familyAt(bytes, offset),
      data: bytes.slice(offset + SA.sa_data, offset + size),
    };
  },
  text: ({ familyNumber }) => `family ${familyNumber}`,
  permissions: () => WHOLE_NET,
};
