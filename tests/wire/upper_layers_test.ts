/**
 * The layers above IP: what each field means.
 */

import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  addressSum,
  crc32c,
  DnsView,
  encodeDns,
  encodeIcmpv4,
  encodeIcmpv6,
  encodeIgmp,
  encodeSctp,
  encodeTcp,
  encodeUdp,
  encodeUdpLite,
  Icmpv4View,
  Icmpv6View,
  IgmpView,
  SctpView,
  TcpView,
  TH_ACK,
  TH_SYN,
  udpLayer,
  UdpLiteView,
  UdpView,
} from "../../wire/mod.ts";
import { toHex } from "./_scapy.ts";

Deno.test("a SYN holds its options as the RFCs lay them out", () => {
  const bytes = encodeTcp({
    kind: "tcp",
    sourcePort: 1,
    destinationPort: 2,
    flags: TH_SYN,
    options: [
      { kind: "maximumSegmentSize", size: 1460 },
      { kind: "sackPermitted" },
      { kind: "timestamps", value: 1, echo: 0 },
      { kind: "nop" },
      { kind: "windowScale", shift: 7 },
    ],
  });
  assertEquals(toHex(bytes.subarray(20)), "020405b40402080a000000010000000001030307");
  const view = TcpView.parse(bytes);
  assertEquals([view.syn, view.ack, view.dataOffset, view.options.length], [true, false, 10, 5]);
});

Deno.test("TCP takes no more than 40 bytes of options", () => {
  const options = [{ kind: "fastOpen" as const, cookie: new Uint8Array(39) }];
  assertThrows(
    () => encodeTcp({ kind: "tcp", sourcePort: 1, destinationPort: 2, options }),
    RangeError,
    "options of 44 bytes are above 40",
  );
});

Deno.test("the checksum of a transport covers the addresses and every byte", () => {
  const sum = addressSum("192.0.2.1", "192.0.2.2");
  const data = new TextEncoder().encode("odd");
  const ports = { sourcePort: 7, destinationPort: 8 };
  const views = [
    TcpView.parse(encodeTcp({ kind: "tcp", ...ports, flags: TH_ACK }, data, sum)),
    UdpView.parse(encodeUdp({ kind: "udp", ...ports }, data, sum)),
    UdpLiteView.parse(encodeUdpLite({ kind: "udplite", ...ports }, data, sum)),
    Icmpv6View.parse(encodeIcmpv6(
      { kind: "icmpv6", message: "echoRequest", identifier: 1, sequence: 2 },
      data,
      sum,
    )),
  ];
  for (const view of views) {
    assert(view.checksumOk(sum), view.kind);
    assert(!view.checksumOk(addressSum("192.0.2.1", "192.0.2.3")), view.kind);
    for (let at = 0; at < view.end; at++) {
      view.bytes[at] ^= 0x10;
      assert(!view.checksumOk(sum), `${view.kind} byte ${at}`);
      view.bytes[at] ^= 0x10;
    }
  }
});

Deno.test("a UDP checksum that would be 0 is sent as all ones", () => {
  // The words of pseudo-header, header and data sum up to 0xffff.
  const value = { kind: "udp" as const, sourcePort: 0, destinationPort: 0 };
  const bytes = encodeUdp(value, Uint8Array.of(0xff, 0xff - 17 - 2 * 10), 0);
  assertEquals(UdpView.parse(bytes).checksum, 0xffff);
  assert(UdpView.parse(bytes).checksumOk(0));
});

Deno.test("a router's answer tells the labels and the interface of the packet", () => {
  const quoted = new Uint8Array(60).fill(0x45);
  const extensions = {
    objects: [
      {
        kind: "mpls" as const,
        labels: [{ label: 24001, trafficClass: 0, bottom: true, ttl: 1 }],
      },
      {
        kind: "interface" as const,
        role: "incoming" as const,
        index: 3,
        address: "192.0.2.9",
        name: "eth0",
        mtu: 1500,
      },
    ],
  };
  const bytes = encodeIcmpv4({ kind: "icmpv4", message: "timeExceeded", quoted, extensions });
  const view = Icmpv4View.parse(bytes);
  // RFC 4884: 128 bytes of quote are 32 words.
  assertEquals(bytes[5], 32);
  assertEquals(view.quoted?.length, 128);
  assertEquals(view.extensions, extensions);
  assertEquals(toHex(bytes.subarray(136 + 4, 136 + 12)), "0008010105dc1101");
  assert(view.checksumOk());
});

Deno.test("extensions of old routers, which state no length, are found by their checksum", () => {
  const modern = encodeIcmpv4({
    kind: "icmpv4",
    message: "timeExceeded",
    quoted: new Uint8Array(128),
    extensions: {
      objects: [{
        kind: "mpls",
        labels: [{ label: 5, trafficClass: 1, bottom: true, ttl: 9 }],
      }],
    },
  });
  const old = modern.slice();
  old[5] = 0;
  const expected = Icmpv4View.parse(modern).extensions;
  assertEquals(Icmpv4View.parse(old).extensions, expected);
  assertEquals(Icmpv4View.parse(old).quoted?.length, old.length - 8);
  old[old.length - 1] ^= 1;
  assertEquals(Icmpv4View.parse(old).extensions, undefined);
});

Deno.test("extensions without a quote before them are refused", () => {
  assertThrows(
    () => encodeIcmpv4({ kind: "icmpv4", message: "timeExceeded", extensions: { objects: [] } }),
    RangeError,
    "extensions have no quoted before them",
  );
});

Deno.test("fragmentation needed tells the MTU of the next hop", () => {
  const view = Icmpv4View.parse(
    encodeIcmpv4(
      { kind: "icmpv4", message: "destinationUnreachable", code: 4, nextHopMtu: 1400 },
      new Uint8Array(28),
    ),
  );
  assertEquals([view.nextHopMtu, view.quoted?.length, view.isError], [1400, 28, true]);
});

Deno.test("an advertisement tells prefix, MTU, routes and name servers", () => {
  const options = [
    { kind: "sourceLinkAddress" as const, address: "02:00:00:00:00:01" },
    { kind: "mtu" as const, mtu: 1492 },
    {
      kind: "routeInformation" as const,
      prefix: "2001:db8:1::",
      prefixLength: 48,
      preference: "high" as const,
      lifetimeSeconds: 600,
    },
    { kind: "dnsServers" as const, lifetimeSeconds: 60, addresses: ["2001:db8::53"] },
    { kind: "dnsSearchList" as const, lifetimeSeconds: 60, domains: ["example.com", "test"] },
  ];
  const bytes = encodeIcmpv6({
    kind: "icmpv6",
    message: "routerAdvertisement",
    hopLimit: 64,
    managed: false,
    otherConfiguration: true,
    routerLifetimeSeconds: 1800,
    reachableTimeMs: 0,
    retransTimerMs: 0,
    options,
  });
  assertEquals(bytes[5], 0x40);
  assertEquals(
    toHex(bytes.subarray(16 + 8 + 8, 16 + 8 + 8 + 16)),
    "18023008000002582001" + "0db800010000",
  );
  assertEquals(Icmpv6View.parse(bytes).options, options);
});

Deno.test("the length of a query tells the versions of IGMP and MLD apart", () => {
  const query = { suppress: false, robustness: 2, intervalCode: 125, sources: [] };
  const v2 = encodeIgmp({
    kind: "igmp",
    message: "query",
    maxResponseTenths: 100,
    group: "0.0.0.0",
  });
  const v3 = encodeIgmp({
    kind: "igmp",
    message: "queryV3",
    maxResponseCode: 100,
    group: "0.0.0.0",
    ...query,
  });
  assertEquals([v2.length, IgmpView.parse(v2).message], [8, "query"]);
  assertEquals([v3.length, IgmpView.parse(v3).message], [12, "queryV3"]);
  const mld1 = encodeIcmpv6({ kind: "icmpv6", message: "mldQuery", group: "::" });
  const mld2 = encodeIcmpv6({
    kind: "icmpv6",
    message: "mldQueryV2",
    maxResponseCode: 10000,
    group: "::",
    ...query,
  });
  assertEquals([mld1.length, Icmpv6View.parse(mld1).message], [24, "mldQuery"]);
  assertEquals([mld2.length, Icmpv6View.parse(mld2).message], [28, "mldQueryV2"]);
});

Deno.test("CRC32c has the check value of RFC 3720, whole or in pieces", () => {
  const bytes = new TextEncoder().encode("123456789");
  assertEquals(crc32c(bytes), 0xe3069283);
  assertEquals(crc32c(bytes, 4, 9, crc32c(bytes, 0, 4)), 0xe3069283);
  assertEquals(crc32c(new Uint8Array(32)), 0x8a9136aa);
});

Deno.test("a DATA chunk tells its stream and data", () => {
  const bytes = encodeSctp({
    kind: "sctp",
    sourcePort: 1,
    destinationPort: 2,
    verificationTag: 3,
    chunks: [
      { type: 0, flags: 3, value: Uint8Array.of(0, 0, 0, 9, 0, 4, 0, 5, 0, 0, 0, 46, 0x68, 0x69) },
      { type: 11, value: new Uint8Array(0) },
    ],
  });
  const [data, ack] = SctpView.parse(bytes).chunks();
  assertEquals([data.tsn, data.stream, data.streamSequence, data.payloadProtocol], [9, 4, 5, 46]);
  assertEquals(data.data, new TextEncoder().encode("hi"));
  assertEquals([ack.name, ack.tsn, bytes.length], ["COOKIE ACK", undefined, 12 + 20 + 4]);
});

Deno.test("a DNS answer points back to names that stand already", () => {
  const bytes = encodeDns({
    kind: "dns",
    id: 1,
    response: true,
    questions: [{ name: "www.example.com", type: "A" }],
    answers: [
      { name: "www.example.com", type: "CNAME", ttl: 60, target: "web.example.com" },
      { name: "web.example.com", type: "A", ttl: 60, address: "192.0.2.1" },
    ],
  });
  assertEquals(
    toHex(bytes.subarray(33)),
    "c00c" + "00050001" + "0000003c" + "0006" + "03776562c010" +
      "c02d" + "00010001" + "0000003c" + "0004" + "c0000201",
  );
  const [alias, host] = DnsView.parse(bytes).answers;
  assertEquals(alias.type === "CNAME" && alias.target, "web.example.com");
  assertEquals(host.name, "web.example.com");
});

Deno.test("a DNS name of 255 bytes is read and written", () => {
  const name = ["a".repeat(63), "b".repeat(63), "c".repeat(63), "d".repeat(61)].join(".");
  const bytes = encodeDns({ kind: "dns", id: 1, questions: [{ name, type: "A" }] });
  assertEquals(bytes.length, 12 + 255 + 4);
  assertEquals(DnsView.parse(bytes).questions[0].name, name);
});

Deno.test("the target of a service record is never a pointer", () => {
  const target = "a.example.com";
  const bytes = encodeDns({
    kind: "dns",
    id: 1,
    answers: [{ name: target, type: "SRV", priority: 0, weight: 0, port: 80, target }],
  });
  assertEquals(toHex(bytes.subarray(-15)), "0161" + "076578616d706c65" + "03636f6d" + "00");
});

Deno.test("a UDP-Lite checksum leaves what is not covered alone", () => {
  const header = { kind: "udplite" as const, sourcePort: 1, destinationPort: 2, coverage: 10 };
  const view = UdpLiteView.parse(encodeUdpLite(header, Uint8Array.of(1, 2, 3, 4), 0x55));
  view.bytes[10] ^= 1;
  assert(view.checksumOk(0x55));
  view.bytes[9] ^= 1;
  assert(!view.checksumOk(0x55));
});

Deno.test("a DNS name that no message can hold is refused", () => {
  for (
    const [name, reason] of [
      ["a..b", /label 1 of "a\.\.b" has 0 bytes/],
      [".a", /label 0 of "\.a" has 0 bytes/],
      ["a".repeat(64), /has 64 bytes, not 1 to 63/],
      [new Array(64).fill("abc").join("."), /length of 257 is above 255/],
      ["bücher.example", /is not ASCII/],
      ["a\\999", /escape in .* is not of a byte/],
      ["a\\", /escape in .* is not of a byte/],
    ] as const
  ) {
    const question = { name, type: "A" as const };
    const error = assertThrows(
      () => encodeDns({ kind: "dns", id: 1, questions: [question] }),
      RangeError,
    );
    assert(reason.test(error.message), error.message);
  }
});

Deno.test("a field that does not fit its bits is refused by its name", () => {
  const ports = { sourcePort: 1, destinationPort: 2 };
  const cases: [() => unknown, RegExp][] = [
    [() => encodeUdp({ kind: "udp", ...ports, sourcePort: 65536 }), /sourcePort of 65536/],
    [() => encodeUdp({ kind: "udp", ...ports, length: -1 }), /length of -1/],
    [() => encodeUdpLite({ kind: "udplite", ...ports, coverage: 4 }), /coverage of 4/],
    [() => encodeTcp({ kind: "tcp", ...ports, flags: 0x1000 }), /flags of 4096/],
    [() => encodeTcp({ kind: "tcp", ...ports, sequence: 0.5 }), /sequence of 0.5/],
    [
      () =>
        encodeIcmpv4({ kind: "icmpv4", message: "echoRequest", identifier: 65536, sequence: 0 }),
      /identifier of 65536/,
    ],
    [
      () => encodeIcmpv6({ kind: "icmpv6", message: "packetTooBig", mtu: 2 ** 32 }),
      /mtu of 4294967296/,
    ],
  ];
  for (const [encode, reason] of cases) {
    const error = assertThrows(encode, RangeError);
    assert(reason.test(error.message), error.message);
  }
});

Deno.test("a value that its type does not have is refused by its name, before anything is encoded", () => {
  const ports = { sourcePort: 1, destinationPort: 2 };
  const cases: [() => unknown, RegExp][] = [
    [() => encodeUdp({ kind: "udp", ...ports, lenght: 8 } as never), /unknown key "lenght"/],
    [() => encodeUdp({ ...ports } as never), /value\.kind undefined is not "udp"/],
    [
      () => encodeUdp({ kind: "udp", ...ports, checksum: "1" as never }),
      /value\.checksum 1 is not/,
    ],
    [() => encodeUdp({ kind: "udp", ...ports }, [1] as never), /payload is not a Uint8Array/],
    [() => encodeUdp({ kind: "udp", ...ports }, undefined, NaN), /sum NaN is not in/],
    [
      () => encodeDns({ kind: "dns", id: 1, questions: [{ name: ".", type: "NOPE" as "A" }] }),
      /value\.questions\[0\]\.type NOPE is not "A"/,
    ],
    [
      () =>
        encodeTcp({ kind: "tcp", ...ports, options: [{ kind: "sack", blocks: [[1]] as never }] }),
      /value\.options\[0\]\.blocks\[0\] is not an array of 2/,
    ],
    [
      () => encodeIcmpv4({ kind: "icmpv4", message: "echo" } as never),
      /value\.message echo is not "echoRequest"/,
    ],
    [() => udpLayer.write({} as never, new Uint8Array(8), 0, 8, {}), /value\.kind undefined/],
    [() => udpLayer.describe?.({ kind: "udp" } as never, {} as never), /view is not a view/],
  ];
  for (const [encode, reason] of cases) {
    const error = assertThrows(encode, Error);
    assert(error instanceof TypeError || error instanceof RangeError);
    assert(reason.test(error.message), error.message);
  }
});

Deno.test("a getter that changes its mind between two readings changes no packet", () => {
  let asked = 0;
  const value = {
    kind: "udp",
    get sourcePort() {
      return ++asked;
    },
    destinationPort: 2,
  } as const;
  assertEquals(UdpView.parse(encodeUdp(value)).sourcePort, 1);
  assertEquals(asked, 1);
});
