/** Whether all of `deno task bench` still runs; how fast it is, is not a test's business. */
import { assert, assertEquals } from "@std/assert";
import { SECTIONS } from "../../bench/report/sections.ts";
import { testWith } from "../_tools.ts";
import { assertPeers, assertWhole, quickly } from "./_results.ts";

testWith(
  { tools: ["gcc", "taskset"], root: true, netns: true },
  "deno task bench --quick measures every row of every section, and draws it",
  async () => {
    const { report, files } = await quickly([]);
    // That of the families boots a guest: tests/vm/bench_test.ts.
    const rows = SECTIONS.filter(({ id }) => id !== "families");
    assertWhole(report, rows);
    assertPeers(report);
    assertEquals(
      files.sort(),
      ["README.md", "results.json", ...rows.map(({ id }) => `${id}.svg`)].sort(),
    );
  },
);

testWith({}, "a name that no section, area or option has is told", async () => {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "bench/run.ts", "--quik", "nothing"],
    cwd: new URL("../../", import.meta.url).pathname,
  }).output();
  assertEquals(code, 2);
  assert(/^Cannot run: --quik, nothing is unknown/.test(new TextDecoder().decode(stderr)));
});
