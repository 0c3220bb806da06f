import { assert, assertEquals } from "@std/assert";
import * as raw from "../../raw/mod.ts";
import * as wire from "../../wire/mod.ts";
import { testWith } from "../_tools.ts";
import { type Netns, run } from "./_netns.ts";
import { nobody } from "./_nobody.ts";
import { type Chain, chain } from "./_trace_net.ts";

const NEEDS = { netns: true, tools: ["ip", "tshark"] };
const CHILD = "tests/raw/_child_trace.ts";
const CHECK = ["ip", "udp", "tcp"].flatMap((name) => ["-o", `${name}.check_checksum:TRUE`]);

/** The packets that come to a node's left while `work` runs. */
async function capture(node: Netns, work: () => Promise<unknown>): Promise<Uint8Array[]> {
  const link = await (async () => {
    using _ = node.enter();
    return await raw.openPacket({ interface: "left" });
  })();
  using _ = link;
  await work();
  const frames: Uint8Array[] = [];
  for (;;) {
    try {
      // What has been sent has been queued here: the wait is for nothing.
      const messages = await link.recvMany(256, { timeoutMs: 0 });
      for (const { data, from } of messages) {
        if (from.packetType === "host") frames.push(data.slice());
      }
    } catch (error) {
      if (error instanceof DOMException && error.name === "TimeoutError") return frames;
      throw error;
    }
  }
}

/** What tshark sees in frames: a row for each, with the fields by name. */
async function dissect(
  frames: readonly Uint8Array[],
  filter: string,
  fields: readonly string[],
): Promise<Record<string, string>[]> {
  const file = await Deno.makeTempFile({ suffix: ".pcap" });
  try {
    const packets = frames.map((data) => ({
      data,
      timestampNanos: 0n,
      originalLength: data.length,
      linkType: wire.LINKTYPE_ETHERNET,
    }));
    await Deno.writeFile(file, wire.encodePcap(packets));
    const shown = fields.flatMap((field) => ["-e", field]);
    const text = await run(
      "tshark",
      ...["-r", file, ...CHECK, "-Y", filter, "-T", "fields", "-E", "occurrence=f", ...shown],
    );
    return text.replace(/\n$/, "").split("\n").map((line) => {
      const cells = line.split("\t");
      return Object.fromEntries(fields.map((field, i) => [field, cells[i]]));
    });
  } finally {
    await Deno.remove(file);
  }
}

async function trace(net: Chain, host: string, options: raw.TracerouteOptions): Promise<number> {
  using _ = net.client.enter();
  return (await Array.fromAsync(raw.traceroute(host, options))).length;
}

/** What must not change within a flow, and what tells its probes apart. */
const FLOWS = {
  udp: {
    inet: {
      filter: "udp",
      same: ["udp.srcport", "udp.dstport", "udp.length"],
      good: "udp.checksum.status",
      mark: "udp.checksum",
    },
    inet6: {
      filter: "udp",
      same: ["udp.srcport", "udp.dstport", "udp.length", "ipv6.flow"],
      good: "udp.checksum.status",
      mark: "udp.checksum",
    },
  },
  icmp: {
    inet: {
      filter: "icmp.type == 8",
      same: ["icmp.ident", "icmp.checksum"],
      good: "icmp.checksum.status",
      mark: "icmp.seq",
    },
    inet6: {
      filter: "icmpv6.type == 128",
      same: ["icmpv6.echo.identifier", "icmpv6.checksum", "ipv6.flow"],
      good: "icmpv6.checksum.status",
      mark: "icmpv6.echo.sequence_number",
    },
  },
  tcp: {
    inet: {
      filter: "tcp.flags == 2",
      same: ["tcp.srcport", "tcp.dstport", "tcp.options.mss_val", "tcp.flags"],
      good: "tcp.checksum.status",
      mark: "tcp.seq_raw",
    },
    inet6: {
      filter: "tcp.flags == 2",
      same: ["tcp.srcport", "tcp.dstport", "tcp.options.mss_val", "tcp.flags", "ipv6.flow"],
      good: "tcp.checksum.status",
      mark: "tcp.seq_raw",
    },
  },
} as const;

testWith(
  NEEDS,
  "all probes of a trace are of one flow, told apart by one field, and sound to tshark",
  async () => {
    await using net = await chain(2);
    for (const method of ["udp", "icmp", "tcp"] as const) {
      for (const family of ["inet", "inet6"] as const) {
        const { filter, same, good, mark } = FLOWS[method][family];
        const ttl = family === "inet" ? "ip.ttl" : "ipv6.hlim";
        const options = { method, window: 3, probesPerHop: 4 };
        const frames = await capture(
          net.nodes[1],
          () => trace(net, net.hosts[family], options),
        );
        const rows = await dissect(frames, filter, [...same, good, mark, ttl, "_ws.malformed"]);
        const ttls = rows.map((row) => Number(row[ttl]));
        // One at a time beyond the target may have been under way.
        assert(ttls.length >= 12 && ttls.length <= 15, `${ttls}`);
        assertEquals(ttls.slice(0, 12), [1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3]);
        for (const field of same) {
          assert(rows[0][field] !== "", field);
          assertEquals(new Set(rows.map((row) => row[field])).size, 1, `${method} ${field}`);
        }
        assertEquals(new Set(rows.map((row) => row[mark])).size, rows.length, mark);
        for (const row of rows) assertEquals([row[good], row["_ws.malformed"]], ["1", ""]);
      }
    }
  },
);

testWith(
  { ...NEEDS, tools: ["ip", "tshark", "setpriv", "ethtool"] },
  "an ordinary user's probes are of one flow too",
  async () => {
    await using net = await chain(2);
    // Else the kernel leaves the checksums to the cable, which has no use for them.
    await net.client.run("ethtool", "-K", "right", "tx", "off");
    await using user = await nobody();
    net.client.sysctl({ "ipv4.ping_group_range": "65534 65534" });
    for (const family of ["inet", "inet6"] as const) {
      const frames = await capture(net.nodes[1], async () => {
        const child = [user.deno, "run", "-A", user.root + CHILD, net.hosts[family]];
        await net.client.run("setpriv", ...user.args, ...child);
      });
      for (const method of ["udp", "icmp"] as const) {
        const { filter, same, good, mark } = FLOWS[method][family];
        const rows = await dissect(frames, filter, [...same, good, mark]);
        assert(rows.length >= 9, `${rows.length}`);
        for (const field of same) {
          assertEquals(new Set(rows.map((row) => row[field])).size, 1, `${method} ${field}`);
        }
        assertEquals(new Set(rows.map((row) => row[mark])).size, rows.length, mark);
        for (const row of rows) assertEquals(row[good], "1");
      }
    }
  },
);

testWith(NEEDS, "source, port, TOS, size and fragmentation are as asked", async () => {
  await using net = await chain(1);
  await net.client.ip("address add 10.77.0.77/24 dev right");
  await net.client.ip("address add fd77:1::77/64 dev right");
  const sources = { inet: "10.77.0.77", inet6: "fd77:1::77" };
  for (const method of ["udp", "icmp", "tcp"] as const) {
    for (const family of ["inet", "inet6"] as const) {
      const options: raw.TracerouteOptions = {
        method,
        firstHop: 2,
        probesPerHop: 1,
        window: 1,
        localAddress: sources[family],
        interface: "right",
        tos: 0x28,
        sizeBytes: 100,
        dontFragment: true,
        ...(method !== "icmp" && { port: 4321 }),
      };
      const { filter } = FLOWS[method][family];
      const frames = await capture(net.nodes[1], () => trace(net, net.hosts[family], options));
      const fields = family === "inet"
        ? ["ip.src", "ip.dsfield", "ip.len", "ip.flags.df"]
        : ["ipv6.src", "ipv6.tclass", "ipv6.plen"];
      const [row, ...rest] = await dissect(frames, filter, [
        ...fields,
        "udp.dstport",
        "tcp.dstport",
      ]);
      assertEquals(rest, []);
      const headers = method === "tcp" ? 24 : 8;
      const port = { udp: ["4321", ""], icmp: ["", ""], tcp: ["", "4321"] }[method];
      const told = fields.map((field) => row[field].replace(/^0x0*/, "0x").replace(/^1$/, "True"));
      assertEquals([...told, row["udp.dstport"], row["tcp.dstport"]], [
        sources[family],
        "0x28",
        String(100 + headers + (family === "inet" ? 20 : 0)),
        ...(family === "inet" ? ["True"] : []),
        ...port,
      ]);
    }
  }
});
