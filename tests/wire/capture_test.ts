/**
 * Capture files: ours read by tshark, tshark's and tcpdump's read by us, and bad ones refused.
 */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  type CapturedPacket,
  decodeCapture,
  decodeCaptured,
  decodeCaptureStream,
  decodeFrame,
  encode,
  encodePcap,
  encodePcapHeader,
  encodePcapng,
  encodePcapPacket,
  type LayerValue,
  PcapngWriter,
} from "../../wire/mod.ts";
import { testWith } from "../_tools.ts";
import { stack } from "./_arbitrary.ts";
import { bytes } from "./_values.ts";

const SECOND = 1_000_000_000n;

const packet: fc.Arbitrary<CapturedPacket> = fc.record({
  data: bytes(0, 100),
  timestampNanos: fc.bigInt({ min: 0n, max: 4_000_000_000n * SECOND }),
}).map(({ data, timestampNanos }) => ({
  data,
  timestampNanos,
  originalLength: data.length,
  linkType: 1,
}));

/** Swaps the byte order of a little-endian pcap file of ours. */
function bigEndian(file: Uint8Array): Uint8Array {
  const copy = file.slice();
  const view = new DataView(copy.buffer);
  const swap32 = (at: number) => view.setUint32(at, view.getUint32(at, true));
  const swap16 = (at: number) => view.setUint16(at, view.getUint16(at, true));
  swap16(4);
  swap16(6);
  for (const at of [0, 8, 12, 16, 20]) swap32(at);
  for (let at = 24; at < copy.length;) {
    const length = view.getUint32(at + 8, true);
    for (let i = 0; i < 4; i++) swap32(at + 4 * i);
    at += 16 + length;
  }
  return copy;
}

Deno.test("pcap: packets come back, in either resolution and byte order", () => {
  fc.assert(fc.property(fc.array(packet, { maxLength: 5 }), (packets) => {
    const nanos = encodePcap(packets);
    assertEquals([...decodeCapture(nanos)], packets);
    assertEquals([...decodeCapture(bigEndian(nanos))], packets);
    const micros = encodePcap(packets, { resolution: "micros" });
    const rounded = packets.map((one) => ({
      ...one,
      timestampNanos: one.timestampNanos! / 1000n * 1000n,
    }));
    assertEquals([...decodeCapture(micros)], rounded);
    assertEquals([...decodeCapture(bigEndian(micros))], rounded);
  }));
});

Deno.test("pcap: header and packets written piece by piece are the whole file", () => {
  const packets = [1, 2, 3].map((length) => ({
    data: new Uint8Array(length),
    timestampNanos: BigInt(length),
  }));
  const pieces = [encodePcapHeader(), ...packets.map((one) => encodePcapPacket(one))];
  assertEquals(
    Uint8Array.from(pieces.flatMap((piece) => [...piece])),
    encodePcap(packets),
  );
});

Deno.test("pcapng: packets come back with interface, direction and comment", () => {
  const full = fc.record({
    data: bytes(0, 50),
    timestampNanos: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    originalLength: fc.integer({ min: 50, max: 9000 }),
    linkType: fc.constantFrom(1, 101),
    interface: fc.constantFrom("eth0", "lo", "größer"),
    direction: fc.constantFrom("inbound" as const, "outbound" as const),
    comment: fc.string({ unit: "grapheme", maxLength: 20 }),
  }, { requiredKeys: ["data", "timestampNanos", "originalLength", "linkType"] });
  fc.assert(fc.property(fc.array(full, { maxLength: 6 }), (packets) => {
    assertEquals([...decodeCapture(encodePcapng(packets))], packets);
    const writer = new PcapngWriter({ application: "test" });
    const pieces = [...packets.map((one) => writer.encode(one)), writer.end()];
    const file = Uint8Array.from(pieces.flatMap((piece) => [...piece]));
    assertEquals([...decodeCapture(file)], packets);
  }));
});

/** A block of a big-endian pcapng file. */
function block(type: number, ...words: number[]): number[] {
  const length = 12 + 4 * words.length;
  return [type, length, ...words, length].flatMap((word) => [
    word >>> 24,
    (word >>> 16) & 255,
    (word >>> 8) & 255,
    word & 255,
  ]);
}

Deno.test("pcapng: big-endian files, other resolutions, offsets, old and unknown blocks are read", () => {
  const file = Uint8Array.from([
    ...block(0x0a0d0d0a, 0x1a2b3c4d, 0x00010000, 0xffffffff, 0xffffffff),
    ...block(1, 0x00010000, 0), // microseconds by default
    // An interface in 2^-10 seconds, ten seconds off.
    ...block(1, 0x00650000, 0, 0x00090001, 0x8a000000, 0x000e0008, 0, 10, 0),
    ...block(0x0bad, 1, 2, 3),
    ...block(6, 0, 0, 1_000_001, 2, 2, 0xaabb0000),
    ...block(6, 1, 0, 1536, 4, 60, 0x01020304),
    ...block(2, 0x00000005, 0, 7, 4, 4, 0x05060708),
    ...block(3, 4, 0x090a0b0c),
    // A second section has interfaces of its own.
    ...block(0x0a0d0d0a, 0x1a2b3c4d, 0x00010000, 0xffffffff, 0xffffffff),
  ]);
  assertEquals([...decodeCapture(file)], [
    {
      data: Uint8Array.of(0xaa, 0xbb),
      timestampNanos: 1_000_001_000n,
      originalLength: 2,
      linkType: 1,
    },
    {
      data: Uint8Array.of(1, 2, 3, 4),
      timestampNanos: 11_500_000_000n,
      originalLength: 60,
      linkType: 101,
    },
    { data: Uint8Array.of(5, 6, 7, 8), timestampNanos: 7000n, originalLength: 4, linkType: 1 },
    // A simple packet has no time.
    { data: Uint8Array.of(9, 10, 11, 12), originalLength: 4, linkType: 1 },
  ]);
  const orphan = Uint8Array.from([...file, ...block(6, 0, 0, 0, 0, 0)]);
  assertThrows(() => [...decodeCapture(orphan)], RangeError, "interface of 0 is not one of 0");
});

Deno.test("capture files are read from a stream however it is cut", async () => {
  const packets = [20, 0, 300, 50_000, 40_000, 70_000].map((length) => ({
    data: new Uint8Array(length).fill(length),
    timestampNanos: 5n,
    originalLength: length,
    linkType: 1,
  }));
  for (const file of [encodePcap(packets), encodePcapng(packets)]) {
    for (const size of [7, 64, 10_000, 1_000_000]) {
      const pieces: Uint8Array[] = [];
      for (let at = 0; at < file.length; at += size) pieces.push(file.subarray(at, at + size));
      const read = await Array.fromAsync(decodeCaptureStream(ReadableStream.from(pieces)));
      assertEquals(read, packets);
    }
  }
});

Deno.test("bad capture files give the sound packets and then a RangeError", async () => {
  const packets = [1, 2].map((length) => ({
    data: new Uint8Array(length),
    timestampNanos: 0n,
  }));
  const file = encodePcap(packets);
  const cut = file.subarray(0, file.length - 1);
  const read: number[] = [];
  assertThrows(
    () => {
      for (const { data } of decodeCapture(cut)) read.push(data.length);
    },
    RangeError,
    "Cannot decode capture file: last record is cut off after 17 bytes",
  );
  assertEquals(read, [1]);
  await assertRejects(
    () => Array.fromAsync(decodeCaptureStream(ReadableStream.from([cut]))),
    RangeError,
    "cut off",
  );
  const long = file.slice();
  new DataView(long.buffer).setUint32(24 + 8, 0x7fffffff, true);
  assertThrows(() => [...decodeCapture(long)], RangeError, "captured length of 2147483647");
  assertThrows(() => [...decodeCapture(new Uint8Array(64))], RangeError, "magic of 0x00000000");
  assertThrows(() => [...decodeCapture(new Uint8Array(0))], RangeError, "length of 0 is below 4");
});

Deno.test("no bytes make decodeCapture() throw anything but a RangeError, or loop", () => {
  const sound = fc.tuple(fc.array(packet, { maxLength: 3 }), fc.boolean()).map(([packets, ng]) =>
    ng ? encodePcapng(packets) : encodePcap(packets)
  );
  const broken = fc.tuple(sound, bytes(1, 8), fc.nat()).map(([file, noise, at]) => {
    file.set(noise.subarray(0, file.length), at % (file.length - 8));
    return file;
  });
  fc.assert(
    fc.property(fc.oneof(broken, bytes(0, 100)), (file) => {
      try {
        for (const { data } of decodeCapture(file)) assert(data.length <= file.length);
      } catch (error) {
        assert(error instanceof RangeError, `${error}`);
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("decodeCaptured() finds the packet behind every link header it knows", () => {
  const ip = encode(IPV4, { kind: "udp", sourcePort: 1, destinationPort: 2 });
  const captured = (linkType: number, head: number[], rest = ip) =>
    decodeCaptured({ data: Uint8Array.from([...head, ...rest]), timestampNanos: 0n, linkType });
  const zeros = (count: number) => new Array<number>(count).fill(0);
  const sound: [number, number[]][] = [
    [1, [...zeros(12), 8, 0]],
    [101, []],
    [228, []],
    [0, [2, 0, 0, 0]],
    [108, [0, 0, 0, 2]],
    [113, [...zeros(14), 8, 0]],
    [276, [8, 0, ...zeros(18)]],
  ];
  for (const [linkType, head] of sound) {
    const frame = captured(linkType, head);
    assertEquals(frame.error, undefined, `link type ${linkType}`);
    assertEquals(frame.layer("udp")?.destinationPort, 2, `link type ${linkType}`);
    const cut = captured(linkType, head.slice(0, -1), new Uint8Array(0));
    assert(cut.error instanceof RangeError);
  }
  assertEquals(
    captured(127, []).error?.message,
    "Cannot decode captured packet: link type of 127 is unknown",
  );
  assertEquals(captured(127, []).layers.map((layer) => layer.kind), ["payload"]);
  assert(captured(113, [...zeros(14), 0, 4]).error?.message.includes("protocol of 4"));
});

async function run(tool: string, args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(tool, { args }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

const LINK = {
  kind: "ethernet",
  source: "02:00:00:00:00:01",
  destination: "02:00:00:00:00:02",
} as const;
const IPV4 = { kind: "ipv4", source: "192.0.2.1", destination: "192.0.2.2" } as const;
const IPV6 = { kind: "ipv6", source: "2001:db8::1", destination: "2001:db8::2" } as const;
const MULTICAST4 = { ...IPV4, destination: "224.0.0.22", ttl: 1 } as const;
const MULTICAST6 = { ...IPV6, source: "fe80::1", destination: "ff02::16", hopLimit: 1 } as const;

/** One of each kind that random stacks have not. */
const OTHERS: LayerValue[][] = [
  [LINK, IPV4, { kind: "icmpv4", message: "echoRequest", identifier: 7, sequence: 1 }],
  [LINK, IPV6, { kind: "icmpv6", message: "echoRequest", identifier: 7, sequence: 1 }],
  [LINK, IPV4, { kind: "udplite", sourcePort: 20001, destinationPort: 20002 }],
  [LINK, IPV6, { kind: "udplite", sourcePort: 20001, destinationPort: 20002 }],
  [LINK, MULTICAST4, { kind: "igmp", message: "reportV2", group: "239.1.2.3" }],
  [
    LINK,
    MULTICAST6,
    { kind: "hopByHop", options: [{ kind: "routerAlert", value: 0 }] },
    { kind: "icmpv6", message: "mldReport", group: "ff05::1", maxResponseDelayMs: 0 },
  ],
  [LINK, IPV4, {
    kind: "sctp",
    sourcePort: 20001,
    destinationPort: 20002,
    verificationTag: 9,
    chunks: [{ type: 4, value: Uint8Array.of(0, 1, 0, 8, 1, 2, 3, 4) }],
  }],
  [LINK, IPV4, { kind: "udp", sourcePort: 5353, destinationPort: 53 }, {
    kind: "dns",
    id: 7,
    questions: [{ name: "example.org", type: "A" }],
  }],
  [
    LINK,
    IPV6,
    {
      kind: "routing",
      segmentsLeft: 1,
      route: { kind: "segments", segments: ["2001:db8::9", "2001:db8::8"] },
    },
    { kind: "udp", sourcePort: 20001, destinationPort: 20002 },
  ],
];

const PROTOCOLS = (
  "eth,ethertype,vlan,ieee8021ad,llc,arp,ip,ipv6,ipv6.hopopts,ipv6.routing,ipv6.routing.srh," +
  "ipv6.routing.src,ipv6.fraghdr,ipv6.dstopts,ah,esp,gre,tcp,udp,udplite,icmp,icmpv6,igmp,sctp,dns,data"
).split(",");

/** Whose checksums are checked; UDP-Lite's goes by the name of UDP. */
const CHECKSUMS = ["ip", "tcp", "udp", "icmp", "icmpv6", "igmp", "sctp", "gre"];
const PREFERENCES = [
  "ip.check_checksum:TRUE",
  "tcp.check_checksum:TRUE",
  "udp.check_checksum:TRUE",
  "udplite.check_checksum:TRUE",
  "sctp.checksum:CRC 32c",
];

testWith(
  { tools: ["tshark"] },
  "tshark reads our captures in both formats: every checksum good, nothing malformed",
  async () => {
    const frames = [
      ...fc.sample(stack, { numRuns: 1000, seed: 7 }),
      ...OTHERS,
    ].map((values) => encode(...values));
    const packets = frames.map((data, index) => ({
      data,
      timestampNanos: 1_700_000_000n * SECOND + BigInt(index) * 1_000_001n,
    }));
    const folder = await Deno.makeTempDir();
    try {
      for (
        const [name, file] of [
          ["nanos.pcap", encodePcap(packets)],
          ["micros.pcap", encodePcap(packets, { resolution: "micros" })],
          ["all.pcapng", encodePcapng(packets.map((one) => ({ ...one, interface: "veth0" })))],
        ] as const
      ) {
        await Deno.writeFile(`${folder}/${name}`, file);
        const text = await run("tshark", [
          "-r",
          `${folder}/${name}`,
          "--disable-protocol",
          "ALL",
          ...PROTOCOLS.flatMap((one) => ["--enable-protocol", one]),
          ...PREFERENCES.flatMap((one) => ["-o", one]),
          "-T",
          "fields",
          "-E",
          "separator=;",
          "-e",
          "frame.time_epoch",
          "-e",
          "_ws.malformed",
          ...CHECKSUMS.flatMap((one) => ["-e", `${one}.checksum.status`]),
        ]);
        const lines = text.trimEnd().split("\n");
        assertEquals(lines.length, frames.length, name);
        const seen = new Map<string, number>();
        lines.forEach((line, index) => {
          const [time, malformed, ...status] = line.split(";");
          const nanos = packets[index].timestampNanos;
          const expected = name === "micros.pcap" ? nanos / 1000n * 1000n : nanos;
          assertEquals(BigInt(time.replace(".", "")), expected, name);
          assertEquals(malformed, "", `frame ${index + 1} of ${name}`);
          status.forEach((list, at) => {
            for (const one of list.split(",").filter((each) => each !== "")) {
              assertEquals(one, "1", `${CHECKSUMS[at]} of frame ${index + 1} of ${name}`);
              seen.set(CHECKSUMS[at], (seen.get(CHECKSUMS[at]) ?? 0) + 1);
            }
          });
        });
        // Tests of nothing are green too.
        for (const one of CHECKSUMS) assert((seen.get(one) ?? 0) > 0, `${one} was not checked`);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

testWith(
  { tools: ["tcpdump", "editcap"] },
  "what tcpdump and tshark's editcap write is read by us alike",
  async () => {
    const packets = fc.sample(stack, { numRuns: 50, seed: 3 }).map((values, index) => ({
      data: encode(...values),
      timestampNanos: BigInt(index + 1) * SECOND + 123_456_000n,
    }));
    const folder = await Deno.makeTempDir();
    try {
      await Deno.writeFile(`${folder}/ours`, encodePcapng(packets));
      await run("tcpdump", ["-r", `${folder}/ours`, "-w", `${folder}/tcpdump`]);
      const formats = ["pcap", "nsecpcap", "pcapng"];
      for (const format of formats) {
        await run("editcap", ["-F", format, `${folder}/ours`, `${folder}/${format}`]);
      }
      for (const name of ["tcpdump", ...formats]) {
        const read = [...decodeCapture(await Deno.readFile(`${folder}/${name}`))];
        assertEquals(
          read.map(({ data, timestampNanos }) => ({ data, timestampNanos })),
          packets,
          name,
        );
        for (const { data } of read) assertEquals(decodeFrame(data).error, undefined);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);
