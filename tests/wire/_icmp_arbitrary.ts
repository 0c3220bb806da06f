/**
 * Random messages of ICMP, neighbour discovery, IGMP and MLD.
 */

import fc from "fast-check";
import type {
  GroupRecord,
  IcmpExtensions,
  IcmpObject,
  Icmpv4,
  Icmpv6,
  Igmp,
  NdpOption,
} from "../../wire/mod.ts";
import { bits, domain, ip4, ip6, kind, mac, maybe, units } from "./_values.ts";

const flag = fc.boolean();

const interfaceName = fc.string({ minLength: 1, maxLength: 15 }).filter((name) =>
  !name.includes("\0")
);

export const icmpObject: fc.Arbitrary<IcmpObject> = fc.oneof(
  fc.record({
    kind: kind("mpls"),
    labels: fc.array(
      fc.record({ label: bits(20), trafficClass: bits(3), bottom: flag, ttl: bits(8) }),
      { maxLength: 4 },
    ),
  }),
  maybe<IcmpObject>(
    {
      kind: kind("interface"),
      role: fc.constantFrom("incoming", "subIp", "outgoing", "nextHop"),
    },
    { index: bits(32), address: fc.oneof(ip4, ip6), name: interfaceName, mtu: bits(32) },
  ),
  fc.record({ kind: kind("interfaceByName"), name: interfaceName }),
  fc.record({ kind: kind("interfaceByIndex"), index: bits(32) }),
  fc.record({ kind: kind("interfaceByAddress"), address: fc.oneof(ip4, ip6, mac) }),
  fc.record({
    kind: kind("other"),
    class: fc.integer({ min: 4, max: 255 }),
    type: bits(8),
    data: units(0, 4, 5),
  }),
);

export const icmpExtensions: fc.Arbitrary<IcmpExtensions> = maybe(
  { objects: fc.array(icmpObject, { maxLength: 4 }) },
  { checksum: fc.constant(0) },
);

/** A quote that needs no padding: of so many bytes to the word. */
function quote(unit: number): fc.Arbitrary<{ quoted?: Uint8Array; extensions?: IcmpExtensions }> {
  return fc.oneof(
    fc.constant({}),
    fc.record({ quoted: units(unit, unit, 20) }),
    fc.record({ quoted: units(128, unit, 5), extensions: icmpExtensions }),
  );
}

/** A record with a random quote. */
function withQuote<T>(record: fc.Arbitrary<T>, unit: number): fc.Arbitrary<T> {
  return fc.tuple(record, quote(unit)).map(([value, rest]) => ({ ...value, ...rest }));
}

const echo = { code: bits(8), identifier: bits(16), sequence: bits(16) };
const v4 = { kind: kind("icmpv4"), code: bits(8) };
const v6 = { kind: kind("icmpv6"), code: bits(8) };

const probeRequest = maybe<never>(
  {
    message: kind("extendedEchoRequest"),
    identifier: bits(16),
    sequence: bits(8),
    local: flag,
  },
  { extensions: icmpExtensions },
);

const probeReply = fc.record({
  message: kind("extendedEchoReply"),
  identifier: bits(16),
  sequence: bits(8),
  state: bits(3),
  active: flag,
  ipv4: flag,
  ipv6: flag,
});

/** Joins two random records. */
function join<A, B>(a: fc.Arbitrary<A>, b: fc.Arbitrary<B>): fc.Arbitrary<A & B> {
  return fc.tuple(a, b).map(([one, other]) => ({ ...one, ...other }));
}

export const icmpv4: fc.Arbitrary<Icmpv4> = fc.oneof<fc.Arbitrary<Icmpv4>[]>(
  fc.record({
    ...v4,
    message: fc.constantFrom("echoRequest", "echoReply", "informationRequest", "informationReply"),
    ...echo,
  }),
  withQuote(
    fc.record({ ...v4, message: kind("destinationUnreachable"), nextHopMtu: bits(16) }),
    4,
  ),
  withQuote(fc.record({ ...v4, message: kind("timeExceeded") }), 4),
  withQuote(fc.record({ ...v4, message: kind("parameterProblem"), pointer: bits(8) }), 4),
  fc.record({ ...v4, message: kind("sourceQuench") }),
  fc.record({ ...v4, message: kind("redirect"), gateway: ip4 }),
  fc.record({
    ...v4,
    message: fc.constantFrom("timestampRequest", "timestampReply"),
    ...echo,
    originate: bits(32),
    receive: bits(32),
    transmit: bits(32),
  }),
  fc.record({
    ...v4,
    message: fc.constantFrom("addressMaskRequest", "addressMaskReply"),
    ...echo,
    mask: ip4,
  }),
  fc.record({
    ...v4,
    message: kind("routerAdvertisement"),
    lifetimeSeconds: bits(16),
    routers: fc.array(
      fc.record({ address: ip4, preference: bits(32).map((n) => n | 0) }),
      { maxLength: 4 },
    ),
  }),
  fc.record({ ...v4, message: kind("routerSolicitation") }),
  join(fc.record(v4), probeRequest),
  join(fc.record(v4), probeReply),
  fc.record({
    ...v4,
    message: kind("other"),
    type: fc.constantFrom(1, 2, 6, 30, 40, 44, 255),
    rest: bits(32),
  }),
);

const preference = fc.constantFrom("medium", "high", "low", "reserved");
export const ndpOption: fc.Arbitrary<NdpOption> = fc.oneof<fc.Arbitrary<NdpOption>[]>(
  fc.record({ kind: fc.constantFrom("sourceLinkAddress", "targetLinkAddress"), address: mac }),
  fc.record({
    kind: kind("prefixInformation"),
    prefix: ip6,
    prefixLength: fc.integer({ min: 0, max: 128 }),
    onLink: flag,
    autonomous: flag,
    routerAddress: flag,
    validLifetimeSeconds: bits(32),
    preferredLifetimeSeconds: bits(32),
  }),
  fc.record({
    kind: kind("routeInformation"),
    prefix: ip6,
    prefixLength: fc.integer({ min: 65, max: 128 }),
    preference,
    lifetimeSeconds: bits(32),
  }),
  fc.record({
    kind: kind("routeInformation"),
    prefix: fc.constant("2001:db8:1:2::"),
    prefixLength: fc.integer({ min: 1, max: 64 }),
    preference,
    lifetimeSeconds: bits(32),
    units: fc.constant(3),
  }),
  fc.record({ kind: kind("redirectedHeader"), packet: units(0, 8, 8) }),
  fc.record({ kind: kind("mtu"), mtu: bits(32) }),
  fc.record({ kind: kind("nonce"), nonce: units(6, 8, 2) }),
  fc.record({
    kind: kind("dnsServers"),
    lifetimeSeconds: bits(32),
    addresses: fc.array(ip6, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({
    kind: kind("dnsSearchList"),
    lifetimeSeconds: bits(32),
    domains: fc.array(domain, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ kind: kind("other"), type: fc.constantFrom(0, 13, 200, 255), data: units(6, 8, 3) }),
) as fc.Arbitrary<NdpOption>;

const options = fc.array(ndpOption, { maxLength: 4 });

function groupRecord(address: fc.Arbitrary<string>): fc.Arbitrary<GroupRecord> {
  return maybe(
    {
      type: fc.constantFrom<string | number>(
        "modeIsInclude",
        "modeIsExclude",
        "changeToInclude",
        "changeToExclude",
        "allowNewSources",
        "blockOldSources",
        0,
        9,
      ),
      group: address,
      sources: fc.array(address, { maxLength: 4 }),
    },
    { data: units(4, 4, 3) },
  );
}

function groupQuery(address: fc.Arbitrary<string>) {
  return {
    suppress: flag,
    robustness: bits(3),
    intervalCode: bits(8),
    sources: fc.array(address, { maxLength: 4 }),
  };
}

export const icmpv6: fc.Arbitrary<Icmpv6> = fc.oneof<fc.Arbitrary<Icmpv6>[]>(
  fc.record({ ...v6, message: fc.constantFrom("echoRequest", "echoReply"), ...echo }),
  withQuote(
    fc.record({ ...v6, message: fc.constantFrom("destinationUnreachable", "timeExceeded") }),
    8,
  ),
  fc.record({ ...v6, message: kind("packetTooBig"), mtu: bits(32) }),
  fc.record({ ...v6, message: kind("parameterProblem"), pointer: bits(32) }),
  fc.record({ ...v6, message: kind("routerSolicitation"), options }),
  fc.record({
    ...v6,
    message: kind("routerAdvertisement"),
    hopLimit: bits(8),
    managed: flag,
    otherConfiguration: flag,
    homeAgent: flag,
    preference,
    proxy: flag,
    routerLifetimeSeconds: bits(16),
    reachableTimeMs: bits(32),
    retransTimerMs: bits(32),
    options,
  }) as fc.Arbitrary<Icmpv6>,
  fc.record({ ...v6, message: kind("neighborSolicitation"), target: ip6, options }),
  fc.record({
    ...v6,
    message: kind("neighborAdvertisement"),
    router: flag,
    solicited: flag,
    override: flag,
    target: ip6,
    options,
  }),
  fc.record({ ...v6, message: kind("redirect"), target: ip6, destination: ip6, options }),
  fc.record({
    ...v6,
    message: fc.constantFrom("mldQuery", "mldReport", "mldDone"),
    maxResponseDelayMs: bits(16),
    group: ip6,
  }),
  fc.record({
    ...v6,
    message: kind("mldQueryV2"),
    maxResponseCode: bits(16),
    group: ip6,
    ...groupQuery(ip6),
  }),
  fc.record({
    ...v6,
    message: kind("mldReportV2"),
    records: fc.array(groupRecord(ip6), { maxLength: 4 }),
  }),
  join(fc.record(v6), probeRequest),
  join(fc.record(v6), probeReply),
  fc.record({
    ...v6,
    message: kind("other"),
    type: fc.constantFrom(0, 100, 138, 141, 200, 255),
    rest: bits(32),
  }),
);

export const igmp: fc.Arbitrary<Igmp> = fc.oneof<fc.Arbitrary<Igmp>[]>(
  fc.record({ kind: kind("igmp"), message: kind("query"), maxResponseTenths: bits(8), group: ip4 }),
  fc.record({
    kind: kind("igmp"),
    message: kind("queryV3"),
    maxResponseCode: bits(8),
    group: ip4,
    ...groupQuery(ip4),
  }),
  fc.record({
    kind: kind("igmp"),
    message: fc.constantFrom("reportV1", "reportV2", "leave"),
    group: ip4,
  }),
  fc.record({
    kind: kind("igmp"),
    message: kind("reportV3"),
    records: fc.array(groupRecord(ip4), { maxLength: 4 }),
  }),
  fc.record({
    kind: kind("igmp"),
    message: kind("other"),
    type: fc.constantFrom(0x13, 0x14, 0x1e, 0xff),
    code: bits(8),
    rest: bits(32),
  }),
);
