/** An ordinary user in a user and network namespace of its own. */
import { assertEquals } from "@std/assert";
import { nobody } from "../raw/_nobody.ts";
import { testWith, which } from "../_tools.ts";

const PROGRAM = `
import * as netlink from "./netlink/mod.ts";
await netlink.change({ do: "add link", ifname: "v0", kind: "veth", peer: { ifname: "v1" } });
const failures = await netlink.changeAll([
  { do: "set link", ifname: "v0", up: true },
  { do: "add address", dev: "v0", local: "10.0.0.1/24" },
]);
const names = (await netlink.links().toArray()).map(({ ifname }) => ifname);
const [address] = await netlink.addresses({ dev: "v0", family: "inet" }).toArray();
using table = await netlink.table("links");

// Changes after the snapshot, as ip makes them.
const told = [];
for await (const event of netlink.monitor({ groups: ["addresses"] })) {
  if (event.change === "synced") {
    await new Deno.Command("ip", { args: ["address", "add", "10.0.0.2/24", "dev", "v0"] }).output();
  } else if (event.value.local === "10.0.0.2") {
    told.push(event.change);
    if (event.change === "remove") break;
    await new Deno.Command("ip", { args: ["address", "del", "10.0.0.2/24", "dev", "v0"] }).output();
  }
}
console.log(JSON.stringify([failures, names, address.local, table.size, told]));
`;

testWith(
  { root: true, netns: true, tools: ["setpriv", "unshare", "ip"] },
  "an ordinary user under unshare -rn makes links, reads them and hears of changes",
  async () => {
    await using user = await nobody();
    const file = `${user.root}program.ts`;
    await Deno.writeTextFile(file, PROGRAM);
    const { stdout, stderr } = await new Deno.Command(which("setpriv")!, {
      args: [
        ...user.args,
        ...["unshare", "-rn", user.deno, "run", "-A", "--no-check", file],
      ],
      cwd: user.root,
    }).output();
    const text = new TextDecoder().decode(stdout);
    assertEquals(
      text && JSON.parse(text),
      [[], ["lo", "v1", "v0"], "10.0.0.1", 3, ["add", "remove"]],
      new TextDecoder().decode(stderr),
    );
  },
);
