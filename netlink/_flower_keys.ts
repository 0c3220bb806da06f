/**
 * What a flower filter matches, in the words of `tc -j`: addresses with their prefix, ports, tags.
 *
 * @module
 */
import { integer, object, optional, type Parameter, text } from "../core/arguments.ts";
import { formatIp, parseIp } from "../core/ip/text.ts";
import * as c from "./abi/classifiers.ts";
import type { AttributeRows } from "./attributes.ts";
import { be16, hardware, ip, parseHex, u16, u8 } from "./_codecs.ts";
import { parsePrefix } from "./_families.ts";
import { PROTOCOLS } from "./_ip_protocols.ts";

/** The attributes, each key with its mask. */
export const FLOWER_ROWS = {
  dst_mac: [c.TCA_FLOWER_KEY_ETH_DST, hardware, "KEY_ETH_DST"],
  dst_mac_mask: [c.TCA_FLOWER_KEY_ETH_DST_MASK, hardware, "KEY_ETH_DST_MASK"],
  src_mac: [c.TCA_FLOWER_KEY_ETH_SRC, hardware, "KEY_ETH_SRC"],
  src_mac_mask: [c.TCA_FLOWER_KEY_ETH_SRC_MASK, hardware, "KEY_ETH_SRC_MASK"],
  eth_type: [c.TCA_FLOWER_KEY_ETH_TYPE, be16, "KEY_ETH_TYPE"],
  vlan_id: [c.TCA_FLOWER_KEY_VLAN_ID, u16, "KEY_VLAN_ID"],
  vlan_prio: [c.TCA_FLOWER_KEY_VLAN_PRIO, u8, "KEY_VLAN_PRIO"],
  ip_proto: [c.TCA_FLOWER_KEY_IP_PROTO, u8, "KEY_IP_PROTO"],
  src_ip4: [c.TCA_FLOWER_KEY_IPV4_SRC, ip, "KEY_IPV4_SRC"],
  src_ip4_mask: [c.TCA_FLOWER_KEY_IPV4_SRC_MASK, ip, "KEY_IPV4_SRC_MASK"],
  dst_ip4: [c.TCA_FLOWER_KEY_IPV4_DST, ip, "KEY_IPV4_DST"],
  dst_ip4_mask: [c.TCA_FLOWER_KEY_IPV4_DST_MASK, ip, "KEY_IPV4_DST_MASK"],
  src_ip6: [c.TCA_FLOWER_KEY_IPV6_SRC, ip, "KEY_IPV6_SRC"],
  src_ip6_mask: [c.TCA_FLOWER_KEY_IPV6_SRC_MASK, ip, "KEY_IPV6_SRC_MASK"],
  dst_ip6: [c.TCA_FLOWER_KEY_IPV6_DST, ip, "KEY_IPV6_DST"],
  dst_ip6_mask: [c.TCA_FLOWER_KEY_IPV6_DST_MASK, ip, "KEY_IPV6_DST_MASK"],
  src_tcp: [c.TCA_FLOWER_KEY_TCP_SRC, be16, "KEY_TCP_SRC"],
  src_tcp_mask: [c.TCA_FLOWER_KEY_TCP_SRC_MASK, be16, "KEY_TCP_SRC_MASK"],
  dst_tcp: [c.TCA_FLOWER_KEY_TCP_DST, be16, "KEY_TCP_DST"],
  dst_tcp_mask: [c.TCA_FLOWER_KEY_TCP_DST_MASK, be16, "KEY_TCP_DST_MASK"],
  src_udp: [c.TCA_FLOWER_KEY_UDP_SRC, be16, "KEY_UDP_SRC"],
  src_udp_mask: [c.TCA_FLOWER_KEY_UDP_SRC_MASK, be16, "KEY_UDP_SRC_MASK"],
  dst_udp: [c.TCA_FLOWER_KEY_UDP_DST, be16, "KEY_UDP_DST"],
  dst_udp_mask: [c.TCA_FLOWER_KEY_UDP_DST_MASK, be16, "KEY_UDP_DST_MASK"],
  src_sctp: [c.TCA_FLOWER_KEY_SCTP_SRC, be16, "KEY_SCTP_SRC"],
  src_sctp_mask: [c.TCA_FLOWER_KEY_SCTP_SRC_MASK, be16, "KEY_SCTP_SRC_MASK"],
  dst_sctp: [c.TCA_FLOWER_KEY_SCTP_DST, be16, "KEY_SCTP_DST"],
  dst_sctp_mask: [c.TCA_FLOWER_KEY_SCTP_DST_MASK, be16, "KEY_SCTP_DST_MASK"],
} as const satisfies AttributeRows;

/** What a flower filter matches; what is left out may be anything. */
export interface FlowerKeys {
  /** The hardware address of the recipient, with a prefix or a mask: `"01:00:00:00:00:00/01:00:00:00:00:00"`. */
  dst_mac?: string;
  /** The hardware address of the sender. */
  src_mac?: string;
  /** The VLAN, 0 to 4095. The filter's `protocol` is `"802.1Q"` then. */
  vlan_id?: number;
  /** The priority in the VLAN's tag, 0 to 7. */
  vlan_prio?: number;
  /** The protocol: `"tcp"`, `"udp"`, `"icmp"`, … or a number. */
  ip_proto?: string;
  /** The sender, with a prefix. */
  src_ip?: string;
  /** The recipient, with a prefix. */
  dst_ip?: string;
  /** The sender's port, where `ip_proto` has ports. */
  src_port?: number;
  /** The recipient's port. */
  dst_port?: number;
  /** What the frame carries: `"ipv4"`, `"ipv6"`. Only told: the filter's `protocol` says it. */
  eth_type?: string;
}

const MAC: Parameter<string> = (value, action, name) => {
  const given = text()(value, action, name);
  const [address, mask = "48"] = given.split("/", 2);
  if (!MAC_TEXT.test(address)) {
    throw new TypeError(`Cannot ${action}: ${name} is no hardware address`);
  }
  if (!MAC_TEXT.test(mask) && !(/^\d{1,2}$/.test(mask) && +mask <= 48)) {
    throw new TypeError(`Cannot ${action}: ${name} has no mask behind its /`);
  }
  return given;
};
const MAC_TEXT = /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/i;
const PREFIX: Parameter<ReturnType<typeof parsePrefix>> = (value, action, name) =>
  parsePrefix(value as string, action, name);

/** The keys that a caller gives. */
export const FLOWER_KEYS = object({
  dst_mac: optional(MAC),
  src_mac: optional(MAC),
  vlan_id: optional(integer(0, 4095)),
  vlan_prio: optional(integer(0, 7)),
  ip_proto: optional(text()),
  src_ip: optional(PREFIX),
  dst_ip: optional(PREFIX),
  src_port: optional(integer(0, 65535)),
  dst_port: optional(integer(0, 65535)),
});

/** linux/if_ether.h, ETH_P_*, as `tc` names them here. */
const ETHER_TYPES: Readonly<Record<number, string>> = {
  0x0800: "ipv4",
  0x86dd: "ipv6",
  0x0806: "arp",
  0x8100: "802.1Q",
};
const ETH_P_ALL = 3;
const ETH_P_8021Q = 0x8100;
const PORT_PROTOCOLS = ["tcp", "udp", "sctp"] as const;

/** The keys, of attributes. */
export function readFlowerKeys(values: Record<string, unknown>): FlowerKeys {
  const keys: FlowerKeys = {};
  for (const word of ["dst_mac", "src_mac"] as const) {
    const [mac, mask] = [values[word], values[`${word}_mask`]];
    if (mac !== undefined) keys[word] = withPrefix(`${mac}`, mask as string, parseHex);
  }
  const type = values.eth_type as number | undefined;
  if (type !== undefined) keys.eth_type = ETHER_TYPES[type] ?? `0x${type.toString(16)}`;
  for (const word of ["vlan_id", "vlan_prio"] as const) {
    if (values[word] !== undefined) keys[word] = values[word] as number;
  }
  if (values.ip_proto !== undefined) keys.ip_proto = PROTOCOLS.name(values.ip_proto as number);
  for (const end of ["src", "dst"] as const) {
    const family = values[`${end}_ip4`] !== undefined ? "ip4" : "ip6";
    const address = values[`${end}_${family}`];
    if (address !== undefined) {
      const mask = values[`${end}_${family}_mask`] as string | undefined;
      keys[`${end}_ip`] = withPrefix(`${address}`, mask, parseIp);
    }
    for (const protocol of PORT_PROTOCOLS) {
      const port = values[`${end}_${protocol}`];
      if (port !== undefined) keys[`${end}_port`] = port as number;
    }
  }
  return keys;
}

/** An address with its prefix; with the mask as it is if that is none. */
function withPrefix(
  address: string,
  mask: string | undefined,
  parse: (text: string) => Uint8Array,
): string {
  if (mask === undefined) return address;
  let bytes: Uint8Array;
  try {
    bytes = parse(mask);
  } catch {
    return `${address}/${mask}`;
  }
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const length = bits.lastIndexOf("1") + 1;
  if (bits.slice(0, length).includes("0")) return `${address}/${mask}`;
  return length === bits.length ? address : `${address}/${length}`;
}

/** The attributes, of keys. */
export function writeFlowerKeys(
  keys: Partial<ReturnType<typeof FLOWER_KEYS>>,
  protocol: number,
  action: string,
): Record<string, unknown> {
  const values: Record<string, unknown> = {
    vlan_id: keys.vlan_id,
    vlan_prio: keys.vlan_prio,
    eth_type: protocol === ETH_P_ALL ? undefined : protocol,
  };
  if ((keys.vlan_id ?? keys.vlan_prio) !== undefined && protocol !== ETH_P_8021Q) {
    throw new TypeError(`Cannot ${action}: a VLAN's keys need the protocol 802.1Q`);
  }
  for (const word of ["dst_mac", "src_mac"] as const) {
    const [mac, mask = "48"] = keys[word]?.split("/") ?? [];
    if (mac === undefined) continue;
    values[word] = mac;
    values[`${word}_mask`] = mask.includes(":")
      ? mask
      : Array.from(maskOf(+mask, 6), (byte) => byte.toString(16).padStart(2, "0")).join(":");
  }
  if (keys.ip_proto !== undefined) {
    values.ip_proto = PROTOCOLS.number(keys.ip_proto, 255, action, "ip_proto");
  }
  for (const end of ["src", "dst"] as const) {
    const address = keys[`${end}_ip`];
    if (address !== undefined) {
      const six = address.address.includes(":");
      values[`${end}_ip${six ? 6 : 4}`] = address.address;
      const mask = maskOf(address.prefixLength, six ? 16 : 4);
      values[`${end}_ip${six ? 6 : 4}_mask`] = formatIp(mask);
    }
    const port = keys[`${end}_port`];
    if (port === undefined) continue;
    const known = PORT_PROTOCOLS.find((name) => name === keys.ip_proto);
    if (known === undefined) {
      throw new TypeError(`Cannot ${action}: ports need ip_proto tcp, udp or sctp`);
    }
    values[`${end}_${known}`] = port;
  }
  return values;
}

function maskOf(prefixLength: number, size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  for (let bit = 0; bit < prefixLength; bit++) bytes[bit >> 3] |= 0x80 >> (bit & 7);
  return bytes;
}
