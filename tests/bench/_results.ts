/** What the tests of the benchmarks look for in results. */
import { assert, assertEquals } from "@std/assert";
import { which } from "../_tools.ts";
import type { Report } from "../../bench/report/render.ts";
import type { Result, SectionRow } from "../../bench/report/results.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** Runs sections quickly; what they came to, and the names of the files that were written. */
export async function quickly(
  names: readonly string[],
): Promise<{ report: Report; files: string[]; told: string }> {
  const folder = await Deno.makeTempDir();
  try {
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-A", "--unstable-net", "--no-check", "bench/run.ts"],
        ...["--quick", `--to=${folder}`, ...names],
      ],
      cwd: ROOT,
      env: { NO_COLOR: "1" },
    }).output();
    const told = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assert(success, told);
    return {
      report: JSON.parse(await Deno.readTextFile(`${folder}/results.json`)),
      files: [...Deno.readDirSync(folder)].map(({ name }) => name),
      told,
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Every section that was asked for is there, with its yardstick, ours and numbers. */
export function assertWhole(report: Report, rows: readonly SectionRow[]): void {
  assertEquals(report.sections.map(({ id }) => id), rows.map(({ id }) => id));
  for (const { id, cells } of report.sections) {
    assert(cells.length > 0, id);
    for (const { name, results } of cells) {
      const at = `${id}, ${name}`;
      assert(results.length > 1, at);
      assert(results.some(({ name }) => name.startsWith("ours")), at);
      assertEquals(results[0].share, 1, at);
      for (const result of results) assertNumbers(result, `${at}, ${result.name}`);
    }
  }
}

function assertNumbers({ name: _, cpuMicros, ...numbers }: Result, at: string): void {
  for (const [key, value] of Object.entries(numbers)) {
    assert(Number.isFinite(value) && value > 0, `${at}: ${key} is ${value}`);
  }
  // What takes nothing that the clock sees is no defect of the row.
  if (cpuMicros !== undefined) assert(cpuMicros >= 0 && cpuMicros < Infinity, `${at}: CPU`);
}

/** The peers of which programs are here have their rows: those that CI installs, and what else there is. */
export function assertPeers(report: Report): void {
  const rows = report.sections.flatMap(({ id, cells }) =>
    cells.flatMap(({ results }) => results.map(({ name }) => `${id}: ${name}`))
  );
  const PEERS: readonly (readonly [tool: string, peer: RegExp])[] = [
    ["python3", /^echo-connections: CPython asyncio$/],
    ["python3", /^echo-connections: CPython selectors$/],
    ["go", /^echo-connections: Go$/],
    ["rustc", /^echo-connections: Rust std/],
    [Deno.execPath(), /^udp-received: bare Deno --unstable-net$/],
    [Deno.execPath(), /^udp-received: bare Deno, node:dgram$/],
  ];
  for (const [tool, peer] of PEERS) {
    if (which(tool) !== undefined) assert(rows.some((row) => peer.test(row)), `${peer}`);
  }
  for (const peer of ["Node", "Bun"]) {
    if (report.absent[peer] === undefined) assert(rows.includes(`echo-connections: ${peer}`), peer);
  }
}
