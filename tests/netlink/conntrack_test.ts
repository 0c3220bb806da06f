/** Tracked connections, by conntrack. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { netlink } from "../../mod.ts";
import { testWith } from "../_tools.ts";
import { Netns, Program } from "./_netns.ts";

const NEEDS = { root: true, netns: true, tools: ["nft", "conntrack"] };

/** Has the kernel track what is sent. */
async function track(netns: Netns): Promise<void> {
  for (
    const line of [
      "add table inet t",
      "add chain inet t c { type filter hook output priority 0 ; }",
      "add rule inet t c ct state new counter accept",
    ]
  ) await netns.run("nft", line);
}

/** Sends a datagram to each port. */
async function send(netns: Netns, ...ports: number[]): Promise<void> {
  await netns.run(
    "python3",
    "-c",
    `
import socket
for port in ${JSON.stringify(ports)}:
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        socket.socket(family, socket.SOCK_DGRAM).sendto(b"x", (host, port))
`,
  );
}

testWith(
  NEEDS,
  "tracked connections are what conntrack -L prints",
  async () => {
    await using netns = await Netns.make();
    await track(netns);
    await netns.run(
      "python3",
      "-c",
      `
import socket
for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
    l = socket.socket(family); l.bind((host, 5000)); l.listen()
    c = socket.socket(family); c.connect((host, 5000)); c.send(b"x")
    u = socket.socket(family, socket.SOCK_DGRAM); u.sendto(b"x", (host, 5001))
`,
    );
    const ours = await netlink.conntrack({ netns: netns.name }).toArray();
    // Without a family some versions list IPv4 alone.
    const text = await netns.run("conntrack", "-L", "-f", "ipv4") +
      await netns.run("conntrack", "-L", "-f", "ipv6");
    const theirs = text.split("\n").filter((line) => /^(tcp|udp)/.test(line)).map((line) => {
      const value = (name: string) => [...line.matchAll(new RegExp(`\\b${name}=(\\S+)`, "g"))];
      const [protocol, , , state] = line.split(/\s+/);
      return [
        protocol,
        protocol === "tcp" ? state : undefined,
        ...["src", "dst", "sport", "dport"].flatMap((name) => value(name).map(([, v]) => v)),
        line.includes("[ASSURED]"),
        line.includes("[UNREPLIED]"),
      ].map(String).join(" ");
    });
    assert(ours.length >= 4);
    const mine = ours.map(({ protocol, state, original: o, reply: r, status }) =>
      [
        protocol,
        state,
        ...[o.src, r.src, o.dst, r.dst, o.sport, r.sport, o.dport, r.dport],
        status.includes("ASSURED"),
        !status.includes("SEEN_REPLY"),
      ].map(String).join(" ")
    );
    assertEquals(mine.toSorted(), theirs.toSorted());
    assertEquals(
      (await netlink.conntrack({ netns: netns.name, family: "inet6" }).toArray()).length,
      ours.filter(({ family }) => family === "inet6").length,
    );
  },
);

testWith(NEEDS, "events are those that conntrack -E prints", async () => {
  await using netns = await Netns.make();
  await track(netns);
  await using program = new Program(netns, "stdbuf", "-oL", "conntrack", "-E");
  const controller = new AbortController();
  const { signal } = controller;
  const events = netlink.conntrackEvents({ netns: netns.name, signal });
  // The socket is open once the first is asked for.
  let next = events.next();
  // It says nothing when it is ready: until it has seen one there is nothing to compare.
  let ready = false;
  const seen = program.wrote(/dport=9 /).then(() => ready = true);
  while (!ready) await send(netns, 9);
  await seen;
  await netns.run(
    "python3",
    "-c",
    `
import socket
for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
    l = socket.socket(family); l.bind((host, 5000)); l.listen()
    c = socket.socket(family); c.connect((host, 5000)); s, _ = l.accept()
    c.close(); s.close()
`,
  );
  await send(netns, 5001);
  const [entry] = (await netlink.conntrack({ netns: netns.name }).toArray())
    .filter(({ original }) => original.dport === 5001);
  await netlink.deleteConntrack(entry, { netns: netns.name });
  await send(netns, 10);
  const text = await program.wrote(/NEW.* src=::1 .*dport=10 /);

  const name = (kind: string, protocol: string, tuple: netlink.ConntrackTuple) =>
    [kind, protocol, tuple.src, tuple.dst, tuple.sport, tuple.dport].join(" ");
  const ours: string[] = [];
  for (;;) {
    const { change, entry } = (await next).value as netlink.ConntrackEvent;
    next = events.next();
    const { protocol, original, family } = entry;
    if ([5000, 5001].includes(original.dport!)) ours.push(name(change, protocol, original));
    if (original.dport === 10 && change === "new" && family === "inet6") break;
  }
  controller.abort();
  await assertRejects(() => next, DOMException);
  const theirs = text.split("\n").flatMap((line) => {
    const found = /\[(\w+)\] (\w+) .*?src=(\S+) dst=(\S+) sport=(\d+) dport=(500[01])\b/.exec(line);
    if (found === null) return [];
    const [, kind, protocol, src, dst, sport, dport] = found;
    return [name(kind.toLowerCase(), protocol, { src, dst, sport: +sport, dport: +dport })];
  });
  assert(ours.filter((one) => one.startsWith("new tcp")).length === 2);
  assert(ours.some((one) => one.startsWith("destroy udp")));
  assert(ours.some((one) => one.startsWith("update tcp")));
  assertEquals(ours.toSorted(), theirs.toSorted());
});

testWith(
  NEEDS,
  "marks and times that we set conntrack shows, and what we delete is gone",
  async () => {
    await using netns = await Netns.make();
    await track(netns);
    await send(netns, 6001, 6002);
    const options = { netns: netns.name };
    const entries = await netlink.conntrack(options).toArray();
    assertEquals(entries.length, 4);
    for (const entry of entries) {
      if (entry.original.dport !== 6001) continue;
      await netlink.setConntrack(entry, { mark: 0xabcd, timeout: 1000 }, options);
    }
    for (const family of ["ipv4", "ipv6"]) {
      const marked = await netns.run("conntrack", "-L", "-f", family, "--mark", "0xabcd");
      assertEquals([...marked.matchAll(/dport=6001 .*mark=43981/g)].length, 1, marked);
    }
    const [found] = (await netlink.conntrack(options).toArray())
      .filter(({ mark }) => mark === 0xabcd);
    assert(found.timeout! > 900);

    // Named by hand, and by an entry as it was read.
    const { family, protocol, original: { src, dst, sport, dport } } = entries[0];
    await netlink.deleteConntrack(
      { family, protocol, original: { src, dst, sport, dport } },
      options,
    );
    for (const entry of entries.slice(1, 3)) await netlink.deleteConntrack(entry, options);
    const left = await netlink.conntrack(options).toArray();
    assertEquals(left.map(({ id }) => id), [entries[3].id]);
    for (const call of [netlink.deleteConntrack, netlink.setConntrack]) {
      const error = await assertRejects(() =>
        call === netlink.deleteConntrack
          ? netlink.deleteConntrack(entries[0], options)
          : netlink.setConntrack(entries[0], { mark: 1 }, options)
      );
      assertEquals((error as { code?: string }).code, "ENOENT");
    }
  },
);

testWith({}, "connections and settings that cannot be meant are refused", async () => {
  const entry = {
    family: "inet" as const,
    protocol: "udp",
    original: { src: "127.0.0.1", dst: "127.0.0.1", sport: 1, dport: 2 },
  };
  const wrong: [unknown, unknown, string][] = [
    [{ ...entry, family: "unix" }, {}, "entry.family"],
    [{ ...entry, protocol: "magic" }, {}, '"magic"'],
    [{ ...entry, original: { ...entry.original, src: "::1" } }, {}, "no address of inet"],
    [{ ...entry, original: { ...entry.original, sport: 65536 } }, {}, "sport"],
    [{ ...entry, origin: {} }, {}, '"origin"'],
    [entry, { mark: -1 }, "settings.mark"],
    [entry, { marks: 1 }, '"marks"'],
  ];
  for (const [given, settings, text] of wrong) {
    await assertRejects(
      () => netlink.setConntrack(given as netlink.ConntrackKey, settings as { mark: number }),
      Error,
      text,
    );
  }
});
