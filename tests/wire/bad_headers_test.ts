/**
 * Headers that lie or are cut off: what is sound before the lie is told, and the lie is kept.
 */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type CapturedPacket,
  decodeFrame,
  decodePacket,
  describe,
  encode,
  encodePcap,
  type Frame,
  type Ipv4,
  Ipv4View,
  type Ipv6Option,
  type LayerValue,
  type Tcp,
  type TcpOption,
  TcpView,
  TH_ACK,
  verifyChecksums,
} from "../../wire/mod.ts";
import { testWith } from "../_tools.ts";
import { bits } from "./_values.ts";

const LINK: LayerValue = {
  kind: "ethernet",
  source: "02:00:00:00:00:01",
  destination: "02:00:00:00:00:02",
};
const IPV4: Ipv4 = { kind: "ipv4", source: "192.0.2.1", destination: "192.0.2.2" };
const IPV6: LayerValue = { kind: "ipv6", source: "2001:db8::1", destination: "2001:db8::2" };
const UDP: LayerValue = { kind: "udp", sourcePort: 5000, destinationPort: 6000 };
const OPTIONS: TcpOption[] = [
  { kind: "maximumSegmentSize", size: 1460 },
  { kind: "nop" },
  { kind: "windowScale", shift: 3 },
  { kind: "timestamps", value: 1, echo: 2 },
];
const TCP: Tcp = {
  kind: "tcp",
  sourcePort: 40000,
  destinationPort: 40001,
  sequence: 0x01020304,
  acknowledgment: 0x05060708,
  flags: TH_ACK,
  window: 77,
  options: OPTIONS,
};

/** Where the TCP header begins in a frame. */
const TCP_AT = 34;

function sameBytes(frame: Frame): void {
  const again = encode(...frame.toValues());
  // A header checksum that was right stays so: nothing else is made anew.
  assertEquals(again, frame.bytes.subarray(0, again.length));
  assertEquals(again.length + frame.trailer.length, frame.bytes.length);
}

async function run(command: string, args: string[], packets: CapturedPacket[]): Promise<string[]> {
  const file = await Deno.makeTempFile({ suffix: ".pcap" });
  try {
    await Deno.writeFile(file, encodePcap(packets));
    const { success, stdout, stderr } = await new Deno.Command(command, {
      args: ["-r", file, ...args],
    }).output();
    assert(success, new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout).trimEnd().split("\n");
  } finally {
    await Deno.remove(file);
  }
}

Deno.test("a TCP option that lies ends the options, not the header", () => {
  const frame = encode(LINK, IPV4, TCP, new Uint8Array(3));
  frame[TCP_AT + 20 + 6] = 0; // the length of the window scale, after four bytes and a nop
  const decoded = decodeFrame(frame);
  const tcp = decoded.layer("tcp")!;
  assertEquals([tcp.sourcePort, tcp.sequence, tcp.window], [40000, 0x01020304, 77]);
  assertEquals(tcp.options, OPTIONS.slice(0, 2));
  assertEquals(
    tcp.optionsError?.message,
    "Cannot decode TCP header: option 3 has a length of 0, below 2",
  );
  assertEquals(decoded.error?.message, tcp.optionsError?.message);
  assertEquals(decoded.payload.length, 3);
  sameBytes(decoded);
  assertEquals(
    describe(frame),
    "IP 192.0.2.1.40000 > 192.0.2.2.40001: Flags [.], seq 16909060:16909063, ack 84281096, win 77, " +
      "options [mss 1460,nop,[bad opt]], length 3 [Cannot decode TCP header: option 3 has a length " +
      "of 0, below 2]",
  );
});

Deno.test("an IPv4 option that lies ends the options, not the header", () => {
  const ip: Ipv4 = {
    ...IPV4,
    options: [{ kind: "nop" }, { kind: "routerAlert", value: 0 }, {
      kind: "other",
      type: 68,
      data: new Uint8Array(5),
    }],
  };
  const frame = encode(LINK, ip, UDP, new Uint8Array(3));
  frame[14 + 20 + 6] = 60;
  const decoded = decodeFrame(frame);
  const ipv4 = decoded.layer("ipv4")!;
  assertEquals(ipv4.options, ip.options!.slice(0, 2));
  assertEquals(decoded.error?.message, ipv4.optionsError?.message);
  assert(/option 68 has a length of 60, above the 7 bytes left$/.test(decoded.error!.message));
  assertEquals(decoded.layer("udp")?.sourcePort, 5000);
  sameBytes(decoded);
  // A source route after the lie is none.
  assertEquals(verifyChecksums(decoded), ["ipv4"]);
});

Deno.test("a header cut off after the ports has ports", () => {
  const whole = encode(LINK, IPV4, TCP, new Uint8Array(3));
  for (let end = TCP_AT + 4; end < whole.length; end++) {
    // What lies behind the view must not be read.
    const memory = new Uint8Array(end + 40).fill(0xff);
    memory.set(whole.subarray(0, end));
    const frame = decodeFrame(memory.subarray(0, end));
    const tcp = frame.layer("tcp");
    assert(tcp !== undefined, `cut at ${end}`);
    assertEquals([tcp.sourcePort, tcp.destinationPort], [40000, 40001]);
    assertEquals(tcp.sequence, end >= TCP_AT + 8 ? 0x01020304 : 0);
    assertEquals(tcp.window, end >= TCP_AT + 16 ? 77 : 0);
    assertEquals(tcp.truncated, end < TCP_AT + 40);
    assert(frame.error !== undefined);
    sameBytes(frame);
  }
  const view = TcpView.parsePartial(whole, TCP_AT, TCP_AT + 4);
  assertEquals([view.flags, view.dataOffset, view.checksum, view.urgentPointer], [0, 0, 0, 0]);
  assertEquals([view.acknowledgment, view.options.length], [0, 0]);
});

Deno.test("an IPv4 header cut off in its options has addresses", () => {
  const whole = encode(LINK, { ...IPV4, options: [{ kind: "routerAlert", value: 7 }] }, UDP);
  for (let cut = 0; cut < 4; cut++) {
    const frame = decodeFrame(whole.subarray(0, 34 + cut));
    assertEquals(frame.layer("ipv4")?.destination, "192.0.2.2");
    assertEquals(frame.layer("ipv4")?.options, []);
    assertEquals(frame.layer("ipv4")?.truncated, true);
    assert(/IHL of 6 is above the/.test(frame.error!.message), frame.error!.message);
    sameBytes(frame);
  }
});

const damaged = fc.record({
  options: fc.array(
    fc.oneof(
      fc.constant<TcpOption>({ kind: "nop" }),
      bits(16).map((size): TcpOption => ({ kind: "maximumSegmentSize", size })),
      bits(8).map((shift): TcpOption => ({ kind: "windowScale", shift })),
      bits(30).map((value): TcpOption => ({ kind: "timestamps", value, echo: 5 })),
      fc.constant<TcpOption>({ kind: "other", type: 200, data: new Uint8Array(2) }),
    ),
    { minLength: 1, maxLength: 4 },
  ),
  which: bits(4),
  length: fc.constantFrom(0, 1, 200),
});

testWith(
  { tools: ["tcpdump"] },
  "the options before a bad one are those that tcpdump tells",
  async () => {
    const packets: CapturedPacket[] = [];
    for (const { options, which, length } of fc.sample(damaged, { numRuns: 400, seed: 2 })) {
      const data = encode(LINK, IPV4, { ...TCP, options }, new Uint8Array(5));
      const starts: number[] = [];
      const end = TCP_AT + (data[TCP_AT + 12] >>> 4) * 4;
      for (let at = TCP_AT + 20; at < end && data[at] !== 0;) {
        if (data[at] > 1) starts.push(at);
        at += data[at] === 1 ? 1 : data[at + 1];
      }
      if (starts.length === 0) continue;
      data[starts[which % starts.length] + 1] = length;
      packets.push({ data, timestampNanos: 0n });
    }
    const lines = await run("tcpdump", ["-ntS"], packets);
    assertEquals(lines.length, packets.length);
    assert(lines.length > 200);
    lines.forEach((line, index) => {
      const upTo = (text: string) => text.slice(0, text.indexOf("[bad opt]"));
      assert(line.includes("[bad opt]"), line);
      assertEquals(upTo(describe(packets[index].data)), upTo(line));
    });
  },
);

testWith(
  { tools: ["tshark"] },
  "of a header that is cut off tshark tells the same fields",
  async () => {
    const whole = encode(LINK, IPV4, TCP, new Uint8Array(3));
    const packets: CapturedPacket[] = [];
    for (let end = TCP_AT + 4; end <= whole.length; end++) {
      const data = whole.subarray(0, end);
      packets.push({ data, timestampNanos: 0n, originalLength: whole.length });
    }
    const fields = ["tcp.srcport", "tcp.dstport", "tcp.seq_raw", "tcp.ack_raw"];
    const lines = await run(
      "tshark",
      ["-n", "-T", "fields", "-E", "separator=;", ...fields.flatMap((field) => ["-e", field])],
      packets,
    );
    assertEquals(lines.length, packets.length);
    lines.forEach((line, index) => {
      const tcp = decodeFrame(packets[index].data).layer("tcp")!;
      const ours = [tcp.sourcePort, tcp.destinationPort, tcp.sequence, tcp.acknowledgment];
      line.split(";").forEach((text, at) => {
        if (text !== "") assertEquals(ours[at], Number(text), `${fields[at]}: ${line}`);
      });
      assert(line.startsWith("40000;40001;"), line);
    });
  },
);

Deno.test("an IPv4 total length of 0 is segmentation left to the card, and no error", () => {
  const frame = encode(LINK, { ...IPV4, totalLength: 0 }, TCP, new Uint8Array(3000));
  frame[TCP_AT + 16] ^= 1; // the card has yet to make the checksum
  const decoded = decodeFrame(frame);
  assertEquals(decoded.error, undefined);
  assertEquals(decoded.layer("ipv4")?.segmentationOffload, true);
  assertEquals(decoded.layer("tcp")?.payload.length, 3000);
  assertEquals(verifyChecksums(decoded), []);
  sameBytes(decoded);
  assert(describe(frame).includes(": [segmentation offload] Flags [.]"), describe(frame));
  const view = Ipv4View.parse(frame, 14);
  assertEquals([view.totalLength, view.end], [0, frame.length]);
});

const NO_JUMBO: Ipv6Option = { kind: "padN", data: new Uint8Array(4) };

function jumbogram(option: Ipv6Option, size: number, payloadLength?: number): Uint8Array {
  const ip = payloadLength === undefined ? IPV6 : { ...IPV6, payloadLength } as LayerValue;
  return encode(
    ip,
    { kind: "hopByHop", nextHeader: 17, options: [option] },
    UDP,
    new Uint8Array(size),
  );
}

Deno.test("the option of a jumbogram tells where it ends", () => {
  const length = 8 + 8 + 70_000;
  const packet = jumbogram({ kind: "jumboPayload", length }, 70_000);
  const padded = new Uint8Array(packet.length + 9);
  padded.set(packet);
  const frame = decodePacket(padded);
  assertEquals(frame.error, undefined);
  assertEquals(frame.layer("ipv6")?.jumboLength, length);
  assertEquals(frame.layer("udp")?.payload.length, 70_000);
  assertEquals(frame.trailer.length, 9);
  assertEquals(encode(...frame.toValues()), packet);
});

// As the kernel refuses them: net/ipv6/exthdrs.c ipv6_hop_jumbo().
const LIES: readonly [string, Uint8Array, string][] = [
  [
    "without its option",
    jumbogram(NO_JUMBO, 70_000, 0),
    "payload length of 0 is without a jumbo payload option",
  ],
  [
    "that would not be one",
    jumbogram({ kind: "jumboPayload", length: 116 }, 100, 0),
    "jumbo payload length of 116 is not above 65535",
  ],
  [
    "longer than what there is",
    jumbogram({ kind: "jumboPayload", length: 70_017 }, 70_000),
    "jumbo payload length of 70017 is above the 70016 bytes at hand",
  ],
  [
    "with a payload length too",
    jumbogram({ kind: "jumboPayload", length: 70_000 }, 100, 116),
    "payload length of 116 stands beside a jumbo payload option",
  ],
];

for (const [name, packet, reason] of LIES) {
  Deno.test(`a jumbogram ${name} is an error of the frame`, () => {
    const frame = decodePacket(packet);
    assertEquals(frame.error?.message, `Cannot decode IPv6 header: ${reason}`);
    assertEquals(frame.layer("udp")?.sourcePort, 5000);
    sameBytes(frame);
  });
}
