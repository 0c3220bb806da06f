/** What comes of a command in the guest, however it ends. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { runInGuest } from "../../tools/vm/guest.ts";
import { testWith } from "../_tools.ts";

/** Where the guest's own system cannot be had. */
function noPackages(): string | undefined {
  if (Deno.build.os !== "linux" || Deno.build.arch !== "x86_64") return "needs Linux on x86-64";
}
const NEEDS = { tools: ["apt-get", "dpkg-deb", "xz"], other: noPackages };

testWith(NEEDS, "a command's output, errors and status come out of the guest", async () => {
  const said = await runInGuest(
    ["sh", "-c", 'echo "$1, $WORD"; pwd; echo wrong >&2; touch here; exit 7', "-", "a  'b' $c"],
    { quiet: true, env: { WORD: "it's" }, cwd: "/usr/share" },
  );
  assertEquals([said.end, said.code], ["exited", 7], said.console);
  assertEquals(said.stdout, "a  'b' $c, it's\n/usr/share\n");
  assertEquals(said.stderr, "wrong\n");
  assert(!await Deno.stat("/usr/share/here").then(() => true, () => false));
});

testWith(NEEDS, "a test that kills the guest's kernel is a failure that says so", async () => {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "tools/vm/test.ts", "vm/crash.ts"],
    cwd: new URL("../..", import.meta.url).pathname,
  }).output();
  const text = new TextDecoder().decode(stdout);
  assertMatch(text, /Kernel panic.*\n[^]*\nThe guest died\n.* in all\n0 passed, 1 failed\n$/);
  assertEquals(code, 125);
});

testWith(NEEDS, "a command that does not end is ended", async () => {
  const said = await runInGuest(["sleep", "1000"], { quiet: true, limitSeconds: 10 });
  assertEquals([said.end, said.code], ["out of time", 124]);
});
