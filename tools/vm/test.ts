/**
 * `deno task test:vm`: runs tests in the guest, whose kernel has what most lack. Arguments name
 * folders and files of tests/, as those of `deno task test` do; without any, those listed in
 * guest_tests.ts run, with `--all` the long ones too.
 * The last line is `N passed, N failed`.
 */
import { compiledC } from "../../tests/_compiled.ts";
import { denoCommand } from "./deno.ts";
import { isEmulated, runInGuest } from "./guest.ts";
import { LONG_TESTS, TESTS } from "./guest_tests.ts";

/** One guest for each processor, but no more than these. */
const GUESTS = 2;
/** The whole of it, the boot included; an idle machine needs a third of it. */
const LIMIT_SECONDS = 900;
/** How much longer than here a test may take on an emulated processor. */
const TIME_SCALE = 25;

const ROOT = new URL("../..", import.meta.url).pathname;
const SECONDS = { ...TESTS, ...LONG_TESTS };
const wanted = Deno.args.filter((arg) => arg !== "--" && arg !== "--all");
const isWhole = wanted.length === 0;
const listed = Deno.args.includes("--all") ? SECONDS : TESTS;
const asked = isWhole ? Object.keys(listed).filter((test) => isThere(pathOf(test))) : wanted;
const missing = asked.filter((test) => !isThere(pathOf(test)));
if (missing.length > 0) {
  console.error(`Cannot test: no ${missing.map(pathOf).join(", ")}`);
  Deno.exit(2);
}
const began = performance.now();
for (const path of asked.flatMap((test) => [...filesOf(pathOf(test))])) {
  if (path.endsWith(".c")) await compiledC(path);
}
// A test may run others, so that all are wanted.
const testFiles = [...filesOf(`${ROOT}tests`)].filter((path) => path.endsWith("_test.ts"));
const shares = shared(asked, Math.min(GUESTS, navigator.hardwareConcurrency));
const sum = { passed: 0, failed: 0, code: 0 };
await Promise.all(shares.map(async (share) => {
  const { passed, failed, code } = await run(share, shares.length > 1);
  sum.passed += passed;
  sum.failed += failed;
  sum.code ||= code;
}));
console.log(`guest: ${Math.round((performance.now() - began) / 1000)} s in all`);
console.log(`${sum.passed} passed, ${sum.failed} failed`);
Deno.exit(sum.code);

/** Deals the tests out so that all guests take about as long: the longest first. */
function shared(tests: readonly string[], count: number): string[][] {
  const seconds = (test: string) => SECONDS[test] ?? 15;
  const shares = Array.from({ length: count }, () => ({ tests: [] as string[], seconds: 0 }));
  for (const test of [...tests].sort((a, b) => seconds(b) - seconds(a))) {
    const share = shares.reduce((least, other) => other.seconds < least.seconds ? other : least);
    share.tests.push(test);
    share.seconds += seconds(test);
  }
  return shares.map((share) => share.tests).filter((tests) => tests.length > 0);
}

/** Runs tests in a guest. Beside others it says only what it sums up, and why it failed. */
async function run(
  tests: readonly string[],
  beside: boolean,
): Promise<{ passed: number; failed: number; code: number }> {
  const { end, code, stdout, stderr, console: said } = await runInGuest(
    await denoCommand(`${ROOT}tools/test.ts`, tests, testFiles),
    {
      cwd: ROOT,
      limitSeconds: LIMIT_SECONDS,
      quiet: beside,
      env: {
        IN_GUEST: "1",
        TIME_SCALE: isEmulated() ? String(TIME_SCALE) : "1",
        REQUIRE_ALL: Deno.env.get("REQUIRE_ALL") ?? "",
        // What every kernel can run has run outside.
        ONLY_KERNEL: isWhole ? "1" : "",
      },
    },
  );
  if (beside) console.log(`${code === 0 ? "" : stderr}${stdout}`.trim());
  console.log(said.trim());
  const counts = { passed: 0, failed: 0, code };
  for (const [, passed, failed] of stdout.matchAll(/^== .*: (\d+) passed, (\d+) failed/gm)) {
    counts.passed += Number(passed);
    counts.failed += Number(failed);
  }
  if (end !== "exited") {
    counts.failed++;
    console.log(end === "died" ? "The guest died" : `The guest took over ${LIMIT_SECONDS} s`);
  } else if (code !== 0 && counts.failed === 0) counts.failed++;
  return counts;
}

function pathOf(test: string): string {
  return `${ROOT}tests/${test.split(":")[0]}`;
}

function* filesOf(path: string): Generator<string> {
  if (!Deno.statSync(path).isDirectory) return yield path;
  for (const entry of Deno.readDirSync(path)) yield* filesOf(`${path}/${entry.name}`);
}

function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
