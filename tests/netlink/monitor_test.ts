/** The monitor and live tables: nothing missed, nothing twice, and right again after an overrun. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { netlink } from "../../mod.ts";
import { testWith } from "../_tools.ts";
import { plain } from "./_ip.ts";
import { Netns, Program } from "./_netns.ts";

const NEEDS = { root: true, netns: true, tools: ["ip"] };

/** What tells entries of a table apart, and what of them moves by itself. */
const MOVING = [
  "used",
  "confirmed",
  "updated",
  "probes",
  "refcnt",
  "valid_life_time",
  "preferred_life_time",
  "expires",
  "gc_timer",
  "hello_timer",
  "unknown",
];

/** The kernel makes neighbours of multicast addresses, and tells nobody. */
function isTold(entry: unknown): boolean {
  return !(entry as { state?: string[] }).state?.includes("NOARP");
}

function ordered(entries: Iterable<unknown>): string[] {
  return [...entries].filter(isTold).map((entry) => {
    const sorted = (value: unknown): unknown =>
      value !== null && typeof value === "object" && !Array.isArray(value)
        ? Object.fromEntries(
          Object.entries(value).toSorted(([a], [b]) => a < b ? -1 : 1).map((
            [k, v],
          ) => [k, sorted(v)]),
        )
        : Array.isArray(value)
        ? value.map(sorted)
        : value;
    return JSON.stringify(sorted(plain(entry, MOVING)));
  }).toSorted();
}

/** The descriptors that a monitor holds: programs that the tests start have others for a while. */
function sockets(): string[] {
  return [...Deno.readDirSync("/proc/self/fd")].map(({ name }) => {
    try {
      return Deno.readLinkSync(`/proc/self/fd/${name}`);
    } catch {
      return "";
    }
  }).filter((target) => /^socket:|netns/.test(target)).toSorted();
}

/** A copy of the tables kept by what a monitor tells, with every rule of the telling checked. */
class Copy {
  readonly tables: Map<string, Set<string>> = new Map();
  counts: Record<string, number> = {};

  take(event: netlink.MonitorEvent): void {
    if (event.table === undefined) return;
    const { table, change, value } = event;
    this.counts[change] = (this.counts[change] ?? 0) + 1;
    const entries = this.tables.get(table) ?? new Set();
    this.tables.set(table, entries);
    if (!isTold(value)) return;
    const [text] = ordered([value]);
    if (change === "add") {
      assert(!entries.has(text), `added twice: ${text}`);
      entries.add(text);
    } else if (change === "remove") {
      assert(entries.delete(text), `removed without having been there: ${text}`);
    } else {
      const [before] = ordered([event.previous]);
      assert(before !== text, `changed to what it was: ${text}`);
      assert(entries.delete(before), `changed without having been there: ${before}`);
      entries.add(text);
    }
  }

  of(table: string): string[] {
    return [...this.tables.get(table) ?? []].toSorted();
  }
}

/** Reads on until the tables are what the kernel has, and then some event that marks the end. */
async function until(
  events: AsyncGenerator<netlink.MonitorEvent, void, void>,
  copy: Copy,
  done: (event: netlink.MonitorEvent) => boolean,
): Promise<number> {
  let overruns = 0;
  for (;;) {
    const { value, done: ended } = await events.next();
    assert(!ended);
    if (value.change === "overrun") overruns++;
    copy.take(value);
    if (done(value)) return overruns;
  }
}

const GROUPS = [
  "links",
  "addresses",
  "routes",
  "neighbors",
  "rules",
  "nexthops",
  "qdiscs",
] as const;

async function assertEqualTables(copy: Copy, netns: string): Promise<void> {
  for (const group of GROUPS) {
    const fresh: unknown[] = await netlink[group]({ netns }).toArray();
    assertEquals(copy.of(group), ordered(fresh), group);
  }
}

async function equalTables(copy: Copy, netns: string): Promise<boolean> {
  for (const group of GROUPS) {
    const fresh: unknown[] = await netlink[group]({ netns }).toArray();
    if (copy.of(group).join("\n") !== ordered(fresh).join("\n")) return false;
  }
  return true;
}

/** Reads on until the copy is what the kernel has: links tell of their carriers when they like. */
async function settle(
  events: AsyncGenerator<netlink.MonitorEvent, void, void>,
  copy: Copy,
  netns: string,
): Promise<void> {
  for (let i = 0; i < 200 && !(await equalTables(copy, netns)); i++) {
    // The kernel gathers what it says about carriers for a second.
    if (i > 10) await new Promise((resolve) => setTimeout(resolve, 50));
    const priority = 20_000 + marks++;
    await netlink.change({ do: "add rule", priority, table: 99 }, { netns });
    await until(events, copy, isMark(priority));
  }
  await assertEqualTables(copy, netns);
}
let marks = 0;

function synced({ change }: netlink.MonitorEvent): boolean {
  return change === "synced";
}

/** A rule that comes and goes says that all before it was told. */
function isMark(priority: number) {
  return (event: netlink.MonitorEvent) =>
    event.table === "rules" && event.change === "add" && event.value.priority === priority;
}

testWith(
  NEEDS,
  "ten thousand changes are told once each, as ip monitor tells them",
  async () => {
    await using netns = await Netns.make();
    const options = { netns: netns.name };
    await netlink.changeAll([
      { do: "add link", ifname: "v0", kind: "veth", peer: { ifname: "v1" } },
      { do: "set link", ifname: "v0", up: true },
      { do: "set link", ifname: "v1", up: true },
      { do: "add address", dev: "v0", local: "10.0.0.1/8" },
    ], options);
    const events = netlink.monitor({ netns: netns.name, groups: GROUPS });
    const copy = new Copy();
    await until(events, copy, synced);
    await settle(events, copy, netns.name);
    await using judge = new Program(netns, "ip", "-rcvbuf", "67108864", "monitor", "route");
    // It listens once it tells of one of these.
    let listens = false;
    const heard = judge.wrote(/172\.16\./).then(() => listens = true);
    while (!listens) {
      // A route that is there already is not told again.
      await netns.ip("route add 172.16.0.0/24 dev v0");
      await netns.ip("route del 172.16.0.0/24 dev v0");
    }
    await heard;
    const changes: netlink.Change[] = [];
    for (let i = 0; i < 5000; i++) {
      const dst = `11.${i >> 8}.${i & 255}.0/24`;
      changes.push({ do: "add route", dst, dev: "v0", metric: 7 });
      if (i % 2 === 1) changes.push({ do: "delete route", dst, metric: 7 });
      if (i % 4 === 2) {
        changes.push({ do: "replace route", dst, gateway: "10.0.0.9", metric: 7, protocol: "bgp" });
      }
      if (i % 10 === 0) {
        changes.push({
          do: "add neighbor",
          dst: `10.1.${i >> 8}.${i & 255}`,
          dev: "v0",
          lladdr: MAC,
        });
        changes.push({ do: "add address", dev: "v1", local: `12.${i >> 8}.${i & 255}.1/24` });
      }
    }
    changes.push({ do: "add route", dst: "172.31.0.0/24", dev: "v0" });
    changes.push({ do: "add rule", priority: 4711, table: 99 });
    const ours: string[] = [];
    const [failures] = await Promise.all([
      netlink.changeAll(changes, options),
      until(events, copy, (event) => {
        assert(event.change !== "overrun");
        if (event.table === "routes" && event.value.dst.startsWith("11.")) {
          assertEquals(event.source, "event");
          ours.push(
            `${
              event.change === "remove" ? "Deleted " : ""
            }${event.value.dst} ${event.value.gateway}`,
          );
        }
        return isMark(4711)(event);
      }),
    ]);
    assertEquals(failures, []);
    await settle(events, copy, netns.name);
    const told = await judge.wrote(/^172\.31\.0\.0/m);
    const theirs = [...told.matchAll(/^(Deleted )?(11\.\S+)(?: via (\S+))?/gm)]
      .map(([, deleted = "", dst, gateway]) => `${deleted}${dst} ${gateway}`);
    assertEquals(ours.length, 5000 + 2500 + 1250);
    assertEquals(ours, theirs);
    await events.return();
  },
);

const MAC = "02:00:00:00:00:07";

testWith(NEEDS, "after an overrun what changed is told, and the tables are right", async () => {
  await using netns = await Netns.make();
  const options = { netns: netns.name };
  await netlink.changeAll([
    { do: "add link", ifname: "v0", kind: "veth", peer: { ifname: "v1" } },
    { do: "set link", ifname: "v0", up: true },
    { do: "add address", dev: "v0", local: "10.0.0.1/8" },
    ...Array.from({ length: 500 }, (_, i): netlink.Change => ({
      do: "add route",
      dst: `13.0.${i >> 8}.${i & 255}`,
      dev: "v0",
    })),
  ], options);
  const events = netlink.monitor({ netns: netns.name, groups: GROUPS });
  const copy = new Copy();
  await until(events, copy, synced);
  // Nobody reads meanwhile: more than 8 MiB of messages.
  const changes: netlink.Change[] = Array.from({ length: 30_000 }, (_, i) => ({
    do: "add route",
    dst: `14.${i >> 16}.${i >> 8 & 255}.${i & 255}`,
    dev: "v0",
  }));
  for (let i = 0; i < 500; i++) {
    changes.push({ do: "delete route", dst: `13.0.${i >> 8}.${i & 255}` });
  }
  assertEquals(await netlink.changeAll(changes, options), []);
  let overruns = await until(events, copy, synced);
  while (overruns === 0) overruns += await until(events, copy, synced);
  await settle(events, copy, netns.name);
  // And it goes on.
  await netlink.change({ do: "add rule", priority: 4712, table: 99 }, options);
  await until(events, copy, isMark(4712));
  await settle(events, copy, netns.name);
  await events.return();
});

testWith(NEEDS, "what the kernel changes without a message is found", async () => {
  await using netns = await Netns.make();
  const options = { netns: netns.name };
  await netlink.changeAll([
    { do: "add link", ifname: "v0", kind: "veth", peer: { ifname: "v1" } },
    { do: "add link", ifname: "mv", kind: "macvlan", link: "v0", info_data: { mode: "bridge" } },
    { do: "set link", ifname: "v0", up: true },
    { do: "set link", ifname: "v1", up: true },
    { do: "add address", dev: "v0", local: "10.0.0.1/8" },
    { do: "add address", dev: "v1", local: "11.0.0.1/8" },
    { do: "add nexthop", id: 5, gateway: "10.0.0.3", dev: "v0" },
    { do: "add route", dst: "12.0.0.0/8", gateway: "10.0.0.2" },
    { do: "add route", dst: "13.0.0.0/8", nhid: 5 },
  ], options);
  const events = netlink.monitor({ netns: netns.name, groups: GROUPS });
  const copy = new Copy();
  await until(events, copy, synced);
  const steps: netlink.Change[] = [
    { do: "set link", ifname: "v0", newName: "w0", up: false },
    { do: "delete nexthop", id: 5 },
    { do: "delete address", dev: "v1", local: "11.0.0.1/8" },
    { do: "delete link", ifname: "v1" },
  ];
  for (const [i, step] of steps.entries()) {
    await netlink.changeAll([step], options);
    const priority = 5000 + i;
    await netlink.change({ do: "add rule", priority, table: 99 }, options);
    await until(events, copy, isMark(priority));
    await settle(events, copy, netns.name);
  }
  await settle(events, copy, netns.name);
  await events.return();
});

testWith(NEEDS, "a live table follows the kernel", async () => {
  const before = sockets();
  {
    await using netns = await Netns.make();
    const options = { netns: netns.name };
    using links = await netlink.table("links", options);
    assertEquals([...links.values()].map(({ ifname }) => ifname), ["lo"]);
    const found = links.find(({ ifname, flags }) => ifname === "late" && flags.includes("UP"));
    await netns.ip("link add late type veth peer name later");
    await netns.ip("link set late up");
    assertEquals((await found).ifname, "late");
    assertEquals(links.size, 3);
    await assertRejects(
      () => links.find(({ ifname }) => ifname === "never", { timeoutMs: 1 }),
      DOMException,
    );
    const gone = Promise.withResolvers<string>();
    using _ = links.onChange(({ change, value }) => {
      if (change === "remove") gone.resolve(value.ifname);
    });
    await netns.ip("link delete late");
    assert(/^late/.test(await gone.promise));
  }
  assertEquals(sockets(), before);
});

testWith({}, "a monitor ends with its signal, and lets go of everything", async () => {
  const before = sockets();
  const controller = new AbortController();
  const reason = new Error("enough");
  await assertRejects(
    async () => {
      for await (const event of netlink.monitor({ signal: controller.signal })) {
        if (event.change === "synced") queueMicrotask(() => controller.abort(reason));
      }
    },
    Error,
    "enough",
  );
  assertEquals(sockets(), before);
});
