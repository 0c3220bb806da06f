// Looks a name up COUNT times, IN_FLIGHT at once, by Node's dns.lookup; prints one line of JSON.
// A "%d" in the name is replaced by the number of the lookup, and a file is read all the while.
import { lookup } from "node:dns/promises";
import { readFile } from "node:fs/promises";

const [host, inFlightText, countText] = process.argv.slice(2);
const inFlight = Number(inFlightText);
const count = Number(countText);
const distinct = host.includes("%d");

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
const reader = distinct ? read() : undefined;
let next = 0;
const start = performance.now();
await Promise.all(Array.from({ length: inFlight }, async () => {
  for (let i = next++; i < count; i = next++) {
    await lookup(host.replace("%d", i), { all: true });
  }
}));
const elapsedMs = performance.now() - start;
running = false;
clearInterval(timer);
await reader;
lateMs.sort((a, b) => a - b);
const at = (share) => lateMs[Math.floor(share * (lateMs.length - 1))] ?? 0;
const perSecond = count / elapsedMs * 1000;
console.log(JSON.stringify({ perSecond, readMs, p50: at(0.5), p99: at(0.99), max: at(1) }));
