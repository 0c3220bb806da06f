/**
 * Every exported function and class of `wire` that is no codec, with a try whose outcome is known.
 * `completeness_test.ts` refuses one that is missing here.
 */

import { assert, assertEquals, assertThrows } from "@std/assert";
import * as wire from "../../wire/mod.ts";
import { fromHex } from "./_scapy.ts";

/** RFC 1071, section 3: the example. */
const RFC_1071 = fromHex("0001f203f4f5f6f7");
const PACKET = wire.encode(
  { kind: "ipv4", source: "192.0.2.1", destination: "192.0.2.2" },
  { kind: "udp", sourcePort: 5000, destinationPort: 6000 },
  new Uint8Array(3),
);
const FRAME = wire.encode(
  {
    kind: "ethernet",
    source: "02:00:00:00:00:01",
    destination: "02:00:00:00:00:02",
    etherType: 0x0800,
  },
  PACKET,
);
const CAPTURED = { data: FRAME, timestampNanos: 1_000n, originalLength: 60, linkType: 1 };
/** RFC 4950, section 3: one label of 42, TTL 1, bottom of stack. */
const MPLS_EXTENSIONS = fromHex("20003df3000801010002a101");

/** Tries, by the name of the export. */
export const FUNCTION_CASES: Readonly<Record<string, () => void | Promise<void>>> = {
  HeaderView() {
    const view = wire.UdpView.parse(PACKET, 20);
    assert(view instanceof wire.HeaderView);
    assertEquals([view.headerLength, view.header.length, view.payload.length], [8, 8, 3]);
  },
  LayerRegistry() {
    const bare = wire.LayerRegistry.of([wire.ipv4Layer, wire.payloadLayer]);
    assertEquals(bare.kinds, ["ipv4", "payload"]);
    assertEquals(bare.decodePacket(PACKET).layers.map(({ kind }) => kind), ["ipv4", "payload"]);
  },
  PayloadView() {
    assertEquals(wire.PayloadView.parse(PACKET, 28).toValue(), {
      kind: "payload",
      data: new Uint8Array(3),
    });
    assertThrows(() => wire.PayloadView.parse(PACKET, 0, 32), RangeError, "end of 32");
  },
  PcapngWriter() {
    const writer = new wire.PcapngWriter();
    const file = Uint8Array.from([...writer.encode(CAPTURED), ...writer.end()]);
    assertEquals([...wire.decodeCapture(file)].map(({ data }) => data), [FRAME]);
  },
  Reassembler() {
    assertEquals(new wire.Reassembler().add(PACKET, 0), PACKET);
  },
  SctpChunkView() {
    const [chunk] = wire.SctpView.parse(wire.encodeSctp({
      kind: "sctp",
      sourcePort: 1,
      destinationPort: 2,
      verificationTag: 3,
      chunks: [{ type: 7, value: Uint8Array.of(9) }],
    })).chunks();
    assert(chunk instanceof wire.SctpChunkView);
    assertEquals([chunk.name, chunk.length], ["SHUTDOWN", 5]);
  },
  addressSum: () => assertEquals(wire.addressSum("0.1.0.2", "0.3.0.4"), 10),
  checksum: () => assertEquals(wire.checksum(RFC_1071), 0xffff - 0xddf2),
  crc32c: () => assertEquals(wire.crc32c(new TextEncoder().encode("123456789")), 0xe3069283),
  decodeCapture() {
    assertEquals([...wire.decodeCapture(wire.encodePcap([CAPTURED]))].length, 1);
  },
  async decodeCaptureStream() {
    const file = ReadableStream.from([wire.encodePcap([CAPTURED])]);
    assertEquals((await Array.fromAsync(wire.decodeCaptureStream(file))).length, 1);
  },
  decodeCaptured() {
    assertEquals(wire.decodeCaptured(CAPTURED).layer("udp")?.sourcePort, 5000);
  },
  decodeFrame: () => assertEquals(wire.decodeFrame(FRAME).layer("udp")?.sourcePort, 5000),
  decodeIcmpExtensions() {
    assertEquals(wire.decodeIcmpExtensions(MPLS_EXTENSIONS).objects.length, 1);
  },
  decodePacket: () => assertEquals(wire.decodePacket(PACKET).layer("udp")?.sourcePort, 5000),
  describe() {
    assertEquals(wire.describe(FRAME), "IP 192.0.2.1.5000 > 192.0.2.2.6000: UDP, length 3");
  },
  encode() {
    assertEquals(wire.encode(...wire.decodeFrame(FRAME).toValues()), FRAME);
  },
  encodePcap() {
    const file = wire.encodePcap([CAPTURED]);
    assertEquals(
      file,
      Uint8Array.from([...wire.encodePcapHeader(), ...wire.encodePcapPacket(CAPTURED)]),
    );
  },
  encodePcapHeader: () => assertEquals(wire.encodePcapHeader().length, 24),
  encodePcapPacket() {
    assertEquals(wire.encodePcapPacket(CAPTURED).length, 16 + FRAME.length);
  },
  encodePcapng() {
    const [packet] = wire.decodeCapture(wire.encodePcapng([CAPTURED]));
    assertEquals([packet.data, packet.timestampNanos], [FRAME, 1_000n]);
  },
  etherTypeName() {
    assertEquals([0x86dd, 0x1234].map(wire.etherTypeName), ["IPv6", "0x1234"]);
  },
  foldSum: () => assertEquals(wire.foldSum(0x2ddf0), 0xddf2),
  groupCodeValue: () => assertEquals([127, 128, 255].map(wire.groupCodeValue), [127, 128, 31744]),
  icmpExtensionsChecksumOk() {
    assertEquals(wire.icmpExtensionsChecksumOk(MPLS_EXTENSIONS), true);
    assertEquals(wire.icmpExtensionsChecksumOk(fromHex("20003df3000801010002a102")), false);
  },
  ipProtocolName() {
    assertEquals([6, 200].map(wire.ipProtocolName), ["TCP", "ip-proto-200"]);
  },
  layerRow() {
    assertEquals(wire.layerRow({ ...wire.udpLayer, protocols: [253] }).protocols, [253]);
    const wrong = { ...wire.udpLayer, protocols: [256] };
    assertThrows(() => wire.layerRow(wrong), RangeError, "protocols of 256");
    assertThrows(() => wire.layerRow({ ...wire.udpLayer, parse: 5 as never }), TypeError, "parse");
    assertThrows(() => wire.layerRow({ ...wire.udpLayer, kind: "" as never }), TypeError, "kind");
  },
  mldResponseDelayMs() {
    assertEquals([32767, 32768].map(wire.mldResponseDelayMs), [32767, 32768]);
  },
  pseudoHeaderSum: () => assertEquals(wire.pseudoHeaderSum("0.1.0.2", "0.3.0.4", 6, 20), 36),
  sumWords: () => assertEquals(wire.sumWords(RFC_1071), 0xddf2),
  updateChecksum() {
    const changed = RFC_1071.slice();
    changed[1] = 2;
    assertEquals(wire.updateChecksum(wire.checksum(RFC_1071), 1, 2), wire.checksum(changed));
  },
  verifyChecksums: () => assertEquals(wire.verifyChecksums(wire.decodeFrame(FRAME)), []),
};
