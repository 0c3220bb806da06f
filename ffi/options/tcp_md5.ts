/**
 * The TCP options that sign segments (RFC 2385): man 7 tcp, linux/tcp.h.
 *
 * @module
 */

import type { OptionBytes, SocketOption } from "../../core/option.ts";
import { parseIp } from "../../core/ip/text.ts";
import { interfaceIndex } from "./interface.ts";
import * as c from "../abi/constants.ts";
import { STRUCTS } from "../abi/layout.ts";
import { address } from "./_address_codecs.ts";
import { checkInt, checkObject, outOfRange, row, struct, writeOnly, wrongType } from "./codecs.ts";

const L = c.IPPROTO_TCP;
const { tcp_md5sig: MD5 } = STRUCTS;

/** A key that signs the segments to and from some peers: RFC 2385. */
export interface TcpMd5Key {
  /** The peer's address, of the socket's family. */
  readonly address: string;
  /** How many leading bits of it count. Default all. Since Linux 4.13 (needs TCP_MD5SIG_EXT). */
  readonly prefixLength?: number;
  /** The L3 master interface it is for, by name or index. Default 0: any. Since Linux 5.6 (needs TCP_MD5SIG_EXT). */
  readonly interface?: string | number;
  /** The key, as bytes or text in UTF-8, of at most 80 bytes; empty to forget it. */
  readonly key: Uint8Array | string;
}

const KEYS = ["address", "prefixLength", "interface", "key"];

/** `struct tcp_md5sig`. */
function encodeMd5Key(value: TcpMd5Key, name: string): OptionBytes {
  checkObject(name, value, "an object with an address and a key", KEYS);
  const ip = address(name, "address", value.address, parseIp);
  const key = typeof value.key === "string" ? new TextEncoder().encode(value.key) : value.key;
  if (!(key instanceof Uint8Array)) throw wrongType(`${name}.key`, key, "bytes or text");
  if (key.length > c.TCP_MD5SIG_MAXKEYLEN) {
    throw outOfRange(`${name}.key`, `${key.length} bytes`, `at most ${c.TCP_MD5SIG_MAXKEYLEN}`);
  }
  const { bytes, view } = struct(MD5.size);
  view.setUint16(MD5.tcpm_addr, ip.length === 4 ? c.AF_INET : c.AF_INET6, true);
  bytes.set(
    ip,
    MD5.tcpm_addr +
      (ip.length === 4 ? STRUCTS.sockaddr_in.sin_addr : STRUCTS.sockaddr_in6.sin6_addr),
  );
  let flags = 0;
  if (value.prefixLength !== undefined) {
    flags |= c.TCP_MD5SIG_FLAG_PREFIX;
    bytes[MD5.tcpm_prefixlen] = checkInt(
      `${name}.prefixLength`,
      value.prefixLength,
      0,
      8 * ip.length,
    );
  }
  if (value.interface !== undefined) {
    flags |= c.TCP_MD5SIG_FLAG_IFINDEX;
    view.setInt32(
      MD5.tcpm_ifindex,
      interfaceIndex(`${name}.interface`, value.interface),
      true,
    );
  }
  bytes[MD5.tcpm_flags] = flags;
  view.setUint16(MD5.tcpm_keylen, key.length, true);
  bytes.set(key, MD5.tcpm_key);
  return bytes;
}

/**
 * Sets the key for one peer. EPROTONOSUPPORT or ENOPROTOOPT where the kernel is built without. Set
 * only. Since Linux 2.6.20.
 */
export const TCP_MD5SIG: SocketOption<TcpMd5Key> = row(
  "TCP_MD5SIG",
  L,
  c.TCP_MD5SIG,
  "wo",
  writeOnly(encodeMd5Key),
);

/**
 * As {@linkcode TCP_MD5SIG}, and heeds `prefixLength` and `interface`. Set only. Since Linux
 * 4.13.
 */
export const TCP_MD5SIG_EXT: SocketOption<TcpMd5Key> = row(
  "TCP_MD5SIG_EXT",
  L,
  c.TCP_MD5SIG_EXT,
  "wo",
  writeOnly(encodeMd5Key),
);
