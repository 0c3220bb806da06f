/**
 * VLANs, by their tags.
 *
 * @module
 */
import * as l from "./abi/link.ts";
import {
  type AttributeCodec,
  type AttributeRows,
  attributes,
  type AttributeTable,
} from "./attributes.ts";
import { be16, bitNames, bitsOf, list, u16 } from "./_codecs.ts";
import { struct } from "./_struct.ts";
import type { LinkKind } from "./_link_kind.ts";

/** EtherTypes of VLAN tags (linux/if_ether.h, ETH_P_8021Q and ETH_P_8021AD). */
export const vlanProtocol: AttributeCodec<string> = {
  decode(source, at, length) {
    const value = be16.decode(source, at, length);
    return VLAN_PROTOCOLS.find(([number]) => number === value)?.[1] ?? `0x${value.toString(16)}`;
  },
  encode(sink, value) {
    const row = VLAN_PROTOCOLS.find(([, name]) => name.toLowerCase() === value.toLowerCase());
    if (row === undefined) throw new TypeError(`Cannot encode VLAN protocol: "${value}"`);
    be16.encode(sink, row[0]);
  },
};
const VLAN_PROTOCOLS: readonly (readonly [number, string])[] = [
  [0x8100, "802.1Q"],
  [0x88a8, "802.1ad"],
];

/** linux/if_vlan.h, enum vlan_flags. */
const VLAN_FLAGS: readonly (readonly [number, string])[] = [
  [1, "REORDER_HDR"],
  [2, "GVRP"],
  [4, "LOOSE_BINDING"],
  [8, "MVRP"],
  [16, "BRIDGE_BINDING"],
];
const VLAN_MASK = VLAN_FLAGS.reduce((mask, [bit]) => mask | bit, 0);
const VLAN_FLAGS_STRUCT = struct({ flags: "u32", mask: "u32" });
const vlanFlags: AttributeCodec<string[]> = {
  decode: (source, at, length) =>
    bitNames(VLAN_FLAGS_STRUCT.decode(source, at, length).flags, VLAN_FLAGS),
  encode(sink, value) {
    const flags = bitsOf(value, VLAN_FLAGS, "encode VLAN flags");
    // Bits that the kernel does not know are refused in the mask too.
    VLAN_FLAGS_STRUCT.encode(sink, { flags, mask: VLAN_MASK });
  },
};
/** struct ifla_vlan_qos_mapping (linux/if_link.h). */
const QOS = list(struct({ from: "u32", to: "u32" }), l.IFLA_VLAN_QOS_MAPPING);

/** `vlan`. */
export const VLAN: LinkKind = {
  table: attributes("IFLA_VLAN_", {
    protocol: [l.IFLA_VLAN_PROTOCOL, vlanProtocol],
    id: [l.IFLA_VLAN_ID, u16],
    flags: [l.IFLA_VLAN_FLAGS, vlanFlags],
    ingress_qos: [l.IFLA_VLAN_INGRESS_QOS, QOS],
    egress_qos: [l.IFLA_VLAN_EGRESS_QOS, QOS],
  }) as unknown as AttributeTable<AttributeRows>,
};
