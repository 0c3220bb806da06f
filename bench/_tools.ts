/**
 * The programs that rows are measured by: interpreters that are here, and C, Go and Rust compiled once
 * for all runs. What is not here is told by {@linkcode absent}, and its rows are left out.
 */
import { which } from "../tests/_tools.ts";
import { otherRuntimes } from "../tools/runtimes.ts";
import { cached, keyOf, output } from "../tools/vm/cache.ts";

/** The folder of the benchmarks. */
export const BENCH: string = new URL(".", import.meta.url).pathname;
const ROOT = new URL("..", import.meta.url).pathname;

/** What CI has: that one of these is missing is a failure where REQUIRE_ALL=1. */
const IN_CI = ["gcc", "python3", "Node", "Bun", "fping", "ping", "taskset", "ip"];
/** Where Debian has the sources of Go packages (golang-golang-x-net-dev). */
const GO_PATH = "/usr/share/gocode";
/** Where Debian has the sources of crates (librust-tokio-dev). */
const CRATES = "/usr/share/cargo/registry";

/** A program and its arguments. */
export type Command = readonly string[];

/** What is not here, and why. */
export const absent: Map<string, string> = new Map();

function lacks(name: string, why: string): undefined {
  if (Deno.env.get("REQUIRE_ALL") === "1" && IN_CI.includes(name)) {
    throw new Error(`REQUIRE_ALL: ${name}: ${why}`);
  }
  if (!absent.has(name)) {
    absent.set(name, why);
    console.log(`  not here: ${name} (${why}); its rows are left out`);
  }
  return undefined;
}

/** The path of a program, or undefined, which is told. */
export function tool(name: string): string | undefined {
  return which(name) ?? lacks(name, "not installed");
}

/** A program that works, or undefined, which is told: tried once. */
const tried = new Map<string, Promise<string | undefined>>();
function once(name: string, find: () => Promise<string | undefined>): Promise<string | undefined> {
  let found = tried.get(name);
  if (found === undefined) {
    found = find().catch((error) => lacks(name, (error as Error).message.split("\n")[0]));
    tried.set(name, found);
  }
  return found;
}

/** Node, of npm. */
export async function node(): Promise<string | undefined> {
  return await once("Node", async () => (await otherRuntimes()).node);
}

/** Bun, of npm. */
export async function bun(): Promise<string | undefined> {
  return await once("Bun", async () => (await otherRuntimes()).bun);
}

/** A script of these folders run by Python. */
export function python(script: string, ...args: string[]): Command | undefined {
  const path = tool("python3");
  return path === undefined ? undefined : [path, BENCH + script, ...args];
}

/** A script of these folders run by Deno, with what it needs in the cache. */
export function deno(script: string, ...args: string[]): Command {
  return [...denoRun(), BENCH + script, ...args];
}

/** The same with `--unstable-net`. */
export function denoUnstable(script: string, ...args: string[]): Command {
  return [...denoRun(), "--unstable-net", BENCH + script, ...args];
}

/** How Deno is run, with a configuration of its own. */
export function denoRun(config = `${ROOT}deno.json`): string[] {
  return [Deno.execPath(), "run", "-A", "--no-check", `--config=${config}`];
}

async function built(
  kind: string,
  sources: readonly string[],
  command: (output: string) => Command,
  options: { env?: Record<string, string>; from?: readonly string[]; cwd?: string } = {},
): Promise<Command> {
  const texts = [...sources, ...options.from ?? []].map((path) => Deno.readTextFileSync(path));
  const key = await keyOf(...texts, ...command("program"));
  const folder = await cached(`bench-${kind}-${key}`, async (folder) => {
    const [program, ...args] = command(`${folder}/program`);
    await output(program, args, { env: options.env, cwd: options.cwd });
  });
  return [`${folder}/program`];
}

/** A C program: nothing is measured without a compiler of C, which is what all is measured by. */
export async function c(source: string, ...flags: string[]): Promise<Command> {
  const gcc = which("gcc");
  if (gcc === undefined) throw new Error("Cannot measure: gcc is not installed");
  const path = BENCH + source;
  return await built(
    "c",
    [path],
    (output) => [gcc, "-O2", "-Wall", `-I${BENCH}turns`, "-o", output, path, ...flags],
    { from: [`${BENCH}turns/turns.h`] },
  );
}

/** A Go program, or undefined. */
export async function go(...sources: string[]): Promise<Command | undefined> {
  const compiler = tool("go");
  if (compiler === undefined) return undefined;
  const paths = sources.map((source) => BENCH + source);
  // Go builds the files of one folder.
  const script =
    'compiler=$1 output=$2 && shift 2 && cp "$@" . && "$compiler" build -o "$output" *.go';
  return await built(
    "go",
    paths,
    (output) => ["sh", "-c", script, "sh", compiler, output, ...paths],
    {
      env: { GO111MODULE: "off", GOPATH: GO_PATH },
      cwd: await Deno.makeTempDir(),
    },
  );
}

/** A Go program that imports golang.org/x/net, or undefined. */
export async function goNet(...sources: string[]): Promise<Command | undefined> {
  try {
    Deno.statSync(`${GO_PATH}/src/golang.org/x/net/ipv4`);
  } catch {
    return lacks("golang.org/x/net", `${GO_PATH} has none: golang-golang-x-net-dev`);
  }
  return await go(...sources);
}

/** A program of Rust's standard library, or undefined. */
export async function rust(source: string): Promise<Command | undefined> {
  const compiler = tool("rustc");
  if (compiler === undefined) return undefined;
  const path = BENCH + source;
  return await built("rust", [path], (output) => [compiler, "-O", "-o", output, path], {
    from: [`${BENCH}turns/turns.rs`],
  });
}

/** A crate with tokio, or undefined. */
export async function tokio(crate: string): Promise<Command | undefined> {
  const path = await once("tokio", async () => {
    const cargo = tool("cargo");
    if (cargo === undefined) return undefined;
    const here = BENCH + crate;
    const [program] = await built(
      "tokio",
      [`${here}/Cargo.toml`, `${here}/main.rs`],
      (output) => [
        ...[
          "sh",
          "-c",
          'cp "$1/Cargo.toml" "$1/main.rs" . && "$0" build --release --offline' +
          " --quiet --config \"source.crates-io.replace-with='debian'\"" +
          ` --config "source.debian.directory='${CRATES}'" && cp target/release/bench "$2"`,
        ],
        ...[cargo, here, output],
      ],
      { cwd: await Deno.makeTempDir() },
    );
    return program;
  });
  return path === undefined ? undefined : [path];
}
