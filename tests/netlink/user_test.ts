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
console.log(JSON.stringify([failures, names, address.local, table.size]));
`;

testWith(
  { root: true, netns: true, tools: ["setpriv", "unshare"] },
  "an ordinary user under unshare -rn makes links and reads them",
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
      [[], ["lo", "v1", "v0"], "10.0.0.1", 3],
      new TextDecoder().decode(stderr),
    );
  },
);
