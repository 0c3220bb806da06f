/**
 * Random messages of the layers above IP, as tshark sees them.
 */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Dns, encode, encodeDns, encodePcap, type LayerValue } from "../../wire/mod.ts";
import { testWith } from "../_tools.ts";
import { icmpv4, icmpv6, igmp } from "./_icmp_arbitrary.ts";
import { dns, sctp, tcp, udp, udpLite } from "./_upper_arbitrary.ts";

type Stack = (LayerValue | Uint8Array)[];

const COUNT = 500;

const LINK = {
  kind: "ethernet" as const,
  source: "02:00:00:00:00:01",
  destination: "02:00:00:00:00:02",
};
const IPV4 = { kind: "ipv4" as const, source: "192.0.2.1", destination: "192.0.2.2" };
const IPV6 = { kind: "ipv6" as const, source: "2001:db8::1", destination: "2001:db8::2" };
const UDP = { kind: "udp" as const, sourcePort: 40000, destinationPort: 40001 };
const DATA = new Uint8Array(80);
const QUOTE4 = encode(IPV4, UDP, DATA);
const QUOTE6 = encode(IPV6, UDP, DATA);

/** Where tshark says whether a checksum is good (1), bad (0), or not checked (2, 3). */
const CHECKSUMS = [
  "icmp.checksum.status",
  "icmp.ext.checksum.status",
  "icmpv6.checksum.status",
  "igmp.checksum.status",
  "sctp.checksum.status",
  "tcp.checksum.status",
  "udp.checksum.status",
];

const PROTOCOLS = "eth,ethertype,ip,ipv6,icmp,icmpv6,igmp,tcp,udp,udplite,sctp,dns,mpls,data"
  .split(",");

const PREFERENCES = [
  "tcp.check_checksum:TRUE",
  "udp.check_checksum:TRUE",
  "udplite.check_checksum:TRUE",
  "sctp.checksum:CRC 32c",
];

/** Random bytes are no message of a type that we do not read but tshark does. */
function isPlain(value: LayerValue): boolean {
  if ("message" in value && value.message === "other") return false;
  if (value.kind === "icmpv6" && "options" in value) {
    return value.options.every(({ kind }) => kind !== "other" && kind !== "redirectedHeader");
  }
  if (value.kind === "tcp") {
    return (value.options ?? []).every((option) =>
      !["other", "mptcp", "authentication", "fastOpen"].includes(option.kind) &&
      (option.kind !== "sack" || option.blocks.length > 0)
    );
  }
  return true;
}

/** Errors are about a packet, not about random bytes. */
function withQuote(value: LayerValue): Stack {
  if (value.kind === "icmpv4" || value.kind === "icmpv6") {
    const [ip, quoted] = value.kind === "icmpv4" ? [IPV4, QUOTE4] : [IPV6, QUOTE6];
    if ("quoted" in value) return [LINK, ip, { ...value, quoted }];
    const isAnswered = !/^(echo|extended|timestamp|address|mld|neighbor|router)/.test(
      value.message,
    );
    const isNdp = value.kind === "icmpv6" && "options" in value;
    return isAnswered && !isNdp ? [LINK, ip, value, quoted] : [LINK, ip, value];
  }
  if (value.kind === "udp" || value.kind === "udplite" || value.kind === "tcp") {
    // Some ports wake dissectors that cannot be disabled.
    const ports = { sourcePort: UDP.sourcePort, destinationPort: UDP.destinationPort };
    return [LINK, IPV4, { ...value, ...ports }, DATA];
  }
  return [LINK, IPV4, value];
}

function isPlainDns(value: Dns): boolean {
  const { answers = [], authorities = [], additionals = [] } = value;
  return (value.opcode ?? 0) === 0 &&
    [...answers, ...authorities, ...additionals].every((record) =>
      typeof record.type === "string" && (record.type !== "OPT" || record.options.length === 0)
    );
}

const values: fc.Arbitrary<LayerValue>[] = [icmpv4, icmpv6, igmp, tcp, udp, udpLite];

/** Chunks of types that nobody knows. */
const plainSctp = sctp.map((value) => ({
  ...value,
  chunks: value.chunks.map((chunk) => ({ ...chunk, type: 100 + (chunk.type & 15) })),
}));

function stacks(): Stack[] {
  const sample = { numRuns: COUNT, seed: 5 };
  return [
    ...values.flatMap((one) => fc.sample(one.filter(isPlain), sample)),
    ...fc.sample(plainSctp, sample),
  ].map(withQuote).concat(
    fc.sample(dns.filter(isPlainDns), sample).map((value) => [
      LINK,
      IPV4,
      { ...UDP, destinationPort: 53 },
      encodeDns(value),
    ]),
  );
}

testWith(
  { tools: ["tshark"] },
  "tshark finds every checksum good and nothing malformed in messages of every kind",
  async () => {
    const frames = stacks();
    const folder = await Deno.makeTempDir();
    try {
      const packets = frames.map((layers, index) => {
        const data = encode(...layers);
        return {
          data,
          timestampNanos: BigInt(index),
          originalLength: data.length,
          linkType: 1,
        };
      });
      await Deno.writeFile(`${folder}/all.pcap`, encodePcap(packets));
      const { success, stdout, stderr } = await new Deno.Command("tshark", {
        args: [
          ...["-r", `${folder}/all.pcap`],
          // Random ports must not wake other dissectors.
          ...["--disable-protocol", "ALL"],
          ...PROTOCOLS.flatMap((protocol) => ["--enable-protocol", protocol]),
          ...PREFERENCES.flatMap((preference) => ["-o", preference]),
          ...["-T", "fields", "-E", "separator=;", "-e", "_ws.malformed"],
          ...CHECKSUMS.flatMap((field) => ["-e", field]),
        ],
      }).output();
      assert(success, new TextDecoder().decode(stderr));
      const lines = new TextDecoder().decode(stdout).trimEnd().split("\n");
      assertEquals(lines.length, frames.length);
      const good = new Map<string, number>();
      lines.forEach((line, index) => {
        const [malformed, ...status] = line.split(";");
        const said = JSON.stringify(frames[index][2]);
        assertEquals(malformed, "", said);
        status.forEach((list, at) => {
          // The first is the message's own; those of the packet that it quotes follow.
          const [own] = list.split(",");
          assert(own !== "0", `${CHECKSUMS[at]} of ${said}`);
          if (own === "1") good.set(CHECKSUMS[at], (good.get(CHECKSUMS[at]) ?? 0) + 1);
        });
      });
      for (const field of CHECKSUMS) assert((good.get(field) ?? 0) > 10, field);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);
