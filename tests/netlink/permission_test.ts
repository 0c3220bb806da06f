/** Permissions: tables take what networkInterfaces takes, the rest the whole of the net. */
import { assert, assertEquals } from "@std/assert";
import { testWith } from "../_tools.ts";
import { runProgram } from "../ffi/_child.ts";

const PROGRAM = `
import { netlink } from "$/mod.ts";
const all = {
  links: () => netlink.links().toArray(),
  addresses: () => netlink.addresses().toArray(),
  routes: () => netlink.routes().toArray(),
  neighbors: () => netlink.neighbors().toArray(),
  rules: () => netlink.rules().toArray(),
  nexthops: () => netlink.nexthops().toArray(),
  qdiscs: () => netlink.qdiscs().toArray(),
  monitor: () => netlink.monitor().next(),
  table: async () => (await netlink.table("links")).close(),
  sockets: () => netlink.sockets({ kinds: ["tcp"] }).toArray(),
  open: async () => netlink.open().close(),
  uevents: () => netlink.uevents({ signal: AbortSignal.timeout(1) }).next(),
  conntrack: () => netlink.conntrack().toArray(),
  ethtool: () => netlink.ethtool("lo"),
  genericFamilies: () => netlink.genericFamilies().toArray(),
  netnsIds: () => netlink.netnsIds().toArray(),
  change: () => netlink.change({ do: "set link", ifname: "lo", up: true }),
  netns: () => netlink.links({ netns: { pid: Deno.pid } }).toArray(),
};
for (const [name, run] of Object.entries(all)) {
  let said = "done";
  try { await run(); } catch (error) { said = error.name + ": " + error.message; }
  console.log(name + " " + said);
}
Deno.exit(0);
`;
const READERS = [
  "links",
  "addresses",
  "routes",
  "neighbors",
  "rules",
  "nexthops",
  "qdiscs",
  "monitor",
  "table",
  "ethtool",
  "genericFamilies",
  "netnsIds",
];

async function said(flags: string[]): Promise<Map<string, string>> {
  const { stdout, stderr } = await runProgram(PROGRAM, flags);
  const lines = stdout.trimEnd().split("\n").map((line) => line.split(/ (.*)/, 2));
  assertEquals(lines.length, READERS.length + 6, stderr);
  return new Map(lines as [string, string][]);
}

testWith({}, "reading tables takes --allow-sys=networkInterfaces beside --allow-ffi", async () => {
  for (const [name, text] of await said(["--allow-ffi", "--allow-sys=networkInterfaces"])) {
    if (READERS.includes(name)) assertEquals(text, "done", name);
    else assert(/^NotCapable: .*--allow-net$/.test(text), `${name} ${text}`);
  }
});

testWith(
  {},
  "sockets, changes, other namespaces and any protocol take the whole of --allow-net",
  async () => {
    for (const [name, text] of await said(["--allow-ffi", "--allow-net"])) {
      if (READERS.includes(name)) {
        assert(/^NotCapable: .*--allow-sys=networkInterfaces$/.test(text), `${name} ${text}`);
      } else assert(!text.startsWith("NotCapable"), `${name} ${text}`);
    }
    for (const [name, text] of await said(["--allow-ffi", "--allow-net=127.0.0.1"])) {
      assert(text.startsWith("NotCapable"), `${name} ${text}`);
    }
  },
);

testWith({}, "nothing is opened without --allow-ffi", async () => {
  for (const [name, text] of await said(["--allow-net", "--allow-sys"])) {
    assert(/^NotCapable: .*--allow-ffi/.test(text), `${name} ${text}`);
  }
});
