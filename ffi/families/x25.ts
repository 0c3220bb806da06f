/**
 * X.25: `struct sockaddr_x25` (linux/x25.h, `man 7 x25`).
 *
 * @module
 */
import type { X25Address } from "../../core/rare_addresses.ts";
import { AF_X25 } from "../abi/socket_constants.ts";
import { putFamily } from "./bytes.ts";
import { type FamilyRow, refuse, WHOLE_NET } from "./row.ts";
import { putText, textAt } from "./texts.ts";

/** struct sockaddr_x25 (linux/x25.h). */
export const SOCKADDR_X25 = { size: 18, sx25_family: 0, sx25_addr: 2 } as const;
/** X25_ADDR_LEN (linux/x25.h) is 16, with a NUL. */
const DIGITS = 15;

/** X.25. */
export const X25: FamilyRow<X25Address> = {
  number: AF_X25,
  name: "x25",
  module: "x25",
  plainSends: true, // x25_sendmsg
  keys: ["number"],
  grants: ["net"],
  encode(target, offset, fields, action) {
    target.fill(0, offset, offset + SOCKADDR_X25.size);
    putFamily(target, offset, AF_X25);
    const { number } = fields;
    if (number !== "") {
      putText(target, offset + SOCKADDR_X25.sx25_addr, fields, "number", DIGITS, action);
      if (!/^[0-9]+$/.test(String(number))) refuse(action, "address.number is not decimal digits");
    }
    return SOCKADDR_X25.size;
  },
  decode(bytes, offset, size) {
    if (size < SOCKADDR_X25.size) return undefined;
    return { family: "x25", number: textAt(bytes, offset + SOCKADDR_X25.sx25_addr, DIGITS) };
  },
  text: ({ number }) => `x25:${number}`,
  permissions: () => WHOLE_NET,
};
