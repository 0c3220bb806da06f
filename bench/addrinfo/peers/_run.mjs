/** What the look-ups by JavaScript share, in Deno, Node and Bun: turns, and how late timers are meanwhile. */
import { readFile } from "node:fs/promises";
import process from "node:process";

const [host, inFlightText, countText] = process.argv.slice(2);
const inFlight = Number(inFlightText);
const count = Number(countText);

/** @param {(i: number) => Promise<void>} lookUp */
export async function run(lookUp) {
  process.stdin.resume();
  for await (const _ of process.stdin) console.log(JSON.stringify(await once(lookUp)));
}

async function once(lookUp) {
  const lateMs = [];
  let due = performance.now() + 1;
  const timer = setInterval(() => {
    const now = performance.now();
    lateMs.push(Math.max(0, now - due));
    due = now + 1;
  }, 1);
  let readMs = 0;
  let running = true;
  async function read() {
    while (running) {
      const start = performance.now();
      await readFile("/etc/hosts");
      readMs = Math.max(readMs, performance.now() - start);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  const reader = host.includes("%d") ? read() : undefined;
  let next = 0;
  const start = performance.now();
  await Promise.all(Array.from({ length: inFlight }, async () => {
    for (let i = next++; i < count; i = next++) await lookUp(i);
  }));
  const elapsedMs = performance.now() - start;
  running = false;
  clearInterval(timer);
  await reader;
  lateMs.sort((a, b) => a - b);
  const at = (share) => lateMs[Math.floor(share * (lateMs.length - 1))] ?? 0;
  const perSecond = count / elapsedMs * 1000;
  return { perSecond, readMs, p50: at(0.5), p99: at(0.99), max: at(1) };
}
