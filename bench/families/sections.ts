/** Families that most kernels lack: measured in the guest of tools/vm/, against C in the same guest. */
import { denoCommand } from "../../tools/vm/deno.ts";
import { CACHE } from "../../tools/vm/cache.ts";
import { isEmulated, runInGuest } from "../../tools/vm/guest.ts";
import { absent, BENCH, c } from "../_tools.ts";
import type { Cell, SectionRow } from "../report/results.ts";

export const FAMILIES_SECTIONS: readonly SectionRow[] = [{
  id: "families",
  area: "families",
  async make(plan) {
    const lacking = lacksGuest();
    if (lacking !== undefined) {
      absent.set("the guest", lacking);
      console.log(`  not here: ${lacking}; the section is left out`);
      return undefined;
    }
    const [inC] = await c("families/families.c");
    const there = { ...plan, ms: plan.quick ? 50 : 400 };
    const command = await denoCommand(`${BENCH}families/inside.ts`, [inC, JSON.stringify(there)]);
    const { code, stdout, stderr } = await runInGuest(command, {
      cwd: BENCH,
      quiet: true,
      limitSeconds: 300,
    });
    if (code !== 0) throw new Error(`Cannot measure in the guest: ${stderr}${stdout}`);
    const lines = stdout.trim().split("\n");
    const cells: Cell[] = JSON.parse(lines.pop()!);
    console.log(lines.join("\n"));
    return {
      title: "Families that most kernels lack, in a guest",
      unit: "a second",
      note: "Both ends in one thread of a guest with Linux 6.12" +
        (isEmulated() ? ", whose one processor is emulated: only shares mean something. " : ". ") +
        "An echo is there and back; the others go one way. 1.00 is C in the same guest, whose calls block.",
      cells,
    };
  },
}];

/** Why there is no guest, or undefined: what it needs is downloaded by `task test:vm`, or in CI. */
export function lacksGuest(): string | undefined {
  if (Deno.build.arch !== "x86_64") return "the guest needs x86-64";
  if (Deno.env.get("REQUIRE_ALL") === "1") return undefined;
  try {
    const kept = [...Deno.readDirSync(CACHE)].some(({ name }) => name.startsWith("packages-"));
    if (kept) return undefined;
  } catch {
    // Nothing was ever downloaded.
  }
  return "`task test:vm` once downloads the guest";
}
