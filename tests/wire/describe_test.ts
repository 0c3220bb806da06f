/** One line on a frame, held against tcpdump's. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  decodeFrame,
  decodePacket,
  describe,
  encode,
  encodePcap,
  type LayerValue,
} from "../../wire/mod.ts";
import { testWith } from "../_tools.ts";
import { stack } from "./_arbitrary.ts";
import { IPV4, IPV6, LINK, MULTICAST6 } from "./_headers.ts";
import { geneve, vxlan } from "./_tunnel_arbitrary.ts";
import { bytes } from "./_values.ts";

const UDP = { kind: "udp", sourcePort: 5000, destinationPort: 6000 } as const;
type Stack = (LayerValue | Uint8Array)[];

const TCP = {
  kind: "tcp",
  sourcePort: 40000,
  destinationPort: 40001,
  sequence: 100,
  acknowledgment: 200,
  window: 512,
} as const;
const data = new Uint8Array(10);
const inner = encode(IPV4, UDP, data);
const inner6 = encode(IPV6, UDP, data);
const arp = (operation: number, extra = {}) => ({
  kind: "arp" as const,
  operation,
  senderHardware: "02:00:00:00:00:01",
  senderAddress: "192.0.2.1",
  targetHardware: "00:00:00:00:00:00",
  targetAddress: "192.0.2.2",
  ...extra,
});
const STACKS: Stack[] = [
  [LINK, arp(1)],
  [LINK, arp(1, { targetAddress: "192.0.2.1" })],
  [LINK, arp(2)],
  [LINK, arp(1, { senderAddress: "0.0.0.0" })],
  [LINK, arp(3)],
  [LINK, arp(4)],
  [LINK, IPV4, UDP, data],
  [LINK, IPV6, UDP, data],
  [LINK, { kind: "vlan", id: 7, priority: 3 }, IPV4, UDP, data],
  [LINK, { kind: "vlan", id: 7 }, { kind: "vlan", id: 8 }, IPV4, UDP, data],
  [
    LINK,
    IPV4,
    {
      ...TCP,
      flags: 2,
      options: [
        { kind: "maximumSegmentSize", size: 1460 },
        { kind: "sackPermitted" },
        { kind: "timestamps", value: 1, echo: 2 },
        { kind: "nop" },
        { kind: "windowScale", shift: 7 },
      ],
    },
  ],
  [LINK, IPV4, { ...TCP, flags: 0x12 }],
  [LINK, IPV4, { ...TCP, flags: 0x10 }],
  [LINK, IPV4, { ...TCP, flags: 0x18 }, data],
  [LINK, IPV4, { ...TCP, flags: 0x11 }],
  [LINK, IPV4, { ...TCP, flags: 4 }],
  [LINK, IPV4, { ...TCP, flags: 0 }, data],
  [LINK, IPV6, { ...TCP, flags: 0x38, urgentPointer: 4 }, data],
  [LINK, IPV4, { ...TCP, flags: 0xd8 }, data],
  [LINK, IPV4, { kind: "icmpv4", message: "echoRequest", identifier: 7, sequence: 1 }, data],
  [LINK, IPV4, { kind: "icmpv4", message: "echoReply", identifier: 7, sequence: 1 }, data],
  ...[0, 1, 2, 3, 4, 9, 10, 13].map((code): Stack => [
    LINK,
    IPV4,
    { kind: "icmpv4", message: "destinationUnreachable", code, nextHopMtu: 1400 },
    inner,
  ]),
  [LINK, IPV4, { kind: "icmpv4", message: "timeExceeded", code: 0 }, inner],
  [LINK, IPV4, { kind: "icmpv4", message: "timeExceeded", code: 1 }, inner],
  [
    LINK,
    IPV4,
    { kind: "icmpv4", message: "redirect", code: 1, gateway: "192.0.2.9" },
    inner,
  ],
  [
    LINK,
    IPV4,
    { kind: "icmpv4", message: "parameterProblem", code: 0, pointer: 20 },
    inner,
  ],
  [
    LINK,
    IPV4,
    {
      kind: "icmpv4",
      message: "timestampRequest",
      identifier: 7,
      sequence: 1,
      originate: 1000,
      receive: 0,
      transmit: 0,
    },
  ],
  [LINK, IPV6, { kind: "icmpv6", message: "echoRequest", identifier: 7, sequence: 1 }, data],
  [LINK, IPV6, { kind: "icmpv6", message: "echoReply", identifier: 7, sequence: 1 }, data],
  ...[0, 1, 3, 4].map((code): Stack => [
    LINK,
    IPV6,
    { kind: "icmpv6", message: "destinationUnreachable", code },
    inner6,
  ]),
  [LINK, IPV6, { kind: "icmpv6", message: "packetTooBig", mtu: 1280 }, inner6],
  [LINK, IPV6, { kind: "icmpv6", message: "timeExceeded", code: 0 }, inner6],
  [
    LINK,
    IPV6,
    {
      kind: "icmpv6",
      message: "neighborSolicitation",
      target: "2001:db8::9",
      options: [],
    },
  ],
  [
    LINK,
    IPV6,
    {
      kind: "icmpv6",
      message: "neighborAdvertisement",
      router: false,
      solicited: true,
      override: true,
      target: "2001:db8::9",
      options: [],
    },
  ],
  [LINK, IPV6, { kind: "icmpv6", message: "routerSolicitation", options: [] }],
  [
    LINK,
    IPV6,
    {
      kind: "icmpv6",
      message: "routerAdvertisement",
      managed: false,
      otherConfiguration: false,
      hopLimit: 64,
      routerLifetimeSeconds: 5,
      reachableTimeMs: 0,
      retransTimerMs: 0,
      options: [],
    },
  ],
  [
    LINK,
    MULTICAST6,
    { kind: "hopByHop", options: [{ kind: "routerAlert", value: 0 }] },
    {
      kind: "icmpv6",
      message: "mldReportV2",
      records: [{ type: "modeIsInclude", group: "ff05::1", sources: [] }],
    },
  ],
  [LINK, { ...IPV4, destination: "224.0.0.22" }, {
    kind: "igmp",
    message: "reportV2",
    group: "239.1.2.3",
  }],
  [
    LINK,
    { ...IPV4, destination: "224.0.0.1" },
    { kind: "igmp", message: "query", group: "0.0.0.0", maxResponseTenths: 100 },
  ],
  [LINK, { ...IPV4, destination: "224.0.0.2" }, {
    kind: "igmp",
    message: "leave",
    group: "239.1.2.3",
  }],
  [
    LINK,
    { ...IPV4, destination: "224.0.0.22" },
    {
      kind: "igmp",
      message: "reportV3",
      records: [{ type: "modeIsInclude", group: "239.1.2.3", sources: [] }],
    },
  ],
  [LINK, IPV4, {
    kind: "sctp",
    sourcePort: 20001,
    destinationPort: 20002,
    verificationTag: 9,
    chunks: [{ type: 4, value: Uint8Array.of(0, 1, 0, 8, 1, 2, 3, 4) }],
  }],
  [
    LINK,
    IPV4,
    { kind: "udp", sourcePort: 40000, destinationPort: 53 },
    {
      kind: "dns",
      id: 7,
      recursionDesired: true,
      questions: [{ name: "example.org", type: "A" }],
    },
  ],
  [
    LINK,
    IPV4,
    { kind: "udp", sourcePort: 53, destinationPort: 40000 },
    {
      kind: "dns",
      id: 7,
      response: true,
      recursionDesired: true,
      recursionAvailable: true,
      questions: [{ name: "example.org", type: "A" }],
      answers: [{ name: "example.org", type: "A", ttl: 5, address: "192.0.2.5" }],
    },
  ],
  [LINK, { ...IPV4, protocol: 17, fragmentOffset: 16, identification: 5 }, new Uint8Array(16)],
  [LINK, { ...IPV4, protocol: 253 }, data],
  [LINK, { ...IPV6, nextHeader: 253 }, data],
  [LINK, IPV4, { kind: "gre", key: 5 }, IPV4, UDP, data],
  [LINK, IPV4, IPV4, UDP, data],
  [LINK, IPV6, IPV6, UDP, data],
  [LINK, IPV4, IPV6, UDP, data],
  [LINK, IPV4, { kind: "esp", spi: 0x1234, sequence: 5 }, data],
  [
    LINK,
    IPV4,
    { kind: "authentication", spi: 0x1234, sequence: 5, icv: new Uint8Array(12) },
    UDP,
    data,
  ],
  [LINK, IPV6, {
    kind: "routing",
    segmentsLeft: 1,
    route: { kind: "segments", segments: ["2001:db8::9", "2001:db8::8"] },
  }, UDP],
  [LINK, IPV6, {
    kind: "routing",
    segmentsLeft: 1,
    route: { kind: "sourceRoute", addresses: ["2001:db8::9"] },
  }, UDP],
  [LINK, IPV6, {
    kind: "fragment",
    identification: 7,
    fragmentOffset: 8,
    moreFragments: true,
    nextHeader: 17,
  }, data],
  [LINK, IPV6, { kind: "destinationOptions" }, UDP, data],
];

async function tcpdump(frames: Uint8Array[], flags: string): Promise<string[]> {
  const file = await Deno.makeTempFile();
  try {
    const packets = frames.map((data, index) => ({ data, timestampNanos: BigInt(index) }));
    await Deno.writeFile(file, encodePcap(packets));
    const { success, stdout, stderr } = await new Deno.Command("tcpdump", {
      args: [flags, "-r", file],
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout).split("\n")
      .filter((line) => line !== "" && !line.startsWith("\t"))
      // It writes two spaces and one at the end here and there.
      .map((line) => line.replaceAll(/ +/g, " ").trimEnd());
  } finally {
    await Deno.remove(file);
  }
}

testWith({ tools: ["tcpdump"] }, "describe() says what tcpdump -nS says", async () => {
  const frames = STACKS.map((layers) => encode(...layers));
  const lines = await tcpdump(frames, "-ntS");
  assertEquals(frames.map((frame) => describe(frame)), lines);
});

testWith({ tools: ["tcpdump"] }, "describe() says what tcpdump -e says of the link", async () => {
  const frames = STACKS.filter((layers) =>
    !layers.some((layer) => "kind" in layer && layer.kind === "llc")
  )
    .map((layers) => encode(...layers))
    .filter((frame) => frame[12] !== 0x80); // RARP, which goes by another name
  const lines = await tcpdump(frames, "-ntSe");
  assertEquals(frames.map((frame) => describe(frame, { link: true })), lines);
});

testWith({ tools: ["tcpdump"] }, "describe() of random stacks is what tcpdump says", async () => {
  const frames = fc.sample(stack, { numRuns: 1000, seed: 9 }).map((layers) => encode(...layers));
  const lines = await tcpdump(frames, "-ntS");
  assertEquals(lines.length, frames.length);
  lines.forEach((line, index) => {
    // It writes some IPv6 addresses with an IPv4 one at their end, against RFC 5952.
    if (!/::(ffff:(0:)?)?\d+\.\d+\.\d+\.\d+/.test(line)) {
      assertEquals(describe(frames[index]), line);
    }
  });
});

testWith(
  { tools: ["tcpdump"] },
  "describe() of what is in a tunnel over UDP is what tcpdump says, in one line",
  async () => {
    const head: LayerValue[] = [LINK, IPV4];
    const plain = geneve.map((value) => ({ ...value, protocol: undefined }));
    const tunnels = fc.tuple(fc.oneof(vxlan, plain), stack);
    const frames = fc.sample(tunnels, { numRuns: 300, seed: 4 }).map(([tunnel, inside]) => {
      const destinationPort = tunnel.kind === "vxlan" ? 4789 : 6081;
      return encode(...head, { ...UDP, destinationPort }, tunnel, ...inside);
    });
    const lines = await tcpdump(frames, "-ntS");
    const whole = lines.join("\n").replaceAll(/(VXLAN.*vni \d+)\n/g, "$1: ").split("\n");
    assertEquals(whole.length, frames.length);
    whole.forEach((line, index) => {
      // It writes some IPv6 addresses with an IPv4 one at their end, against RFC 5952.
      if (!/::(ffff:(0:)?)?\d+\.\d+\.\d+\.\d+/.test(line)) {
        assertEquals(describe(frames[index]), line);
      }
    });
  },
);

Deno.test("describe() ends with the reason why a frame is bad", () => {
  const frame = encode(LINK, IPV4, UDP, new Uint8Array(10));
  frame[14 + 20 + 5] = 3;
  assertEquals(
    describe(frame),
    "IP 192.0.2.1 > 192.0.2.2: ip-proto-17 18 [Cannot decode UDP header: length of 3 is below 8]",
  );
  assertEquals(
    describe(new Uint8Array(0)),
    "[Cannot decode Ethernet header: length of 0 is below 14]",
  );
  assertEquals(
    describe(decodePacket(encode(IPV4, UDP))),
    "IP 192.0.2.1.5000 > 192.0.2.2.6000: UDP, length 0",
  );
  assertThrows(() => describe("x" as never), TypeError, "neither bytes nor a decoded frame");
});

Deno.test("describe() is one printable line, whatever the bytes", () => {
  const broken = fc.tuple(stack, bytes(1, 20), fc.nat()).map(([values, noise, at]) => {
    const frame = encode(...values);
    frame.set(noise.subarray(0, frame.length), at % Math.max(1, frame.length - noise.length));
    return frame;
  });
  const dns = bytes(12, 100).map((message) =>
    encode(LINK, IPV4, { ...UDP, sourcePort: 53 }, message)
  );
  fc.assert(
    fc.property(fc.oneof(broken, dns, bytes(0, 100)), (frame) => {
      for (const link of [false, true]) {
        const line = describe(decodeFrame(frame), { link });
        // deno-lint-ignore no-control-regex
        assert(!/[\x00-\x1f\x7f-\x9f]/.test(line), line);
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("describe() lets no name of a DNS answer write to a terminal", () => {
  const message: LayerValue = {
    kind: "dns",
    id: 1,
    response: true,
    answers: [{ name: "a", type: "TXT", strings: [new TextEncoder().encode("\x1b[31m")] }],
  };
  const line = describe(encode(LINK, IPV4, { ...UDP, sourcePort: 53 }, message));
  assert(line.includes('TXT ".[31m"'), line);
});
