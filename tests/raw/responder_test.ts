import { assert, assertEquals } from "@std/assert";
import * as raw from "../../raw/mod.ts";
import { testWith } from "../_tools.ts";
import { example, type Netns, type Program } from "./_netns.ts";
import { pair } from "./_topology.ts";

/** Our responder in the namespace of a kernel that answers no ping. */
async function responder(netns: Netns, ...args: string[]): Promise<Program> {
  netns.sysctl({ "ipv4.icmp_echo_ignore_all": 1, "ipv6.icmp.echo_ignore_all": 1 });
  const program = example(netns, "icmp_responder.ts", ...args);
  await program.wrote(/IPv4[^]*IPv6|IPv6[^]*IPv4/);
  return program;
}

const HOSTS = ["192.0.2.2", "2001:db8::2"];

testWith(
  { netns: true, tools: ["ip", "ping"] },
  "ping(8) is content with our responder, IPv4 and IPv6, small and fragmented",
  async () => {
    await using ends = await pair();
    await using _ = await responder(ends.there);
    for (const host of HOSTS) {
      for (const size of ["0", "56", "4000"]) {
        const args = ["-n", "-c", "20", "-i", "0.01", "-s", size, "-W", "5", host];
        const text = await ends.here.run("ping", ...args);
        assert(text.includes("20 packets transmitted, 20 received, 0% packet loss"), text);
        assert(!/DUP!|wrong|different/.test(text), text);
      }
    }
  },
);

testWith(
  { netns: true, tools: ["ip", "fping"] },
  "fping is content with our responder",
  async () => {
    await using ends = await pair();
    await using _ = await responder(ends.there);
    const { stderr, success } = await ends.here.output(
      "fping",
      "-q",
      "-c5",
      "-p10",
      "-t2000",
      ...HOSTS,
    );
    assert(success, stderr);
    for (const host of HOSTS) {
      assert(new RegExp(`^${host}\\s+: xmt/rcv/%loss = 5/5/0%`, "m").test(stderr), stderr);
    }
  },
);

testWith(
  { netns: true, tools: ["ip", "ping"] },
  "ping(8) and ours call the second of two answers a duplicate",
  async () => {
    await using ends = await pair();
    await using _ = await responder(ends.there, "2");
    for (const host of HOSTS) {
      const { stdout } = await ends.here.output("ping", "-n", "-c", "2", "-i", "0.1", host);
      assert(stdout.includes("DUP!"), stdout);
      using _in = ends.here.enter();
      const told: boolean[] = [];
      for await (const event of raw.ping(host, { intervalMs: 3_600_000 })) {
        assert(event.type === "reply" && event.sequence === 1, JSON.stringify(event));
        told.push(event.duplicate);
        if (told.length === 2) break;
      }
      assertEquals(told, [false, true]);
    }
  },
);
