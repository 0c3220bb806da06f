/**
 * What each kind of link has beside the common: attributes by kind, in the words of `ip -j -d link`.
 *
 * @module
 */
import * as l from "./abi/link.ts";
import {
  type AttributeCodec,
  type AttributeRows,
  attributes,
  type AttributeTable,
  writeAttribute,
} from "./attributes.ts";
import {
  bitNames,
  bitsOf,
  bool8,
  hardware,
  ip,
  list,
  names,
  parseHex,
  u16,
  u32,
  u8,
} from "./_codecs.ts";
import { dropZero, type LinkKind } from "./_link_kind.ts";
import { BOND, BOND_SLAVE } from "./_link_kinds_bond.ts";
import { BRIDGE, BRIDGE_PORT } from "./_link_kinds_bridge.ts";
import { GENEVE, GRE, IPTUN, VXLAN } from "./_link_kinds_tunnel.ts";
import { VLAN } from "./_link_kinds_vlan.ts";

const TUN: LinkKind = {
  table: attributes("IFLA_TUN_", {
    type: [l.IFLA_TUN_TYPE, names(u8, [undefined, "tun", "tap"])],
    pi: [l.IFLA_TUN_PI, bool8],
    vnet_hdr: [l.IFLA_TUN_VNET_HDR, bool8],
    multi_queue: [l.IFLA_TUN_MULTI_QUEUE, bool8],
    numqueues: [l.IFLA_TUN_NUM_QUEUES, u32, "NUM_QUEUES"],
    numdisabled: [l.IFLA_TUN_NUM_DISABLED_QUEUES, u32, "NUM_DISABLED_QUEUES"],
    persist: [l.IFLA_TUN_PERSIST, bool8],
    user: [l.IFLA_TUN_OWNER, u32, "OWNER"],
    group: [l.IFLA_TUN_GROUP, u32],
  }) as unknown as AttributeTable<AttributeRows>,
};

/** linux/if_link.h, enum macvlan_mode: one bit each. */
const MACVLAN_MODES: readonly (readonly [number, string])[] = [
  [1, "private"],
  [2, "vepa"],
  [4, "bridge"],
  [8, "passthru"],
  [16, "source"],
];
const macvlanMode: AttributeCodec<string> = {
  decode: (source, at, length) => bitNames(u32.decode(source, at, length), MACVLAN_MODES).join(),
  encode: (sink, value) => u32.encode(sink, bitsOf([value], MACVLAN_MODES, "encode macvlan mode")),
};

const MACVLAN: LinkKind = {
  table: attributes("IFLA_MACVLAN_", {
    mode: [l.IFLA_MACVLAN_MODE, macvlanMode],
    flags: [l.IFLA_MACVLAN_FLAGS, u16],
    macaddr_count: [l.IFLA_MACVLAN_MACADDR_COUNT, u32],
    macaddr_data: [
      l.IFLA_MACVLAN_MACADDR_DATA,
      list(hardware, l.IFLA_MACVLAN_MACADDR),
    ],
    bcqueuelen: [l.IFLA_MACVLAN_BC_QUEUE_LEN, u32, "BC_QUEUE_LEN"],
    usedbcqueuelen: [l.IFLA_MACVLAN_BC_QUEUE_LEN_USED, u32, "BC_QUEUE_LEN_USED"],
  }) as unknown as AttributeTable<AttributeRows>,
  toWords(data) {
    dropZero(data, "flags", "macaddr_count");
    if (Array.isArray(data.macaddr_data) && data.macaddr_data.length === 0) {
      delete data.macaddr_data;
    }
  },
};

/** linux/if_link.h, IPVLAN_F_*. */
const IPVLAN_FLAGS = ["bridge", "private", "vepa"];

const SIMPLE: Readonly<Record<string, LinkKind>> = {
  vrf: {
    table: attributes("IFLA_VRF_", {
      table: [l.IFLA_VRF_TABLE, u32],
    }) as unknown as AttributeTable<AttributeRows>,
  },
  ipvlan: {
    table: attributes("IFLA_IPVLAN_", {
      mode: [l.IFLA_IPVLAN_MODE, names(u16, ["l2", "l3", "l3s"])],
      flags: [l.IFLA_IPVLAN_FLAGS, names(u16, IPVLAN_FLAGS)],
    }) as unknown as AttributeTable<AttributeRows>,
  },
};

/** By `info_kind`. */
export const KINDS: Readonly<Record<string, LinkKind>> = {
  bridge: BRIDGE,
  vlan: VLAN,
  vxlan: VXLAN,
  macvlan: MACVLAN,
  macvtap: MACVLAN,
  bond: BOND,
  tun: TUN,
  geneve: GENEVE,
  gre: GRE,
  gretap: GRE,
  ip6gre: GRE,
  ip6gretap: GRE,
  ipip: IPTUN,
  sit: IPTUN,
  ip6tnl: IPTUN,
  ipvtap: SIMPLE.ipvlan,
  ...SIMPLE,
};

/** By `info_slave_kind`. */
export const SLAVE_KINDS: Readonly<Record<string, LinkKind>> = {
  bridge: BRIDGE_PORT,
  bond: BOND_SLAVE,
  vrf: SIMPLE.vrf,
};

/** Hardware addresses of tunnels are IP addresses: ARPHRD_TUNNEL, _SIT, _IPGRE, _TUNNEL6, _IP6GRE. */
export const IP_LINK_TYPES: ReadonlySet<number> = new Set([768, 776, 778, 769, 823]);

/** Appends a hardware address given as hexadecimal bytes or, of a tunnel, as an IP address. */
export function writeHardware(
  sink: Parameters<typeof writeAttribute>[0],
  type: number,
  value: string,
): void {
  const codec: AttributeCodec<string> = {
    decode: hardware.decode,
    encode: (inner, text) =>
      /^[0-9a-f]{2}([:-][0-9a-f]{2})+$/i.test(text)
        ? inner.append(parseHex(text))
        : ip.encode(inner, text),
  };
  writeAttribute(sink, type, codec, value, "address");
}
