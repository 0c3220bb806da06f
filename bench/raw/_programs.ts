/** What the benches share: building the other sides, and medians. */

/** The middle of some numbers. */
export function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1];
}

/** A share of some numbers, 0 to 1. */
export function percentile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

/** Runs a program; what it wrote. */
export async function run(command: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args }).output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  if (!success) throw new Error(`${command} ${args.join(" ")} failed: ${text}`);
  return text;
}

/** Builds a C or Go program of this folder; its path. */
export async function build(folder: string, source: string): Promise<string> {
  const from = new URL(source, import.meta.url).pathname;
  const to = `${folder}/${source.replace(".", "_")}`;
  if (source.endsWith(".c")) await run("gcc", "-O2", "-o", to, from);
  else {await run(
      "env",
      "GO111MODULE=off",
      `GOCACHE=${folder}/cache`,
      "go",
      "build",
      "-o",
      to,
      from,
    );}
  return to;
}

/** Milliseconds that something takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}
