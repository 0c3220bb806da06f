/** Attributes that no kernel would send: whatever the bytes are, they are read, or refused by name. */
import { assert } from "@std/assert";
import { testWith } from "../_tools.ts";
import { AttributeError } from "../../netlink/attributes.ts";
import { ByteSource } from "../../netlink/_bytes.ts";
import { readEntry } from "../../netlink/_conntrack_attributes.ts";
import { readFilterOptions } from "../../netlink/_filter_kinds.ts";
import { readLink } from "../../netlink/_link_entry.ts";
import { KINDS, SLAVE_KINDS } from "../../netlink/_link_kinds.ts";
import { LinkNames } from "../../netlink/_link_names.ts";
import { readOptions } from "../../netlink/_qdisc_kinds.ts";
import { readEncap } from "../../netlink/_route_encap.ts";
import { readInet, readPacket, readUnix, readVsock } from "../../netlink/_socket_read.ts";
import { DEVICE } from "../../netlink/_wireguard_attributes.ts";
import { NL80211, readInterface, readNetwork } from "../../netlink/_wireless_attributes.ts";
import { groupText, MDB, MDB_ENTRY } from "../../netlink/_bridge_attributes.ts";
import { readNeighbor } from "../../netlink/neighbor.ts";
import { readNextHop } from "../../netlink/nexthop.ts";
import { readRoute } from "../../netlink/route.ts";
import { readRule } from "../../netlink/rule.ts";

/** A repeatable source of numbers (mulberry32). */
function random(seed: number): () => number {
  return () => {
    seed = seed + 0x6d2b79f5 | 0;
    let t = Math.imul(seed ^ seed >>> 15, 1 | seed);
    t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t;
    return ((t ^ t >>> 14) >>> 0) / 2 ** 32;
  };
}

/** Lengths that attributes mostly have: those of numbers, addresses and structs. */
const LENGTHS = [0, 1, 2, 4, 4, 4, 6, 8, 12, 16, 20, 24, 28, 32, 40, 64];

/** A tree of attributes with any numbers, lengths and bytes; sometimes a length lies. */
function attributes(next: () => number, depth: number): number[] {
  const bytes: number[] = [];
  for (let count = next() * 6 | 0; count >= 0; count--) {
    const inner = depth > 0 && next() < 0.5
      ? attributes(next, depth - 1)
      : Array.from({ length: LENGTHS[next() * LENGTHS.length | 0] }, () => next() * 256 | 0);
    const lie = next() < 0.03 ? (next() * 40 | 0) - 20 : 0;
    const size = Math.max(0, 4 + inner.length + lie);
    const type = next() * (next() < 0.8 ? 12 : 70) | 0;
    bytes.push(size & 0xff, size >> 8 & 0xff, type, next() < 0.3 ? 0x80 : 0, ...inner);
    while (bytes.length % 4 !== 0) bytes.push(0);
  }
  return next() < 0.05 ? bytes.slice(0, next() * bytes.length | 0) : bytes;
}

const NAMES = new LinkNames();

/** Everything that reads what the kernel says; `header` is how many bytes come before attributes. */
const READERS: Record<
  string,
  { header: number; read: (bytes: Uint8Array<ArrayBuffer>) => unknown }
> = {};

function reader(
  name: string,
  header: number,
  read: (source: ByteSource, length: number, bytes: Uint8Array<ArrayBuffer>) => unknown,
): void {
  READERS[name] = { header, read: (bytes) => read(new ByteSource(bytes), bytes.length, bytes) };
}

reader("link", 16, (source, end) => readLink(source, 0, end, NAMES, true));
reader("route", 12, (source, end) => readRoute(source, 0, end, NAMES));
reader("neighbor", 12, (source, end) => readNeighbor(source, 0, end, NAMES));
reader("nexthop", 8, (source, end) => readNextHop(source, 0, end, NAMES));
reader("rule", 12, (source, end) => readRule(source, 0, end));
reader("conntrack", 4, (source, end) => readEntry(source, 0, end));
reader("tcp", 72, (source, end) => readInet(source, 0, end, "tcp"));
reader("unix", 16, (source, end) => readUnix(source, 0, end));
reader("packet", 16, (source, end) => readPacket(source, 0, end));
reader("vsock", 36, (source, end) => readVsock(source, 0, end));
reader("wireguard", 0, (source, end) => DEVICE.decode(source, 0, end));
reader("wireless", 0, (source, end) => {
  const values = NL80211.decode(source, 0, end);
  return [readInterface(values), readNetwork(values)];
});
reader("mdb", 0, (source, end) => MDB.decode(source, 0, end));
reader("group", 28, (source, end) => groupText(MDB_ENTRY.decode(source, 0, end)));
for (const kind of ["tbf", "netem", "fq", "fq_codel", "sfq", "htb", "pfifo", "prio"]) {
  reader(`qdisc ${kind}`, kind === "netem" ? 24 : 0, (_, _end, bytes) => readOptions(kind, bytes));
}
for (const kind of ["u32", "flower", "matchall", "fw", "basic"]) {
  reader(`filter ${kind}`, 0, (_, _end, bytes) => readFilterOptions(kind, bytes, new LinkNames()));
}
for (let type = 0; type < 12; type++) {
  reader(`encap ${type}`, 0, (_, _end, bytes) => readEncap(type, bytes));
}
for (const [name, { table, toWords }] of Object.entries({ ...KINDS, ...SLAVE_KINDS })) {
  reader(`kind ${name}`, 0, (source, end) => {
    const words = table.decode(source, 0, end);
    toWords?.(words);
    return words;
  });
}

testWith({}, "any bytes are read, or refused as an attribute that is named", () => {
  const next = random(20261121);
  for (const [name, { header, read }] of Object.entries(READERS)) {
    let [done, refused] = [0, 0];
    for (let round = 0; round < 300; round++) {
      const head = Array.from({ length: header }, () => next() * 256 | 0);
      // The families of addresses are what most headers begin with.
      if (header > 0 && next() < 0.7) head[0] = next() < 0.5 ? 2 : 10;
      const bytes = Uint8Array.from([...head, ...attributes(next, 3)]);
      // Sometimes the header itself is cut.
      const cut = next() < 0.03 ? bytes.slice(0, next() * (header + 4) | 0) : bytes;
      try {
        read(cut);
        done++;
      } catch (error) {
        assert(error instanceof AttributeError, `${name}: ${error} ${(error as Error).stack}`);
        refused++;
      }
    }
    assert(done > 20, `${name}: ${done} read, ${refused} refused`);
  }
});
