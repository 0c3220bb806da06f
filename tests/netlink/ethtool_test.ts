/** What a link's hardware can do and has counted, by ethtool. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { netlink } from "../../mod.ts";
import { ByteSource } from "../../netlink/_bytes.ts";
import { GROUPS_REPLY, groupWords } from "../../netlink/_ethtool_groups.ts";
import { testWith } from "../_tools.ts";
import { Netns, run } from "./_netns.ts";

/** Runs ethtool; `undefined` where the driver has no answer. */
type Ask = (...args: string[]) => Promise<string | undefined>;

/** Words of `-g` and `-l`, and ours. */
const RINGS = { "RX": "rx", "RX Mini": "rx_mini", "RX Jumbo": "rx_jumbo", "TX": "tx" };
const CHANNELS = { "RX": "rx", "TX": "tx", "Other": "other", "Combined": "combined" };

function compareCounts(
  text: string | undefined,
  ours: Readonly<Record<string, number>>,
  words: Readonly<Record<string, string>>,
  suffix: string,
): void {
  const expected: Record<string, number> = {};
  const [most, now] = (text ?? "").split("Current hardware settings:");
  for (const [part, end] of [[most, "_max"], [now ?? "", suffix]]) {
    for (const [word, name] of Object.entries(words)) {
      const found = new RegExp(`^${word}:\\s+(\\d+)`, "m").exec(part);
      if (found !== null) expected[`${name}${end}`] = +found[1];
    }
  }
  assertEquals(ours, expected);
}

/** Names of `-S` and their values. */
function counters(text: string | undefined): Record<string, bigint> {
  const lines = (text ?? "").matchAll(/^ {5}(.+?): (\d+)$/gm);
  return Object.fromEntries([...lines].map(([, name, value]) => [name, BigInt(value)]));
}

async function compare(dev: string, ask: Ask, options: netlink.NetlinkOptions): Promise<void> {
  const ours = await netlink.ethtool(dev, { ...options, stats: true });
  const settings = await ask(dev) ?? "";
  const said = (word: string) => new RegExp(`\t${word}: (.*)`).exec(settings)?.[1];
  const carrier = said("Link detected");
  assertEquals(ours.link, carrier === undefined ? undefined : carrier === "yes");
  if (ours.port !== undefined) assertEquals(ours.port, said("Port"));
  const speed = /^(\d+)Mb/.exec(said("Speed") ?? "")?.[1];
  assertEquals(ours.speed, speed === undefined ? undefined : +speed);
  if (ours.duplex !== undefined) assertEquals(ours.duplex, said("Duplex")!.toLowerCase());
  if (ours.autoneg !== undefined) assertEquals(ours.autoneg, said("Auto-negotiation") === "on");
  compareCounts(await ask("-g", dev), { ...ours.rings }, RINGS, "");
  compareCounts(await ask("-l", dev), { ...ours.channels }, CHANNELS, "_count");

  const theirs = counters(await ask("-S", dev));
  const after = (await netlink.ethtool(dev, { ...options, stats: true })).statistics!;
  assertEquals(Object.keys(ours.statistics!), Object.keys(theirs));
  for (const [name, value] of Object.entries(theirs)) {
    // Read before and after: what counts meanwhile is between.
    assert(ours.statistics![name] <= value && value <= after[name], name);
  }

  const groups = ["eth-phy", "eth-mac", "eth-ctrl", "rmon"] as const;
  const [told] = JSON.parse(await ask("--json", "-S", dev, "--groups", ...groups) ?? "[{}]");
  const { groups: found } = await netlink.ethtool(dev, { ...options, groups });
  assertEquals(Object.keys(found!).length, groups.length);
  for (const name of groups) {
    assertEquals(Object.keys(found![name]!), Object.keys(told[name]), `${dev} ${name}`);
  }

  const [features] = JSON.parse(await ask("--json", "-k", dev) ?? "[{}]");
  let compared = 0;
  for (
    const [name, state] of Object.entries<{ active: boolean; fixed: boolean | null }>(features)
  ) {
    // Several offloads in one word are the program's own, and so are its old names.
    if (!ours.features!.known.includes(name)) continue;
    compared++;
    assertEquals(ours.features!.active.includes(name), state.active, name);
    assertEquals(ours.features!.changeable.includes(name), !state.fixed, name);
  }
  assert(compared > 20, `${compared}`);
}

/** An attribute as the kernel writes it. */
function attribute(type: number, ...payload: number[]): number[] {
  const size = payload.length + 4;
  return [size & 0xff, size >> 8, type & 0xff, type >> 8, ...payload, ...Array(-size & 3).fill(0)];
}
const u32 = (value: number) => [...new Uint8Array(new Uint32Array([value]).buffer)];
const u64 = (value: bigint) => [...new Uint8Array(new BigUint64Array([value]).buffer)];

Deno.test("counters of a group have their standard's names, packets by size their bounds", () => {
  // Documentation/networking/ethtool-netlink.rst, "STATS_GET": numbers of <linux/ethtool_netlink.h>.
  const counter = (index: number, value: bigint) =>
    attribute(4 | 0x8000, ...attribute(index, ...u64(value)));
  const sizes = (type: number, low: number, high: number, value: bigint) =>
    attribute(
      type | 0x8000,
      ...attribute(7, ...u32(low)),
      ...attribute(8, ...u32(high)),
      ...attribute(1),
      ...attribute(9, ...u64(value)),
    );
  const bytes = Uint8Array.from(attribute(
    4 | 0x8000,
    ...attribute(2, ...u32(3)),
    ...attribute(3, ...u32(20)),
    ...counter(0, 2n ** 63n),
    ...counter(3, 7n),
    ...counter(9, 1n),
    ...sizes(5, 0, 64, 11n),
    ...sizes(5, 65, 127, 2n),
    ...sizes(6, 128, 255, 0n),
  ));
  const { group } = GROUPS_REPLY.decode(new ByteSource(bytes), 0, bytes.length);
  assertEquals(group!.names, 20);
  // RFC 2819, as the kernel has them in its set of strings.
  const names = ["etherStatsUndersizePkts", "etherStatsOversizePkts", "etherStatsFragments"];
  assertEquals(groupWords(group!, [...names, "etherStatsJabbers"]), {
    etherStatsUndersizePkts: 2n ** 63n,
    etherStatsJabbers: 7n,
    9: 1n,
    "rx-pktsNtoM": [{ low: 0, high: 64, val: 11n }, { low: 65, high: 127, val: 2n }],
    "tx-pktsNtoM": [{ low: 128, high: 255, val: 0n }],
  });
});

Deno.test("a group that there is not is refused before anything is asked", async () => {
  await assertRejects(
    () => netlink.ethtool("lo", { groups: ["rmon", "mac" as "rmon"] }),
    TypeError,
    'groups[1] mac is not "eth-phy"',
  );
});

testWith(
  { root: true, netns: true, tools: ["ip", "ethtool"] },
  "ethtool says of a veth what ethtool says, its counters included",
  async () => {
    await using netns = await Netns.make();
    await netns.ip("link add v0 numrxqueues 4 numtxqueues 3 type veth peer name v1");
    for (const dev of ["v0", "v1"]) await netns.ip(`link set ${dev} up`);
    const options = { netns: netns.name };
    const ask: Ask = async (...args) => {
      const { success, stdout } = await netns.output("ethtool", ...args);
      return success ? stdout : undefined;
    };
    for (const dev of ["v0", "v1", "lo"]) await compare(dev, ask, options);
    const { statistics, channels } = await netlink.ethtool("v0", { ...options, stats: true });
    assertEquals([channels?.rx_max, channels?.tx_max], [4, 3]);
    const peer = +(await netns.ip("-o link show v1")).split(":")[0];
    assertEquals(statistics!.peer_ifindex, BigInt(peer));
    assertEquals((await netlink.ethtool("v0", options)).statistics, undefined);
    assertEquals((await netlink.ethtool("lo", { ...options, stats: true })).statistics, {});
    const error = await assertRejects(() => netlink.ethtool("nope", options));
    assertEquals((error as netlink.NetlinkError).code, "ENODEV");
  },
);

testWith({ tools: ["ethtool"] }, "ethtool says of every link here what ethtool says", async () => {
  for (const { ifname } of await netlink.links().toArray()) {
    await compare(ifname, (...args) => run("ethtool", ...args).catch(() => undefined), {});
  }
});
