/** What is made of bench/results/results.json is as it would be made now. */
import { assert, assertEquals } from "@std/assert";
import { filesOf, readmeOf, readReport, RESULTS } from "../../bench/report/render.ts";
import { SECTIONS } from "../../bench/report/sections.ts";
import { namesOf } from "../../bench/report/_tables.ts";
import { why } from "../../bench/report/_why.ts";
import { testWith } from "../_tools.ts";

const NEEDS = {
  other() {
    try {
      Deno.statSync(`${RESULTS}/results.json`);
    } catch {
      return "nothing was measured yet: `deno task bench` writes bench/results/";
    }
  },
};
const ANEW = "`deno task bench --render` makes it anew";

testWith(
  NEEDS,
  "the README's section on speed, the charts and tables are those of the results",
  async () => {
    const report = readReport(RESULTS);
    const files = await filesOf(report);
    const there = [...Deno.readDirSync(RESULTS)].map(({ name }) => name);
    assertEquals(there.sort(), [...files.keys(), "results.json"].sort(), ANEW);
    for (const [name, text] of files) {
      assertEquals(Deno.readTextFileSync(`${RESULTS}/${name}`), text, `${name}: ${ANEW}`);
    }
    const path = new URL("../../README.md", import.meta.url);
    assertEquals(Deno.readTextFileSync(path), await readmeOf(report), `README.md: ${ANEW}`);
  },
);

testWith(NEEDS, "the results have every section, each the median of seven rounds at least", () => {
  const report = readReport(RESULTS);
  assert(report.rounds >= 7);
  assertEquals(report.sections.map(({ id }) => id).sort(), SECTIONS.map(({ id }) => id).sort());
});

testWith(NEEDS, "every row of ours has a reason for being behind, should it be", () => {
  for (const section of readReport(RESULTS).sections) {
    for (const name of namesOf(section.cells)) {
      if (name.startsWith("ours")) assert(why(section, name).length > 10);
    }
  }
});
