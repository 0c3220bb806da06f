/** Sockets of datagrams, raw ones, packet, VSOCK and MPTCP, by the fields of `ss -Haemn`. */
import { assert, assertEquals } from "@std/assert";
import { netlink } from "../../mod.ts";
import { IN_GUEST, PYTHON, testWith } from "../_tools.ts";
import { Netns, Program } from "./_netns.ts";

const STATES: Readonly<Record<string, string>> = {
  ESTAB: "established",
  UNCONN: "unconnected",
  LISTEN: "listen",
};

/** What `ss` has of a socket, and what we have, in one form. */
interface Told {
  state: string;
  recv_q: number;
  send_q: number;
  local: string;
  remote: string;
  inode: number;
  cookie: bigint;
  memory: number[];
}

/** The words of `skmem:(…)`, in the order of ss(8). */
const MEMORY = [
  "rmem_alloc",
  "rcvbuf",
  "wmem_alloc",
  "sndbuf",
  "fwd_alloc",
  "wmem_queued",
] as const;
const MORE_MEMORY = ["optmem", "backlog", "drops"] as const;

function parse(text: string): Told[] {
  return text.trim().split("\n").filter((line) => line !== "").map((line) => {
    const columns = line.trim().split(/\s+/);
    if (!(columns[0] in STATES)) columns.shift();
    const [state, recv, send, local, remote] = columns;
    const memory = /skmem:\(r(\d+),rb(\d+),t(\d+),tb(\d+),f(\d+),w(\d+),o(\d+),bl(\d+),d(\d+)\)/
      .exec(line);
    return {
      state: STATES[state],
      recv_q: +recv,
      send_q: +send,
      local,
      remote,
      inode: +(/\bino:(\d+)/.exec(line)?.[1] ?? 0),
      cookie: BigInt(`0x${/\bsk:([0-9a-f]+)/.exec(line)?.[1] ?? 0}`),
      memory: memory?.slice(1).map(Number) ?? [],
    };
  });
}

/** An address as `ss` writes it. */
function place(address: netlink.SocketEntry["local"] | undefined): string {
  switch (address?.family) {
    case "inet":
      return `${address.hostname}:${address.port || "*"}`;
    case "inet6":
      return `${address.hostname === "::" ? "*" : `[${address.hostname}]`}:${address.port || "*"}`;
    case "vsock":
      return [address.cid, address.port].map((n) => n === 0xffffffff ? "*" : `${n}`).join(":");
    default:
      return "";
  }
}

function ours(entry: netlink.SocketEntry): Told {
  const { state, recv_q = 0, send_q = 0, local, remote, inode, cookie, memory } = entry;
  return {
    state,
    recv_q,
    send_q,
    local: place(local),
    remote: place(remote),
    inode,
    cookie,
    memory: memory === undefined ? [] : [...MEMORY, ...MORE_MEMORY].map((word) => memory[word]),
  };
}

const byCookie = (rows: Told[]) => rows.toSorted((a, b) => Number(a.cookie - b.cookie));

/** Compares all sockets of a kind; `forms` are what `ss` writes in its own way. */
async function compare(
  netns: Netns,
  kind: netlink.SocketKind,
  option: string,
  count: number,
): Promise<netlink.SocketEntry[]> {
  const text = await netns.run("ss", "-HaenmO", option);
  const entries = await netlink.sockets({ netns: netns.name, kinds: [kind], memory: true })
    .toArray();
  const theirs = byCookie(parse(text)).map((told) => ({
    ...told,
    // Any address of IPv6 is a star, or brackets.
    local: told.local.replace(/^\[::\]:/, "*:"),
    remote: told.remote.replace(/^\[::\]:/, "*:"),
  }));
  assertEquals(byCookie(entries.map(ours)), theirs, text);
  assertEquals(entries.length, count, text);
  return entries;
}

const SOCKETS = `
import socket, time
from socket import *
keep = []
def add(*args, bind=None, connect=None, listen=False):
    s = socket(*args); keep.append(s)
    if bind: s.bind(bind)
    if listen: s.listen(7)
    if connect: s.connect(connect)
    return s
def udp():
    a = add(AF_INET, SOCK_DGRAM, bind=("127.0.0.1", 5000))
    add(AF_INET, SOCK_DGRAM, connect=("127.0.0.1", 5000)).send(b"x" * 100)
    add(AF_INET6, SOCK_DGRAM, bind=("::1", 5001))
    add(AF_INET6, SOCK_DGRAM, connect=("::1", 5001))
    add(AF_INET6, SOCK_DGRAM, bind=("::", 5002))
def mptcp():
    l = add(AF_INET, SOCK_STREAM, 262, bind=("127.0.0.1", 6000), listen=True)
    add(AF_INET6, SOCK_STREAM, 262, bind=("::1", 6001), listen=True)
def packet():
    add(AF_PACKET, SOCK_RAW, htons(3), bind=("lo", 3))
    add(AF_PACKET, SOCK_DGRAM, htons(0x0806), bind=("lo", 0x0806))
def raw():
    add(AF_INET, SOCK_RAW, 1)
    add(AF_INET, SOCK_RAW, 47, bind=("127.0.0.1", 0), connect=("127.0.0.1", 0))
    add(AF_INET6, SOCK_RAW, 58)
def vsock():
    add(AF_VSOCK, SOCK_STREAM, bind=(1, 7000), listen=True)
    add(AF_VSOCK, SOCK_STREAM, connect=(1, 7000))
`;

async function opened(netns: Netns, what: string): Promise<Program> {
  const program = new Program(
    netns,
    PYTHON,
    "-c",
    `${SOCKETS}\n${what}()\nprint("ready", flush=True)\ntime.sleep(1000)`,
  );
  await program.wrote(/ready/);
  return program;
}

const NEEDS = { root: true, netns: true, tools: ["ss", "ip"] };

testWith(NEEDS, "UDP sockets are what ss prints, with their memory", async () => {
  await using netns = await Netns.make();
  await using _ = await opened(netns, "udp");
  const entries = await compare(netns, "udp", "-u", 5);
  const waiting = entries.find(({ local }) => "port" in local && local.port === 5000)!;
  assert(waiting.recv_q! > 100);
  const [connected] = await netlink.sockets({
    netns: netns.name,
    kinds: ["udp"],
    remotePort: 5001,
  }).toArray();
  assertEquals([connected.state, place(connected.remote)], ["established", "[::1]:5001"]);
});

testWith(NEEDS, "MPTCP sockets are what ss prints", async () => {
  await using netns = await Netns.make();
  await using _ = await opened(netns, "mptcp");
  const entries = await compare(netns, "mptcp", "-M", 2);
  assertEquals(entries.map(({ send_q }) => send_q), [7, 7]);
});

testWith(NEEDS, "packet sockets are what ss prints, by link and type", async () => {
  await using netns = await Netns.make();
  await using _ = await opened(netns, "packet");
  const text = await netns.run("ss", "-HaenmO0");
  const entries = await netlink.sockets({ netns: netns.name, kinds: ["packet"], memory: true })
    .toArray();
  const comparable = (rows: Told[]) =>
    byCookie(rows).map(({ local: _local, remote: _remote, ...rest }) => rest);
  assertEquals(comparable(entries.map(ours)), comparable(parse(text)), text);
  assertEquals(
    entries.map(({ type, protocol, ifindex }) => [type, protocol, ifindex]).toSorted(),
    [["dgram", 0x0806, 1], ["raw", 3, 1]],
  );
  assert(/p_raw .*\*:lo/.test(text) && /p_dgr .*arp:lo|p_dgr .*\[2054\]:lo/.test(text), text);
});

testWith(
  { ...NEEDS, kernel: () => IN_GUEST ? undefined : "the kernel lacks raw_diag" },
  "raw sockets are what ss prints: the protocol stands for the port",
  async () => {
    await using netns = await Netns.make();
    await using _ = await opened(netns, "raw");
    const entries = await compare(netns, "raw", "-w", 3);
    assertEquals(entries.map(({ protocol }) => protocol).toSorted(), [1, 47, 58]);
  },
);

testWith(
  { ...NEEDS, kernel: () => IN_GUEST ? undefined : "the kernel lacks vsock_diag" },
  "VSOCK sockets are what ss prints",
  async () => {
    await using netns = await Netns.make();
    await using _ = await opened(netns, "vsock");
    const stdout = await netns.run("ss", "-HaenO", "--vsock");
    const entries = await netlink.sockets({ netns: netns.name, kinds: ["vsock"] }).toArray();
    // It prints no more of them.
    const comparable = (rows: Told[]) =>
      rows.map(({ state, local }) => `${state} ${local}`).toSorted();
    assertEquals(comparable(entries.map(ours)), comparable(parse(stdout)), stdout);
    assert(entries.some(({ state, local }) => state === "listen" && place(local) === "1:7000"));
  },
);
