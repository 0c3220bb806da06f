/**
 * Queues of interfaces: `struct sockaddr_xdp` (linux/if_xdp.h, Documentation/networking/af_xdp.rst).
 *
 * @module
 */
import type { XdpAddress } from "../../core/rare_addresses.ts";
import { AF_XDP } from "../abi/socket_constants.ts";
import { hostU32At, putFamily, putHostU32 } from "./bytes.ts";
import { indexOf } from "./interface_index.ts";
import { type NumberField, numbersAt, putNumbers } from "./numbers.ts";
import { type FamilyRow, WHOLE_NET } from "./row.ts";

/** struct sockaddr_xdp (linux/if_xdp.h). */
export const SOCKADDR_XDP = {
  size: 16,
  sxdp_family: 0,
  sxdp_flags: 2,
  sxdp_ifindex: 4,
  sxdp_queue_id: 8,
  sxdp_shared_umem_fd: 12,
} as const;
const NUMBERS: readonly NumberField[] = [
  ["flags", SOCKADDR_XDP.sxdp_flags, 2, 0],
  ["queue", SOCKADDR_XDP.sxdp_queue_id, 4],
  ["sharedUmemFd", SOCKADDR_XDP.sxdp_shared_umem_fd, 4, 0],
];

/** Queues of interfaces. */
export const XDP: FamilyRow<XdpAddress> = {
  number: AF_XDP,
  name: "xdp",
  keys: ["interface", "interfaceIndex", "queue", "flags", "sharedUmemFd"],
  grants: ["net"],
  // sock_no_getname (net/xdp/xsk.c).
  nameless: true,
  encode(target, offset, fields, action, lookup) {
    target.fill(0, offset, offset + SOCKADDR_XDP.size);
    putFamily(target, offset, AF_XDP);
    putNumbers(target, offset, fields, NUMBERS, action);
    putHostU32(target, offset + SOCKADDR_XDP.sxdp_ifindex, indexOf(fields, action, lookup));
    return SOCKADDR_XDP.size;
  },
  decode(bytes, offset, size, lookup) {
    if (size < SOCKADDR_XDP.size) return undefined;
    const interfaceIndex = hostU32At(bytes, offset + SOCKADDR_XDP.sxdp_ifindex) | 0;
    return {
      family: "xdp",
      interface: interfaceIndex > 0 && lookup !== undefined ? lookup.toName(interfaceIndex) : "",
      interfaceIndex,
      ...numbersAt(bytes, offset, NUMBERS),
    } as XdpAddress;
  },
  text: ({ interface: name, interfaceIndex, queue }) =>
    `xdp:${name || `#${interfaceIndex ?? 0}`}/${queue}`,
  permissions: () => WHOLE_NET,
  capability: () => "needs the capability CAP_NET_RAW",
};
