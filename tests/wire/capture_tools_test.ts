/**
 * Capture files beside others' tools: ours read by tshark, tshark's and tcpdump's read by us.
 */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  decodeCapture,
  decodeFrame,
  encode,
  encodePcap,
  encodePcapng,
  type LayerValue,
} from "../../wire/mod.ts";
import { testWith } from "../_tools.ts";
import { stack } from "./_arbitrary.ts";
import { IPV4, IPV6, LINK, MULTICAST6 } from "./_headers.ts";

const SECOND = 1_000_000_000n;

async function run(tool: string, args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(tool, { args }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

const MULTICAST4 = { ...IPV4, destination: "224.0.0.22", ttl: 1 } as const;

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
