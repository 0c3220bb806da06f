/** What the TCP benches share: building and starting the servers they compare. */
import { which } from "../../tests/_tools.ts";

const HERE = new URL(".", import.meta.url).pathname;
/** Every server runs on this core alone; the load runs on others. */
const SERVER_CORE = "0";
/** The cores of the load. */
export const LOAD_CORES: string = navigator.hardwareConcurrency > 2
  ? "2," + (navigator.hardwareConcurrency - 1)
  : "1";

/** A contender. */
export interface Server {
  name: string;
  /** How to start it; undefined where its program is not installed. */
  command: () => string[] | undefined;
}

/** A contender that has told its port. */
export interface Running {
  name: string;
  port: string;
  process: Deno.ChildProcess;
}

/** `--name=value` arguments. */
export const options: ReadonlyMap<string, string> = new Map(
  Deno.args.map((arg) => arg.replace(/^--/, "").split("=", 2) as [string, string]),
);

/** Compiles a source of this folder; the command that runs it. */
export function compiled(
  build: string,
  tool: string,
  args: string[],
  source: string,
): string[] | undefined {
  if (which(tool) === undefined) return undefined;
  const output = `${build}/${source.replaceAll(/[./]/g, "_")}`;
  const { success, stderr } = new Deno.Command(tool, {
    args: [...args, "-o", output, HERE + source],
    env: { GO111MODULE: "off" },
  }).outputSync();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return [output];
}

/** Deno with a script of this folder. */
export function deno(script: string, ...args: string[]): string[] {
  const config = new URL("../../deno.json", import.meta.url).pathname;
  return [Deno.execPath(), "run", "-A", `--config=${config}`, HERE + script, ...args];
}

/** An interpreter with a script of this folder. */
export function program(tool: string, script: string, ...args: string[]): string[] | undefined {
  const path = which(tool);
  return path && [path, HERE + script, ...args] || undefined;
}

/** Starts those that are wanted (`--servers=a,b`) and there. */
export async function startAll(servers: readonly Server[]): Promise<Running[]> {
  const wanted = options.get("servers")?.split(",");
  const running: Running[] = [];
  for (const server of servers) {
    if (wanted !== undefined && !wanted.includes(server.name)) continue;
    const started = await start(server);
    if (started !== undefined) running.push(started);
  }
  return running;
}

/** Ends them. */
export async function stopAll(running: readonly Running[]): Promise<void> {
  for (const { process } of running) process.kill("SIGKILL");
  await Promise.all(running.map(({ process }) => process.status));
}

async function start({ name, command }: Server): Promise<Running | undefined> {
  const line = command();
  if (line === undefined) {
    console.log(`${name}: not installed, left out`);
    return undefined;
  }
  const process = new Deno.Command("taskset", {
    args: ["-c", SERVER_CORE, ...line],
    env: { GOMAXPROCS: "1" },
    stdout: "piped",
  }).spawn();
  const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value } = await reader.read();
  reader.releaseLock();
  return { name, port: value!.trim(), process };
}

/** Runs the load on its cores; the numbers that it prints. */
export async function load(...command: string[]): Promise<number[]> {
  const { success, stdout, stderr } = await new Deno.Command("taskset", {
    args: ["-c", LOAD_CORES, ...command],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trim().split(" ").map(Number);
}

/** The middle of some numbers. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}
