import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  cidrContains,
  cidrRange,
  ipFromBigInt,
  ipToBigInt,
  parseCidr,
} from "../../core/ip/cidr.ts";
import { formatIp, parseIp } from "../../core/ip/text.ts";
import {
  ipSpecialPurpose,
  isDocumentation,
  isGlobal,
  isLinkLocal,
  isLoopback,
  isMulticast,
  isPrivate,
  isReserved,
  isUnspecified,
} from "../../core/ip/registry.ts";
import { PYTHON, testWith } from "../_tools.ts";
import { askPython, Random } from "./_ip_corpus.ts";

/**
 * Blocks where CPython 3.11's tables differ from IANA's of 2025: it has not the newer rows, nor the
 * reachable exceptions within 192.0.0.0/24 and 2001::/23 (those came with 3.12.4), nor 6to4.
 */
const NEWER = [
  "192.0.0.0/24",
  "64:ff9b:1::/48",
  "100:0:0:1::/64",
  "2001:1::/126",
  "2001:3::/32",
  "2001:4:112::/48",
  "2001:20::/28",
  "2001:30::/28",
  "2002::/16",
  "3fff::/20",
  "5f00::/16",
].map(parseCidr);

// A mapped address counts as its IPv4 address, as in CPython since 3.13.
const SCRIPT = `
def answer(text):
    ip = ipaddress.ip_address(text)
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return [ip.is_private, ip.is_global, ip.is_loopback, ip.is_link_local, ip.is_multicast,
            ip.is_unspecified, ip.is_reserved]
`;

const OURS = [
  isPrivate,
  isGlobal,
  isLoopback,
  isLinkLocal,
  isMulticast,
  isUnspecified,
  isReserved,
];

/** Blocks whose edges are looked at closely. */
const EDGES = [
  "0.0.0.0/8 0.0.0.0/32 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12",
  "192.0.2.0/24 192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24",
  "198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 255.255.255.255/32",
  "::/128 ::1/128 ::ffff:0:0/96 ::/8 64:ff9b::/96 100::/64 2001::/23 2001::/32 2001:2::/48",
  "2001:10::/28 2001:db8::/32 2000::/3 2620:4f:8000::/48 fc00::/7 fe80::/10 fec0::/10 ff00::/8",
  "fe00::/9 e000::/4 f000::/5 f800::/6 4000::/3 1000::/4 800::/5 400::/6 200::/7",
].flatMap((line) => line.split(" "));

testWith(
  { tools: [PYTHON] },
  "every property is what CPython's ipaddress says, at the edges of blocks and at random",
  async () => {
    const random = new Random(99);
    const texts: string[] = [];
    for (const edge of EDGES) {
      const { family, first, last } = cidrRange(parseCidr(edge));
      const top = family === "inet" ? 2n ** 32n - 1n : 2n ** 128n - 1n;
      for (const end of [first, last]) {
        for (const step of [-1n, 0n, 1n]) {
          const value = ipToBigInt(end) + step;
          if (value >= 0n && value <= top) texts.push(formatIp(ipFromBigInt(value, family)));
        }
      }
      for (let i = 0; i < 200; i++) {
        const bytes = Uint8Array.from(first, (byte, at) => byte | random.below(256) & last[at]);
        texts.push(formatIp(bytes));
      }
    }
    for (let i = 0; i < 30_000; i++) {
      const size = random.pick([4, 16]);
      texts.push(formatIp(Uint8Array.from({ length: size }, () => random.below(256))));
      if (size === 4) texts.push("::ffff:" + texts.at(-1));
    }
    const theirs = await askPython<boolean[]>(PYTHON, SCRIPT, texts);
    let compared = 0;
    texts.forEach((text, i) => {
      const bytes = parseIp(
        text.startsWith("::ffff:") && text.includes(".") ? text.slice(7) : text,
      );
      if (NEWER.some((block) => cidrContains(block, bytes))) return;
      compared++;
      assertEquals(OURS.map((is) => is(text)), theirs[i], text);
    });
    assert(compared > 40_000);
  },
);

Deno.test("what IANA's registries say and CPython 3.11 does not know", () => {
  for (
    const [text, reachable] of [
      ["192.0.0.8", false],
      ["192.0.0.9", true],
      ["192.0.0.10", true],
      ["192.0.0.11", false],
      ["192.0.0.170", false],
      ["64:ff9b:1::1", false],
      ["64:ff9b::808:808", true],
      ["100:0:0:1::1", false],
      ["2001:1::1", true],
      ["2001:1::3", true],
      ["2001:1::4", false],
      ["2001:3::1", true],
      ["2001:4:112::1", true],
      ["2001:20::1", true],
      ["2001:30::1", true],
      ["2002:7f00:1::", false],
      ["3fff::1", false],
      ["3fff:1000::1", true],
      ["5f00::1", false],
    ] as const
  ) assertEquals([isGlobal(text), isPrivate(text)], [reachable, !reachable], text);
  assertEquals([isReserved("5f00::1"), isReserved("5f01::1")], [false, true]);
});

Deno.test("an IPv4-mapped address is judged as the IPv4 address", () => {
  assert(isLoopback("::ffff:127.0.0.1"));
  assert(isPrivate("::ffff:192.168.0.1"));
  assert(isLinkLocal("::ffff:169.254.0.1"));
  assert(isMulticast("::ffff:224.0.0.1"));
  assert(isUnspecified("::ffff:0.0.0.0"));
  assert(isGlobal("::ffff:9.9.9.9"));
});

Deno.test("the shared address space is neither private nor global", () => {
  assertEquals([isPrivate("100.64.0.1"), isGlobal("100.64.0.1")], [false, false]);
});

Deno.test("documentation addresses of both versions are known", () => {
  const yes = ["192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff:fff::1"];
  assertEquals(yes.filter((text) => !isDocumentation(text)), []);
  assert(!isDocumentation("192.0.3.1"));
});

Deno.test("ipSpecialPurpose() finds the innermost row", () => {
  assertEquals(ipSpecialPurpose("192.0.0.9")?.name, "Port Control Protocol Anycast");
  assertEquals(ipSpecialPurpose("192.0.0.200")?.name, "IETF Protocol Assignments");
  assertEquals(ipSpecialPurpose("255.255.255.255")?.name, "Limited Broadcast");
  assertEquals(ipSpecialPurpose("9.9.9.9"), undefined);
});

Deno.test("what is no address is refused, not judged", () => {
  for (const is of OURS) {
    assertThrows(() => is("localhost"), TypeError);
    assertThrows(() => is(new Uint8Array(6)), TypeError);
  }
});
