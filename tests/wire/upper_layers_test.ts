/**
 * The layers above IP: what each field means, and how each lie is refused.
 */

import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  addressSum,
  crc32c,
  decodeIcmpExtensions,
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
  UdpLiteView,
  UdpView,
} from "../../wire/mod.ts";
import { fromHex, toHex } from "./_scapy.ts";

/** Each: what is wrong, the parser, the bytes, what the message must name. */
const LIES: [name: string, parse: (bytes: Uint8Array) => unknown, hex: string, field: RegExp][] = [
  ["UDP of no bytes", UdpView.parse, "", /UDP header: length of 0 is below 8/],
  ["UDP of a length below 8", UdpView.parse, "0001000200070000", /length of 7 is below 8/],
  ["UDP of too great a length", UdpView.parse, "0001000200090000", /length of 9 is above the 8/],
  ["UDP-Lite of a coverage of 7", UdpLiteView.parse, "0001000200070000", /coverage of 7/],
  ["UDP-Lite of a coverage of 9 in 8", UdpLiteView.parse, "0001000200090000", /coverage of 9/],
  ["TCP of an offset of 4", TcpView.parse, tcpHex("4"), /data offset of 4 is below 5/],
  ["TCP of an offset of 6 in 20 bytes", TcpView.parse, tcpHex("6"), /data offset of 6 is above/],
  [
    "a TCP option of length 0",
    TcpView.parse,
    tcpHex("6", "02000000"),
    /option 2 has a length of 0/,
  ],
  [
    "a TCP option of length 1",
    TcpView.parse,
    tcpHex("6", "02010000"),
    /option 2 has a length of 1/,
  ],
  [
    "a TCP option that overruns",
    TcpView.parse,
    tcpHex("6", "02050000"),
    /length of 5, above the 4/,
  ],
  ["a TCP option without length", TcpView.parse, tcpHex("6", "01010105"), /option 5 has no length/],
  ["ICMP of 7 bytes", Icmpv4View.parse, "08000000000000", /ICMP message: length of 7 is below 8/],
  [
    "an ICMP timestamp of 19 bytes",
    Icmpv4View.parse,
    "0d".padEnd(38, "0"),
    /length of 19 is below/,
  ],
  ["an ICMP mask of 11 bytes", Icmpv4View.parse, "11".padEnd(22, "0"), /length of 11 is below 12/],
  [
    "an ICMP quote that overruns",
    Icmpv4View.parse,
    "0b00000000020000" + "00".repeat(7),
    /length of 8 bytes of quoted packet is above the 7/,
  ],
  [
    "routers of one word each",
    Icmpv4View.parse,
    "0900000002010708" + "00".repeat(16),
    /address entry size of 1 is below 2/,
  ],
  [
    "more routers than bytes",
    Icmpv4View.parse,
    "0900000002020708" + "00".repeat(8),
    /number of addresses of 2 needs 24 bytes, above the 16/,
  ],
  [
    "an extension object of length 0",
    (bytes) => decodeIcmpExtensions(bytes),
    "2000000000000101",
    /object length of 0 is below 4/,
  ],
  [
    "an extension object that overruns",
    (bytes) => decodeIcmpExtensions(bytes),
    "2000000000090101" + "00000000",
    /object length of 9 is above the 8 bytes left/,
  ],
  [
    "an extension structure of version 1",
    (bytes) => decodeIcmpExtensions(bytes),
    "10000000",
    /version of 1 is not 2/,
  ],
  [
    "an extended echo with a bad object",
    Icmpv4View.parse,
    "2a00000000000000" + "2000000000030301",
    /object length of 3 is below 4/,
  ],
  ["ICMPv6 of 7 bytes", Icmpv6View.parse, "80000000000000", /length of 7 is below 8/],
  ["a solicitation of 23 bytes", Icmpv6View.parse, "87" + "00".repeat(22), /23 is below 24/],
  [
    "an NDP option of length 0",
    Icmpv6View.parse,
    "85".padEnd(16, "0") + "0100000000000000",
    /option 1 has a length of 0/,
  ],
  [
    "an NDP option that overruns",
    Icmpv6View.parse,
    "85".padEnd(16, "0") + "0502000000000000",
    /option 5 has a length of 16 bytes, above the 8 left/,
  ],
  [
    "an MLD query of 26 bytes",
    Icmpv6View.parse,
    "82" + "00".repeat(25),
    /length of 26 of a query is neither 24 nor at least 28/,
  ],
  [
    "an MLD query with a source too many",
    Icmpv6View.parse,
    "82" + "00".repeat(25) + "0001",
    /number of sources of 1 is above the 0 at hand/,
  ],
  [
    "an MLD report with a record too many",
    Icmpv6View.parse,
    "8f00000000000001",
    /number of records of 1 is above the 0 at hand/,
  ],
  ["an IGMP query of 9 bytes", IgmpView.parse, "11".padEnd(18, "0"), /neither 8 nor at least 12/],
  [
    "an IGMP record that overruns",
    IgmpView.parse,
    "2200000000000001" + "01000002e0000001" + "01020304",
    /length of record 0 of 16 is above the 12 bytes left/,
  ],
  ["an SCTP chunk of length 0", SctpView.parse, "00".repeat(16), /chunk length of 0 is below 4/],
  [
    "an SCTP chunk that overruns",
    SctpView.parse,
    "00".repeat(12) + "00000005",
    /chunk length of 5 is above the 4 bytes left/,
  ],
  ["a DNS header of 11 bytes", DnsView.parse, "00".repeat(11), /length of 11 is below 12/],
  ["a DNS question cut off", DnsView.parse, dnsHex(1, 0) + "0000", /question is cut off/],
  ["a DNS label cut off", DnsView.parse, dnsHex(1, 0) + "0561", /label is cut off/],
  ["a DNS pointer cut off", DnsView.parse, dnsHex(1, 0) + "c0", /pointer is cut off/],
  ["a DNS pointer to itself", DnsView.parse, dnsHex(1, 0) + "c00c", /to 12 at 12 does not go back/],
  ["a DNS pointer ahead", DnsView.parse, dnsHex(1, 0) + "c00e00", /to 14 at 12 does not go back/],
  [
    "DNS pointers in a circle",
    DnsView.parse,
    dnsHex(2, 0) + "0161c010" + "0162c00c" + "00010001",
    /to 16 at 14 does not go back/,
  ],
  ["a DNS label of type 01", DnsView.parse, dnsHex(1, 0) + "40", /label type of 0x40 is unknown/],
  [
    "a DNS name of 256 bytes",
    DnsView.parse,
    dnsHex(1, 0) + ("3f" + "61".repeat(63)).repeat(3) + "3e" + "61".repeat(62) + "00" + "00010001",
    /length is above 255/,
  ],
  [
    "a DNS record whose data overruns",
    DnsView.parse,
    dnsHex(0, 1) + "00" + "00010001" + "00000000" + "0005" + "01020304",
    /data length of 5 is above the 4 bytes left/,
  ],
  [
    "a DNS address of 3 bytes",
    DnsView.parse,
    dnsHex(0, 1) + "00" + "00010001" + "00000000" + "0003" + "010203",
    /data length of 3 of A is not that of its fields/,
  ],
  [
    "a DNS text that overruns its data",
    DnsView.parse,
    dnsHex(0, 1) + "00" + "00100001" + "00000000" + "0003" + "036162",
    /data length of 3 of TXT is not that of its fields/,
  ],
];

/** A TCP header of a data offset, and options. */
function tcpHex(offset: string, options = ""): string {
  return "00".repeat(12) + offset + "0" + "00".repeat(7) + options;
}

/** A DNS header of so many questions and answers. */
function dnsHex(questions: number, answers: number): string {
  return `000000000${"00"}${questions}000${answers}00000000`;
}

for (const [name, parse, hex, field] of LIES) {
  Deno.test(`${name} is refused by the name of the field`, () => {
    const error = assertThrows(() => parse(fromHex(hex)), RangeError);
    assert(field.test(error.message), error.message);
  });
}

Deno.test("a chain of DNS pointers longer than any name has use for is refused", () => {
  const error = assertThrows(() => DnsView.parse(encodeChain()), RangeError);
  assert(/pointers are above 126/.test(error.message), error.message);
});

/** Two records: the data of the first is a chain of pointers, the name of the second its end. */
function encodeChain(): Uint8Array {
  const data = new Uint8Array(1 + 2 * 130);
  const first = 12 + 11;
  for (let i = 0; i < 130; i++) {
    const target = i === 0 ? first : first + 1 + 2 * (i - 1);
    data[1 + 2 * i] = 0xc0 | (target >> 8);
    data[2 + 2 * i] = target;
  }
  const last = first + 1 + 2 * 129;
  const head = encodeDns({
    kind: "dns",
    id: 0,
    answers: [{ name: ".", type: 65280, data }],
  });
  head[7] = 2;
  return Uint8Array.of(...head, 0xc0 | (last >> 8), last & 255, 255, 1, 0, 1, 0, 0, 0, 0, 0, 0);
}

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
    [
      () => encodeDns({ kind: "dns", id: 1, questions: [{ name: ".", type: "NOPE" as "A" }] }),
      /type of "NOPE" is unknown/,
    ],
  ];
  for (const [encode, reason] of cases) {
    const error = assertThrows(encode, RangeError);
    assert(reason.test(error.message), error.message);
  }
});
