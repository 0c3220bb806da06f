import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import * as o from "../../ffi/options/mod.ts";
import type { OptionBytes, SocketOption } from "../../core/option.ts";
import { testWith } from "../_tools.ts";
import { OPTION_CASES } from "./_option_cases.ts";
import { isNetAdmin, PRIVILEGED, tryCase } from "./_option_runner.ts";

const linux = { other: () => Deno.build.os === "linux" ? undefined : "needs Linux" };

/** Tries cases, and fails with all that is wrong at once. */
async function tryAll(privileged: boolean): Promise<void> {
  const admin = isNetAdmin();
  const wrong: string[] = [];
  for (const tried of OPTION_CASES) {
    if (PRIVILEGED.includes(tried.on) !== privileged) continue;
    const complaint = await tryCase(tried, admin);
    if (complaint !== undefined) {
      wrong.push(`${tried.option.name} of ${Deno.inspect(tried.set)} on ${tried.on}: ${complaint}`);
    }
  }
  assertEquals(wrong, []);
}

testWith(linux, "every option of ordinary sockets is set and read back by the kernel", async () => {
  await tryAll(false);
});

testWith(
  { ...linux, root: true },
  "every option of raw, packet and repaired sockets is set and read back by the kernel",
  async () => {
    await tryAll(true);
  },
);

Deno.test("every row is tried", () => {
  const tried = new Set(OPTION_CASES.map((one) => one.option.name));
  assertEquals(o.allOptions().map((row) => row.name).filter((name) => !tried.has(name)), []);
});

Deno.test("every row is found by its name, which is that of its export", () => {
  for (const row of o.allOptions()) {
    assertEquals(o.optionByName(row.name), row);
    assertEquals((o as Record<string, unknown>)[row.name], row);
  }
  assertEquals(o.optionByName("SO_NONSUCH"), undefined);
  assertEquals(o.optionByName("so_rcvbuf"), undefined);
  assert(o.allOptions().length > 200);
});

Deno.test("no two rows mean the same option", () => {
  const seen = new Map<string, string>();
  for (const row of o.allOptions()) {
    // SO_GET_FILTER is SO_ATTACH_FILTER read, IPV6_DONTFRAG and the like are their own.
    const key = `${row.level}/${row.option}/${row.access === "ro"}`;
    assertEquals(seen.get(key), undefined, `${row.name} and ${seen.get(key)}`);
    seen.set(key, row.name);
  }
});

/** The error of setting a value that may not be. */
function refusal<T>(option: SocketOption<T>, value: unknown): Error {
  return assertThrows(() => option.codec.encode(value as T), Error);
}

Deno.test("a value of the wrong type is a TypeError, one out of range a RangeError, both by name", () => {
  const cases: [SocketOption<unknown>, unknown, typeof TypeError | typeof RangeError][] = [
    [o.SO_RCVBUF, "65536", TypeError],
    [o.SO_RCVBUF, -1, RangeError],
    [o.SO_RCVBUF, 1.5, RangeError],
    [o.SO_RCVBUF, 2 ** 31, RangeError],
    [o.SO_RCVBUF, NaN, RangeError],
    [o.SO_MARK, 2 ** 32, RangeError],
    [o.SO_MARK, true, TypeError],
    [o.TCP_NODELAY, 1, TypeError],
    [o.SO_LINGER, true, TypeError],
    [o.SO_LINGER, undefined, TypeError],
    [o.SO_LINGER, -1, RangeError],
    [o.SO_RCVTIMEO, -1, RangeError],
    [o.SO_RCVTIMEO, Infinity, RangeError],
    [o.SO_RCVTIMEO, "1", TypeError],
    [o.SO_BINDTODEVICE, "0123456789abcdef", RangeError],
    [o.SO_BINDTODEVICE, "a\0b", RangeError],
    [o.SO_BINDTODEVICE, 1, TypeError],
    [o.SO_MAX_PACING_RATE, 5, TypeError],
    [o.SO_MAX_PACING_RATE, 2n ** 64n, RangeError],
    [o.SO_MAX_PACING_RATE, -1n, RangeError],
    [o.SO_TXTIME, { clock: "sundial" }, RangeError],
    [o.SO_TXTIME, "tai", TypeError],
    [o.SO_TIMESTAMPING, { nonsuch: true }, RangeError],
    [o.SO_TIMESTAMPING, { software: 1 }, TypeError],
    [o.SO_ATTACH_FILTER, [], RangeError],
    [o.SO_ATTACH_FILTER, new Array(4097), RangeError],
    [o.SO_ATTACH_FILTER, [{ code: 0x10000, jt: 0, jf: 0, k: 0 }], RangeError],
    [o.SO_ATTACH_FILTER, [null], TypeError],
    [o.SO_ATTACH_FILTER, {}, TypeError],
    [o.SO_DETACH_FILTER, false, TypeError],
    [o.IP_TTL, 256, RangeError],
    [o.IP_MTU_DISCOVER, "maybe", RangeError],
    [o.IP_MTU_DISCOVER, 2, TypeError],
    [o.IP_OPTIONS, new Uint8Array(41), RangeError],
    [o.IP_OPTIONS, "01", TypeError],
    [o.IP_LOCAL_PORT_RANGE, { first: 9, last: 8 }, RangeError],
    [o.IP_LOCAL_PORT_RANGE, { first: 0, last: 8 }, RangeError],
    [o.IP_MULTICAST_IF, null, TypeError],
    [o.IP_MULTICAST_IF, true, TypeError],
    [o.IPV6_MULTICAST_IF, {}, TypeError],
    [o.IP_ADD_MEMBERSHIP, { group: "224.0.0.1", interfac: "lo" }, TypeError],
    [o.IP_ADD_MEMBERSHIP, { group: "224.0.0.1", interfaceIndex: 1 }, TypeError],
    [o.IP_ADD_SOURCE_MEMBERSHIP, { group: "232.0.0.1", source: "127.0.0.1", nic: 1 }, TypeError],
    [o.MCAST_JOIN_GROUP, { group: "224.0.0.1", interface: null }, TypeError],
    [o.MCAST_JOIN_SOURCE_GROUP, { group: "232.0.0.1", sourc: "127.0.0.1" }, TypeError],
    [o.MCAST_MSFILTER, { group: "232.0.0.1", mode: "include", sources: [], x: 1 }, TypeError],
    [o.SO_TXTIME, { clock: "tai", deadline: true }, TypeError],
    [o.IP_LOCAL_PORT_RANGE, { first: 1, last: 2, step: 1 }, TypeError],
    [o.PACKET_ADD_MEMBERSHIP, { interfaceIndex: 1, type: "promiscuous" }, TypeError],
    [o.IPV6_PKTINFO, { adress: "::1" }, TypeError],
    [o.IP_ADD_MEMBERSHIP, { group: "::1" }, TypeError],
    [o.IP_ADD_MEMBERSHIP, { group: "224.0.0.1", interface: -1 }, RangeError],
    [o.IPV6_ADD_MEMBERSHIP, { group: "224.0.0.1" }, TypeError],
    [o.MCAST_JOIN_GROUP, { group: "ff02::1" }, TypeError],
    [o.MCAST_JOIN_SOURCE_GROUP, { group: "232.0.0.1" }, TypeError],
    [o.MCAST_MSFILTER, { group: "232.0.0.1", mode: "all", sources: [] }, RangeError],
    [o.MCAST_MSFILTER, { group: "232.0.0.1", mode: "include", sources: "x" }, TypeError],
    [o.IPV6_HOPOPTS, new Uint8Array(7), RangeError],
    [o.IPV6_PKTINFO, { address: "127.0.0.1" }, TypeError],
    [o.IPV6_NEXTHOP, 1, TypeError],
    [o.TCP_FASTOPEN_KEY, new Uint8Array(17), RangeError],
    [o.TCP_MD5SIG, { address: "127.0.0.1", key: "x".repeat(81) }, RangeError],
    [o.TCP_MD5SIG, { address: "127.0.0.1", key: 1 }, TypeError],
    [o.TCP_MD5SIG_EXT, { address: "127.0.0.1", key: "x", prefixLength: 33 }, RangeError],
    [o.TCP_KEEPCNT, 128, RangeError],
    [o.UDPLITE_SEND_CSCOV, 7, RangeError],
    [o.UDP_SEGMENT, 65536, RangeError],
    [o.TCP_INFO, {}, TypeError],
  ];
  for (const [option, value, kind] of cases) {
    const error = refusal(option, value);
    const label = `${option.name} ${Deno.inspect(value)}: ${error}`;
    assert(error instanceof kind, label);
    assert(error.message.includes(option.name), label);
    assert(!error.message.endsWith("."), label);
  }
});

Deno.test("a filter's struct points at its instructions", () => {
  const encoded: OptionBytes = o.SO_ATTACH_FILTER.codec.encode([
    { code: 0x28, jt: 1, jf: 2, k: 0xfffff00c },
    { code: 0x06, jt: 0, jf: 0, k: 0 },
  ]);
  assert("pointers" in encoded);
  assertEquals(encoded.bytes.toHex(), "0200" + "00".repeat(14));
  assertEquals(encoded.pointers.length, 1);
  assertEquals(encoded.pointers[0].offset, 8);
  assertEquals(encoded.pointers[0].buffer.toHex(), "280001020cf0ffff" + "0600000000000000");
});

Deno.test("a time-out too short for a microsecond does not become none at all", () => {
  const encoded = o.SO_RCVTIMEO.codec.encode(1e-6) as Uint8Array;
  assertEquals(o.SO_RCVTIMEO.codec.decode(encoded), 0.001);
  const long = o.SO_RCVTIMEO.codec.encode(1999.9999) as Uint8Array;
  assertEquals(o.SO_RCVTIMEO.codec.decode(long), 1999.999);
});

Deno.test("TCP_INFO of an old kernel leaves out what it does not tell", () => {
  const info = o.TCP_INFO.codec.decode(new Uint8Array(104).fill(1));
  assertEquals(info.rttMicros, 0x01010101);
  assertEquals(info.totalRetransSegments, 0x01010101);
  assertEquals(info.pacingBytesPerSecond, undefined);
  assertEquals(info.receivedCeBytes, undefined);
  assertEquals(info.state, "established");
});

Deno.test("TCP_INFO cut within a field leaves that field out", () => {
  const info = o.TCP_INFO.codec.decode(new Uint8Array(110).fill(1));
  assertEquals(info.totalRetransSegments, 0x01010101);
  assertEquals(info.pacingBytesPerSecond, undefined);
});

Deno.test("TCP_INFO of a newer kernel is read as far as it is known", () => {
  const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i);
  bytes[0] = 200;
  const info = o.TCP_INFO.codec.decode(bytes);
  assertEquals(info.state, "unknown");
  assertEquals(info.sndWindowScale, 6);
  assertEquals(info.rcvWindowScale, 0);
  assertEquals(info.totalRtos, 0xf1f0);
  assertEquals(info.receivedCeBytes, 0x13121110);
});

Deno.test("an answer shorter than its struct is refused, not read past its end", () => {
  for (const row of o.allOptions()) {
    if (row.access === "wo") continue;
    const decoded = (() => {
      try {
        return row.codec.decode(new Uint8Array(0));
      } catch (error) {
        assert(error instanceof RangeError, `${row.name}: ${error}`);
        return undefined;
      }
    })();
    assertNotEquals(Number.isNaN(decoded), true, row.name);
  }
});

Deno.test("a value given as text is understood by what the option takes", () => {
  const cases: [SocketOption<unknown>, string, unknown][] = [
    [o.SO_RCVBUF, "65536", 65536],
    [o.SO_RCVBUF, "0x10000", 65536],
    [o.SO_PEEK_OFF, "-1", -1],
    [o.TCP_NODELAY, "1", true],
    [o.TCP_NODELAY, "0", false],
    [o.TCP_NODELAY, "on", true],
    [o.TCP_NODELAY, "False", false],
    [o.SO_LINGER, "5", 5],
    [o.SO_LINGER, "off", null],
    [o.SO_RCVTIMEO, "1.5", 1.5],
    [o.SO_MAX_PACING_RATE, "1000000", 1_000_000n],
    [o.SO_BINDTODEVICE, "eth0", "eth0"],
    [o.SO_BINDTODEVICE, "1", "1"],
    [o.SO_BINDTODEVICE, "", ""],
    [o.TCP_CONGESTION, "bbr", "bbr"],
    [o.IP_MTU_DISCOVER, "do", "do"],
    [o.IP_MULTICAST_IF, "127.0.0.1", "127.0.0.1"],
    [o.IP_MULTICAST_IF, "2", 2],
    [o.IP_OPTIONS, "01010100", Uint8Array.of(1, 1, 1, 0)],
    [o.IP_ADD_MEMBERSHIP, '{"group":"239.0.0.1"}', { group: "239.0.0.1" }],
    [o.IP_LOCAL_PORT_RANGE, "none", null],
    [o.SO_DETACH_FILTER, "true", true],
  ];
  for (const [option, text, value] of cases) {
    assertEquals(o.parseOptionValue(option, text), value, `${option.name}=${text}`);
  }
});

Deno.test("a value given as text that the option cannot take is refused by its name", () => {
  assertThrows(() => o.parseOptionValue(o.SO_RCVBUF, "big"), TypeError, "SO_RCVBUF");
  assertThrows(() => o.parseOptionValue(o.SO_RCVBUF, "-5"), RangeError, "SO_RCVBUF");
  assertThrows(() => o.parseOptionValue(o.TCP_NODELAY, "2"), TypeError, "TCP_NODELAY");
  assertThrows(() => o.parseOptionValue(o.IP_OPTIONS, "zz"), TypeError, "IP_OPTIONS");
  assertThrows(() => o.parseOptionValue(o.SO_TYPE, "1"), TypeError, "SO_TYPE");
  assertThrows(() => o.parseOptionValue(o.IP_ADD_MEMBERSHIP, "{bad"), TypeError, "IP_ADD_MEMBER");
});

Deno.test("sourceFilterOf() takes the version from the group, and refuses what is none", () => {
  assertEquals(o.sourceFilterOf("232.0.0.1").level, 0);
  assertEquals(o.sourceFilterOf("ff35::1", 1).level, 41);
  assertThrows(() => o.sourceFilterOf("localhost"), TypeError, "MCAST_MSFILTER");
  assertThrows(() => o.ipSourceFilterOf("232.0.0.1", true as never), TypeError, "IP_MSFILTER");
});
