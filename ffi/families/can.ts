/**
 * Controller area networks: `struct sockaddr_can` (linux/can.h, Documentation/networking/can.rst).
 * What follows the interface depends on the protocol; the length tells which it is.
 *
 * @module
 */
import type { CanAddress } from "../../core/address.ts";
import { checkInteger } from "../../core/arguments.ts";
import { AF_CAN } from "../abi/socket_constants.ts";
import { hostU32At, putFamily, putHostU32 } from "./bytes.ts";
import { indexOf } from "./interface_index.ts";
import { type FamilyRow, type Fields, refuse, WHOLE_NET } from "./row.ts";

/** struct sockaddr_can (linux/can.h), in the host's order. */
export const SOCKADDR_CAN = {
  size: 24,
  can_family: 0,
  can_ifindex: 4,
  "can_addr.tp.rx_id": 8,
  "can_addr.tp.tx_id": 12,
  "can_addr.j1939.name": 8,
  "can_addr.j1939.pgn": 16,
  "can_addr.j1939.addr": 20,
} as const;
/** Where an address of raw frames ends (net/can/raw.c, RAW_MIN_NAMELEN), and one of ISO-TP. */
const RAW_BYTES = SOCKADDR_CAN["can_addr.tp.rx_id"];
const TP_BYTES = SOCKADDR_CAN["can_addr.j1939.pgn"];

/** linux/can.h and linux/can/j1939.h. */
export const CAN_NUMBERS = {
  CAN_RAW: 1,
  CAN_BCM: 2,
  CAN_ISOTP: 6,
  CAN_J1939: 7,
  CAN_EFF_FLAG: 0x80000000,
  CAN_RTR_FLAG: 0x40000000,
  CAN_ERR_FLAG: 0x20000000,
  CAN_SFF_MASK: 0x7ff,
  CAN_EFF_MASK: 0x1fffffff,
  J1939_NO_ADDR: 0xff,
  J1939_IDLE_ADDR: 0xfe,
  J1939_NO_PGN: 0x40000,
} as const;
const N = CAN_NUMBERS;
const MAX_NAME = (1n << 64n) - 1n;

/**
 * An identifier as the kernel has it: what needs more than 11 bits, or says so, is extended. One that
 * needs more and says that it has not is refused.
 */
export function canIdNumber(
  id: number,
  extended: boolean | undefined,
  action: string,
  name: string,
): number {
  if (extended ?? id > N.CAN_SFF_MASK) return (id | N.CAN_EFF_FLAG) >>> 0;
  if (id <= N.CAN_SFF_MASK) return id;
  throw new RangeError(`Cannot ${action}: ${name} ${id} has more than 11 bits`);
}

function putId(target: Uint8Array, at: number, fields: Fields, key: string, action: string): void {
  const value = fields[key];
  checkInteger(value, 0, N.CAN_EFF_MASK, action, `address.${key}`);
  const { extended } = fields;
  if (extended !== undefined && typeof extended !== "boolean") {
    refuse(action, "address.extended is not a boolean");
  }
  putHostU32(target, at, canIdNumber(value, extended, action, `address.${key}`));
}

function putJ1939(target: Uint8Array, offset: number, fields: Fields, action: string): void {
  const { name = 0n, pgn = N.J1939_NO_PGN, address = N.J1939_NO_ADDR } = fields;
  if (typeof name !== "bigint") refuse(action, "address.name is not a bigint");
  if (name < 0n || name > MAX_NAME) {
    throw new RangeError(`Cannot ${action}: address.name is not in 0 to 2 ** 64 - 1`);
  }
  checkInteger(pgn, 0, N.J1939_NO_PGN, action, "address.pgn");
  checkInteger(address, 0, N.J1939_NO_ADDR, action, "address.address");
  putHostU32(target, offset + SOCKADDR_CAN["can_addr.j1939.name"], Number(name & 0xffffffffn));
  putHostU32(target, offset + SOCKADDR_CAN["can_addr.j1939.name"] + 4, Number(name >> 32n));
  putHostU32(target, offset + SOCKADDR_CAN["can_addr.j1939.pgn"], pgn);
  target[offset + SOCKADDR_CAN["can_addr.j1939.addr"]] = address;
}

function idAt(bytes: Uint8Array, at: number): number {
  return hostU32At(bytes, at) & N.CAN_EFF_MASK;
}

/** CAN. */
export const CAN: FamilyRow<CanAddress> = {
  number: AF_CAN,
  name: "can",
  module: "can",
  protocols: {
    [N.CAN_RAW]: { name: "raw", module: "can-raw" },
    [N.CAN_BCM]: { name: "bcm", module: "can-bcm" },
    [N.CAN_ISOTP]: { name: "isotp", module: "can-isotp" },
    [N.CAN_J1939]: { name: "j1939", module: "can-j1939" },
  },
  keys: [
    ...["interface", "interfaceIndex", "rxId", "txId", "extended"],
    ...["name", "pgn", "address"],
  ],
  grants: ["net"],
  recognises: ({ rxId, txId, pgn }) => (rxId ?? txId ?? pgn) !== undefined,
  encode(target, offset, fields, action, lookup) {
    target.fill(0, offset, offset + SOCKADDR_CAN.size);
    putFamily(target, offset, AF_CAN);
    putHostU32(target, offset + SOCKADDR_CAN.can_ifindex, indexOf(fields, action, lookup));
    const transport = (fields.rxId ?? fields.txId) !== undefined;
    const j1939 = (fields.name ?? fields.pgn ?? fields.address) !== undefined;
    if (transport && j1939) refuse(action, "address has the keys of two protocols");
    if (transport) {
      putId(target, offset + SOCKADDR_CAN["can_addr.tp.rx_id"], fields, "rxId", action);
      putId(target, offset + SOCKADDR_CAN["can_addr.tp.tx_id"], fields, "txId", action);
    }
    if (j1939) putJ1939(target, offset, fields, action);
    return SOCKADDR_CAN.size;
  },
  decode(bytes, offset, size, lookup) {
    if (size < RAW_BYTES) return undefined;
    const interfaceIndex = hostU32At(bytes, offset + SOCKADDR_CAN.can_ifindex) | 0;
    const address: CanAddress = {
      family: "can",
      interface: interfaceIndex > 0 && lookup !== undefined ? lookup.toName(interfaceIndex) : "",
      interfaceIndex,
    };
    if (size >= SOCKADDR_CAN.size) {
      const at = offset + SOCKADDR_CAN["can_addr.j1939.name"];
      const name = BigInt(hostU32At(bytes, at + 4)) << 32n | BigInt(hostU32At(bytes, at));
      if (name !== 0n) address.name = name;
      address.pgn = hostU32At(bytes, offset + SOCKADDR_CAN["can_addr.j1939.pgn"]);
      address.address = bytes[offset + SOCKADDR_CAN["can_addr.j1939.addr"]];
    } else if (size >= TP_BYTES) {
      const rx = offset + SOCKADDR_CAN["can_addr.tp.rx_id"];
      address.rxId = idAt(bytes, rx);
      address.txId = idAt(bytes, offset + SOCKADDR_CAN["can_addr.tp.tx_id"]);
      if (hostU32At(bytes, rx) >= N.CAN_EFF_FLAG) address.extended = true;
    }
    return address;
  },
  text({ interface: name, interfaceIndex, rxId, txId, pgn, address }) {
    const where = name || (interfaceIndex ? `#${interfaceIndex}` : "any");
    if (rxId !== undefined) return `can:${where}:${rxId.toString(16)}/${txId?.toString(16)}`;
    if (pgn !== undefined) return `can:${where}:${address?.toString(16)}/${pgn.toString(16)}`;
    return `can:${where}`;
  },
  permissions: () => WHOLE_NET,
};
