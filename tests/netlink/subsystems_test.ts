/** Sockets, generic families and namespace ids, by ss and the others. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { netlink, unix } from "../../mod.ts";
import { testWith } from "../_tools.ts";
import { Netns, Program } from "./_netns.ts";

const NEEDS = { root: true, netns: true };

/** The states of `ss`. */
const STATES: Readonly<Record<string, string>> = {
  "ESTAB": "established",
  "SYN-SENT": "syn-sent",
  "SYN-RECV": "syn-recv",
  "FIN-WAIT-1": "fin-wait-1",
  "FIN-WAIT-2": "fin-wait-2",
  "TIME-WAIT": "time-wait",
  "UNCONN": "unconnected",
  "CLOSE-WAIT": "close-wait",
  "LAST-ACK": "last-ack",
  "LISTEN": "listen",
};

function place(address: netlink.SocketEntry["local"] | undefined): string {
  if (address?.family === "inet") return `${address.hostname}:${address.port || "*"}`;
  if (address?.family === "inet6") return `[${address.hostname}]:${address.port || "*"}`;
  return "";
}

/** Connections in several states. */
const CLIENTS = `
import socket, time
keep = []
for i in range(20):
    family = socket.AF_INET if i % 2 == 0 else socket.AF_INET6
    s = socket.socket(family)
    s.connect(("127.0.0.1" if i % 2 == 0 else "::1", 4000 + i // 10))
    if i > 0: s.send(b"x" * i)
    if i % 5 == 4: s.shutdown(socket.SHUT_WR)
    keep.append(s)
# TCP_INFO begins with the state: no FIN is on its way any more (FIN_WAIT1 is 4).
while any(s.getsockopt(socket.IPPROTO_TCP, 11, 1)[0] == 4 for s in keep): pass
print("ready", flush=True)
time.sleep(100)
`;

testWith(
  { ...NEEDS, tools: ["ss"] },
  "TCP sockets are what ss prints, field by field",
  async () => {
    await using netns = await Netns.make();
    const sockets: (Deno.Conn | Deno.Listener)[] = [];
    {
      using _ = netns.enter();
      for (const hostname of ["127.0.0.1", "::1"]) {
        sockets.push(Deno.listen({ hostname, port: 4000 }), Deno.listen({ hostname, port: 4001 }));
      }
    }
    try {
      // Deno connects on another thread, which is elsewhere.
      await using clients = new Program(netns, "python3", "-c", CLIENTS);
      await clients.wrote(/ready/);
      let text: string;
      // The kernel takes its time to acknowledge an end.
      do text = await netns.run("ss", "-Htnae"); while (text.includes("FIN-WAIT-1"));
      const theirs = text.trim().split("\n").map((line) => {
        const [state, recvQ, sendQ, local, remote] = line.trim().split(/\s+/);
        const inode = /\bino:(\d+)/.exec(line)?.[1] ?? "0";
        const uid = /\buid:(\d+)/.exec(line)?.[1] ?? "0";
        const cookie = BigInt(`0x${/\bsk:([0-9a-f]+)/.exec(line)?.[1] ?? "0"}`);
        return [STATES[state], +recvQ, +sendQ, local, remote, +inode, +uid, cookie];
      });
      const entries = await netlink.sockets({ netns: netns.name, kinds: ["tcp"] }).toArray();
      const ours = entries.map((entry) => [
        entry.state,
        entry.recv_q,
        entry.send_q,
        place(entry.local),
        place(entry.remote),
        entry.inode,
        entry.uid,
        entry.cookie,
      ]);
      const order = (rows: unknown[][]) => rows.map(String).toSorted();
      assert(ours.length >= 44);
      assertEquals(order(ours), order(theirs));
    } finally {
      for (const socket of sockets) socket.close();
    }
  },
);

testWith(
  { tools: ["ss"] },
  "filters in the kernel leave what the same filter of ss leaves",
  async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    using client = await Deno.connect({ hostname: "127.0.0.1", port });
    using _server = await listener.accept();
    const clientPort = (client.localAddr as Deno.NetAddr).port;
    const cases: [netlink.SocketsOptions, string][] = [
      [{ localPort: port }, `sport = :${port}`],
      [{ remotePort: port }, `dport = :${port}`],
      [{ port }, `( sport = :${port} or dport = :${port} )`],
      [
        { port, local: "127.0.0.0/8" },
        `( sport = :${port} or dport = :${port} ) and src 127.0.0.0/8`,
      ],
      [
        { port, remote: "10.0.0.0/8" },
        `( sport = :${port} or dport = :${port} ) and dst 10.0.0.0/8`,
      ],
      [{ localPort: port, remotePort: clientPort }, `sport = :${port} and dport = :${clientPort}`],
      [
        { port, local: "127.0.0.1", remote: "127.0.0.0/9" },
        `( sport = :${port} or dport = :${port} ) and src 127.0.0.1 and dst 127.0.0.0/9`,
      ],
    ];
    const counts: number[] = [];
    for (const [options, filter] of cases) {
      const found = await netlink.sockets({ kinds: ["tcp"], family: "inet", ...options }).toArray();
      const { stdout } = await new Deno.Command("ss", { args: ["-Htna4", filter] }).output();
      const lines = new TextDecoder().decode(stdout).split("\n").filter((line) => line !== "");
      assertEquals(
        found.map(({ local, remote }) => `${place(local)} ${place(remote)}`).toSorted(),
        lines.map((line) => line.trim().split(/\s+/).slice(3, 5).join(" ")).toSorted(),
        filter,
      );
      counts.push(found.length);
    }
    assertEquals(counts, [2, 1, 3, 3, 0, 1, 2]);
  },
);

testWith({}, "a connection's TCP_INFO and memory are told where they are asked for", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  using client = await Deno.connect({ hostname: "127.0.0.1", port });
  using _server = await listener.accept();
  await client.write(new Uint8Array(1000));
  const options = { kinds: ["tcp"] as const, remotePort: port };
  const [entry] = await netlink.sockets({ ...options, info: true, memory: true }).toArray();
  assertEquals(entry.tcpInfo?.sentBytes, 1000);
  assertEquals(entry.tcpInfo?.state, "established");
  assert(entry.memory!.sndbuf > 0 && entry.congestion!.length > 0);
  const [bare] = await netlink.sockets(options).toArray();
  assertEquals([bare.tcpInfo, bare.memory, bare.congestion], [undefined, undefined, undefined]);
  assertEquals(bare.cookie, entry.cookie);
});

testWith({ tools: ["ss"] }, "Unix sockets are told with names, peers and types", async () => {
  const path = `/tmp/bsock-netlink-${Deno.pid}`;
  using listener = await unix.listen({ path });
  using _client = await unix.connect({ path });
  using _server = await listener.accept();
  const entries = await netlink.sockets({ kinds: ["unix"] }).toArray();
  const named = entries.filter(({ local }) => local.family === "unix" && local.path === path);
  const ours = named.find(({ state }) => state === "listen")!;
  assertEquals([ours.state, ours.type], ["listen", "stream"]);
  const { stdout } = await new Deno.Command("ss", { args: ["-Hxla", `src ${path}`] }).output();
  assert(new TextDecoder().decode(stdout).includes(`${path} ${ours.inode}`));
  // Others come and go while they are told: a pair of our own.
  const accepted = named.find(({ state }) => state === "established")!;
  const peer = entries.find(({ inode }) => inode === accepted.peerInode)!;
  assertEquals([peer.state, peer.peerInode], ["established", accepted.inode]);
});

testWith(
  { tools: ["ss"] },
  "netlink sockets are told with their ports, ours among them",
  async () => {
    using endpoint = netlink.open({ groups: ["link", "nexthop"] });
    const entries = await netlink.sockets({ kinds: ["netlink"] }).toArray();
    const { portId } = endpoint.localAddr;
    const ours = entries.find(({ local, protocol }) =>
      local.family === "netlink" && local.portId === portId && protocol === 0
    );
    assertEquals(ours?.groups, [1, 32]);
  },
);

testWith({ tools: ["genl"] }, "generic families are what genl ctrl list prints", async () => {
  const { stdout } = await new Deno.Command("genl", { args: ["ctrl", "list"] }).output();
  const text = new TextDecoder().decode(stdout);
  const theirs = [
    ...text.matchAll(/^Name: (\S+)\s+ID: (\S+)\s+Version: (\S+)\s+header size: (\d+)/gm),
  ]
    .map(([, name, id, version, hdrsize]) => [name, +id, +version, +hdrsize]);
  const ours = await netlink.genericFamilies().toArray();
  assert(theirs.length > 1);
  assertEquals(ours.map(({ name, id, version, hdrsize }) => [name, id, version, hdrsize]), theirs);
  const one = await netlink.genericFamily("nlctrl");
  assertEquals(one, ours.find(({ name }) => name === "nlctrl"));
  const error = await assertRejects(() => netlink.genericFamily("no-such-family"));
  assertEquals((error as netlink.NetlinkError).code, "ENOENT");
});

testWith({ tools: ["genl"] }, "policies of generic families are what genl prints", async () => {
  for (const name of ["nlctrl", "ethtool"]) {
    const { stdout } = await new Deno.Command("genl", {
      args: ["ctrl", "policy", "name", name],
    }).output();
    const text = new TextDecoder().decode(stdout);
    const { ops, policies } = await netlink.genericPolicy(name);
    const opLines = [...text.matchAll(/op (\d+) policies:(?: do=(\d+))?(?: dump=(\d+))?/g)];
    assertEquals(
      ops.map(({ id, do: one, dump }) => [id, one, dump]),
      opLines.map(([, ...numbers]) =>
        numbers.map((text) => text === undefined ? text : Number(text))
      ),
    );
    const rows = [...text.matchAll(/policy\[(\d+)\]:attr\[(\d+)\]: type=(\w+)(.*)/g)];
    assert(rows.length > 3);
    const ours = policies.flatMap((attributes, index) =>
      attributes.map(({ attribute, type, min, max, maxLengthBytes, policy, maxType }) => {
        const range = min === undefined ? "" : ` range:[${min},${max}]`;
        const length = maxLengthBytes === undefined ? "" : ` max len:${maxLengthBytes}`;
        const nested = policy === undefined ? "" : ` policy:${policy}`;
        const most = maxType === undefined ? "" : ` maxattr:${maxType}`;
        return [index, attribute, type, range + length + nested + most].join(" ");
      })
    );
    // Masks and least lengths stand among the rest: what both tell in one way is compared.
    const theirs = rows.map(([, index, attribute, type, rest]) =>
      [index, attribute, type, rest.replaceAll(/ (mask|min len):\S+/g, "").trimEnd()].join(" ")
    );
    assertEquals(ours.length, theirs.length);
    // What is newer than genl it calls unknown.
    const known = (_: string, i: number) => rows[i][3] !== "unknown";
    const trimmed = (all: string[]) => all.filter(known).map((row) => row.trimEnd());
    assertEquals(trimmed(ours), trimmed(theirs));
  }
  const error = await assertRejects(() => netlink.genericPolicy("no-such-family"));
  assertEquals((error as netlink.NetlinkError).code, "ENOENT");
});

testWith({ ...NEEDS, tools: ["ip"] }, "ids of namespaces are ip's; events tell them", async () => {
  await using a = await Netns.make();
  await using b = await Netns.make();
  await netlink.change(
    { do: "add link", ifname: "x0", kind: "veth", peer: { ifname: "x1", netns: b.name } },
    { netns: a.name },
  );
  const theirs = JSON.parse(await a.ip("-j netns list-id") || "[]");
  const ours = await netlink.netnsIds({ netns: a.name }).toArray();
  assertEquals(ours, theirs.map(({ nsid }: { nsid: number }) => nsid));
  assertEquals(ours.length, 1);
  using endpoint = netlink.open({ netns: a.name, groups: ["link"], allNamespaces: true });
  await b.ip("link set x1 mtu 1234");
  const seen: (number | undefined)[] = [];
  while (!seen.includes(ours[0])) seen.push((await endpoint.recv()).namespaceId);
});

testWith({ ...NEEDS, tools: ["ip"] }, "uevents tell of links that come and go", async () => {
  await using netns = await Netns.make();
  const events = netlink.uevents({ netns: netns.name });
  const first = events.next();
  await netns.ip("link add u0 type veth peer name u1");
  await netns.ip("link delete u0");
  const seen: string[] = [];
  for (let next = await first;; next = await events.next()) {
    const { action, devpath, subsystem, values } = next.value as netlink.Uevent;
    assertEquals([values.ACTION, values.DEVPATH], [action, devpath]);
    if (subsystem === "net" && /^u[01]$/.test(values.INTERFACE)) {
      assertEquals(devpath, `/devices/virtual/net/${values.INTERFACE}`);
      seen.push(`${action} ${values.INTERFACE}`);
    }
    if (seen.length === 4) break;
  }
  assertEquals(seen.toSorted(), ["add u0", "add u1", "remove u0", "remove u1"]);
  await events.return();
});
