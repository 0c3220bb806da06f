import { assert, assertEquals, assertMatch } from "@std/assert";
import { hopLines } from "../../cli/trace_hops.ts";
import { testWith } from "../_tools.ts";
import { join, Netns } from "../raw/_netns.ts";
import { runSock, sockCommand } from "./_sock.ts";

const ROUTERS = 3;
const TARGET = `10.77.${ROUTERS}.2`;

/** A host, three routers and a host behind them, each in a namespace of its own. */
class Chain implements AsyncDisposable {
  readonly #all: Netns[];

  private constructor(all: Netns[]) {
    this.#all = all;
  }

  static async make(): Promise<Chain> {
    const all: Netns[] = [];
    const chain = new Chain(all);
    try {
      for (let i = 0; i < ROUTERS + 2; i++) all.push(await Netns.make());
      for (let i = 0; i <= ROUTERS; i++) {
        await join(all[i], `right 10.77.${i}.1/24`, all[i + 1], `left 10.77.${i}.2/24`);
      }
      for (let i = 0; i < all.length; i++) {
        // A router may send no more than a few ICMP errors a second unless told otherwise.
        all[i].sysctl({ "ipv4.ip_forward": 1, "ipv4.icmp_ratelimit": 0 });
        if (i <= ROUTERS) await all[i].ip(`route add default via 10.77.${i}.2`);
        if (i > 1) await all[i].ip(`route add 10.77.0.0/24 via 10.77.${i - 1}.1`);
      }
      return chain;
    } catch (error) {
      await chain[Symbol.asyncDispose]();
      throw error;
    }
  }

  get first(): Netns {
    return this.#all[0];
  }

  get lastRouter(): Netns {
    return this.#all[ROUTERS];
  }

  get last(): Netns {
    return this.#all[this.#all.length - 1];
  }

  /** Runs `sock` on the first host. */
  async sock(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    return await this.first.output(Deno.execPath(), ...sockCommand(args, ["-A"]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const netns of this.#all) await netns.remove();
  }
}

const needs = { netns: true, tools: ["ip"] };

testWith(
  { ...needs, tools: ["ip", "traceroute"] },
  "trace prints the hops that traceroute prints, in the same lines",
  async () => {
    await using chain = await Chain.make();
    for (
      const [ours, theirs] of [[[], []], [["--method", "icmp"], ["-I"]], [["-M", "tcp"], ["-T"]]]
    ) {
      const reference = await chain.first.output("traceroute", "-n", ...theirs, TARGET);
      const result = await chain.sock("trace", "-n", ...ours, TARGET);
      assertEquals(result.code, 0, result.stderr);
      const hops = (text: string) =>
        text.split("\n").map((line) => /^ *(\d+) +(\d+\.\d+\.\d+\.\d+) +[\d.]+ ms/.exec(line))
          .filter((match) => match !== null).map((match) => match.slice(1));
      assertEquals(hops(result.stdout), hops(reference.stdout));
      assertEquals(hops(result.stdout).length, ROUTERS + 1);
      assertMatch(result.stdout, new RegExp(`^trace to ${TARGET} \\(${TARGET}\\) by `));
      assertMatch(result.stdout, new RegExp(`\n${TARGET}: ${ROUTERS + 1} hops\nrtt min/avg/`));
    }
  },
);

testWith(needs, "trace --cycles sums up each hop in a table", async () => {
  await using chain = await Chain.make();
  const result = await chain.sock("trace", "-n", "-c", "3", "-i", "10ms", TARGET);
  assertEquals(result.code, 0, result.stderr);
  const lines = result.stdout.split("\n");
  assertMatch(lines[1], /^HOP +HOST +LOSS +SENT +LAST +MIN +AVG +P50 +P99 +MAX +MDEV$/);
  for (let hop = 1; hop <= ROUTERS + 1; hop++) {
    assertMatch(
      lines[hop + 1],
      new RegExp(`^ *${hop} +10\\.77\\.${hop - 1}\\.2 +0\\.0% +3( +\\d+\\.\\d+){7}$`),
    );
  }
});

testWith(needs, "trace --json prints each answer and a summary", async () => {
  await using chain = await Chain.make();
  const result = await chain.sock("trace", "--json", "-q", "1", TARGET);
  const events = result.stdout.trim().split("\n").map((line) => JSON.parse(line));
  const summary = events.pop();
  assertEquals([summary.event, summary.reached, summary.hops.length], [
    "summary",
    true,
    ROUTERS + 1,
  ]);
  assertEquals(summary.hops[1].addresses, ["10.77.1.2"]);
  const answers = events.filter(({ hop }) => hop <= ROUTERS + 1);
  assertEquals(answers.map(({ hop }) => hop).sort(), [1, 2, 3, 4]);
  assert(answers.every(({ rttMicros }) => rttMicros > 0));
});

testWith(
  needs,
  "trace shows silence as stars, and ends with 1 when the host is not reached",
  async () => {
    await using chain = await Chain.make();
    // The host is there, and says nothing.
    await chain.last.ip("link set left down");
    const result = await chain.sock("trace", "-n", "-w", "100ms", "-m", "6", "-q", "2", TARGET);
    assertEquals(result.code, 1, result.stderr);
    assertMatch(result.stdout, / 1 {2}10\.77\.0\.2 {2}[\d.]+ ms {2}[\d.]+ ms\n/);
    assertMatch(result.stdout, /\*|!H/);
    assertMatch(result.stdout, new RegExp(`\n${TARGET} was not reached\n$`));
  },
);

testWith(needs, "trace --mtu tells where packets get too big", async () => {
  await using chain = await Chain.make();
  await chain.last.ip("link set left mtu 1400");
  await chain.lastRouter.ip("link set right mtu 1400");
  const result = await chain.sock("trace", "-n", "--mtu", TARGET);
  assertEquals(result.code, 0, result.stderr);
  assertMatch(result.stdout, /\n 3 {2}10\.77\.2\.2 {2}.*mtu=1500\n/);
  assertMatch(
    result.stdout,
    /\n 4 {2}.*!F mtu=1400 {2}10\.77\.3\.2( {2}[\d.]+ ms mtu=1400){3}\n/,
  );
  assertMatch(result.stdout, new RegExp(`\n${TARGET}: ${ROUTERS + 1} hops, path MTU 1400\n`));
});

Deno.test("trace ends with 2 for wrong arguments and missing permissions", async () => {
  for (
    const args of [
      ["trace"],
      ["trace", "a", "b"],
      ["trace", "localhost", "--method", "gre"],
      ["trace", "localhost", "--interval", "1"],
      ["trace", "localhost", "-q", "2", "-c", "2"],
      ["trace", "localhost", "-p", "0"],
    ]
  ) {
    const { code, out } = await runSock(args);
    assertEquals([code, out], [2, ""], args.join(" "));
  }
  const { code, err } = await runSock(["trace", "127.0.0.1"], "", {
    permissions: ["--allow-net=127.0.0.1"],
  });
  assertEquals(code, 2);
  assertMatch(err, /--allow-ffi/);
});

Deno.test("hopLines() shows changes of address, marks, silence and MPLS labels", async () => {
  const answer = {
    type: "timeExceeded",
    hop: 4,
    lengthBytes: 60,
    reached: false,
    ttl: 61,
    icmpType: 11,
    icmpCode: 0,
  } as const;
  const mpls = [{ label: 24001, trafficClass: 0, bottom: true, ttl: 1 }];
  const lines = await hopLines(
    4,
    [
      { ...answer, probe: 1, address: "192.0.2.1", rttMicros: 1500 },
      { ...answer, probe: 2, address: "192.0.2.1", rttMicros: 1600, mpls },
      { type: "timeout", hop: 4, probe: 3, lengthBytes: 60, reached: false },
      {
        ...answer,
        type: "unreachable",
        probe: 4,
        address: "192.0.2.2",
        rttMicros: 12_000,
        icmpType: 3,
        icmpCode: 1,
      },
    ],
    "inet",
    (address) => Promise.resolve(`name (${address})`),
  );
  assertEquals(lines, [
    " 4  name (192.0.2.1)  1.500 ms  1.600 ms  *  name (192.0.2.2)  12.00 ms !H",
    "      <MPLS:L=24001,E=0,S=1,T=1>",
  ]);
});
