/**
 * The policy "linux" against the kernel: random trains of fragments, well-formed and not.
 */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { decodePacket, encode, Reassembler } from "../../wire/mod.ts";
import { PYTHON, testWith } from "../_tools.ts";
import { toHex } from "./_scapy.ts";
import { IPV4, IPV6 } from "./_headers.ts";

const COUNT = 1500;

interface Fragment {
  /** In units of eight bytes. */
  offset: number;
  length: number;
  more: boolean;
  fill: number;
  ecn: number;
  dontFragment: boolean;
}

/** A fragment of a packet of 64 bytes that fits to others, or one that does not. */
const fragment: fc.Arbitrary<Fragment> = fc.record({
  offset: fc.nat(8),
  length: fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 1, max: 4 }).map((words) => words * 8) },
    { weight: 1, arbitrary: fc.nat(33) },
  ),
  more: fc.boolean(),
  fill: fc.integer({ min: 1, max: 255 }),
  ecn: fc.oneof({ weight: 12, arbitrary: fc.constant(2) }, { weight: 1, arbitrary: fc.nat(3) }),
  dontFragment: fc.boolean(),
});

/** The pieces of a whole packet, in any order, among some that do not belong to it. */
const train: fc.Arbitrary<Fragment[]> = fc.oneof(
  fc.array(fragment, { minLength: 2, maxLength: 9 }),
  fc.tuple(fc.subarray([1, 2, 3, 4, 5, 6, 7]), fc.array(fragment, { maxLength: 2 }), fc.nat(7))
    .chain(([cuts, others, tail]) => {
      const edges = [0, ...cuts, 8];
      const pieces = edges.slice(0, -1).map((offset, index): Fragment => ({
        offset,
        length: (edges[index + 1] - offset) * 8 - (index === edges.length - 2 ? tail : 0),
        more: index < edges.length - 2,
        fill: 100 + index,
        ecn: 2,
        dontFragment: index === 0,
      }));
      const all = [...pieces, ...others];
      return fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length });
    }),
);

function packetOf(family: 4 | 6, identification: number, protocol: number, one: Fragment) {
  const data = new Uint8Array(one.length).fill(one.fill);
  const fields = { fragmentOffset: one.offset * 8, moreFragments: one.more, identification };
  return family === 4
    ? encode({ ...IPV4, ...fields, protocol, tos: one.ecn, dontFragment: one.dontFragment }, data)
    : encode(
      { ...IPV6, trafficClass: one.ecn },
      { kind: "fragment", ...fields, nextHeader: protocol },
      data,
    );
}

/** What the kernel delivers of each train. */
async function kernel(trains: Uint8Array[][], maxDistance: number): Promise<string[][]> {
  const process = new Deno.Command("unshare", {
    args: ["-n", PYTHON, new URL("_tun.py", import.meta.url).pathname, `${maxDistance}`],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const lines = trains.map((packets) => JSON.stringify(packets.map(toHex)) + "\n").join("");
  const feed = new Response(lines).body!.pipeTo(process.stdin)
    .catch(() => {}); // one that has ended tells why
  const [{ success, stdout, stderr }] = await Promise.all([process.output(), feed]);
  assert(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trimEnd().split("\n").map((line) => JSON.parse(line));
}

/** What raw sockets show of a packet: of IPv6 only what follows the header. */
function shown(packet: Uint8Array): string {
  return toHex(packet[0] >>> 4 === 4 ? packet : decodePacket(packet).layers[0].payload);
}

const needs = {
  netns: true,
  tools: ["unshare", "ip"],
  other: () => {
    try {
      Deno.openSync("/dev/net/tun", { read: true, write: true }).close();
      return undefined;
    } catch {
      return "no TUN device";
    }
  },
};

for (const family of [4, 6] as const) {
  testWith(
    needs,
    `IPv${family}: ${COUNT} trains of fragments become what the kernel makes`,
    async () => {
      const plans = fc.sample(fc.tuple(train, fc.constantFrom(253, 17, 6)), {
        numRuns: COUNT,
        seed: family,
      });
      // A fragment that is a whole packet by itself would not be told from one that was put together.
      const trains = plans.map(([fragments, protocol], index) =>
        fragments.filter(({ offset, more }) => offset > 0 || more)
          .map((one) => packetOf(family, index + 1, protocol, one))
      ).filter((packets) => packets.length > 0);
      const told = await kernel(trains, 0);
      assertEquals(told.length, trains.length);
      const wrong: string[] = [];
      let whole = 0;
      trains.forEach((packets, index) => {
        const reassembler = new Reassembler();
        const ours = packets.map((packet) => reassembler.add(packet, 0))
          .filter((packet) => packet !== undefined).map(shown);
        whole += ours.length;
        if (JSON.stringify(ours.toSorted()) === JSON.stringify(told[index].toSorted())) return;
        wrong.push(`${packets.map(toHex).join(" ")}: ours ${ours}, the kernel's ${told[index]}`);
      });
      assertEquals(wrong.slice(0, 5), [], `${wrong.length} of ${trains.length}`);
      assert(whole > 200 && whole < COUNT, `${whole} packets`);
    },
  );
}

/** Two fragments of each of `packets` packets from two senders, mixed so that few or many are between. */
const mixed: fc.Arbitrary<{ packet: number; second: boolean }[]> = fc.tuple(
  fc.integer({ min: 30, max: 120 }),
  fc.integer({ min: 1, max: 130 }),
  fc.infiniteStream(fc.nat(1000)),
).map(([packets, spread, keys]) => {
  const all = Array.from({ length: 2 * packets }, (_, i) => ({
    packet: i >> 1,
    second: (i & 1) === 1,
    at: i + keys.next().value % spread,
  }));
  return all.sort((a, b) => a.at - b.at);
});

const DISTANCES = [1, 8, 64];

for (const maxDistance of DISTANCES) {
  testWith(
    needs,
    `a packet begins anew after more than ${maxDistance} fragments of its sender, as the kernel has it`,
    async () => {
      const plans = fc.sample(mixed, { numRuns: 40, seed: maxDistance });
      let number = 0;
      const trains = plans.map((plan) => {
        const first = number;
        number += 200;
        return plan.map(({ packet, second }) => {
          const identification = first + packet;
          const source = packet % 5 === 0 ? "192.0.2.3" : IPV4.source;
          return encode({
            ...{ ...IPV4, source, identification, protocol: 253 },
            ...{ fragmentOffset: second ? 8 : 0, moreFragments: !second },
          }, new Uint8Array(8).fill(packet));
        });
      });
      const told = await kernel(trains, maxDistance);
      let [whole, distant] = [0, 0];
      trains.forEach((packets, index) => {
        const reassembler = new Reassembler({ maxDistance });
        const ours = packets.map((packet) => reassembler.add(packet, 0))
          .filter((packet) => packet !== undefined).map(shown);
        whole += ours.length;
        distant += reassembler.drops.distant;
        assertEquals(ours.toSorted(), told[index].toSorted());
      });
      assert(whole > 100 && distant > 10, `${whole} packets, ${distant} begun anew`);
    },
  );
}
