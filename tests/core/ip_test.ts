import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  formatIp,
  formatIpv4,
  formatIpv6,
  inetAton,
  isIpv4,
  isIpv6,
  parseIp,
  parseIpv4,
  parseIpv6,
  splitZone,
} from "../../core/ip/text.ts";
import { formatMac, parseMac } from "../../core/ip/mac.ts";
import { PYTHON, testWith } from "../_tools.ts";
import { askPython, ipTexts, Random } from "./_ip_corpus.ts";

/** Text as `[hex of bytes, canonical text]`, or null if refused; a zone as Python's IPv6Address. */
function judge(text: string): [string, string] | null {
  try {
    const [address, zone] = splitZone(text);
    const bytes = zone === undefined ? parseIp(address) : parseIpv6(address);
    return [bytes.toHex(), formatIp(bytes)];
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

// CPython before 3.13 prints mapped addresses in hexadecimal; RFC 5952 section 5 recommends dots.
const JUDGE = `
def answer(text):
    try:
        ip = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = getattr(ip, "ipv4_mapped", None)
    return [ip.packed.hex(), "::ffff:" + str(mapped) if mapped else str(ip).split("%")[0]]
`;

testWith(
  { tools: [PYTHON] },
  "addresses are read and written as CPython's ipaddress does, over 150,000 texts",
  async () => {
    const texts = ipTexts(150_000, 0x5eed);
    const theirs = await askPython<[string, string] | null>(PYTHON, JUDGE, texts);
    let valid = 0;
    texts.forEach((text, i) => {
      const ours = judge(text);
      if (ours !== null) valid++;
      assertEquals(ours, theirs[i], JSON.stringify(text));
      const v4 = theirs[i] !== null && !text.includes(":");
      assertEquals(isIpv4(text), v4, JSON.stringify(text));
      assertEquals(isIpv6(text), theirs[i] !== null && !v4 && !text.includes("%"), text);
    });
    assert(valid > 50_000 && valid < 120_000, `${valid} valid`);
  },
);

testWith(
  { tools: [PYTHON] },
  "inetAton() reads the old forms as glibc's inet_aton",
  async () => {
    const random = new Random(77);
    const number = () => {
      const value = random.below(4) === 0 ? random.below(2 ** 31) * 2 + 1 : random.below(300);
      return random.pick([
        `${value}`,
        `0x${value.toString(16)}`,
        `0X${value.toString(16).toUpperCase()}`,
        `0${value.toString(8)}`,
        `0${value}`,
        "",
      ]);
    };
    const texts = Array.from(
      { length: 20_000 },
      () => Array.from({ length: 1 + random.below(5) }, number).join("."),
    );
    const script = `
def answer(text):
    try:
        return socket.inet_aton(text).hex()
    except OSError:
        return None
`;
    const theirs = await askPython<string | null>(PYTHON, script, texts);
    texts.forEach((text, i) => {
      let ours: string | null = null;
      try {
        ours = inetAton(text).toHex();
      } catch (error) {
        assert(error instanceof TypeError);
      }
      assertEquals(ours, theirs[i], JSON.stringify(text));
    });
    assert(theirs.filter((answer) => answer !== null).length > 5_000);
  },
);

Deno.test("inetAton() refuses what follows the address, unlike glibc", () => {
  assertThrows(() => inetAton("127.0.0.1 evil"), TypeError);
  assertThrows(() => inetAton("127.0.0.1\0"), TypeError);
});

Deno.test("parseIpv4() refuses the old forms", () => {
  for (const text of ["127.1", "0x7f.0.0.1", "010.0.0.1", "2130706433", "1.2.3.4 ", "00.0.0.0"]) {
    assertThrows(() => parseIpv4(text), TypeError, JSON.stringify(text));
    assertEquals(isIpv4(text), false);
  }
});

Deno.test("a parser given no text says so with a TypeError", () => {
  for (const value of [undefined, null, 4, {}, new Uint8Array(4)]) {
    for (const parse of [parseIp, parseIpv4, parseIpv6, inetAton, parseMac]) {
      assertThrows(() => parse(value as unknown as string), TypeError);
    }
    assertEquals(isIpv4(value as unknown as string), false);
    assertEquals(isIpv6(value as unknown as string), false);
  }
});

Deno.test("an error never holds control characters or endless text", () => {
  const error = assertThrows(() => parseIp("\x1b[2J" + "9".repeat(10_000)), TypeError);
  assert(!error.message.includes("\x1b"));
  assert(error.message.length < 200);
});

Deno.test("RFC 5952's own examples come out as it says", () => {
  for (
    const [text, canonical] of [
      ["2001:0db8::0001", "2001:db8::1"],
      ["2001:db8:0:0:0:0:2:1", "2001:db8::2:1"],
      ["2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
      ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
      ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
      ["2001:DB8::AAAA", "2001:db8::aaaa"],
      ["0:0:0:0:0:FFFF:192.0.2.1", "::ffff:192.0.2.1"],
      ["0:0:0:0:0:0:0:0", "::"],
    ]
  ) assertEquals(formatIpv6(parseIpv6(text)), canonical);
});

Deno.test("addresses are written from the middle of a view, and never past its end", () => {
  const bytes = Uint8Array.from({ length: 24 }, (_, i) => i);
  assertEquals(formatIpv4(bytes, 3), "3.4.5.6");
  assertEquals(formatIpv6(bytes, 8), "809:a0b:c0d:e0f:1011:1213:1415:1617");
  assertEquals(formatMac(bytes, 10), "0a:0b:0c:0d:0e:0f");
  assertThrows(() => formatIpv4(bytes, 21), RangeError);
  assertThrows(() => formatIpv6(bytes, 9), RangeError);
  assertThrows(() => formatMac(bytes, -1), RangeError);
  assertThrows(() => formatIp(bytes), RangeError);
});

Deno.test("splitZone() takes one zone off and refuses an empty one", () => {
  assertEquals(splitZone("fe80::1%25"), ["fe80::1", "25"]);
  assertEquals(splitZone("::1"), ["::1", undefined]);
  for (const text of ["fe80::1%", "fe80::1%a%b", "fe80::1%a\0b"]) {
    assertThrows(() => splitZone(text), TypeError);
  }
});

Deno.test("parseMac() reads the three spellings and nothing else", () => {
  const bytes = Uint8Array.of(0xde, 0xad, 0xbe, 0xef, 0, 1);
  for (const text of ["de:ad:be:ef:00:01", "DE-AD-BE-EF-00-01", "dead.beef.0001"]) {
    assertEquals(parseMac(text), bytes);
  }
  assertEquals(formatMac(bytes), "de:ad:be:ef:00:01");
  for (
    const text of [
      "de:ad:be:ef:00",
      "de:ad:be:ef:00:01:02",
      "de:ad-be:ef:00:01",
      "d:ad:be:ef:00:01",
      "deadbeef0001",
      "de:ad:be:ef:00:0g",
      " de:ad:be:ef:00:01",
      "de:ad:be:ef:00:01\n",
      "",
    ]
  ) assertThrows(() => parseMac(text), TypeError, "hardware address");
});
