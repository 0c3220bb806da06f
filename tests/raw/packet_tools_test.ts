/** Packet sockets beside the tools that know frames: tcpdump, scapy, arping, nping, hping3. */
import { assert, assertEquals } from "@std/assert";
import * as raw from "../../raw/mod.ts";
import * as wire from "../../wire/mod.ts";
import { PYTHON, testWith } from "../_tools.ts";
import { example, Program } from "./_netns.ts";
import { ETH_P_TEST, frame, open } from "./_packets.ts";
import { type Ends, pair } from "./_topology.ts";

testWith(
  { netns: true, tools: ["ip", "tcpdump"] },
  "tcpdump beside us sees the same frames, both ways",
  async () => {
    await using ends = await pair();
    const file = await Deno.makeTempFile({ suffix: ".pcap" });
    try {
      using link = await open(ends.here);
      await using tcpdump = new Program(
        ends.here,
        "tcpdump",
        ...[
          "-i",
          "v0",
          "-w",
          file,
          "-c",
          "100",
          // Room in its ring is by this length: with the default for eight frames.
          "-s",
          "256",
          "--immediate-mode",
          "-Z",
          "root",
          "icmp",
        ],
      );
      await tcpdump.wrote(/listening on v0/);
      using _ = ends.here.enter();
      const pinged = await Array.fromAsync(raw.ping("192.0.2.2", { count: 50, flood: true }));
      assertEquals(pinged.filter((event) => event.type === "reply").length, 50);
      const ours: raw.PacketMessage[] = [];
      const isEcho = (message: raw.PacketMessage) =>
        wire.decodeFrame(message.data).layer("icmpv4") !== undefined;
      while (ours.filter(isEcho).length < 100) ours.push(...await link.recvMany(64));
      await tcpdump.ended();
      const captured = wire.decodeCapture(await Deno.readFile(file));
      const theirs = [...captured].map((packet) => packet.data);
      assertEquals(ours.filter(isEcho).map((message) => message.data), theirs);
      const ways = ours.filter(isEcho).map((message) => message.from.packetType);
      assertEquals(ways.slice(0, 4), ["outgoing", "host", "outgoing", "host"]);
    } finally {
      await Deno.remove(file);
    }
  },
);

testWith(
  { netns: true, tools: ["ip", PYTHON] },
  "VLAN tags are put back where the kernel took them off, one or two of them",
  async () => {
    await using ends = await pair();
    using receiver = await open(ends.there);
    using sender = await open(ends.here, { etherType: ETH_P_TEST });
    const tagged = (...tags: [number, number][]) => {
      const plain = frame("tagged");
      const bytes = tags.flatMap(([type, tci]) => [type >> 8, type & 255, tci >> 8, tci & 255]);
      return new Uint8Array([...plain.subarray(0, 12), ...bytes, ...plain.subarray(12)]);
    };
    const frames = [
      tagged([0x8100, 0x0064]),
      tagged([0x8100, 0xe001]),
      tagged([0x88a8, 0x0fff]),
      tagged([0x88a8, 0x0002], [0x8100, 0x2003]),
      tagged(),
    ];
    for (const bytes of frames) await sender.send(bytes);
    const got: raw.PacketMessage[] = [];
    while (got.length < frames.length) {
      // The kernel's own IPv6 chatter comes too.
      for (const message of await receiver.recvMany()) {
        if (message.data[6] === 2 && message.data[11] === 1) got.push(message);
      }
    }
    assertEquals(got.map((message) => message.data), frames);
    assertEquals(wire.decodeFrame(got[0].data).layer("vlan")?.id, 100);
    // The same from scapy, whose frames leave with their tags in the header.
    const script = "from scapy.all import *\n" +
      "sendp(Ether(src='02:00:00:00:00:01',dst='ff:ff:ff:ff:ff:ff')/Dot1Q(vlan=7,prio=5)/" +
      "IP(src='192.0.2.1',dst='192.0.2.255')/UDP(dport=9)/b'x', iface='v0', verbose=0)";
    await ends.here.run(PYTHON, "-c", script);
    for (;;) {
      const vlan = wire.decodeFrame((await receiver.recvFrom()).data).layer("vlan");
      if (vlan === undefined) continue;
      assertEquals([vlan.id, vlan.priority], [7, 5]);
      break;
    }
  },
);

testWith(
  { netns: true, tools: ["ip", "arping", "nping"] },
  "arping and nping get an answer from the ARP responder, and the kernel believes it",
  async () => {
    await using ends = await pair();
    const mac = "02:00:00:00:00:42";
    await using responder = example(ends.there, "arp_responder.ts", "v0", "192.0.2.66", mac);
    await responder.wrote(/answering/);
    const arping = await ends.here.run("arping", "-c", "1", "-I", "v0", "192.0.2.66");
    assert(arping.toLowerCase().includes(mac), arping);
    const nping = await ends.here.run(
      "nping",
      ...["--arp", "-c", "1", "-e", "v0", "192.0.2.66"],
    );
    assert(nping.toLowerCase().includes(mac), nping);
    await ends.here.output("ping", "-c", "1", "-W", "1", "192.0.2.66");
    const known = await ends.here.ip("neighbour show 192.0.2.66");
    assert(known.includes(mac), known);
    assert((await responder.wrote(/asked/)).includes("192.0.2.1 asked for 192.0.2.66"));
  },
);

testWith(
  { netns: true, tools: ["ip", "hping3"] },
  "hping3 gets our answers, and the sniffer shows both ways",
  async () => {
    await using ends: Ends = await pair();
    ends.there.sysctl({ "ipv4.icmp_echo_ignore_all": 1 });
    await using responder = example(ends.there, "icmp_responder.ts");
    await responder.wrote(/IPv4[^]*IPv6|IPv6[^]*IPv4/);
    await using sniffer = example(ends.there, "sniffer.ts", "v0", "8");
    await sniffer.wrote(/listening/);
    const { stdout, stderr } = await ends.here.output(
      "hping3",
      "-1",
      "-c",
      "3",
      "--fast",
      "192.0.2.2",
    );
    assertEquals((stdout.match(/ip=192\.0\.2\.2 .*icmp_seq=/g) ?? []).length, 3, stdout + stderr);
    assert(stderr.includes("0% packet loss"), stderr);
    const seen = await sniffer.wrote(/echo reply/);
    assert(/In {2}IP 192\.0\.2\.1 > 192\.0\.2\.2: ICMP echo request/.test(seen), seen);
    assert(/Out IP 192\.0\.2\.2 > 192\.0\.2\.1: ICMP echo reply/.test(seen), seen);
  },
);
