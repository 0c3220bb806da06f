/** What this process has of memory, and whose it is. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { turnOfLoop } from "./_random.ts";

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

/** The heap in use, once all that can be collected is. */
export async function heapBytes(): Promise<number> {
  for (let round = 0; round < 4; round++) {
    collectGarbage();
    await turnOfLoop();
  }
  return Deno.memoryUsage().heapUsed;
}

/** What is resident. */
export function residentBytes(): number {
  const status = Deno.readTextFileSync("/proc/self/status");
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)![1]) * 1024;
}

/**
 * What is resident once glibc has given back what it keeps: memory that was freed below what is still
 * in use stays in malloc's arena until it is asked for (`man 3 malloc_trim`). That, not the V8 heap, is
 * what a process has after many connections more than before: of bare Deno, too.
 */
export function trimmedBytes(): number {
  const libc = Deno.dlopen("libc.so.6", {
    malloc_trim: { parameters: ["usize"], result: "i32" },
  });
  libc.symbols.malloc_trim(0n);
  libc.close();
  return residentBytes();
}
