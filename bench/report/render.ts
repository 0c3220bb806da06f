/** What is made of `results.json`: charts, tables, and the section "Speed" of the README. */
import { chart } from "./_charts.ts";
import { markdown } from "./_tables.ts";
import { readmeSection } from "./_readme.ts";
import type { Section } from "./results.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
/** Where results are kept. */
export const RESULTS: string = new URL("../results", import.meta.url).pathname;
const BEGIN = "<!-- Made by `deno task bench --render` of bench/results/results.json: begin -->";
const END = "<!-- end -->";

/** All that was measured, and on what. */
export interface Report {
  readonly date: string;
  readonly machine: {
    readonly cores: number;
    readonly model: string;
    readonly kernel: string;
    readonly deno: string;
  };
  readonly rounds: number;
  /** What was not here, and why. */
  readonly absent: Record<string, string>;
  readonly sections: Section[];
}

function page(report: Report): string {
  const { date, machine, rounds, absent, sections } = report;
  const lacking = Object.entries(absent).map(([name, why]) => `${name} (${why})`);
  return [
    "# Measured",
    "",
    `On ${date}, ${machine.cores} cores (${machine.model}), Linux ${machine.kernel}, ` +
    `Deno ${machine.deno}, by \`deno task bench\`: medians of ${rounds} rounds, in each of which all have ` +
    "their turn. Shares are of the first row in the same round; after them stands the CPU of an " +
    "operation. The raw numbers, with percentiles and the spread, are in [results.json](results.json).",
    "",
    ...(lacking.length === 0 ? [] : [`Not there: ${lacking.join(", ")}.`, ""]),
    ...sections.flatMap((section) => [
      markdown(section),
      `![${section.title}](${section.id}.svg)`,
      "",
    ]),
  ].join("\n");
}

/** The files of a folder of results, by their names. */
export async function filesOf(report: Report): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>(
    report.sections.map((section) => [`${section.id}.svg`, chart(section)] as const),
  );
  files.set("README.md", await formatted(page(report)));
  return files;
}

/** The README with what it says of results. */
export async function readmeOf(report: Report): Promise<string> {
  const readme = Deno.readTextFileSync(`${ROOT}README.md`);
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error("Cannot render: the README has no marks");
  const before = readme.slice(0, begin + BEGIN.length);
  return await formatted(`${before}\n\n${readmeSection(report)}\n\n${readme.slice(end)}`);
}

async function formatted(markdown: string): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--ext=md", `--config=${ROOT}deno.json`, "-"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(markdown));
  await writer.close();
  const { success, stdout } = await child.output();
  if (!success) throw new Error("Cannot render: deno fmt failed");
  return new TextDecoder().decode(stdout);
}

/** Reads what was measured. */
export function readReport(folder: string): Report {
  return JSON.parse(Deno.readTextFileSync(`${folder}/results.json`));
}

/** Writes all that is made of a folder's results: the README's section only of those in bench/results. */
export async function render(folder: string = RESULTS): Promise<void> {
  const report = readReport(folder);
  const files = await filesOf(report);
  for (const { name } of Deno.readDirSync(folder)) {
    if (name.endsWith(".svg") && !files.has(name)) Deno.removeSync(`${folder}/${name}`);
  }
  for (const [name, text] of files) Deno.writeTextFileSync(`${folder}/${name}`, text);
  if (folder === RESULTS) Deno.writeTextFileSync(`${ROOT}README.md`, await readmeOf(report));
}
