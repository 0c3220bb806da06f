import { assertEquals, assertThrows } from "@std/assert";
import { formatIp } from "../../core/ip/text.ts";
import { type SweepTargets, targetRange, TargetWalk } from "../../raw/targets.ts";

/** All addresses, and names with what they were looked up to. */
async function walked(targets: SweepTargets): Promise<string[]> {
  const walk = new TargetWalk(targets, (host) => {
    if (host === "none.test") return Promise.resolve("EAI_NONAME");
    return Promise.resolve(new Uint8Array([192, 0, 2, 53]));
  });
  const all: string[] = [];
  for (;;) {
    walk.fetch();
    for (const { host, code } of walk.unresolved.splice(0)) all.push(`${host}: ${code}`);
    if (walk.ended) return all;
    if (walk.next === undefined) {
      await new Promise<void>((resolve) => walk.wake = resolve);
      continue;
    }
    const { host } = walk;
    const address = formatIp(walk.next);
    walk.advance();
    all.push(host === undefined ? address : `${host}: ${address}`);
  }
}

Deno.test("blocks are their hosts, ranges both ends, and bytes carry", async () => {
  assertEquals(await walked("192.0.2.9"), ["192.0.2.9"]);
  assertEquals(await walked("192.0.2.8/30"), ["192.0.2.9", "192.0.2.10"]);
  assertEquals(await walked("192.0.2.8/31"), ["192.0.2.8", "192.0.2.9"]);
  assertEquals(await walked("192.0.2.8/32"), ["192.0.2.8"]);
  assertEquals(await walked("192.0.2.7-9"), ["192.0.2.7", "192.0.2.8", "192.0.2.9"]);
  assertEquals(await walked("192.0.255.254-192.1.0.1"), [
    "192.0.255.254",
    "192.0.255.255",
    "192.1.0.0",
    "192.1.0.1",
  ]);
  assertEquals(await walked("255.255.255.254-255.255.255.255"), [
    "255.255.255.254",
    "255.255.255.255",
  ]);
  assertEquals(await walked("2001:db8::ffff-2001:db8::1:0"), ["2001:db8::ffff", "2001:db8::1:0"]);
});

Deno.test("words come from text, arrays, generators and as they become known", async () => {
  const words = ["192.0.2.1", "some.test", "none.test", "192.0.2.3-4"];
  const expected = [
    "192.0.2.1",
    "some.test: 192.0.2.53",
    "none.test: EAI_NONAME",
    "192.0.2.3",
    "192.0.2.4",
  ];
  assertEquals(await walked(words), expected);
  assertEquals(await walked(new Set(words)), expected);
  async function* slowly() {
    for (const word of words) {
      await Promise.resolve();
      yield word;
    }
  }
  assertEquals(await walked(slowly()), expected);
  assertEquals(await walked([]), []);
});

Deno.test("a word that is no target says why", () => {
  const bad = [["192.0.2.9-3", "precedes"], ["192.0.2.9-256", "256"], ["192.0.2.0/33", "33"], [
    "::1/129",
    "129",
  ]];
  for (const [word, why] of bad) assertThrows(() => targetRange(word), Error, why);
  assertThrows(() => targetRange("fe80::1%eth0"), TypeError, "zone");
  assertThrows(() => targetRange(""), TypeError, "empty");
  assertThrows(() => targetRange(7 as unknown as string), TypeError, "no text");
});
