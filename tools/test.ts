/**
 * Runs all tests: the static checks, every folder of tests/ and the examples in the docs, each in a
 * process of its own (tests count file descriptors), a few at a time. The last line is
 * `N passed, N failed`. Arguments name folders of tests/ to run only those.
 */
const ROOT = new URL("..", import.meta.url).pathname;
const DENO = Deno.execPath();
const AT_ONCE = Math.max(1, Math.min(3, navigator.hardwareConcurrency - 1));
const LIMIT_MS = 25 * 60 * 1000;

interface Job {
  name: string;
  args: string[];
  /** Whether to read counts from the output; else exit status 0 counts as one pass. */
  counted: boolean;
}

interface Outcome {
  passed: number;
  failed: number;
  skipped: number;
}

const TEST_ARGS = ["test", "-A", "--unstable-net", "--no-check", "--quiet"];

function jobs(only: readonly string[]): Job[] {
  const folders = [...Deno.readDirSync(`${ROOT}tests`)]
    .filter((entry) => entry.isDirectory && hasTests(`${ROOT}tests/${entry.name}`))
    .map((entry) => entry.name).sort();
  const list: Job[] = folders.map((name) => ({
    name: `tests/${name}`,
    args: [...TEST_ARGS, `tests/${name}`],
    counted: true,
  }));
  if (only.length > 0) return list.filter((job) => only.some((o) => job.name.endsWith(o)));
  const top = [...Deno.readDirSync(`${ROOT}tests`)]
    .filter((entry) => entry.name.endsWith("_test.ts")).map((entry) => `tests/${entry.name}`);
  if (top.length > 0) list.push({ name: "tests", args: [...TEST_ARGS, ...top], counted: true });
  const exported = Object.values(
    JSON.parse(Deno.readTextFileSync(`${ROOT}deno.json`)).exports as Record<string, string>,
  ).map((path) => path.replace(/^\.\//, ""));
  const folderNames = [...new Set(exported.map((path) => path.split("/")[0]))];
  list.push({
    name: "examples in the docs",
    args: [...TEST_ARGS, "--doc", "README.md", ...folderNames],
    counted: true,
  });
  return [
    { name: "deno check", args: ["check", "--quiet", "."], counted: false },
    { name: "deno lint", args: ["lint", "--quiet"], counted: false },
    { name: "deno fmt --check", args: ["fmt", "--check", "--quiet"], counted: false },
    { name: "deno doc --lint", args: ["doc", "--lint", ...exported], counted: false },
    {
      name: "deno publish --dry-run",
      args: ["publish", "--dry-run", "--allow-dirty", "--quiet"],
      counted: false,
    },
    ...list,
  ];
}

function hasTests(dir: string): boolean {
  for (const entry of Deno.readDirSync(dir)) {
    if (entry.name.endsWith("_test.ts")) return true;
    if (entry.isDirectory && hasTests(`${dir}/${entry.name}`)) return true;
  }
  return false;
}

async function run(job: Job): Promise<Outcome> {
  const began = performance.now();
  const child = new Deno.Command(DENO, {
    args: job.args,
    cwd: ROOT,
    // Nothing a test starts looks for a newer Deno in the network.
    env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const timer = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
  const { code, stdout, stderr } = await child.output();
  clearTimeout(timer);
  const out = new TextDecoder().decode(stdout);
  const err = new TextDecoder().decode(stderr);
  const outcome = job.counted ? counts(out, code) : {
    passed: code === 0 ? 1 : 0,
    failed: code === 0 ? 0 : 1,
    skipped: 0,
  };
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const { passed, failed, skipped } = outcome;
  console.log(
    `== ${job.name}: ${passed} passed, ${failed} failed, ${skipped} skipped (${seconds} s)`,
  );
  if (failed > 0) console.log(out + err);
  else if (skipped > 0) {
    console.log(out.split("\n").filter((l) => l.includes("ignored (")).join("\n"));
  }
  return outcome;
}

/** Reads Deno's closing line; a run that died without one has failed. */
function counts(output: string, code: number): Outcome {
  const line = output.match(/^(?:ok|FAILED) \| (\d+) passed.*$/m)?.[0];
  const number = (what: string) => Number(line?.match(new RegExp(`(\\d+) ${what}`))?.[1] ?? 0);
  const failed = number("failed");
  return {
    passed: number("passed"),
    failed: code !== 0 && failed === 0 ? 1 : failed,
    skipped: number("ignored"),
  };
}

const queue = jobs(Deno.args);
const total: Outcome = { passed: 0, failed: 0, skipped: 0 };
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
      const outcome = await run(job);
      total.passed += outcome.passed;
      total.failed += outcome.failed;
      total.skipped += outcome.skipped;
    }
  }),
);
if (Deno.env.get("REQUIRE_ALL") === "1") {
  total.failed += total.skipped;
  total.skipped = 0;
}
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
Deno.exit(total.failed === 0 ? 0 : 1);
