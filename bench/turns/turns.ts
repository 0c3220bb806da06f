/**
 * A program that waits for its turn: for each line on stdin it works for `BURST_MS` milliseconds (150
 * unless the environment says otherwise) and prints its rate a second.
 */
export const BURST_MS = Number(Deno.env.get("BURST_MS") ?? 150);

/** @param work Does something; how often. */
export async function turns(work: () => number | Promise<number>): Promise<void> {
  for await (const _ of Deno.stdin.readable) {
    const start = performance.now();
    let ms: number;
    let count = 0;
    do {
      count += await work();
      ms = performance.now() - start;
    } while (ms < BURST_MS);
    console.log((count / ms * 1000).toFixed(3));
  }
}
