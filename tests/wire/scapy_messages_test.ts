/**
 * Random messages of the layers above IP: built by scapy and rebuilt by us, built by us and dissected
 * by scapy.
 */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { formatIpv6, isIpv6, parseIpv6 } from "../../core/ip/text.ts";
import {
  decodePacket,
  type Dns,
  encode,
  encodeDns,
  type Frame,
  type LayerValue,
} from "../../wire/mod.ts";
import { testWith } from "../_tools.ts";
import { ip4, ip6 } from "./_values.ts";
import { fromHex, runScapy, toHex, withoutScapy } from "./_scapy.ts";
import { icmpv4, icmpv6, igmp } from "./_icmp_arbitrary.ts";
import { dns, sctp, tcp, udp } from "./_upper_arbitrary.ts";

type Fields = Record<string, unknown>;
type Known = [name: string, fields: Fields][];

const COUNT = 3000;

const PREFERENCES = ["medium", "high", "reserved", "low"];
const TEXT = new TextDecoder();

/** What of our values scapy names how, by the name of its layer. */
const FIELDS: Record<string, Record<string, string>> = {
  ICMP: {
    code: "code",
    id: "identifier",
    seq: "sequence",
    gw: "gateway",
    ptr: "pointer",
    nexthopmtu: "nextHopMtu",
    ts_ori: "originate",
    ts_rx: "receive",
    ts_tx: "transmit",
    addr_mask: "mask",
  },
  ICMPv6EchoRequest: { code: "code", id: "identifier", seq: "sequence" },
  ICMPv6EchoReply: { code: "code", id: "identifier", seq: "sequence" },
  ICMPv6DestUnreach: { code: "code" },
  ICMPv6TimeExceeded: { code: "code" },
  ICMPv6PacketTooBig: { mtu: "mtu" },
  ICMPv6ParamProblem: { code: "code", ptr: "pointer" },
  ICMPv6MLQuery: { mrd: "maxResponseDelayMs", mladdr: "group" },
  ICMPv6MLReport: { mladdr: "group" },
  ICMPv6MLDone: { mladdr: "group" },
  ICMPv6MLQuery2: {
    mrd: "maxResponseCode",
    mladdr: "group",
    S: "suppress",
    QRV: "robustness",
    QQIC: "intervalCode",
    sources: "sources",
  },
  ICMPv6ND_RA: {
    chlim: "hopLimit",
    M: "managed",
    O: "otherConfiguration",
    H: "homeAgent",
    prf: "preference",
    P: "proxy",
    routerlifetime: "routerLifetimeSeconds",
    reachabletime: "reachableTimeMs",
    retranstimer: "retransTimerMs",
  },
  ICMPv6ND_NS: { tgt: "target" },
  ICMPv6ND_NA: { R: "router", S: "solicited", O: "override", tgt: "target" },
  ICMPv6ND_Redirect: { tgt: "target", dst: "destination" },
  IGMP: { gaddr: "group" },
  IGMPv3mq: {
    gaddr: "group",
    s: "suppress",
    qrv: "robustness",
    qqic: "intervalCode",
    srcaddrs: "sources",
  },
  TCP: {
    sport: "sourcePort",
    dport: "destinationPort",
    seq: "sequence",
    ack: "acknowledgment",
    window: "window",
    urgptr: "urgentPointer",
  },
  UDP: { sport: "sourcePort", dport: "destinationPort" },
  SCTP: { sport: "sourcePort", dport: "destinationPort", tag: "verificationTag" },
};

/** The same for the options of neighbour discovery. */
const OPTIONS: Record<string, Record<string, string>> = {
  ICMPv6NDOptSrcLLAddr: { lladdr: "address" },
  ICMPv6NDOptDstLLAddr: { lladdr: "address" },
  ICMPv6NDOptPrefixInfo: {
    prefix: "prefix",
    prefixlen: "prefixLength",
    L: "onLink",
    A: "autonomous",
    R: "routerAddress",
    validlifetime: "validLifetimeSeconds",
    preferredlifetime: "preferredLifetimeSeconds",
  },
  ICMPv6NDOptMTU: { mtu: "mtu" },
  ICMPv6NDOptRDNSS: { lifetime: "lifetimeSeconds", dns: "addresses" },
  ICMPv6NDOptRouteInfo: {
    prefix: "prefix",
    plen: "prefixLength",
    prf: "preference",
    rtlifetime: "lifetimeSeconds",
  },
  ICMPv6NDOptDNSSL: { lifetime: "lifetimeSeconds", searchlist: "domains" },
};

/** One spelling for what both sides mean. */
function canonical(field: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => canonical(field, item));
  if (typeof value === "boolean") return Number(value);
  if (field === "prf" && typeof value === "number") return PREFERENCES[value];
  if (field === "searchlist") return String(value).replace(/\.$/, "");
  // Scapy writes some IPv6 addresses with an IPv4 one at their end.
  return typeof value === "string" && isIpv6(value) ? formatIpv6(parseIpv6(value)) : value;
}

/** Asserts that fields are the same; how many both sides have. */
function assertFields(
  map: Record<string, string>,
  theirs: Fields,
  ours: Fields,
  hex: string,
): number {
  let compared = 0;
  for (const [field, key] of Object.entries(map)) {
    if (!(field in theirs)) continue;
    compared++;
    const [mine, known] = [canonical(field, ours[key]), canonical(field, theirs[field])];
    assertEquals(mine, known, `${key}: ${hex}`);
  }
  return compared;
}

/**
 * Asserts that what we read is what scapy knows, as far as both sides name it: scapy leaves options
 * that it does not know, and what follows them, as bytes. How many fields were compared.
 */
function assertAlike(frame: Frame, known: Known, hex: string): number {
  let compared = 0;
  // The first of each name counts: the others are quoted.
  const theirs = new Map<string, Fields>();
  for (const [name, fields] of known) if (!theirs.has(name)) theirs.set(name, fields);
  const options = known.filter(([name]) => name.startsWith("ICMPv6NDOpt"));
  for (const layer of frame.layers) {
    const value = layer.toValue() as unknown as Fields;
    for (const [name, fields] of theirs) {
      if (FIELDS[name] !== undefined && belongs(name, layer.kind)) {
        compared += assertFields(FIELDS[name], fields, value, hex);
      }
    }
    if (layer.kind === "icmpv6" && known.length > 0) {
      options.forEach(([name, fields], i) => {
        const option = layer.options[i] as unknown as Fields;
        compared += assertFields(OPTIONS[name] ?? {}, fields, option, hex);
      });
    }
    if (layer.kind === "tcp" && theirs.has("TCP")) {
      assertTcpOptions(layer.options, (theirs.get("TCP")?.options ?? []) as unknown[][], hex);
    }
    if (layer.kind === "dns" && theirs.has("DNS")) {
      assertDns(layer.toValue(), theirs.get("DNS") as Fields, hex);
    }
    const sum = "checksum" in layer && layer.kind !== "gre" ? layer.checksum : undefined;
    const their = { icmpv4: "ICMP", igmp: "IGMP", tcp: "TCP", udp: "UDP", sctp: "SCTP" };
    const name = their[layer.kind as keyof typeof their];
    if (name !== undefined && theirs.has(name)) {
      assertEquals(sum, theirs.get(name)?.chksum, hex);
      compared++;
    }
  }
  return compared;
}

function belongs(name: string, kind: string): boolean {
  if (name === "ICMP") return kind === "icmpv4";
  if (name.startsWith("ICMPv6")) return kind === "icmpv6";
  return name.toLowerCase().startsWith(kind);
}

function assertTcpOptions(ours: readonly { kind: string }[], theirs: unknown[][], hex: string) {
  const names: Record<string, string> = {
    nop: "NOP",
    maximumSegmentSize: "MSS",
    windowScale: "WScale",
    sackPermitted: "SAckOK",
    sack: "SAck",
    timestamps: "Timestamp",
    md5: "MD5",
    userTimeout: "UTO",
    authentication: "AO",
    fastOpen: "TFO",
    end: "EOL",
  };
  // Our list leaves out an end that only pads.
  const known = theirs.filter(([name], i) => name !== "EOL" || i < ours.length);
  assertEquals(ours.length, known.length, hex);
  ours.forEach((option, i) => {
    const [name, value] = known[i];
    // Of a length that the option cannot have.
    if (option.kind === "other") return;
    if (typeof name === "string") assertEquals(names[option.kind], name, hex);
    const fields = option as unknown as Record<string, unknown>;
    if (name === "MSS") assertEquals(fields.size, value, hex);
    if (name === "WScale") assertEquals(fields.shift, value, hex);
    if (name === "Timestamp") assertEquals([fields.value, fields.echo], value, hex);
    if (name === "SAck") assertEquals((fields.blocks as number[][]).flat(), value, hex);
    if (name === "UTO") {
      const unit = fields.unit === "minutes" ? 0x8000 : 0;
      assertEquals(Number(fields.timeout) | unit, value, hex);
    }
  });
}

function assertDns(value: ReturnType<DnsLayer["toValue"]>, theirs: Fields, hex: string): void {
  const names = { id: "id", opcode: "opcode", rcode: "responseCode", qr: "response" };
  const flags = { aa: "authoritative", tc: "truncated", rd: "recursionDesired" };
  const more = { ra: "recursionAvailable", ad: "authenticData", cd: "checkingDisabled" };
  assertFields({ ...names, ...flags, ...more }, theirs, value as unknown as Fields, hex);
  const { questions = [], answers = [], authorities = [], additionals = [] } = value;
  const counts = [questions, answers, authorities, additionals].map(({ length }) => length);
  const { qdcount, ancount, nscount, arcount } = theirs;
  assertEquals(counts, [qdcount, ancount, nscount, arcount], hex);
  if (questions.length > 0) {
    const name = TEXT.decode(fromHex(String((theirs.qd as Fields).qname)));
    assertEquals(questions[0].name.replace(/\.?$/, "."), name, hex);
  }
}

type DnsLayer = NonNullable<ReturnType<typeof dnsOf>>;

function dnsOf(frame: Frame) {
  return frame.layer("dns");
}

const needs = { other: withoutScapy };

testWith(
  needs,
  `${COUNT} messages built by scapy are decoded and rebuilt byte for byte`,
  async () => {
    const lines = await runScapy("_messages.py", ["build", String(COUNT), "seed"]);
    assertEquals(lines.length, COUNT);
    const seen = new Set<string>();
    let compared = 0;
    for (const line of lines) {
      const { hex, layers } = JSON.parse(line) as { hex: string; layers: Known };
      const frame = decodePacket(fromHex(hex));
      assertEquals(frame.error, undefined, hex);
      compared += assertAlike(frame, layers, hex);
      assertEquals(toHex(encode(...frame.toValues())), hex);
      const message = frame.layer("dns");
      if (message !== undefined) {
        const again = encodeDns(message.toValue(), { compress: false });
        assertEquals(toHex(again), toHex(message.header));
        assertEquals(
          decodeAgain(encodeDns(message.toValue())),
          message.toValue(),
          "the names of a compressed message are the same",
        );
      }
      for (const layer of frame.layers) {
        const { kind } = layer;
        seen.add(kind === "icmpv4" || kind === "icmpv6" ? `${kind} ${layer.message}` : kind);
      }
    }
    // Nothing was left out by an unlucky seed.
    assert(seen.size > 35, [...seen].join());
    assert(compared > 3 * COUNT, `${compared}`);
  },
);

function decodeAgain(message: Uint8Array): unknown {
  const ip: LayerValue = { kind: "ipv6", source: "::1", destination: "::1" };
  const bytes = encode(ip, { kind: "udp", sourcePort: 40000, destinationPort: 53 }, message);
  return decodePacket(bytes).layer("dns")?.toValue();
}

/** Scapy fills in what a chunk of a type that it knows lacks: only lengths it leaves to us. */
const plainSctp = sctp.map((value) => ({
  ...value,
  chunks: value.chunks.filter(({ value }) => value.length % 4 === 0)
    .map((chunk) => ({ ...chunk, type: 100 + (chunk.type & 15) })),
}));

/** It takes random quotes for IP headers with lengths, and fills empty ones in. */
const plainIcmpv4 = icmpv4.filter((value) => !("quoted" in value));
const plainIcmpv6 = icmpv6.filter((value) => {
  if ("quoted" in value) return false;
  return !("options" in value) ||
    value.options.every((option) => option.kind !== "redirectedHeader" || option.packet.length > 0);
});

/** What scapy can say again as it was. */
function scapyKnowsDns(value: Dns): boolean {
  const { questions = [], answers = [], authorities = [], additionals = [] } = value;
  // It asks a question of its own where there is none.
  if (questions.length === 0) return false;
  return [...answers, ...authorities, ...additionals].every((record) => {
    if (record.type === "TXT") return record.strings.every(({ length }) => length > 0);
    // It reads more types than we, and fills in what is missing.
    return typeof record.type === "string" || (record.type === 65280 && record.data.length > 0);
  }) && !JSON.stringify(value).includes("\\\\"); // a dot in a label ends it for scapy
}

const message: fc.Arbitrary<LayerValue[]> = fc.oneof(
  { weight: 3, arbitrary: upon(4, plainIcmpv4) },
  { weight: 4, arbitrary: upon(6, plainIcmpv6) },
  { weight: 1, arbitrary: upon(4, igmp) },
  { weight: 2, arbitrary: fc.oneof(upon(4, tcp), upon(6, tcp)) },
  { weight: 1, arbitrary: fc.oneof(upon(4, udp), upon(6, udp)) },
  { weight: 1, arbitrary: upon(4, plainSctp) },
  {
    weight: 1,
    arbitrary: dns.filter(scapyKnowsDns).map((value): LayerValue[] => [
      { kind: "ipv4", source: "192.0.2.1", destination: "192.0.2.2" },
      { kind: "udp", sourcePort: 40000, destinationPort: 53 },
      // Scapy writes every name in full.
      { kind: "payload", data: encodeDns(value, { compress: false }) },
    ]),
  },
);

function upon(version: 4 | 6, values: fc.Arbitrary<LayerValue>): fc.Arbitrary<LayerValue[]> {
  const address = version === 4 ? ip4 : ip6;
  return fc.tuple(address, address, values).map((
    [source, destination, value],
  ) => [{ kind: version === 4 ? "ipv4" : "ipv6", source, destination }, value]);
}

testWith(
  needs,
  `${COUNT} messages built by us are dissected and rebuilt alike by scapy`,
  async () => {
    const stacks = fc.sample(message, { numRuns: COUNT, seed: 42 });
    const hexes = stacks.map((values) => toHex(encode(...values)));
    const lines = await runScapy("_messages.py", ["dissect"], hexes);
    assertEquals(lines.length, COUNT);
    let compared = 0;
    lines.forEach((line, index) => {
      const { rebuilt, layers } = JSON.parse(line) as { rebuilt: string; layers: Known };
      compared += assertAlike(decodePacket(fromHex(hexes[index])), layers, hexes[index]);
      // Scapy fills in lengths and checksums anew.
      assertEquals(rebuilt, hexes[index], JSON.stringify(stacks[index]));
    });
    assert(compared > 3 * COUNT, `${compared}`);
  },
);
