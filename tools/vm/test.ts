/**
 * `deno task test:vm`: runs tests in the guest, whose kernel has what most lack. Arguments name
 * folders and files of tests/, as those of `deno task test` do; without any, those listed below run.
 * The last line is `N passed, N failed`.
 */
import { compiledC } from "../../tests/_compiled.ts";
import { isEmulated, runInGuest } from "./guest.ts";

/** What runs in the guest: a folder or file of tests/, or `PATH:FILTER`. */
const TESTS = [
  "vm/families_test.ts",
  "alg",
  "bluetooth",
  "can",
  "dccp",
  "netlink",
  "reliability/netem_test.ts",
  "sctp",
  "tipc",
  "vsock",
];
/** The whole of it, the boot included. */
const LIMIT_SECONDS = 300;
/** How much longer than here a test may take on an emulated processor. */
const TIME_SCALE = 25;

const ROOT = new URL("../..", import.meta.url).pathname;
const asked = Deno.args.length > 0 ? Deno.args : TESTS.filter((test) => isThere(pathOf(test)));
const missing = asked.filter((test) => !isThere(pathOf(test)));
if (missing.length > 0) {
  console.error(`Cannot test: no ${missing.map(pathOf).join(", ")}`);
  Deno.exit(2);
}
const began = performance.now();
await prepare(asked.map(pathOf));
const { end, code, stdout, console: said } = await runInGuest(
  [Deno.execPath(), "run", "-A", "--no-check", "--cached-only", "tools/test.ts", ...asked],
  {
    cwd: ROOT,
    limitSeconds: LIMIT_SECONDS,
    env: {
      IN_GUEST: "1",
      TIME_SCALE: isEmulated() ? String(TIME_SCALE) : "1",
      REQUIRE_ALL: Deno.env.get("REQUIRE_ALL") ?? "",
    },
  },
);
console.log(`${said.trim()}\nguest: ${Math.round((performance.now() - began) / 1000)} s in all`);
console.log(end === "exited" ? lastLine(stdout) : lost(end, stdout));
Deno.exit(code);

/** Has all in the cache that the guest, which has no network, would download or compile. */
async function prepare(paths: readonly string[]): Promise<void> {
  // A test may run others, so that all are wanted.
  const tests = [...filesOf(`${ROOT}tests`)].filter((path) => path.endsWith("_test.ts"));
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["cache", "--quiet", `${ROOT}tools/test.ts`, ...tests],
    cwd: ROOT,
  }).output();
  if (!success) throw new Error("Cannot test: deno cache fails");
  for (const path of paths.flatMap((path) => [...filesOf(path)])) {
    if (path.endsWith(".c")) await compiledC(path);
  }
}

/** What is told of a run that did not end by itself: the counts so far, and one failure more. */
function lost(end: string, stdout: string): string {
  const sum = { passed: 0, failed: 1 };
  for (const [, passed, failed] of stdout.matchAll(/^== .*: (\d+) passed, (\d+) failed/gm)) {
    sum.passed += Number(passed);
    sum.failed += Number(failed);
  }
  console.log(end === "died" ? "The guest died" : `The guest took over ${LIMIT_SECONDS} s`);
  return `${sum.passed} passed, ${sum.failed} failed`;
}

function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1)!;
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
