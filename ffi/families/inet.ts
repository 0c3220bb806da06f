/**
 * IPv4: `struct sockaddr_in` (netinet/in.h, `man 7 ip`).
 *
 * @module
 */
import type { InetAddress } from "../../core/address.ts";
import { checkInteger } from "../../core/arguments.ts";
import { hostPort } from "../../core/ip_arguments.ts";
import { formatIpv4, isIpv4 } from "../../core/ip/text.ts";
import { IPPROTO_DCCP, IPPROTO_SCTP } from "../abi/ip_constants.ts";
import { STRUCTS } from "../abi/layout.ts";
import { AF_INET } from "../abi/socket_constants.ts";
import { hostU32At, putFamily, putU16, putU32 } from "./bytes.ts";
import { IP_SOCKETS, ipCapability } from "./ip_sockets.ts";
import { type FamilyRow, type Fields, refuse } from "./row.ts";

const { sockaddr_in: SIN } = STRUCTS;
/** sizeof(struct sockaddr_in). */
export const SOCKADDR_IN_BYTES: number = SIN.size;
/** What the kernel reads of it: sin_zero may be missing. */
const MIN_BYTES = SIN.sin_zero;

/** The text of `address.hostname`. */
export function hostnameOf(fields: Fields, action: string): string {
  const { hostname } = fields;
  if (typeof hostname !== "string") refuse(action, "address.hostname is not a string");
  return hostname;
}

/** The last IPv4 text encoded: a sender of batches names few peers. */
let lastText = "0.0.0.0";
let lastValue = 0;

function valueOf(text: string, action: string): number {
  if (text === lastText) return lastValue;
  if (!isIpv4(text)) refuse(action, `address.hostname ${JSON.stringify(text)} is no IPv4 address`);
  let value = 0;
  let part = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x2e) {
      value = value << 8 | part;
      part = 0;
    } else {
      part = part * 10 + code - 0x30;
    }
  }
  lastText = text;
  lastValue = value << 8 | part;
  return lastValue;
}

/**
 * Text of addresses seen before, by a hash of their bytes: an echo server must not format its
 * peers' addresses for each datagram.
 */
const SEEN = 256;
const seen = new Int32Array(SEEN);
const seenText: string[] = new Array(SEEN).fill("0.0.0.0");

function textAt(bytes: Uint8Array, at: number): string {
  const value = bytes[at] << 24 | bytes[at + 1] << 16 | bytes[at + 2] << 8 | bytes[at + 3];
  const slot = (bytes[at + 3] ^ bytes[at + 2] * 7 ^ bytes[at + 1] * 31) & (SEEN - 1);
  if (seen[slot] !== value) {
    seen[slot] = value;
    seenText[slot] = formatIpv4(bytes, at);
  }
  return seenText[slot];
}

/** As `u16At`: looked at for every message. */
function portAt(bytes: Uint8Array, offset: number): number {
  return bytes[offset + SIN.sin_port] << 8 | bytes[offset + SIN.sin_port + 1];
}

/** IPv4. */
export const INET: FamilyRow<InetAddress> = {
  number: AF_INET,
  name: "inet",
  asked: IP_SOCKETS,
  protocols: {
    [IPPROTO_DCCP]: { name: "dccp", module: "dccp_ipv4" },
    [IPPROTO_SCTP]: { name: "sctp", module: "sctp" },
  },
  keys: ["hostname", "port"],
  grants: ["net"],
  recognises({ hostname }) {
    return typeof hostname === "string" && !hostname.includes(":");
  },
  encode(target, offset, fields, action) {
    const value = valueOf(hostnameOf(fields, action), action);
    const { port } = fields;
    checkInteger(port, 0, 65535, action, "address.port");
    putFamily(target, offset, AF_INET);
    putU16(target, offset + SIN.sin_port, port);
    putU32(target, offset + SIN.sin_addr, value);
    putU32(target, offset + SIN.sin_zero, 0);
    putU32(target, offset + SIN.sin_zero + 4, 0);
    return SIN.size;
  },
  says({ hostname, port }, bytes, offset) {
    return port === portAt(bytes, offset) && hostname === textAt(bytes, offset + SIN.sin_addr);
  },
  decode(bytes, offset, size) {
    if (size < MIN_BYTES) return undefined;
    return {
      family: "inet",
      hostname: textAt(bytes, offset + SIN.sin_addr),
      port: portAt(bytes, offset),
    };
  },
  isExact: (bytes, offset) => hostU32At(bytes, offset + SIN.sin_addr) !== 0,
  text: ({ hostname, port }) => `${hostname}:${port}`,
  permissions(bytes, offset) {
    const port = portAt(bytes, offset);
    return [{ name: "net", host: hostPort(textAt(bytes, offset + SIN.sin_addr), port) }];
  },
  capability: ipCapability,
};
