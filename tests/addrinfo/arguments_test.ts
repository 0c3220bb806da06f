import { assert, assertEquals, assertRejects } from "@std/assert";
import { AddrInfoError, getAddrInfo, type GetAddrInfoOptions } from "../../addrinfo/mod.ts";
import { eaiName, eaiNameOf, eaiRows, eaiText } from "../../core/addrinfo_errors.ts";
import { PYTHON, testWith } from "../_tools.ts";
import { type Case, ourAnswers, pythonAnswers, run } from "./_tools.ts";

testWith({}, "getAddrInfo() refuses what libc would misread", async () => {
  const call = (host: unknown, service: unknown = null, options: unknown = {}) => () =>
    getAddrInfo(host as string, service as string, options as GetAddrInfoOptions);
  // libc cuts these ports down to 16 bits.
  await assertRejects(call("localhost", 65536), RangeError, "service 65536");
  await assertRejects(call("localhost", "65536"), RangeError, "service 65536");
  await assertRejects(call("localhost", "4294967376"), RangeError, "service 4294967376");
  await assertRejects(call("localhost", -1), RangeError, "service -1");
  await assertRejects(call("localhost", 1.5), RangeError);
  await assertRejects(call("localhost", NaN), RangeError);
  // And reads these as 80, or as a huge number.
  for (const service of [" 80", "+80", "-1", "\t80"]) {
    await assertRejects(call("localhost", service), TypeError, "neither a name nor a port");
  }
  // C ends a text at its first NUL: these would be other names.
  await assertRejects(call("localhost\0.example.com"), TypeError, "host holds a NUL");
  await assertRejects(call("localhost", "80\0"), TypeError, "service holds a NUL");
  for (const host of [undefined, 7, {}, ["localhost"]]) {
    await assertRejects(call(host), TypeError, "host is not a string or null");
  }
  await assertRejects(call("localhost", {}), TypeError, "service");
  await assertRejects(call("localhost", null, null), TypeError, "options");
  await assertRejects(call("localhost", null, { familly: "inet" }), TypeError, '"familly"');
  await assertRejects(call("localhost", null, { family: "unix" }), TypeError, "family");
  await assertRejects(call("localhost", null, { family: 4 }), TypeError, "family");
  await assertRejects(call("localhost", null, { type: "toString" }), TypeError, "type");
  await assertRejects(call("localhost", null, { protocol: -1 }), RangeError, "protocol");
  await assertRejects(call("localhost", null, { passive: 1 }), TypeError, "passive");
  await assertRejects(call("localhost", null, { timeoutMs: -1 }), RangeError, "timeoutMs");
  await assertRejects(call("localhost", null, { signal: {} }), TypeError, "signal");
});

testWith({}, "hints that are undefined are as if left out", async () => {
  const options = { family: undefined, type: undefined, passive: undefined, signal: undefined };
  assertEquals((await getAddrInfo("127.0.0.1", 80, options)).length, 3);
  assertEquals((await getAddrInfo("127.0.0.1", undefined, options))[0].address.port, 0);
});

testWith({}, "long and non-ASCII texts reach libc whole", async () => {
  for (const host of ["x".repeat(5000), "münchen", "日本語".repeat(400), "\ud800"]) {
    const lookup = () => getAddrInfo(host, 80, { numericHost: true });
    assertEquals((await assertRejects(lookup, AddrInfoError)).code, "EAI_NONAME");
  }
  const lookup = () => getAddrInfo("127.0.0.1", "größe".repeat(300));
  assertEquals((await assertRejects(lookup, AddrInfoError)).code, "EAI_SERVICE");
});

testWith({}, "an error tells code, text, call and name", async () => {
  const error = await assertRejects(
    () => getAddrInfo("127.0.0.1", "no-such-service", { type: "stream" }),
    AddrInfoError,
  );
  assertEquals([error.name, error.code, error.syscall, error.address, error.errno], [
    "AddrInfoError",
    "EAI_SERVICE",
    "getaddrinfo",
    "127.0.0.1",
    0,
  ]);
  assert(error.message.includes("Servname not supported for ai_socktype"), error.message);
});

testWith({}, "both null is EAI_NONAME, a flag that contradicts is EAI_BADFLAGS", async () => {
  const nothing = await assertRejects(() => getAddrInfo(null), AddrInfoError);
  assertEquals(nothing.code, "EAI_NONAME");
  const flags = await assertRejects(
    () => getAddrInfo(null, 80, { canonicalName: true }),
    AddrInfoError,
  );
  assertEquals(flags.code, "EAI_BADFLAGS");
});

testWith({}, "without a descriptor left a lookup is EAI_SYSTEM with EMFILE", async () => {
  const child = new URL("./_child_emfile.ts", import.meta.url).pathname;
  const args = ["-c", 'ulimit -n 128; exec "$@"', "sh", Deno.execPath(), "run", "-A", child];
  const [code, errno, message] = JSON.parse(await run("sh", args));
  assertEquals([code, errno], ["EAI_SYSTEM", 24]);
  assert(message.includes("Too many open files"), message);
});

testWith({ tools: ["python3"] }, "the table of errors is that of the C library", async () => {
  const script = `
import ctypes, json, socket
libc = ctypes.CDLL(None)
libc.gai_strerror.restype = ctypes.c_char_p
numbers = {name: getattr(socket, name) for name in dir(socket) if name.startswith("EAI_")}
texts = {number: libc.gai_strerror(number).decode() for number in range(-110, 0)}
print(json.dumps([numbers, texts]))
`;
  const [numbers, texts] = JSON.parse(await run(PYTHON, ["-c", script])) as [
    Record<string, number>,
    Record<string, string>,
  ];
  for (const [name, number] of Object.entries(numbers)) {
    // Python knows one that Linux has not.
    if (number < 0) assertEquals(eaiName(number), name);
  }
  for (const [number, , text] of eaiRows()) {
    if (texts[number] !== "Unknown error") assertEquals(text, texts[number]);
  }
  assertEquals([eaiName(-77), eaiText(-77)], ["EAI_-77", "Unknown error"]);
});

/** A small generator with a seed, so that a failure can be run again. */
function random(seed: number): () => number {
  return () => (seed = Math.imul(seed, 1664525) + 1013904223 >>> 0) / 2 ** 32;
}

testWith(
  { tools: ["python3"] },
  "a random corpus of address-like text is read as libc reads it",
  async () => {
    const seed = 20240615;
    const next = random(seed);
    const pick = <T>(from: readonly T[]) => from[Math.floor(next() * from.length)];
    const part = () =>
      pick(["0", "1", "7", "10", "255", "256", "010", "0x1", "", "00", "a", "99999"]);
    const group = () => pick(["0", "1", "ab", "FFFF", "00001", "", "::", "g", "1.2.3.4", "0db8"]);
    const services = [null, 0, 80, "8080"];
    const types = [undefined, "stream", "dgram"] as const;
    const cases: Case[] = [];
    for (let i = 0; i < 4000; i++) {
      const v4 = Array.from({ length: pick([1, 2, 3, 4, 4, 4, 5]) }, part).join(".");
      const v6 = Array.from({ length: pick([1, 2, 3, 5, 7, 8, 9]) }, group).join(":");
      const zone = pick(["", "", "", "%lo", "%1", "%", "%nope"]);
      const host = next() < 0.5 ? v4 : v6 + zone;
      // Never asked of a name server: that is what numericHost is for.
      const options = { type: pick(types), numericHost: true, canonicalName: next() < 0.5 };
      cases.push([host, pick(services), options]);
    }
    // Python refuses an empty label before it calls libc, and so cannot tell.
    const told = cases.filter(([host]) => !/\.\.|^\.|^$/.test(host!));
    const [ours, theirs] = [await ourAnswers(told), await pythonAnswers(told)];
    const kinds = new Set<string>();
    for (const [i, answer] of ours.entries()) {
      assertEquals(answer, theirs[i], `seed ${seed}: ${JSON.stringify(told[i])}`);
      kinds.add(typeof answer === "string" ? answer : `found ${answer[0][0]}`);
    }
    for (const kind of ["EAI_NONAME", "found 2", "found 10"]) assert(kinds.has(kind), kind);
  },
);

Deno.test("a lookup's text of either C library names its code, as the deno engine gets it", () => {
  for (const [, name, text] of eaiRows()) assertEquals(eaiNameOf(text), name);
  assertEquals(eaiNameOf("Name does not resolve"), "EAI_NONAME");
  assertEquals(eaiNameOf("Try again"), "EAI_AGAIN");
  assertEquals(eaiNameOf("no such text"), undefined);
});
