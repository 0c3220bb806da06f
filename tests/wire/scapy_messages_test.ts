/**
 * Random messages of the layers above IP: built by scapy and rebuilt by us, built by us and dissected
 * by scapy.
 */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { formatIpv6, isIpv6, parseIpv6 } from "../../core/ip.ts";
import { decodePacket, encode, encodeDns, type Frame, type LayerValue } from "../../wire/mod.ts";
import { testWith } from "../_tools.ts";
import { ip4, ip6 } from "./_arbitrary.ts";
import { fromHex, runScapy, toHex, withoutScapy } from "./_scapy.ts";
import { dns, icmpv4, icmpv6, igmp, sctp, tcp, udp } from "./_upper_arbitrary.ts";

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

function assertFields(map: Record<string, string>, theirs: Fields, ours: Fields, hex: string) {
  for (const [field, key] of Object.entries(map)) {
    if (!(field in theirs)) continue;
    const [mine, known] = [canonical(field, ours[key]), canonical(field, theirs[field])];
    assertEquals(mine, known, `${key}: ${hex}`);
  }
}

/** Asserts that what we read is what scapy knows, as far as both sides name it. */
function assertAlike(frame: Frame, known: Known, hex: string): void {
  // The first of each name counts: the others are quoted.
  const theirs = new Map<string, Fields>();
  for (const [name, fields] of known) if (!theirs.has(name)) theirs.set(name, fields);
  const options = known.filter(([name]) => name in OPTIONS || name === "ICMPv6NDOptUnknown");
  for (const layer of frame.layers) {
    const value = layer.toValue() as unknown as Fields;
    for (const [name, fields] of theirs) {
      if (FIELDS[name] !== undefined && belongs(name, layer.kind)) {
        assertFields(FIELDS[name], fields, value, hex);
      }
    }
    if (layer.kind === "icmpv6" && known.length > 0) {
      // Scapy reads no further than an option that it does not know.
      const all = layer.options.findIndex(({ kind }) => kind === "other" || kind === "nonce");
      assert(options.length >= (all < 0 ? layer.options.length : all), hex);
      options.forEach(([name, fields], i) =>
        assertFields(OPTIONS[name] ?? {}, fields, layer.options[i] as unknown as Fields, hex)
      );
    }
    if (layer.kind === "tcp") {
      assertTcpOptions(layer.options, theirs.get("TCP")?.options as unknown[][], hex);
    }
    if (layer.kind === "dns") assertDns(layer.toValue(), theirs.get("DNS") as Fields, hex);
    const sum = "checksum" in layer && layer.kind !== "gre" ? layer.checksum : undefined;
    const their = { icmpv4: "ICMP", igmp: "IGMP", tcp: "TCP", udp: "UDP", sctp: "SCTP" };
    const name = their[layer.kind as keyof typeof their];
    if (name !== undefined && theirs.has(name)) {
      assertEquals(sum, theirs.get(name)?.chksum, hex);
    }
  }
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
    for (const line of lines) {
      const { hex, layers } = JSON.parse(line) as { hex: string; layers: Known };
      const frame = decodePacket(fromHex(hex));
      assertEquals(frame.error, undefined, hex);
      assertAlike(frame, layers, hex);
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
  },
);

function decodeAgain(message: Uint8Array): unknown {
  const ip: LayerValue = { kind: "ipv6", source: "::1", destination: "::1" };
  const bytes = encode(ip, { kind: "udp", sourcePort: 40000, destinationPort: 53 }, message);
  return decodePacket(bytes).layer("dns")?.toValue();
}

/** What scapy can say again as it was. */
function scapyCanRebuild(value: LayerValue): boolean {
  return true;
}

const message: fc.Arbitrary<LayerValue[]> = fc.oneof(
  { weight: 3, arbitrary: upon(4, icmpv4) },
  { weight: 4, arbitrary: upon(6, icmpv6) },
  { weight: 1, arbitrary: upon(4, igmp) },
  { weight: 2, arbitrary: fc.oneof(upon(4, tcp), upon(6, tcp)) },
  { weight: 1, arbitrary: fc.oneof(upon(4, udp), upon(6, udp)) },
  { weight: 1, arbitrary: upon(4, sctp) },
  {
    weight: 1,
    arbitrary: dns.map((value): LayerValue[] => [
      { kind: "ipv4", source: "192.0.2.1", destination: "192.0.2.2" },
      { kind: "udp", sourcePort: 40000, destinationPort: 53 },
      { kind: "payload", data: encodeDns(value) },
    ]),
  },
);

function upon(version: 4 | 6, values: fc.Arbitrary<LayerValue>): fc.Arbitrary<LayerValue[]> {
  const address = version === 4 ? ip4 : ip6;
  return fc.tuple(address, address, values.filter(scapyCanRebuild)).map((
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
    lines.forEach((line, index) => {
      const { rebuilt, layers } = JSON.parse(line) as { rebuilt: string; layers: Known };
      assertAlike(decodePacket(fromHex(hexes[index])), layers, hexes[index]);
      // Scapy fills in lengths and checksums anew.
      assertEquals(rebuilt, hexes[index], JSON.stringify(stacks[index]));
    });
  },
);
