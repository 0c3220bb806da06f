/**
 * The whole comparison: ours and the peers in turn in one run, medians of at least seven rounds, shares of
 * the same round, CPU an operation and percentiles. It writes `bench/results/results.json`, a chart a section
 * and `bench/results/README.md`. With `--quick` few cells and short rounds, in under a minute and into
 * a folder of its own: whether everything still runs, not how fast it is. `--section=` runs only those
 * that it names; the others stay as they were.
 *
 *     deno task bench [--quick] [--section=ID,…]
 */
import { LOAD_CORES } from "../tcp/_servers.ts";
import { chart, markdown } from "./_charts.ts";
import { echoSections } from "./_echo.ts";
import { namesSection, optionsSection, startSection, udpSections, unixSection } from "./_others.ts";
import type { Plan, Section } from "./_results.ts";

const RESULTS = new URL("../results/", import.meta.url).pathname;

/** What the numbers were measured on. */
interface Machine {
  readonly cores: number;
  readonly model: string;
  readonly kernel: string;
  readonly deno: string;
}

interface Report {
  readonly date: string;
  readonly machine: Machine;
  readonly rounds: number;
  readonly sections: Section[];
}

function machine(): Machine {
  return {
    cores: navigator.hardwareConcurrency,
    model: /model name\s*:\s*(.*)/.exec(Deno.readTextFileSync("/proc/cpuinfo"))?.[1] ?? "unknown",
    kernel: /^[0-9.]+/.exec(Deno.osRelease())?.[0] ?? "unknown",
    deno: Deno.version.deno,
  };
}

async function* allSections(plan: Plan, build: string): AsyncGenerator<Section> {
  if (plan.wants("start")) yield await startSection(plan);
  yield* echoSections(plan, build);
  yield* udpSections(plan, build);
  if (plan.wants("unix")) yield await unixSection(plan, build);
  if (plan.wants("options")) yield await optionsSection(plan);
  if (plan.wants("names")) yield await namesSection(plan, build);
}

function page({ date, machine, rounds, sections }: Report): string {
  return [
    "# Measured",
    "",
    `On ${date}, ${machine.cores} cores (${machine.model}), Linux ${machine.kernel}, ` +
    `Deno ${machine.deno}; medians of ${rounds} rounds, shares of the first row in the same round, ` +
    "and CPU an operation where it was counted. Made by `deno task bench`; the raw numbers, with " +
    "percentiles, are in [results.json](results.json).",
    "",
    ...sections.flatMap((section) => [
      markdown(section),
      `![${section.title}](${section.id}.svg)`,
      "",
    ]),
  ].join("\n");
}

/** Writes what is known so far: a run that is cut short has not been for nothing. */
function write(folder: string, report: Report): void {
  Deno.mkdirSync(folder, { recursive: true });
  for (const section of report.sections) {
    Deno.writeTextFileSync(`${folder}/${section.id}.svg`, chart(section));
  }
  Deno.writeTextFileSync(`${folder}/results.json`, `${JSON.stringify(report, null, 1)}\n`);
  Deno.writeTextFileSync(`${folder}/README.md`, page(report));
}

/** The sections of the run before. */
function earlier(folder: string): Section[] {
  try {
    return (JSON.parse(Deno.readTextFileSync(`${folder}/results.json`)) as Report).sections;
  } catch {
    return [];
  }
}

const quick = Deno.args.includes("--quick");
const wanted = Deno.args.flatMap((argument) =>
  argument.startsWith("--section=") ? argument.slice("--section=".length).split(",") : []
);
const wants = (id: string) => wanted.length === 0 || wanted.includes(id);
const plan: Plan = quick
  ? { quick, wants, rounds: 1, ms: 60 }
  : { quick, wants, rounds: 7, ms: 200 };
const build = await Deno.makeTempDir();
const folder = quick ? `${build}/results` : RESULTS;
const report: Report = {
  date: new Date().toISOString().slice(0, 10),
  machine: machine(),
  rounds: plan.rounds,
  sections: wanted.length === 0 ? [] : earlier(folder),
};
console.log(`load on core ${LOAD_CORES}, ${plan.rounds} rounds of ${plan.ms} ms`);
try {
  for await (const section of allSections(plan, build)) {
    console.log(section.title);
    const at = report.sections.findIndex(({ id }) => id === section.id);
    if (at < 0) report.sections.push(section);
    else report.sections[at] = section;
    write(folder, report);
  }
  if (quick) console.log(`\n${page(report)}`);
} finally {
  await Deno.remove(build, { recursive: true });
}
Deno.exit(0);
