/** AF_XDP sockets beside tshark, scapy, ping and ip; and those who may not have one. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { limitMs, PYTHON, testWith } from "../_tools.ts";
import { Netns, Program } from "./_netns.ts";
import { nobody } from "./_nobody.ts";
import { frame } from "./_packets.ts";
import { pair } from "./_topology.ts";
import { openSender, openXdp, XDP_NEEDS } from "./_xdp.ts";

const limit = { timeoutMs: limitMs(10_000) };

testWith(
  { ...XDP_NEEDS, tools: ["ip", "tcpdump", "tshark"] },
  "tshark at the other end sees every frame that was sent, as it was",
  async () => {
    await using ends = await pair();
    const file = await Deno.makeTempFile({ suffix: ".pcap" });
    await using tcpdump = new Program(
      ends.there,
      "tcpdump",
      // Room in its ring is by the length of its snapshots: here for all.
      ...["-i", "v0", "-w", file, "-c", "300", "-s", "2000", "-B", "4096", "--immediate-mode"],
      ...["-Z", "root"],
      ...["ether", "proto", "0x88b5"],
    );
    await tcpdump.wrote(/listening on v0/);
    using sender = await openSender(ends.here);
    const texts = Array.from({ length: 300 }, (_, i) => `frame ${i} ${"x".repeat(i * 4)}`);
    assertEquals(await sender.sendMany(texts.map((text) => ({ data: frame(text) }))), 300);
    await tcpdump.ended();
    const fields = ["-T", "fields", "-e", "eth.src", "-e", "eth.type", "-e", "data.data"];
    const text = await ends.there.run("tshark", "-r", file, ...fields);
    await Deno.remove(file);
    const lines = text.trim().split("\n");
    const expected = texts.map((text) =>
      `02:00:00:00:00:01\t0x88b5\t${new TextEncoder().encode(text).toHex()}`
    );
    assertEquals(lines, expected);
  },
);

testWith(
  { ...XDP_NEEDS, tools: ["ip", PYTHON] },
  "frames of scapy arrive as scapy sent them, VLAN tags in them too",
  async () => {
    await using ends = await pair();
    using receiver = await openXdp(ends.there, { etherType: undefined });
    const script = `
from scapy.all import *
frames = [Ether(src="02:00:00:00:00:01", dst="ff:ff:ff:ff:ff:ff", type=0x88b5) / (b"scapy %d " % i * (1 + i)) for i in range(50)]
frames.append(Ether(src="02:00:00:00:00:01", dst="ff:ff:ff:ff:ff:ff") / Dot1Q(vlan=100) / Raw(b"tagged"))
frames.append(Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02") / IPv6(dst="2001:db8::9") / UDP(dport=9) / (b"y" * 1200))
sendp(frames, iface="v0", verbose=False)
for f in frames: print(bytes(f).hex())
`;
    const expected = (await ends.here.run(PYTHON, "-c", script)).trim().split("\n");
    const got: string[] = [];
    while (got.length < expected.length) {
      for (const { data } of await receiver.recvMany(64, limit)) {
        // What the kernels say themselves comes from other addresses.
        if (data[6] === 2 && data[11] === 1) got.push(data.toHex());
      }
    }
    assertEquals(got, expected);
  },
);

/** Answers a request of ARP or an echo request for any address, as that host; else nothing. */
function answerTo(request: Uint8Array): Uint8Array | undefined {
  const reply = request.slice();
  const swap = (a: number, b: number, length: number) => {
    const kept = reply.slice(a, a + length);
    reply.copyWithin(a, b, b + length);
    reply.set(kept, b);
  };
  const own = [2, 0, 0, 0, 0, 9];
  reply.set(reply.subarray(6, 12), 0);
  reply.set(own, 6);
  const type = request[12] << 8 | request[13];
  if (type === 0x0806 && request[21] === 1) {
    reply[21] = 2;
    swap(22, 32, 10);
    reply.set(own, 22);
    return reply;
  }
  if (type !== 0x0800 || request[23] !== 1 || request[34] !== 8) return undefined;
  swap(26, 30, 4);
  reply[34] = 0;
  // RFC 1624: the sum of what was taken away.
  const sum = (reply[36] << 8 | reply[37]) + 0x0800;
  const folded = (sum & 0xffff) + (sum >> 16);
  reply.set([folded >> 8, folded & 255], 36);
  return reply;
}

testWith(
  { ...XDP_NEEDS, tools: ["ip", "ping"] },
  "ping(8) is content with a host that is an AF_XDP socket alone",
  async () => {
    await using ends = await pair();
    using host = await openXdp(ends.there, { etherType: undefined });
    const answering = (async () => {
      for await (const batch of host.recvBatches()) {
        const answers: { data: Uint8Array }[] = [];
        for (let i = 0; i < batch.count; i++) {
          const data = answerTo(batch.data(i));
          if (data !== undefined) answers.push({ data });
        }
        await host.sendMany(answers);
      }
    })();
    const args = ["-n", "-c", "50", "-i", "0.01", "-s", "1000", "-W", "5", "192.0.2.77"];
    const text = await ends.here.run("ping", ...args);
    assert(text.includes("50 packets transmitted, 50 received, 0% packet loss"), text);
    assert(!/DUP!|wrong|different/.test(text), text);
    host.close();
    await answering;
  },
);

const CHILD = { ...XDP_NEEDS, tools: ["ip", "setpriv", "prlimit"] };

testWith(
  CHILD,
  "who lacks a capability or may not lock so much is told what it takes",
  async () => {
    await using netns = await Netns.make();
    await using user = await nobody();
    const openedBy = async (command: string, ...before: string[]) => {
      const child = [user.deno, "run", "-A", `${user.root}tests/raw/_child_xdp.ts`];
      return JSON.parse(await netns.run(command, ...before, ...user.args, ...child));
    };
    const opened = (...before: string[]) => openedBy("setpriv", ...before);
    const caps = (...names: string[]) => {
      const list = names.map((name) => `+${name}`).join(",");
      return [`--inh-caps=${list}`, `--ambient-caps=${list}`];
    };
    for (const outcome of Object.values<string>(await opened())) {
      assertMatch(outcome, /^EPERM: .*CAP_NET_RAW/);
    }
    const raw = await opened(...caps("net_raw"));
    assertMatch(raw.receiving, /^EPERM: .*CAP_BPF and CAP_NET_ADMIN/);
    assertEquals(raw.sending, "opened, undefined");
    const all = await opened(...caps("net_raw", "bpf", "net_admin"));
    assertEquals(all.receiving, "opened, generic");
    // 36 MiB of frames.
    const limited = ["--memlock=8388608", "setpriv", ...caps("net_raw", "bpf", "net_admin")];
    const { receiving, large } = await openedBy("prlimit", ...limited);
    assertEquals(receiving, "opened, generic");
    assertMatch(large, /^ENOBUFS: .*34816 KiB cannot be locked: raise RLIMIT_MEMLOCK/);
  },
);

testWith(CHILD, "a process that is killed leaves no program behind", async () => {
  await using netns = await Netns.make();
  const attached = async () => JSON.parse(await netns.ip("-d -j link show lo"))[0].xdp;
  const child = new URL("_child_xdp.ts", import.meta.url).pathname;
  {
    await using program = new Program(netns, Deno.execPath(), "run", "-A", child, "stay");
    await program.wrote(/open$/m);
    assertEquals((await attached()).mode, 2); // XDP_ATTACHED_SKB
  }
  while (await attached() !== undefined);
});
