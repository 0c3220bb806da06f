/**
 * Low-rate wireless networks: `struct sockaddr_ieee802154` (include/net/af_ieee802154.h of the
 * kernel, which no header for programs has).
 *
 * @module
 */
import type { Ieee802154Address } from "../../core/rare_addresses.ts";
import { checkInteger } from "../../core/arguments.ts";
import { AF_IEEE802154, SOCK_RAW } from "../abi/socket_constants.ts";
import { hostU32At, putFamily, putHostU32 } from "./bytes.ts";
import { numberAt, type NumberField, numbersAt, putNumber, putNumbers } from "./numbers.ts";
import { type FamilyRow, refuse, WHOLE_NET } from "./row.ts";
import { hardwareAt, putHardware } from "./texts.ts";

/** struct sockaddr_ieee802154; the long address is as it is written, the rest in the host's order. */
export const SOCKADDR_IEEE802154 = {
  size: 20,
  family: 0,
  "addr.addr_type": 4,
  "addr.pan_id": 8,
  "addr.hwaddr": 10,
  "addr.short_addr": 10,
} as const;
const SA = SOCKADDR_IEEE802154;
/** IEEE802154_ADDR_* and IEEE802154_ADDR_LEN (include/net/af_ieee802154.h). */
const ADDR_SHORT = 2;
const ADDR_LONG = 3;
const LONG_BYTES = 8;
const NUMBERS: readonly NumberField[] = [["panId", SA["addr.pan_id"], 2, 0xffff]];

/** Low-rate wireless networks. */
export const IEEE802154: FamilyRow<Ieee802154Address> = {
  number: AF_IEEE802154,
  name: "ieee802154",
  module: "ieee802154_socket",
  keys: ["panId", "shortAddress", "extendedAddress"],
  grants: ["net"],
  // sock_no_getname (net/ieee802154/socket.c).
  nameless: true,
  encode(target, offset, fields, action) {
    const { shortAddress, extendedAddress } = fields;
    target.fill(0, offset, offset + SA.size);
    putFamily(target, offset, AF_IEEE802154);
    putNumbers(target, offset, fields, NUMBERS, action);
    if (extendedAddress !== undefined) {
      if (shortAddress !== undefined) refuse(action, "address has a short and an extended address");
      putHostU32(target, offset + SA["addr.addr_type"], ADDR_LONG);
      const at = offset + SA["addr.hwaddr"];
      putHardware(target, at, fields, "extendedAddress", LONG_BYTES, action);
    } else if (shortAddress !== undefined) {
      checkInteger(shortAddress, 0, 0xffff, action, "address.shortAddress");
      putHostU32(target, offset + SA["addr.addr_type"], ADDR_SHORT);
      putNumber(target, offset + SA["addr.short_addr"], shortAddress, 2);
    }
    return SA.size;
  },
  decode(bytes, offset, size) {
    if (size < SA.size) return undefined;
    const type = hostU32At(bytes, offset + SA["addr.addr_type"]);
    const at = offset + SA["addr.hwaddr"];
    return {
      family: "ieee802154",
      ...numbersAt(bytes, offset, NUMBERS),
      ...(type === ADDR_SHORT && { shortAddress: numberAt(bytes, at, 2) }),
      ...(type === ADDR_LONG && { extendedAddress: hardwareAt(bytes, at, LONG_BYTES) }),
    };
  },
  text: ({ panId = 0xffff, shortAddress, extendedAddress }) =>
    `ieee802154:${panId.toString(16)}:${extendedAddress ?? shortAddress?.toString(16) ?? "none"}`,
  permissions: () => WHOLE_NET,
  capability: (type) => type === SOCK_RAW ? "needs the capability CAP_NET_RAW" : undefined,
};
