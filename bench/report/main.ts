/** Measures sections, and writes what they come to as it comes. */
import { absent } from "../_tools.ts";
import { markdown } from "./_tables.ts";
import { render, type Report, RESULTS } from "./render.ts";
import { SECTIONS } from "./sections.ts";
import type { Plan, Section, SectionRow } from "./results.ts";

const QUICK: Plan = { quick: true, rounds: 1, ms: 30 };
const WHOLE: Plan = { quick: false, rounds: 7, ms: 120 };

/** Where the results go. */
export interface ReportOptions {
  /** Whether everything still runs, not how fast it is. */
  readonly quick: boolean;
  /** Whether results are kept: else they are printed. */
  readonly save: boolean;
  /** The folder; bench/results unless it is quick, which then keeps nothing. */
  readonly to?: string;
}

function machine(): Report["machine"] {
  return {
    cores: navigator.hardwareConcurrency,
    model: /model name\s*:\s*(.*)/.exec(Deno.readTextFileSync("/proc/cpuinfo"))?.[1] ?? "unknown",
    kernel: /^[0-9.]+/.exec(Deno.osRelease())?.[0] ?? "unknown",
    deno: Deno.version.deno,
  };
}

/** What the run before came to, if there was one. */
function earlier(folder: string): Report | undefined {
  try {
    return JSON.parse(Deno.readTextFileSync(`${folder}/results.json`));
  } catch {
    return undefined;
  }
}

function placeOf(id: string): number {
  return SECTIONS.findIndex((section) => section.id === id);
}

/**
 * Measures sections. What fails is told, and the others are measured all the same.
 *
 * @returns Whether nothing failed.
 */
export async function report(
  rows: readonly SectionRow[],
  { quick, save, to }: ReportOptions,
): Promise<boolean> {
  const plan = quick ? QUICK : WHOLE;
  const folder = to ?? (quick || !save ? undefined : RESULTS);
  const began = performance.now();
  const before = folder === undefined ? undefined : earlier(folder);
  const failed: string[] = [];
  const all: Report = {
    date: new Date().toISOString().slice(0, 10),
    machine: machine(),
    rounds: plan.rounds,
    absent: rows.length === SECTIONS.length ? {} : before?.absent ?? {},
    sections: before?.sections ?? [],
  };
  for (const { id, make } of rows) {
    const start = performance.now();
    console.log(`${id}`);
    const made = await make(plan).catch((error) => {
      console.error(error);
      failed.push(id);
    });
    if (made === undefined) continue;
    const section: Section = { id, ...made };
    const at = all.sections.findIndex((section) => section.id === id);
    if (at < 0) all.sections.push(section);
    else all.sections[at] = section;
    all.sections.sort((a, b) => placeOf(a.id) - placeOf(b.id));
    Object.assign(all.absent, Object.fromEntries(absent));
    // A run that is cut short has not been for nothing.
    if (folder !== undefined) {
      Deno.mkdirSync(folder, { recursive: true });
      Deno.writeTextFileSync(`${folder}/results.json`, `${JSON.stringify(all, null, 1)}\n`);
    } else console.log(`\n${markdown(section)}`);
    console.log(`  ${id}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
  }
  if (folder !== undefined && all.sections.length > 0) await render(folder);
  console.log(`${((performance.now() - began) / 1000).toFixed(0)} s in all`);
  if (failed.length > 0) console.error(`Failed: ${failed.join(", ")}`);
  return failed.length === 0;
}
