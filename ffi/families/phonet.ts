/**
 * Nokia's modems: `struct sockaddr_pn` (linux/phonet.h, Documentation/networking/phonet.rst).
 *
 * @module
 */
import type { PhonetAddress } from "../../core/rare_addresses.ts";
import { checkInteger } from "../../core/arguments.ts";
import { AF_PHONET } from "../abi/socket_constants.ts";
import { putFamily } from "./bytes.ts";
import { type FamilyRow, refuse, WHOLE_NET } from "./row.ts";

/** struct sockaddr_pn (linux/phonet.h). The upper bits of the port are the lower two of the device. */
export const SOCKADDR_PN = {
  size: 16,
  spn_family: 0,
  spn_obj: 2,
  spn_dev: 3,
  spn_resource: 4,
} as const;

/** Phonet. */
export const PHONET: FamilyRow<PhonetAddress> = {
  number: AF_PHONET,
  name: "phonet",
  module: "phonet",
  // PN_PROTO_PHONET and PN_PROTO_PIPE (linux/phonet.h).
  protocols: { 1: { name: "phonet", module: "phonet" }, 2: { name: "pipe", module: "pn_pep" } },
  keys: ["device", "port", "resource"],
  grants: ["net"],
  encode(target, offset, { device = 0, port = 0, resource = 0 }, action) {
    checkInteger(device, 0, 0xfc, action, "address.device");
    if (device % 4 !== 0) refuse(action, `address.device ${device} is no multiple of 4`);
    checkInteger(port, 0, 0x3ff, action, "address.port");
    checkInteger(resource, 0, 0xff, action, "address.resource");
    target.fill(0, offset, offset + SOCKADDR_PN.size);
    putFamily(target, offset, AF_PHONET);
    target[offset + SOCKADDR_PN.spn_obj] = port;
    target[offset + SOCKADDR_PN.spn_dev] = device | port >> 8;
    target[offset + SOCKADDR_PN.spn_resource] = resource;
    return SOCKADDR_PN.size;
  },
  decode(bytes, offset, size) {
    if (size < SOCKADDR_PN.size) return undefined;
    const device = bytes[offset + SOCKADDR_PN.spn_dev];
    return {
      family: "phonet",
      device: device & 0xfc,
      port: (device & 3) << 8 | bytes[offset + SOCKADDR_PN.spn_obj],
      resource: bytes[offset + SOCKADDR_PN.spn_resource],
    };
  },
  text: ({ device, port, resource }) => `phonet:${device}:${port}/${resource}`,
  permissions: () => WHOLE_NET,
  capability: () => "needs the capability CAP_SYS_ADMIN",
};
