import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  cidrContains,
  cidrHosts,
  cidrRange,
  formatCidr,
  ipFromBigInt,
  ipRangeAddresses,
  ipRangeContains,
  ipRangeSize,
  ipToBigInt,
  parseCidr,
  parseIpRange,
} from "../../core/ip/cidr.ts";
import { formatIp, formatIpv4, formatIpv6 } from "../../core/ip/text.ts";
import { PYTHON, testWith } from "../_tools.ts";
import { askPython, Random } from "./_ip_corpus.ts";

/** What is compared of a block. */
interface Answer {
  network: string;
  last: string;
  size: string;
  hosts: string[];
  inside: boolean;
}

const SCRIPT = `
import itertools
def answer(pair):
    text, probe = pair
    try:
        net = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
    hosts = net.hosts()
    return {
        "network": net.network_address.packed.hex() + "/" + str(net.prefixlen),
        "last": net.broadcast_address.packed.hex(),
        "size": str(net.num_addresses),
        "hosts": [h.packed.hex() for h in itertools.islice(hosts, 5)],
        "inside": ipaddress.ip_address(probe) in net,
    }
`;

function judge(text: string, probe: string): Answer | null {
  try {
    const cidr = parseCidr(text);
    const hosts = ipRangeAddresses(cidrHosts(cidr)).take(5);
    return {
      network: `${cidr.network.toHex()}/${cidr.prefixLength}`,
      last: cidrRange(cidr).last.toHex(),
      size: String(ipRangeSize(cidrRange(cidr))),
      hosts: hosts.map((host) => parseCidr(host).address.toHex()).toArray(),
      inside: cidrContains(cidr, probe),
    };
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

testWith(
  { tools: [PYTHON] },
  "blocks are what CPython's ip_network says: ends, size, hosts, membership",
  async () => {
    const random = new Random(4711);
    const pairs = Array.from({ length: 20_000 }, (): [string, string] => {
      const v4 = random.below(2) === 0;
      const bytes = Uint8Array.from({ length: v4 ? 4 : 16 }, () => random.below(256));
      const length = random.below(bytes.length * 8 + 3);
      const near = bytes.slice();
      near[random.below(near.length)] ^= 1 << random.below(8);
      const suffix = random.pick([`/${length}`, `/${length}`, `/${length}`, "", "/", "/-1", "/ 8"]);
      return [formatIp(bytes) + suffix, v4 ? formatIpv4(near) : formatIpv6(near)];
    });
    const theirs = await askPython<Answer | null>(PYTHON, SCRIPT, pairs);
    pairs.forEach(([text, probe], i) => assertEquals(judge(text, probe), theirs[i], text));
    assert(theirs.filter((answer) => answer !== null).length > 10_000);
  },
);

Deno.test("parseCidr() keeps the address as written beside the network", () => {
  const cidr = parseCidr("192.0.2.77/24");
  assertEquals(formatIp(cidr.address), "192.0.2.77");
  assertEquals(formatCidr(cidr), "192.0.2.0/24");
  assertEquals(formatCidr(parseCidr("2001:db8::1")), "2001:db8::1/128");
});

Deno.test("parseCidr() refuses netmasks, leading zeros and lengths out of range", () => {
  for (
    const text of ["10.0.0.0/255.0.0.0", "10.0.0.0/08", "10.0.0.0/33", "::/129", "10.0.0.0/8/9"]
  ) {
    assertThrows(() => parseCidr(text), TypeError, "CIDR");
  }
  assertThrows(() => parseCidr("10.0.0/8"), TypeError);
  assertThrows(() => parseCidr(8 as unknown as string), TypeError);
});

Deno.test("a block never holds an address of the other family", () => {
  assertEquals(cidrContains(parseCidr("0.0.0.0/0"), "::ffff:1.2.3.4"), false);
  assertEquals(cidrContains(parseCidr("::/0"), "1.2.3.4"), false);
});

Deno.test("a huge block is walked from its start at no cost", () => {
  const hosts = cidrHosts(parseCidr("2001:db8::/32"));
  assertEquals(ipRangeSize(hosts), 2n ** 96n - 1n);
  const walk = ipRangeAddresses(hosts);
  assertEquals(walk.next().value, "2001:db8::1");
  assertEquals(walk.next().value, "2001:db8::2");
});

Deno.test("a range is walked across byte borders, its last address included", () => {
  const range = parseIpRange("10.0.255.254-10.1.0.1");
  assertEquals([...ipRangeAddresses(range)], [
    "10.0.255.254",
    "10.0.255.255",
    "10.1.0.0",
    "10.1.0.1",
  ]);
  assertEquals(ipRangeSize(range), 4n);
  const end = parseIpRange("255.255.255.255-255.255.255.255");
  assertEquals([...ipRangeAddresses(end)], ["255.255.255.255"]);
});

Deno.test("parseIpRange() takes a block or an address too", () => {
  assertEquals(ipRangeSize(parseIpRange("10.0.0.0/8")), 2n ** 24n);
  assertEquals([...ipRangeAddresses(parseIpRange("::1"))], ["::1"]);
  assert(ipRangeContains(parseIpRange("::5-::9"), "::7"));
  assert(!ipRangeContains(parseIpRange("::5-::9"), "::a"));
  assert(!ipRangeContains(parseIpRange("::5-::9"), "0.0.0.7"));
});

Deno.test("parseIpRange() refuses ends in the wrong order or of two families", () => {
  assertThrows(() => parseIpRange("10.0.0.9-10.0.0.1"), TypeError, "precedes");
  assertThrows(() => parseIpRange("10.0.0.9-::1"), TypeError, "families");
  assertThrows(() => parseIpRange("10.0.0.1-"), TypeError);
  assertThrows(() => parseIpRange(1 as unknown as string), TypeError);
});

Deno.test("addresses and numbers convert both ways", () => {
  assertEquals(ipToBigInt(Uint8Array.of(192, 0, 2, 1)), 0xc0000201n);
  assertEquals(formatIp(ipFromBigInt(0xc0000201n, "inet")), "192.0.2.1");
  assertEquals(formatIp(ipFromBigInt(1n, "inet6")), "::1");
  assertThrows(() => ipFromBigInt(1n << 32n, "inet"), RangeError);
  assertThrows(() => ipFromBigInt(-1n, "inet6"), RangeError);
});
