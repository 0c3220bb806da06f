/**
 * IPv6: `struct sockaddr_in6` (netinet/in.h, `man 7 ipv6`). Port and flow information are in network
 * order, the scope in the host's.
 *
 * @module
 */
import type { Inet6Address } from "../../core/address.ts";
import { checkInteger } from "../../core/arguments.ts";
import { hostPort } from "../../core/ip_arguments.ts";
import { formatIpv6, isIpv6, parseIpv6, splitZone } from "../../core/ip/text.ts";
import { IPPROTO_DCCP, IPPROTO_SCTP } from "../abi/ip_constants.ts";
import { STRUCTS } from "../abi/layout.ts";
import { AF_INET6 } from "../abi/socket_constants.ts";
import { hostU32At, putFamily, putHostU32, putU16, putU32, u16At } from "./bytes.ts";
import { hostnameOf } from "./inet.ts";
import { IP_SOCKETS, ipCapability } from "./ip_sockets.ts";
import { type FamilyRow, type InterfaceLookup, refuse } from "./row.ts";

const { sockaddr_in6: SIN6 } = STRUCTS;
/** sizeof(struct sockaddr_in6). */
export const SOCKADDR_IN6_BYTES: number = SIN6.size;
/** Without sin6_scope_id (SIN6_LEN_RFC2133), which the kernel still accepts. */
const MIN_BYTES = SIN6.sin6_scope_id;

/** The last IPv6 text encoded, and its bytes: as words, which are written in half the time. */
let lastText = "::";
const lastWords = new Uint32Array(4);
const lastBytes = new Uint8Array(lastWords.buffer);

/** The interface index that a zone names: a number is the index itself. */
function zoneIndex(zone: string, action: string, lookup: InterfaceLookup | undefined): number {
  if (/^[0-9]+$/.test(zone)) {
    const index = Number(zone);
    checkInteger(index, 0, 0xffffffff, action, "the zone of address.hostname");
    return index;
  }
  if (lookup === undefined) {
    refuse(action, `the zone ${JSON.stringify(zone)} of address.hostname is no interface index`);
  }
  return lookup.toIndex(zone);
}

/** Text of addresses seen before, by a hash of their bytes: see the IPv4 row. */
const SEEN = 256;
const seen = new Uint8Array(SEEN * 16);
const seenText: string[] = new Array(SEEN).fill("::");

function textAt(bytes: Uint8Array, at: number): string {
  const slot = (bytes[at + 15] ^ bytes[at + 14] * 7 ^ bytes[at + 7] * 31) & (SEEN - 1);
  const start = slot * 16;
  let i = 0;
  while (i < 16 && seen[start + i] === bytes[at + i]) i++;
  if (i < 16) {
    for (let j = 0; j < 16; j++) seen[start + j] = bytes[at + j];
    seenText[slot] = formatIpv6(bytes, at);
  }
  return seenText[slot];
}

function flowInfoAt(bytes: Uint8Array, offset: number): number {
  const at = offset + SIN6.sin6_flowinfo;
  return (u16At(bytes, at) << 16 | u16At(bytes, at + 2)) >>> 0;
}

/** IPv6. */
export const INET6: FamilyRow<Inet6Address> = {
  number: AF_INET6,
  name: "inet6",
  module: "ipv6",
  asked: IP_SOCKETS,
  protocols: {
    [IPPROTO_DCCP]: { name: "dccp", module: "dccp_ipv6" },
    [IPPROTO_SCTP]: { name: "sctp", module: "sctp" },
  },
  keys: ["hostname", "port", "scopeId", "flowInfo"],
  grants: ["net"],
  recognises({ hostname }) {
    return typeof hostname === "string" && hostname.includes(":");
  },
  encode(target, offset, fields, action, lookup) {
    const text = hostnameOf(fields, action);
    const { port, scopeId, flowInfo = 0 } = fields;
    checkInteger(port, 0, 65535, action, "address.port");
    checkInteger(flowInfo, 0, 0xffffffff, action, "address.flowInfo");
    if (scopeId !== undefined) checkInteger(scopeId, 0, 0xffffffff, action, "address.scopeId");
    let scope = scopeId ?? 0;
    if (text !== lastText) {
      let plain = text;
      if (text.includes("%")) {
        const [address, zone] = splitZone(text);
        plain = address;
        const index = zoneIndex(zone!, action, lookup);
        if (scopeId !== undefined && scopeId !== index) {
          refuse(action, `address.scopeId ${scopeId} is not the zone of ${JSON.stringify(text)}`);
        }
        scope = index;
      }
      if (!isIpv6(plain)) {
        refuse(action, `address.hostname ${JSON.stringify(text)} is no IPv6 address`);
      }
      lastBytes.set(parseIpv6(plain));
      // Text with a zone is looked up each time: interfaces come and go.
      lastText = plain;
    }
    putFamily(target, offset, AF_INET6);
    putU16(target, offset + SIN6.sin6_port, port);
    putU32(target, offset + SIN6.sin6_flowinfo, flowInfo);
    const at = offset + SIN6.sin6_addr;
    for (let i = 0; i < 4; i++) putHostU32(target, at + 4 * i, lastWords[i]);
    putHostU32(target, offset + SIN6.sin6_scope_id, scope);
    return SIN6.size;
  },
  says({ hostname, port, scopeId = 0, flowInfo = 0 }, bytes, offset) {
    return port === u16At(bytes, offset + SIN6.sin6_port) &&
      hostname === textAt(bytes, offset + SIN6.sin6_addr) &&
      scopeId === hostU32At(bytes, offset + SIN6.sin6_scope_id) &&
      flowInfo === flowInfoAt(bytes, offset);
  },
  decode(bytes, offset, size) {
    if (size < MIN_BYTES) return undefined;
    const address: Inet6Address = {
      family: "inet6",
      hostname: textAt(bytes, offset + SIN6.sin6_addr),
      port: u16At(bytes, offset + SIN6.sin6_port),
    };
    const scopeId = size >= SIN6.size ? hostU32At(bytes, offset + SIN6.sin6_scope_id) : 0;
    if (scopeId !== 0) address.scopeId = scopeId;
    const flowInfo = flowInfoAt(bytes, offset);
    if (flowInfo !== 0) address.flowInfo = flowInfo;
    return address;
  },
  isExact(bytes, offset) {
    const at = offset + SIN6.sin6_addr;
    for (let i = at; i < at + 16; i++) if (bytes[i] !== 0) return true;
    return false;
  },
  text: ({ hostname, port }) => `[${hostname}]:${port}`,
  permissions(bytes, offset) {
    const port = u16At(bytes, offset + SIN6.sin6_port);
    return [{ name: "net", host: hostPort(textAt(bytes, offset + SIN6.sin6_addr), port) }];
  },
  capability: ipCapability,
};
