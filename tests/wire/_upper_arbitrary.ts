/**
 * Random values of the transports and of DNS.
 */

import fc from "fast-check";
import type {
  Dns,
  DnsQuestion,
  DnsRecord,
  Sctp,
  Tcp,
  TcpOption,
  Udp,
  UdpLite,
} from "../../wire/mod.ts";
import { bits, bytes, domain, ip4, ip6, kind, label, maybe } from "./_values.ts";

const port = bits(16);
const flag = fc.boolean();

export const udp: fc.Arbitrary<Udp> = maybe(
  { kind: kind("udp"), sourcePort: port, destinationPort: port },
  { checksum: fc.constant(0) },
);

export const udpLite: fc.Arbitrary<UdpLite> = fc.record({
  kind: kind("udplite"),
  sourcePort: port,
  destinationPort: port,
  coverage: fc.constantFrom(0, 8, 9, 12),
});

const tcpOption: fc.Arbitrary<TcpOption> = fc.oneof(
  fc.record({ kind: fc.constantFrom("nop" as const, "sackPermitted" as const) }),
  fc.record({ kind: kind("maximumSegmentSize"), size: bits(16) }),
  fc.record({ kind: kind("windowScale"), shift: bits(8) }),
  fc.record({
    kind: kind("sack"),
    blocks: fc.array(fc.tuple(bits(32), bits(32)), { maxLength: 3 }),
  }),
  fc.record({ kind: kind("timestamps"), value: bits(32), echo: bits(32) }),
  fc.record({ kind: kind("md5"), digest: bytes(16, 16) }),
  fc.record({
    kind: kind("userTimeout"),
    unit: fc.constantFrom("seconds" as const, "minutes" as const),
    timeout: bits(15),
  }),
  fc.record({
    kind: kind("authentication"),
    keyId: bits(8),
    nextKeyId: bits(8),
    code: bytes(0, 16),
  }),
  fc.record({
    kind: kind("mptcp"),
    subtype: fc.constantFrom<"capable" | "join" | "dss" | "reset" | number>(
      "capable",
      "join",
      "dss",
      "reset",
      9,
      15,
    ),
    bits: bits(4),
    data: bytes(0, 17),
  }),
  fc.record({ kind: kind("fastOpen"), cookie: bytes(0, 16) }),
  fc.record({ kind: kind("other"), type: fc.constantFrom(9, 27, 253, 254), data: bytes(0, 9) }),
  fc.record({ kind: kind("other"), type: fc.constantFrom(2, 3, 4, 8), data: bytes(9, 9) }),
);

function tcpOptionSize(option: TcpOption): number {
  switch (option.kind) {
    case "nop":
      return 1;
    case "sackPermitted":
      return 2;
    case "windowScale":
      return 3;
    case "sack":
      return 2 + 8 * option.blocks.length;
    case "timestamps":
      return 10;
    case "md5":
      return 18;
    case "authentication":
      return 4 + option.code.length;
    case "mptcp":
      return 3 + option.data.length;
    case "fastOpen":
      return 2 + option.cookie.length;
    case "other":
      return 2 + option.data.length;
    default:
      return 4;
  }
}

/** Drops what does not fit into 40 bytes. */
function fitting(options: TcpOption[]): TcpOption[] {
  let room = 40;
  return options.filter((option) => {
    const fits = tcpOptionSize(option) <= room;
    if (fits) room -= tcpOptionSize(option);
    return fits;
  });
}

export const tcp: fc.Arbitrary<Tcp> = fc.record({
  kind: kind("tcp"),
  sourcePort: port,
  destinationPort: port,
  sequence: bits(32),
  acknowledgment: bits(32),
  flags: bits(12),
  window: bits(16),
  urgentPointer: bits(16),
  options: fc.array(tcpOption, { maxLength: 6 }).map(fitting),
});

export const sctp: fc.Arbitrary<Sctp> = fc.record({
  kind: kind("sctp"),
  sourcePort: port,
  destinationPort: port,
  verificationTag: bits(32),
  chunks: fc.array(
    fc.record({ type: bits(8), flags: bits(8), value: bytes(0, 40) }),
    { maxLength: 5 },
  ),
});

/** Names that share their ends, and some with bytes that must be escaped. */
const name = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(".", "com", "example.com", "a.example.com") },
  { weight: 3, arbitrary: fc.tuple(label, domain).map((parts) => parts.join(".")) },
  { weight: 1, arbitrary: fc.constantFrom("a\\.b.example.com", "\\000\\255x.com", "q\\\\.com") },
);

const dnsCommon = { name, class: bits(16), ttl: bits(32) };

export const dnsRecord: fc.Arbitrary<DnsRecord> = fc.oneof<fc.Arbitrary<DnsRecord>[]>(
  fc.record({ ...dnsCommon, type: kind("A"), address: ip4 }),
  fc.record({ ...dnsCommon, type: kind("AAAA"), address: ip6 }),
  fc.record({ ...dnsCommon, type: fc.constantFrom("NS", "CNAME", "PTR"), target: name }),
  fc.record({ ...dnsCommon, type: kind("MX"), preference: bits(16), exchange: name }),
  fc.record({
    ...dnsCommon,
    type: kind("TXT"),
    strings: fc.array(bytes(0, 30), { minLength: 1, maxLength: 3 }),
  }),
  fc.record({
    ...dnsCommon,
    type: kind("SOA"),
    primary: name,
    responsible: name,
    serial: bits(32),
    refresh: bits(32),
    retry: bits(32),
    expire: bits(32),
    minimum: bits(32),
  }),
  fc.record({
    ...dnsCommon,
    type: kind("SRV"),
    priority: bits(16),
    weight: bits(16),
    port: bits(16),
    target: name,
  }),
  fc.record({
    type: kind("OPT"),
    name: fc.constant("."),
    udpPayloadSize: bits(16),
    extendedResponseCode: bits(8),
    version: bits(8),
    flags: bits(16),
    options: fc.array(fc.record({ code: bits(16), data: bytes(0, 12) }), { maxLength: 3 }),
  }),
  fc.record({
    ...dnsCommon,
    type: fc.constantFrom(13, 43, 46, 65, 257, 65280),
    data: bytes(0, 30),
  }),
  fc.record({ ...dnsCommon, type: fc.constantFrom(1, 28, 16), data: bytes(0, 0) }),
);

const question: fc.Arbitrary<DnsQuestion> = fc.record({
  name,
  type: fc.constantFrom<"A" | "AAAA" | "ANY" | "HTTPS" | "SRV" | number>(
    "A",
    "AAAA",
    "ANY",
    "HTTPS",
    "SRV",
    4711,
  ),
  class: bits(16),
});

const records = fc.array(dnsRecord, { maxLength: 4 });

export const dns: fc.Arbitrary<Dns> = fc.record({
  kind: kind("dns"),
  id: bits(16),
  response: flag,
  opcode: bits(4),
  authoritative: flag,
  truncated: flag,
  recursionDesired: flag,
  recursionAvailable: flag,
  reservedFlag: flag,
  authenticData: flag,
  checkingDisabled: flag,
  responseCode: bits(4),
  questions: fc.array(question, { maxLength: 3 }),
  answers: records,
  authorities: records,
  additionals: records,
});
