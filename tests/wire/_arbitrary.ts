/**
 * Random values of the link and network layers, and stacks of them.
 */

import fc from "fast-check";
import type {
  Arp,
  Authentication,
  DestinationOptions,
  Esp,
  Ethernet,
  Gre,
  Hip,
  HopByHop,
  Ipv4,
  Ipv4Option,
  Ipv6,
  Ipv6Fragment,
  Ipv6Option,
  Ipv6Routing,
  LayerValue,
  Llc,
  Mobility,
  Payload,
  Shim6,
  Snap,
  Vlan,
} from "../../wire/mod.ts";
import { bits, bytes, ip4, ip6, kind, mac, units } from "./_values.ts";

/** An EtherType that no codec here reads. */
const unknownType = fc.constantFrom(0x88b5, 0x88b6, 0x9000);
/** A protocol number that no codec here reads. */
const unknownProtocol = fc.constantFrom(253, 254);

export const ethernet: fc.Arbitrary<Ethernet> = fc.record({
  kind: kind("ethernet"),
  destination: mac,
  source: mac,
  etherType: unknownType,
});

export const vlan: fc.Arbitrary<Vlan> = fc.record({
  kind: kind("vlan"),
  id: bits(12),
  priority: bits(3),
  dropEligible: fc.boolean(),
  etherType: unknownType,
});

export const llc: fc.Arbitrary<Llc> = fc.record({
  kind: kind("llc"),
  dsap: bits(8),
  ssap: bits(8),
  control: fc.oneof(
    bits(6).map((high) => (high << 2) | 3),
    bits(16).filter((word) => (word & 3) !== 3),
  ),
});

export const snap: fc.Arbitrary<Snap> = fc.record({
  kind: kind("snap"),
  oui: bits(24),
  protocol: bits(16),
});

export const arp: fc.Arbitrary<Arp> = fc.record({
  kind: kind("arp"),
  operation: bits(16),
  hardwareType: bits(16),
  protocolType: bits(16),
  senderHardware: mac,
  senderAddress: ip4,
  targetHardware: mac,
  targetAddress: ip4,
});

const ipv4Option: fc.Arbitrary<Ipv4Option> = fc.oneof(
  fc.record({ kind: kind("nop") }),
  fc.record({ kind: kind("routerAlert"), value: bits(16) }),
  fc.record({
    kind: fc.constantFrom("recordRoute", "looseSourceRoute", "strictSourceRoute"),
    pointer: bits(8),
    addresses: fc.array(ip4, { maxLength: 3 }),
  }),
  fc.record({
    kind: kind("other"),
    type: fc.constantFrom(68, 130, 205, 30, 94),
    data: bytes(0, 8),
  }),
);

function optionSize(option: Ipv4Option): number {
  if (option.kind === "nop") return 1;
  if (option.kind === "routerAlert") return 4;
  if (option.kind === "other") return 2 + option.data.length;
  return option.kind === "end" ? 1 + option.padding.length : 3 + 4 * option.addresses.length;
}

export const ipv4Options: fc.Arbitrary<Ipv4Option[]> = fc.array(ipv4Option, { maxLength: 4 })
  .filter((list) => list.reduce((sum, option) => sum + optionSize(option), 0) <= 40);

export const ipv4: fc.Arbitrary<Ipv4> = fc.record({
  kind: kind("ipv4"),
  source: ip4,
  destination: ip4,
  tos: bits(8),
  identification: bits(16),
  reservedFlag: fc.boolean(),
  dontFragment: fc.boolean(),
  moreFragments: fc.boolean(),
  fragmentOffset: bits(13).map((offset) => offset * 8),
  ttl: bits(8),
  protocol: bits(8),
  options: ipv4Options,
});

export const ipv6: fc.Arbitrary<Ipv6> = fc.record({
  kind: kind("ipv6"),
  source: ip6,
  destination: ip6,
  trafficClass: bits(8),
  flowLabel: bits(20),
  hopLimit: bits(8),
  nextHeader: unknownProtocol,
});

const ipv6Option: fc.Arbitrary<Ipv6Option> = fc.oneof(
  fc.record({ kind: kind("routerAlert"), value: bits(16) }),
  fc.record({ kind: kind("jumboPayload"), length: bits(32) }),
  fc.record({ kind: kind("tunnelEncapsulationLimit"), limit: bits(8) }),
  fc.record({ kind: kind("homeAddress"), address: ip6 }),
  fc.record({ kind: kind("other"), type: fc.constantFrom(0x1e, 0x3e, 0x8b), data: bytes(0, 30) }),
  fc.record({ kind: kind("padN"), data: bytes(9, 12) }),
);

const ipv6Options = fc.array(ipv6Option, { maxLength: 5 });

export const hopByHop: fc.Arbitrary<HopByHop> = fc.record({
  kind: kind("hopByHop"),
  nextHeader: bits(8),
  options: ipv6Options,
});

export const destinationOptions: fc.Arbitrary<DestinationOptions> = fc.record({
  kind: kind("destinationOptions"),
  nextHeader: bits(8),
  options: ipv6Options,
});

/** Segment routing TLVs: padding, and any other of eight bytes. */
const tlvs = fc.array(bytes(6, 6).map((data) => [10, 6, ...data]), { maxLength: 2 })
  .map((list) => Uint8Array.from(list.flat()));

export const routing: fc.Arbitrary<Ipv6Routing> = fc.oneof(
  fc.array(ip6, { maxLength: 4 }).chain((addresses) =>
    fc.record({
      kind: kind("routing"),
      nextHeader: bits(8),
      segmentsLeft: fc.integer({ min: 0, max: addresses.length }),
      route: fc.record({
        kind: fc.constantFrom("sourceRoute" as const, "mobile" as const),
        addresses: fc.constant(addresses),
        reserved: bits(32),
      }),
    })
  ),
  fc.array(ip6, { minLength: 1, maxLength: 4 }).chain((segments) =>
    fc.record({
      kind: kind("routing"),
      nextHeader: bits(8),
      segmentsLeft: fc.integer({ min: 0, max: segments.length }),
      route: fc.record({
        kind: kind("segments"),
        segments: fc.constant(segments),
        flags: bits(8),
        tag: bits(16),
        tlvs,
      }),
    })
  ),
  fc.record({
    kind: kind("routing"),
    nextHeader: bits(8),
    segmentsLeft: bits(8),
    route: fc.record({
      kind: kind("other"),
      type: fc.constantFrom(3, 253, 254),
      data: units(4, 8, 4),
    }),
  }),
);

export const fragment: fc.Arbitrary<Ipv6Fragment> = fc.record({
  kind: kind("fragment"),
  nextHeader: bits(8),
  fragmentOffset: bits(13).map((offset) => offset * 8),
  moreFragments: fc.boolean(),
  identification: bits(32),
  reserved: bits(10),
});

export const authentication: fc.Arbitrary<Authentication> = fc.record({
  kind: kind("authentication"),
  nextHeader: bits(8),
  spi: bits(32),
  sequence: bits(32),
  icv: units(0, 4, 8),
  reserved: bits(16),
});

export const esp: fc.Arbitrary<Esp> = fc.record({
  kind: kind("esp"),
  spi: bits(32),
  sequence: bits(32),
});

export const mobility: fc.Arbitrary<Mobility> = fc.record({
  kind: kind("mobility"),
  nextHeader: bits(8),
  type: bits(8),
  reserved: bits(8),
  data: units(2, 8, 4),
});

export const hip: fc.Arbitrary<Hip> = fc.record({
  kind: kind("hip"),
  nextHeader: bits(8),
  type: bits(7),
  version: bits(4),
  controls: bits(16),
  senderTag: ip6,
  receiverTag: ip6,
  parameters: fc.constantFrom(
    new Uint8Array(0),
    Uint8Array.of(0, 65, 0, 4, 1, 2, 3, 4),
    Uint8Array.of(0, 65, 0, 5, 1, 2, 3, 4, 5, 0, 0, 0, 0, 0, 0, 0),
  ),
});

export const shim6: fc.Arbitrary<Shim6> = fc.record({
  kind: kind("shim6"),
  nextHeader: bits(8),
  message: fc.oneof(
    fc.record({ kind: kind("payload"), contextTag: fc.bigInt({ min: 0n, max: 2n ** 47n - 1n }) }),
    fc.record({
      kind: kind("control"),
      type: bits(7),
      typeSpecific: bits(7),
      data: units(2, 8, 4),
    }),
  ),
});

const number32 = bits(32);

export const gre: fc.Arbitrary<Gre> = fc.oneof(
  fc.record({
    kind: kind("gre"),
    protocol: unknownType,
    version: fc.constant(0),
    hasChecksum: fc.constant(false),
    reserved: fc.constant(0),
    key: number32,
    sequence: number32,
  }, { requiredKeys: ["kind", "protocol", "version", "hasChecksum", "reserved"] }),
  fc.record({
    kind: kind("gre"),
    protocol: unknownType,
    version: fc.constant(0),
    hasChecksum: fc.constant(true),
    reserved: bits(4).map((low) => low << 8),
    reserved1: bits(16),
    key: number32,
    sequence: number32,
  }, { requiredKeys: ["kind", "protocol", "version", "hasChecksum", "reserved", "reserved1"] }),
  fc.record({
    kind: kind("gre"),
    protocol: fc.constant(0x880b),
    version: fc.constant(1),
    hasChecksum: fc.constant(false),
    reserved: fc.constant(0),
    key: number32,
    sequence: number32,
    acknowledgment: number32,
  }, { requiredKeys: ["kind", "protocol", "version", "hasChecksum", "reserved", "key"] }),
);

const payload: fc.Arbitrary<Payload> = fc.record({
  kind: kind("payload"),
  data: bytes(1, 200),
});

const port = fc.integer({ min: 20000, max: 20100 });

const transport: fc.Arbitrary<LayerValue> = fc.oneof(
  fc.record({ kind: kind("udp"), sourcePort: port, destinationPort: port }),
  fc.record({
    kind: kind("tcp"),
    sourcePort: port,
    destinationPort: port,
    sequence: bits(32),
    acknowledgment: bits(32),
    flags: bits(8),
    window: bits(16),
  }),
);

/** Leaves out what the encoder is to fill in by what follows. */
function without<V extends object>(value: V, ...names: (keyof V)[]): V {
  const copy = { ...value };
  for (const name of names) delete copy[name];
  return copy;
}

const wholeIpv4 = ipv4.map((value) => ({
  ...without(value, "protocol", "options"),
  reservedFlag: false,
  moreFragments: false,
  fragmentOffset: 0,
}));

const extension: fc.Arbitrary<LayerValue> = fc.oneof(
  // Scapy aligns a home address by padding of its own.
  destinationOptions.filter(({ options }) =>
    options?.every(({ kind }) => kind === "routerAlert") ?? true
  ).map((value) => without(value, "nextHeader")),
  routing.filter(({ route }) => route.kind === "sourceRoute").map((value) =>
    without({ ...value, segmentsLeft: 0 }, "nextHeader")
  ),
  fragment.map((value) => ({
    ...without(value, "nextHeader"),
    fragmentOffset: 0,
    moreFragments: false,
    reserved: 0,
  })),
);

const network: fc.Arbitrary<LayerValue[]> = fc.oneof(
  wholeIpv4.map((value) => [value]),
  fc.tuple(ipv6, fc.array(extension, { maxLength: 2 })).map(([head, rest]) => [
    without(head, "nextHeader"),
    ...rest,
  ]),
);

const tunnel: fc.Arbitrary<LayerValue[]> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<LayerValue[]>([]) },
  network,
  fc.tuple(network, fc.record({ kind: kind("gre"), key: number32, hasChecksum: fc.boolean() }))
    .map(([layers, head]) => [...layers, head]),
);

const tags: fc.Arbitrary<LayerValue[]> = fc.array(
  vlan.map((value) => without(value, "etherType")),
  { maxLength: 2 },
);

const head = ethernet.map((value) => without(value, "etherType"));

/** A whole frame whose lengths, checksums and protocol numbers the encoder fills in. */
export const stack: fc.Arbitrary<LayerValue[]> = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(head, tags, tunnel, network, transport, payload) },
  {
    weight: 1,
    arbitrary: fc.tuple(
      head,
      arp.map((value) => ({ ...value, hardwareType: 1, protocolType: 0x0800, operation: 1 })),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(
      head,
      fc.constant([{ kind: "llc" as const }, { kind: "snap" as const }]),
      network,
      transport,
      payload,
    ),
  },
).map((parts) => parts.flat() as LayerValue[]);
