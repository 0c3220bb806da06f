/**
 * Numbers that have names, in the words of `ip` and `tc` (/etc/iproute2 in a fresh installation).
 *
 * @module
 */
import { show } from "../core/arguments.ts";
import * as rt from "./abi/rtnetlink.ts";

/** Names by number, both ways. */
export class Words {
  /** By number: those are small. */
  readonly #names: readonly (string | undefined)[];
  readonly #rare: ReadonlyMap<number, string>;
  readonly #numbers: ReadonlyMap<string, number>;

  /** From pairs of number and name. */
  constructor(pairs: readonly (readonly [number, string])[]) {
    const names: (string | undefined)[] = new Array(256).fill(undefined);
    for (const [number, name] of pairs) if (number < names.length) names[number] = name;
    this.#names = names;
    this.#rare = new Map(pairs);
    this.#numbers = new Map(pairs.map(([number, name]) => [name, number]));
  }

  /** The name of a number; without one, its digits. */
  name(number: number): string {
    return this.#names[number] ?? this.#rare.get(number) ?? `${number}`;
  }

  /**
   * The number of a name, or of digits.
   *
   * @throws {TypeError} If it is neither.
   * @throws {RangeError} If it is above `most`.
   */
  number(name: string | number, most: number, action: string, what: string): number {
    const known = typeof name === "string" ? this.#numbers.get(name) : undefined;
    if (known !== undefined) return known;
    const number = typeof name === "number"
      ? name
      : typeof name === "string" && /^(?:\d+|0x[0-9a-f]+)$/i.test(name)
      ? Number(name)
      : NaN;
    if (Number.isNaN(number)) {
      throw new TypeError(`Cannot ${action}: ${what} "${show(name)}" is no name or number`);
    }
    if (!Number.isInteger(number) || number < 0 || number > most) {
      throw new RangeError(`Cannot ${action}: ${what} ${show(name)} is not in 0 to ${most}`);
    }
    return number;
  }
}

/** linux/rtnetlink.h, enum rt_class_t. */
export const TABLES: Words = new Words([
  [0, "unspec"],
  [253, "default"],
  [254, "main"],
  [255, "local"],
]);

/** linux/rtnetlink.h, RTPROT_*. */
export const PROTOCOLS: Words = new Words([
  [0, "unspec"],
  [1, "redirect"],
  [2, "kernel"],
  [3, "boot"],
  [4, "static"],
  [8, "gated"],
  [9, "ra"],
  [10, "mrt"],
  [11, "zebra"],
  [12, "bird"],
  [13, "dnrouted"],
  [14, "xorp"],
  [15, "ntk"],
  [16, "dhcp"],
  [18, "keepalived"],
  [42, "babel"],
  [186, "bgp"],
  [187, "isis"],
  [188, "ospf"],
  [189, "rip"],
  [192, "eigrp"],
]);

/** linux/rtnetlink.h, enum rt_scope_t. */
export const SCOPES: Words = new Words([
  [0, "global"],
  [200, "site"],
  [253, "link"],
  [254, "host"],
  [255, "nowhere"],
]);

/** linux/rtnetlink.h, RTN_*. */
export const ROUTE_TYPES: Words = new Words([
  [0, "none"],
  [1, "unicast"],
  [2, "local"],
  [3, "broadcast"],
  [4, "anycast"],
  [5, "multicast"],
  [6, "blackhole"],
  [7, "unreachable"],
  [8, "prohibit"],
  [9, "throw"],
  [10, "nat"],
  [11, "xresolve"],
]);

/** linux/rtnetlink.h: RTNH_F_* and RTM_F_*, which share a field. */
export const ROUTE_FLAGS: readonly (readonly [number, string])[] = [
  [rt.RTNH_F_DEAD, "dead"],
  [rt.RTNH_F_ONLINK, "onlink"],
  [rt.RTNH_F_PERVASIVE, "pervasive"],
  [rt.RTNH_F_OFFLOAD, "offload"],
  [rt.RTNH_F_TRAP, "trap"],
  [rt.RTM_F_NOTIFY, "notify"],
  [rt.RTNH_F_LINKDOWN, "linkdown"],
  [rt.RTNH_F_UNRESOLVED, "unresolved"],
  [rt.RTM_F_OFFLOAD, "rt_offload"],
  [rt.RTM_F_TRAP, "rt_trap"],
  [rt.RTM_F_OFFLOAD_FAILED, "rt_offload_failed"],
];

/** linux/if_arp.h, ARPHRD_*, with iproute2's names. */
export const LINK_TYPES: Words = new Words([
  [0, "netrom"],
  [1, "ether"],
  [24, "ieee1394"],
  [32, "infiniband"],
  [256, "slip"],
  [280, "can"],
  [290, "mctp"],
  [512, "ppp"],
  [519, "rawip"],
  [768, "ipip"],
  [769, "tunnel6"],
  [772, "loopback"],
  [776, "sit"],
  [778, "gre"],
  [801, "ieee802.11"],
  [802, "ieee802.11/prism"],
  [803, "ieee802.11/radiotap"],
  [804, "ieee802.15.4"],
  [823, "gre6"],
  [824, "netlink"],
  [825, "6lowpan"],
  [826, "vsockmon"],
  [0xfffe, "none"],
  [0xffff, "void"],
]);
