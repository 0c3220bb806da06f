/**
 * Attributes and headers of bridges' tables, to read and to change.
 *
 * @module
 */
import { parseIp } from "../core/ip/text.ts";
import * as b from "./abi/bridge.ts";
import {
  NTF_EXT_LEARNED,
  NTF_MASTER,
  NTF_OFFLOADED,
  NTF_ROUTER,
  NTF_SELF,
  NTF_STICKY,
  NUD_NOARP,
  NUD_PERMANENT,
  NUD_REACHABLE,
  NUD_STALE,
} from "./abi/rtnetlink.ts";
import { attributes } from "./attributes.ts";
import { ByteSource } from "./_bytes.ts";
import { binary, decodeHex, decodeIp, ip, list, parseHex, u16, u32, u8 } from "./_codecs.ts";
import { struct } from "./_struct.ts";

/** sys/socket.h */
export const AF_BRIDGE = 7;

/** Flags of an entry of the forwarding table, as `bridge` names them (linux/neighbour.h, NTF_*). */
export const FDB_FLAGS: readonly (readonly [number, string])[] = [
  [NTF_SELF, "self"],
  [NTF_ROUTER, "router"],
  [NTF_EXT_LEARNED, "extern_learn"],
  [NTF_OFFLOADED, "offload"],
  [NTF_MASTER, "master"],
  [NTF_STICKY, "sticky"],
];

/** States of such an entry: the word, what is told, what is written. */
export const FDB_STATES: readonly (readonly [string, told: number, written: number])[] = [
  ["permanent", NUD_PERMANENT, NUD_NOARP | NUD_PERMANENT],
  ["static", NUD_NOARP, NUD_NOARP | NUD_REACHABLE],
  ["stale", NUD_STALE, NUD_STALE],
  ["", NUD_REACHABLE, NUD_REACHABLE],
];

/** struct bridge_vlan_info (linux/if_bridge.h). */
export const VLAN_INFO = struct({ flags: "u16", vid: "u16" });
/** What a port has of its bridge (IFLA_AF_SPEC of the family AF_BRIDGE); VLANs come many times. */
export const PORT_SPEC = attributes("IFLA_BRIDGE_", {
  flags: [b.IFLA_BRIDGE_FLAGS, u16],
  vlan_info: [b.IFLA_BRIDGE_VLAN_INFO, VLAN_INFO],
});

/** struct br_port_msg (linux/if_bridge.h). */
export const BR_PORT_MSG = struct({ family: "u8", ifindex: "u32" });
/** struct br_mdb_entry (linux/if_bridge.h). */
export const MDB_ENTRY = struct({
  ifindex: "u32",
  state: "u8",
  flags: "u8",
  vid: "u16",
  address: { bytes: 16 },
  proto: "be16",
});
/** What follows it. */
export const MDB_ATTRIBUTES = attributes("MDBA_MDB_EATTR_", {
  timer: [b.MDBA_MDB_EATTR_TIMER, u32],
  group_mode: [b.MDBA_MDB_EATTR_GROUP_MODE, u8],
  source: [b.MDBA_MDB_EATTR_SOURCE, ip],
  rtprot: [b.MDBA_MDB_EATTR_RTPROT, u8],
});
/** Groups of a bridge: lists of entries, each an attribute with the struct before its own. */
export const MDB = attributes("MDBA_", { mdb: [b.MDBA_MDB, list(list(binary))] });
/** What is changed. */
export const MDB_CHANGE = attributes("MDBA_SET_ENTRY_", {
  entry: [b.MDBA_SET_ENTRY, MDB_ENTRY],
});

/** linux/if_ether.h */
const ETH_P_IP = 0x0800;
const ETH_P_IPV6 = 0x86dd;

/** The group of an entry: an IP address, or a hardware address. */
export function groupText({ address, proto }: ReturnType<typeof MDB_ENTRY.decode>): string {
  const source = new ByteSource(address);
  if (proto === ETH_P_IP) return decodeIp(source, 0, 4);
  if (proto === ETH_P_IPV6) return decodeIp(source, 0, 16);
  return decodeHex(source, 0, 6);
}

/** The other way. */
export function groupBytes(
  group: string,
  action: string,
): { address: Uint8Array<ArrayBuffer>; proto: number } {
  if (/^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/i.test(group)) {
    return { address: parseHex(group), proto: 0 };
  }
  try {
    const address = parseIp(group);
    return { address, proto: address.length === 4 ? ETH_P_IP : ETH_P_IPV6 };
  } catch {
    throw new TypeError(
      `Cannot ${action}: grp ${JSON.stringify(group)} is no IP or hardware address`,
    );
  }
}
