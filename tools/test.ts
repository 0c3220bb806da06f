/**
 * Runs all tests: the static checks, every folder of tests/ and the examples in the docs, each in a
 * process of its own (tests count file descriptors), a few at a time, and the guest's tests. The last
 * line is `N passed, N failed`. Arguments name folders and files of tests/ to run only those;
 * `udp:multicast` runs those of tests/udp/ whose names have that word (or match a `/regexp/`).
 */
import { inTestPlace, removeTestPlace } from "./test_place.ts";
import { CACHE } from "./vm/cache.ts";
import { guestRuns } from "./vm/guest_tests.ts";

const ROOT = new URL("..", import.meta.url).pathname;
const DENO = Deno.execPath();
/** Most of a test's time is waiting: two at once keep two cores busy. */
const AT_ONCE = Math.max(2, Math.min(3, navigator.hardwareConcurrency - 1));
const LIMIT_MS = 25 * 60 * 1000;

interface Job {
  name: string;
  args: string[];
  /** Whether to read counts from the output; else exit status 0 counts as one pass. */
  counted: boolean;
  /** Why it is left out, if it is. */
  skip?: string;
  /** Variables of its environment. */
  env?: Record<string, string>;
}

interface Outcome {
  passed: number;
  failed: number;
  skipped: number;
  /** Tests of families that this kernel lacks: the guest runs them. */
  left: number;
}

const REQUIRE_ALL = Deno.env.get("REQUIRE_ALL") === "1";
const IN_GUEST = Deno.env.get("IN_GUEST") === "1";
const PLAIN_ARGS = [
  ...["test", "-A", "--unstable-net", "--no-check", "--quiet"],
  ...(IN_GUEST ? ["--cached-only"] : []),
];
const TEST_ARGS = [...PLAIN_ARGS, "--sanitize-ops", "--sanitize-resources"];

/** The job of an argument: `PATH` or `PATH:FILTER`. */
function job(argument: string): Job {
  const [, path, filter] = /^([^:]*?)\/?(?::(.*))?$/.exec(argument)!;
  const place = IN_GUEST ? inOne(`tests/${path}`) : `tests/${path}`;
  const args = [...TEST_ARGS, ...(filter === undefined ? [] : [`--filter=${filter}`]), place];
  return { name: `tests/${argument}`, args, counted: true };
}

/**
 * A file that has all tests of a folder. Each file has to load what it stands on, which takes seconds
 * in the guest; what is written there goes nowhere.
 */
function inOne(path: string): string {
  if (Deno.statSync(`${ROOT}${path}`).isFile) return path;
  const one = `${path}/all_in_one.ts`;
  const imports = [...testFiles(`${ROOT}${path}`)].sort().map((file) => `import "${file}";\n`);
  Deno.writeTextFileSync(`${ROOT}${one}`, imports.join(""));
  return one;
}

/** What runs by itself where it pays, from the first connection on: the contract, and what may go wrong. */
function ringJobs(): Job[] {
  return ["contract", "reliability/cancellation_test.ts"].map((path) => ({
    name: `tests/${path} by io_uring`,
    args: [...TEST_ARGS, "--filter=/^tcp.*by libc/", `tests/${path}`],
    counted: true,
    env: { SOCKETS_IO_URING: "1" },
  }));
}

/** The tests that need another kernel. They are downloaded for only if that was asked for. */
function guestJob(): Job {
  const wanted = REQUIRE_ALL || Deno.env.get("CI") !== undefined || isThere(CACHE);
  return {
    name: "tests in the guest",
    args: ["run", "-A", "tools/vm/test.ts"],
    counted: true,
    skip: wanted ? undefined : "`task test:vm` once downloads what the guest needs",
  };
}

/** The scenarios by an emulated aarch64 processor; its Deno is downloaded only if that was asked for. */
function aarch64Job(): Job {
  const wanted = REQUIRE_ALL || Deno.env.get("CI") !== undefined;
  return {
    name: "tests on aarch64",
    args: ["run", "-A", "tools/aarch64.ts"],
    counted: true,
    skip: wanted ? undefined : "`task test:aarch64` downloads what the emulator runs",
  };
}

/** A part of the captures that `task test:captures` compares; downloaded only if that was asked for. */
function capturesJob(): Job {
  const wanted = REQUIRE_ALL || Deno.env.get("CI") !== undefined;
  return {
    name: "captures of others",
    args: ["run", "-A", "--no-check", "tools/captures.ts", "--every", "16"],
    counted: true,
    skip: wanted ? undefined : "`task test:captures` downloads the captures",
  };
}

function jobs(only: readonly string[]): Job[] {
  if (only.length > 0) return only.map(job);
  const folders = [...Deno.readDirSync(`${ROOT}tests`)]
    .filter((entry) => entry.isDirectory && !testFiles(`${ROOT}tests/${entry.name}`).next().done)
    .map((entry) => entry.name).sort();
  const list = folders.map(job);
  const top = [...Deno.readDirSync(`${ROOT}tests`)]
    .filter((entry) => entry.name.endsWith("_test.ts")).map((entry) => `tests/${entry.name}`);
  if (top.length > 0) list.push({ name: "tests", args: [...TEST_ARGS, ...top], counted: true });
  const exported = Object.values(
    JSON.parse(Deno.readTextFileSync(`${ROOT}deno.json`)).exports as Record<string, string>,
  ).map((path) => path.replace(/^\.\//, ""));
  const folderNames = [...new Set([...exported, "faces"].map((path) => path.split("/")[0]))];
  list.push({
    name: "examples in the docs",
    // Each is a program of its own, which opens the C library and leaves it open.
    args: [...PLAIN_ARGS, "--doc", ...folderNames],
    counted: true,
  });
  return [
    { name: "Node and Bun from npm", args: ["run", "-A", "tools/runtimes.ts"], counted: false },
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
    ...ringJobs(),
    aarch64Job(),
    capturesJob(),
    guestJob(),
  ];
}

function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

/** The files with tests in a folder and those below it. */
function* testFiles(folder: string): Generator<string> {
  for (const entry of Deno.readDirSync(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* testFiles(path);
    else if (entry.name.endsWith("_test.ts")) yield path;
  }
}

/** Tests need no network at all; the checks and the guest may have to download something first. */
function staysHome({ name, args }: Job): boolean {
  return args[0] === "test" && name !== "tests/vm" && !IN_GUEST;
}

async function run(job: Job): Promise<Outcome> {
  if (job.skip !== undefined) {
    console.log(`== ${job.name}: skipped, ${job.skip}`);
    return { passed: 0, failed: 0, skipped: 1, left: 0 };
  }
  const began = performance.now();
  const line = [DENO, ...job.args];
  const [command, ...args] = staysHome(job) ? inTestPlace(line) : line;
  const child = new Deno.Command(command, {
    args,
    cwd: ROOT,
    // Nothing a test starts looks for a newer Deno in the network.
    env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1", ...job.env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const timer = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
  const [out, err, { code }] = await Promise.all([
    collect(child.stdout),
    collect(child.stderr),
    child.status,
  ]);
  clearTimeout(timer);
  const outcome = job.counted ? counts(out, code) : {
    passed: code === 0 ? 1 : 0,
    failed: code === 0 ? 0 : 1,
    skipped: 0,
    left: 0,
  };
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  // What is left to a guest that does not run it is skipped.
  if (!IN_GUEST && outcome.left > 0 && !guestRuns(job.name.split("/")[1])) {
    outcome.skipped += outcome.left;
    outcome.left = 0;
  }
  const { failed, skipped, left } = outcome;
  const elsewhere = left > 0 ? `, ${left} left to the guest` : "";
  console.log(`== ${job.name}: ${sum(outcome)}${elsewhere} (${seconds} s)`);
  if (failed > 0 && !IN_GUEST) console.log(out + err);
  else if (skipped > 0) {
    console.log(out.split("\n").filter((l) => l.includes("ignored (")).join("\n"));
  }
  return outcome;
}

/** What comes, as text. A guest may die, so that there all is told as it comes. */
async function collect(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of stream) {
    text += decoder.decode(bytes, { stream: true });
    for (let at = 0; IN_GUEST && at < bytes.length;) {
      at += Deno.stderr.writeSync(bytes.subarray(at));
    }
  }
  return text;
}

/**
 * Reads the last line with counts: Deno's own, or that of this program when it ran in the guest. A
 * run that died without one has failed.
 */
function counts(output: string, code: number): Outcome {
  const lines = [...output.matchAll(/^(?:(?:ok|FAILED) \| )?\d+ passed.*$/gm)];
  const line = lines.at(-1)?.[0];
  const number = (what: string) => Number(line?.match(new RegExp(`(\\d+) ${what}`))?.[1] ?? 0);
  const failed = number("failed");
  const left = [...output.matchAll(/\(left to the guest: .*\) \.\.\. .*ignored/g)].length;
  return {
    passed: number("passed"),
    failed: code !== 0 && failed === 0 ? 1 : failed,
    skipped: number("ignored") + number("skipped") - left,
    left,
  };
}

function sum({ passed, failed, skipped }: Outcome): string {
  return `${passed} passed, ${failed} failed` + (skipped > 0 ? `, ${skipped} skipped` : "");
}

const queue = jobs(Deno.args);
const total: Outcome = { passed: 0, failed: 0, skipped: 0, left: 0 };
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
removeTestPlace();
if (REQUIRE_ALL) {
  total.failed += total.skipped;
  total.skipped = 0;
}
console.log(sum(total));
Deno.exit(total.failed === 0 ? 0 : 1);
