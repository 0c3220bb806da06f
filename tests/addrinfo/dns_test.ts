import { assert, assertEquals } from "@std/assert";
import { testWith } from "../_tools.ts";
import { denoIn, type Surroundings } from "./_tools.ts";

/** All questions go to the server of the test, and are given up after a second. */
const AROUND: Surroundings = {
  network: true,
  etc: {
    "resolv.conf": "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n",
    "nsswitch.conf": "hosts: files dns\nservices: files\n",
    "hosts": "127.0.0.1 localhost\n",
  },
};
const NEEDS = { tools: ["unshare", "mount", "ip"], root: true, netns: true };

interface Asked {
  found: string[] | string;
  canonical?: string;
  queries: string[];
}

testWith(
  NEEDS,
  "getAddrInfo() asks DNS servers: answers, errors, truncation, silence",
  async (t) => {
    const got = await denoIn<
      Record<string, Asked> & { reverse: string; shared: { distinct: number; queries: string[] } }
    >(AROUND, "_child_dns.ts");
    const step = (name: string, fn: () => void) => t.step(name, fn);

    await step("both families come of one lookup", () => {
      assertEquals([...got.both.found].sort(), ["192.0.2.7", "2001:db8::7"]);
      assertEquals(got.both.queries, ["udp A both.example.test", "udp AAAA both.example.test"]);
    });
    await step("with a family only that one is asked for", () => {
      assertEquals(got.four.found, ["192.0.2.7"]);
      assertEquals(got.four.queries, ["udp A four.example.test"]);
    });
    await step("a name with IPv6 only", () => assertEquals(got.six.found, ["2001:db8::7"]));
    await step("an alias has a canonical name", () => {
      assertEquals(got.alias.found, ["192.0.2.77"]);
      assertEquals(got.alias.canonical, "real.example.test");
    });
    await step("NXDOMAIN is EAI_NONAME", () => assertEquals(got.missing.found, "EAI_NONAME"));
    await step("a name without addresses is EAI_NODATA", () => {
      assertEquals(got.empty.found, "EAI_NODATA");
    });
    await step("SERVFAIL and REFUSED are EAI_AGAIN: another server may know", () => {
      assertEquals(got.broken.found, "EAI_AGAIN");
      assertEquals(got.refused.found, "EAI_AGAIN");
    });
    await step("a truncated answer is asked for again over TCP", () => {
      assertEquals(new Set(got.big.found).size, 100);
      // libc asks again from the start when its first buffer is too small.
      assertEquals([...new Set(got.big.queries)], [
        "tcp A big.example.test",
        "udp A big.example.test",
      ]);
    });
    await step("a slow answer is waited for", () => assertEquals(got.slow.found, ["192.0.2.7"]));
    await step("timeoutMs frees the caller of a slow answer", () => {
      assertEquals(got.late.found, "TimeoutError");
    });
    await step("no answer is EAI_AGAIN", () => assertEquals(got.dead.found, "EAI_AGAIN"));
    await step("getNameInfo() asks for PTR", () => assertEquals(got.reverse, "seven.example.test"));
    await step("fifty equal lookups ask once", () => {
      assertEquals(got.shared.distinct, 1);
      assertEquals(got.shared.queries, ["udp A slow-shared.example.test"]);
    });
  },
);

testWith(
  NEEDS,
  "10,000 lookups of a dead server freeze neither files nor Deno.connect, nor the exit",
  async () => {
    const got = await denoIn<
      { endedBefore: number; names: string[]; longestMs: number; numeric: string }
    >({
      ...AROUND,
      etc: {
        ...AROUND.etc,
        // A minute for each name.
        "resolv.conf": "nameserver 192.0.2.53\noptions timeout:30 attempts:2\n",
      },
      // Whoever waits for one of them, or whom one of them keeps alive, is killed.
      mostSeconds: 45,
      // Queries leave, and nothing comes back.
      setup: [
        "ip link add dead0 type veth peer name dead1",
        "ip addr add 192.0.2.1/24 dev dead0",
        "ip link set dead0 up",
        "ip link set dead1 up",
        "ip neigh add 192.0.2.53 lladdr 02:00:00:00:00:53 dev dead0",
      ],
    }, "_child_dead.ts");
    assertEquals(got.endedBefore, 0, "a lookup ended though its server is dead");
    assertEquals(got.names, ["AbortError"]);
    assertEquals(got.numeric, "127.0.0.1");
  },
);

testWith(
  NEEDS,
  "512 slow names are looked up side by side while a file is read",
  async () => {
    const got = await denoIn<
      { elapsedMs: number; reads: number; found: number; queries: number }
    >(AROUND, "_child_slow.ts");
    assertEquals(got.found, 512);
    assertEquals(got.queries, 512);
    // One after the other they would take 102 s; this bound only tells the two apart.
    assert(got.elapsedMs < 30_000, `${got.elapsedMs} ms`);
    assert(got.reads > 10, `${got.reads} reads`);
  },
);

testWith(NEEDS, "abandoned lookups that have not begun are never asked of a server", async () => {
  const got = await denoIn<{ names: string[]; after: string; asked: number }>(
    { ...AROUND, mostSeconds: 60 },
    "_child_abandon.ts",
  );
  assertEquals([got.names, got.after], [["AbortError"], "192.0.2.7"]);
  // glibc has 20 threads: those had begun.
  assert(got.asked <= 60, `${got.asked} of 500 were asked for`);
});
