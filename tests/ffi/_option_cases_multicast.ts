/**
 * Tries of the multicast options.
 */

import * as o from "../../ffi/options/mod.ts";
import { LO, type OptionCase } from "./_option_case.ts";

const G4 = "232.1.2.3";
const G6 = "ff35::8000:1";
const ipAny = { group: "239.1.2.3", interface: LO };
const ipSource = { group: G4, source: "127.0.0.9", interface: "127.0.0.1" };
const any4 = { group: "239.1.2.3", interface: LO };
const any6 = { group: "ff05::1234", interface: LO };
const source4 = { group: G4, source: "127.0.0.9", interface: LO };
const source6 = { group: G6, source: "::9", interface: LO };
const filter4 = { group: "239.1.2.3", interface: LO, mode: "exclude", sources: ["127.0.0.7"] };
const filter6 = { group: "ff05::1234", interface: LO, mode: "exclude", sources: ["::7"] };
const ipFilter = {
  group: "239.1.2.3",
  interface: "127.0.0.1",
  mode: "exclude",
  sources: ["127.0.0.7", "127.0.0.8"],
};
const ipByAddress = { group: "239.1.2.3", interface: "127.0.0.1" };

/** Tries of these options. */
export const MULTICAST: readonly OptionCase[] = [
  { option: o.IP_ADD_MEMBERSHIP, on: "udp", set: ipAny },
  {
    option: o.IP_ADD_MEMBERSHIP,
    on: "udp",
    set: ipAny,
    first: [[o.IP_ADD_MEMBERSHIP, ipAny]],
    error: "EADDRINUSE",
  },
  { option: o.IP_DROP_MEMBERSHIP, on: "udp", set: ipAny, first: [[o.IP_ADD_MEMBERSHIP, ipAny]] },
  { option: o.IP_ADD_SOURCE_MEMBERSHIP, on: "udp", set: ipSource },
  {
    option: o.IP_DROP_SOURCE_MEMBERSHIP,
    on: "udp",
    set: ipSource,
    first: [[o.IP_ADD_SOURCE_MEMBERSHIP, ipSource]],
  },
  {
    option: o.IP_BLOCK_SOURCE,
    on: "udp",
    set: ipSource,
    first: [[o.IP_ADD_MEMBERSHIP, { group: G4, interface: LO }]],
  },
  {
    option: o.IP_UNBLOCK_SOURCE,
    on: "udp",
    set: ipSource,
    first: [
      [o.IP_ADD_MEMBERSHIP, { group: G4, interface: LO }],
      [o.IP_BLOCK_SOURCE, ipSource],
    ],
  },
  {
    option: o.IP_MSFILTER,
    on: "udp",
    set: ipFilter,
    first: [[o.IP_ADD_MEMBERSHIP, ipByAddress]],
  },
  {
    option: o.ipSourceFilterOf("239.1.2.3", "127.0.0.1"),
    on: "udp",
    set: ipFilter,
    first: [[o.IP_ADD_MEMBERSHIP, ipByAddress]],
  },
  {
    option: o.ipSourceFilterOf("239.1.2.3"),
    on: "udp",
    set: ipFilter,
    error: "EINVAL", // not joined
  },
  { option: o.IPV6_ADD_MEMBERSHIP, on: "udp6", set: any6 },
  { option: o.IPV6_DROP_MEMBERSHIP, on: "udp6", set: any6, first: [[o.IPV6_ADD_MEMBERSHIP, any6]] },
  ...([
    ["udp", any4, source4, filter4, {
      join: o.MCAST_JOIN_GROUP,
      leave: o.MCAST_LEAVE_GROUP,
      joinSource: o.MCAST_JOIN_SOURCE_GROUP,
      leaveSource: o.MCAST_LEAVE_SOURCE_GROUP,
      block: o.MCAST_BLOCK_SOURCE,
      unblock: o.MCAST_UNBLOCK_SOURCE,
      filter: o.MCAST_MSFILTER,
    }],
    ["udp6", any6, source6, filter6, {
      join: o.IPV6_MCAST_JOIN_GROUP,
      leave: o.IPV6_MCAST_LEAVE_GROUP,
      joinSource: o.IPV6_MCAST_JOIN_SOURCE_GROUP,
      leaveSource: o.IPV6_MCAST_LEAVE_SOURCE_GROUP,
      block: o.IPV6_MCAST_BLOCK_SOURCE,
      unblock: o.IPV6_MCAST_UNBLOCK_SOURCE,
      filter: o.IPV6_MCAST_MSFILTER,
    }],
  ] as const).flatMap(([on, any, source, filter, mcast]): OptionCase[] => {
    const anySource = { ...source, group: any.group };
    return [
      { option: mcast.join, on, set: any },
      { option: mcast.leave, on, set: any, first: [[mcast.join, any]] },
      { option: mcast.joinSource, on, set: source },
      { option: mcast.leaveSource, on, set: source, first: [[mcast.joinSource, source]] },
      { option: mcast.block, on, set: anySource, first: [[mcast.join, any]] },
      {
        option: mcast.unblock,
        on,
        set: anySource,
        first: [[mcast.join, any], [mcast.block, anySource]],
      },
      { option: mcast.filter, on, set: filter, first: [[mcast.join, any]] },
      {
        option: o.sourceFilterOf(any.group, LO),
        on,
        set: filter,
        first: [[mcast.join, any]],
      },
    ];
  }),
];
