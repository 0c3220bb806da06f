/**
 * Random stacks of the link and network layers: built by scapy and rebuilt by us, built by us and
 * dissected by scapy.
 */

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { formatIpv6, isIpv6, parseIpv6 } from "../../core/ip/text.ts";
import { decodeFrame, encode, type Frame, type LayerValue } from "../../wire/mod.ts";
import { testWith } from "../_tools.ts";
import { fromHex, runScapy, toHex, withoutScapy } from "./_scapy.ts";
import { stack } from "./_arbitrary.ts";

type Known = [name: string, fields: Record<string, string | number>][];

const COUNT = 3000;

/** Scapy's names of the layers, by ours. */
const NAMES: Record<string, string[]> = {
  arp: ["ARP"],
  authentication: ["AH"],
  destinationOptions: ["IPv6ExtHdrDestOpt"],
  esp: ["ESP"],
  ethernet: ["Ether", "Dot3"],
  fragment: ["IPv6ExtHdrFragment"],
  gre: ["GRE"],
  hopByHop: ["IPv6ExtHdrHopByHop"],
  ipv4: ["IP"],
  ipv6: ["IPv6"],
  llc: ["LLC"],
  routing: ["IPv6ExtHdrRouting", "IPv6ExtHdrSegmentRouting"],
  snap: ["SNAP"],
  tcp: ["TCP"],
  udp: ["UDP"],
  vlan: ["Dot1Q", "Dot1AD"],
};

/** Scapy's fields that must be what ours say, by the kind of layer. */
const FIELDS: Record<string, Record<string, string>> = {
  arp: { hwsrc: "senderHardware", psrc: "senderAddress", pdst: "targetAddress", op: "operation" },
  authentication: { spi: "spi", seq: "sequence", nh: "nextHeader" },
  esp: { spi: "spi", seq: "sequence" },
  ethernet: { src: "source", dst: "destination", type: "etherType" },
  fragment: { id: "identification", nh: "nextHeader" },
  ipv4: {
    src: "source",
    dst: "destination",
    tos: "tos",
    id: "identification",
    ttl: "ttl",
    proto: "protocol",
    len: "totalLength",
    chksum: "checksum",
  },
  ipv6: {
    src: "source",
    dst: "destination",
    tc: "trafficClass",
    fl: "flowLabel",
    hlim: "hopLimit",
    nh: "nextHeader",
    plen: "payloadLength",
  },
  routing: { type: "routingType", segleft: "segmentsLeft", nh: "nextHeader" },
  tcp: {
    sport: "sourcePort",
    dport: "destinationPort",
    seq: "sequence",
    ack: "acknowledgment",
    window: "window",
    chksum: "checksum",
  },
  udp: { sport: "sourcePort", dport: "destinationPort", len: "length", chksum: "checksum" },
  vlan: { vlan: "id", prio: "priority", type: "etherType" },
};

/** Asserts that our layers and scapy's are the same, as far as both sides name them. */
function assertAlike(frame: Frame, known: Known, hex: string): void {
  let at = 0;
  for (const layer of frame.layers) {
    if (layer.kind === "payload") break;
    const [name, fields] = known[at++];
    assertEquals(NAMES[layer.kind]?.includes(name), true, `${layer.kind} is ${name}: ${hex}`);
    for (const [theirs, ours] of Object.entries(FIELDS[layer.kind] ?? {})) {
      if (!(theirs in fields)) continue;
      const mine = (layer as unknown as Record<string, unknown>)[ours];
      assertEquals(mine, canonical(fields[theirs]), `${layer.kind}.${ours}: ${hex}`);
    }
  }
}

/** Scapy writes some IPv6 addresses with an IPv4 one at their end. */
function canonical(value: string | number): string | number {
  return typeof value === "string" && isIpv6(value) ? formatIpv6(parseIpv6(value)) : value;
}

const needs = { other: withoutScapy };

testWith(
  needs,
  `${COUNT} frames built by scapy are decoded and rebuilt byte for byte`,
  async () => {
    const lines = await runScapy("_stacks.py", ["build", String(COUNT), "seed"]);
    assertEquals(lines.length, COUNT);
    for (const line of lines) {
      const { hex, layers } = JSON.parse(line) as { hex: string; layers: Known };
      const frame = decodeFrame(fromHex(hex));
      assertEquals(frame.error, undefined, hex);
      assertAlike(frame, layers, hex);
      assertEquals(toHex(encode(...frame.toValues())) + toHex(frame.trailer), hex);
    }
  },
);

testWith(
  needs,
  `${COUNT} frames built by us are dissected and rebuilt alike by scapy`,
  async () => {
    const stacks: LayerValue[][] = fc.sample(stack, { numRuns: COUNT, seed: 42 });
    const hexes = stacks.map((values) => toHex(encode(...values)));
    const lines = await runScapy("_stacks.py", ["dissect"], hexes);
    assertEquals(lines.length, COUNT);
    lines.forEach((line, index) => {
      const { rebuilt, layers } = JSON.parse(line) as { rebuilt: string; layers: Known };
      assertAlike(decodeFrame(fromHex(hexes[index])), layers, hexes[index]);
      // Scapy fills in lengths and checksums anew.
      assertEquals(rebuilt, hexes[index], JSON.stringify(layers));
    });
  },
);
