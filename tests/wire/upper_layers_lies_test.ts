/**
 * The layers above IP: how each lie is refused, and which field the message names.
 */

import { assert, assertThrows } from "@std/assert";
import {
  decodeIcmpExtensions,
  DnsView,
  encodeDns,
  Icmpv4View,
  Icmpv6View,
  IgmpView,
  SctpView,
  TcpView,
  UdpLiteView,
  UdpView,
} from "../../wire/mod.ts";
import { fromHex } from "./_scapy.ts";

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
