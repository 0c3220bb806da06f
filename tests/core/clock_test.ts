/** Limits by a clock of the test's own: many deadlines, one timer; many waits, one listener. */
import { assert, assertEquals } from "@std/assert";
import { type Clock, replaceClock } from "../../core/clock.ts";
import { beginWait, type Wait } from "../../core/wait.ts";
import { countedSignal } from "../contract/_helpers.ts";

/** A clock that stands still until it is told to go on. */
class ManualClock implements Clock {
  #time = 1000;
  readonly #timers = new Map<symbol, { at: number; due: () => void }>();
  set = 0;
  most = 0;

  now(): number {
    return this.#time;
  }

  after(ms: number, due: () => void): () => void {
    const id = Symbol();
    this.#timers.set(id, { at: this.#time + ms, due });
    this.set++;
    this.most = Math.max(this.most, this.#timers.size);
    return () => this.#timers.delete(id);
  }

  get timers(): number {
    return this.#timers.size;
  }

  goOn(ms: number): void {
    const end = this.#time + ms;
    for (;;) {
      const [next] = [...this.#timers].sort(([, a], [, b]) => a.at - b.at);
      if (next === undefined || next[1].at > end) break;
      this.#timers.delete(next[0]);
      this.#time = next[1].at;
      next[1].due();
    }
    this.#time = end;
  }
}

async function withClock(fn: (clock: ManualClock) => Promise<void> | void): Promise<void> {
  const clock = new ManualClock();
  const restore = replaceClock(clock);
  try {
    await fn(clock);
  } finally {
    restore();
  }
}

function armed(timeoutMs: number, expired: unknown[], name: unknown = timeoutMs): Wait {
  const wait = beginWait({ timeoutMs })!;
  wait.arm(() => expired.push(name));
  return wait;
}

Deno.test("ten thousand limits of one length are one timer", () =>
  withClock((clock) => {
    const expired: unknown[] = [];
    const waits: Wait[] = [];
    for (let i = 0; i < 10_000; i++) waits.push(armed(500, expired, i));
    assertEquals([clock.set, clock.timers], [1, 1]);
    for (let i = 0; i < 10_000; i += 2) waits[i].end();
    assertEquals(clock.set, 1, "the end of one sets no timer");
    clock.goOn(499);
    assertEquals(expired.length, 0);
    clock.goOn(1);
    const odd = Array.from({ length: 5000 }, (_, i) => 2 * i + 1);
    assertEquals((expired as number[]).toSorted((a, b) => a - b), odd);
    assertEquals(clock.timers, 0);
  }));

Deno.test("limits of many lengths end in their order, each once and none early", () =>
  withClock((clock) => {
    const expired: unknown[] = [];
    const lengths = Array.from({ length: 2000 }, (_, i) => (i * 7919) % 2003 + 1);
    const waits = lengths.map((ms) => armed(ms, expired));
    const ended = new Set(lengths.filter((_, i) => i % 3 === 0));
    waits.forEach((wait, i) => i % 3 === 0 && wait.end());
    const left = lengths.filter((ms) => !ended.has(ms)).sort((a, b) => a - b);
    clock.goOn(1000);
    assertEquals(expired, left.filter((ms) => ms <= 1000));
    clock.goOn(5000);
    assertEquals(expired, left);
    assertEquals([clock.timers, clock.most], [0, 1]);
  }));

Deno.test("a shorter limit than the ones before ends in time, and leaves no timer", () =>
  withClock((clock) => {
    const expired: unknown[] = [];
    const long = armed(30_000, expired);
    const short = armed(10, expired);
    clock.goOn(10);
    assertEquals(expired, [10]);
    short.end();
    long.end();
    assertEquals(clock.timers, 0);
  }));

Deno.test("what expires may begin and end other waits", () =>
  withClock((clock) => {
    const expired: unknown[] = [];
    const second = beginWait({ timeoutMs: 20 })!;
    second.arm(() => expired.push("second"));
    const first = beginWait({ timeoutMs: 10 })!;
    first.arm(() => {
      expired.push("first");
      second.end();
      armed(0, expired, "at once");
    });
    clock.goOn(10);
    assertEquals(expired, ["first", "at once"]);
    clock.goOn(100);
    assertEquals([expired.length, clock.timers], [2, 0]);
  }));

Deno.test("nine thousand waits on one signal are one listener, ended in their order", () => {
  const { signal, count, abort } = countedSignal();
  const ended: number[] = [];
  const waits = Array.from({ length: 9000 }, (_, i) => {
    const wait = beginWait({ signal })!;
    wait.arm(() => ended.push(i));
    return wait;
  });
  assertEquals(count(), 1);
  waits[4500].end();
  assertEquals(count(), 1);
  abort("over");
  assertEquals(ended.length, 8999);
  assert(ended.every((at, i) => at === (i < 4500 ? i : i + 1)));
  for (const wait of waits) wait.end();
  assertEquals(count(), 0);
});

Deno.test("a time-out says what was waited for, where and how long", () =>
  withClock(async (clock) => {
    const wait = beginWait({ timeoutMs: 5 }, "accept", { where: () => "on 127.0.0.1:80" })!;
    let message = "";
    const raced = wait.race(new Promise(() => {})).catch((error) => message = error.message);
    clock.goOn(5);
    await raced;
    assertEquals(message, "Cannot accept on 127.0.0.1:80: timed out after 5 ms");
  }));

Deno.test("a limit that is given again and again ends in time, whatever the ones before were", () =>
  withClock((clock) => {
    const expired: unknown[] = [];
    const again = (timeoutMs: number, last?: Wait) => {
      const wait = beginWait({ timeoutMs }, "receive", undefined, last)!;
      wait.arm(() => expired.push([timeoutMs, clock.now() - 1000]));
      return wait;
    };
    const other = armed(10_000, expired);
    let wait = again(100);
    for (let i = 0; i < 50; i++) {
      wait.end();
      const next = again(100, wait);
      assert(next === wait);
      wait = next;
      clock.goOn(10);
    }
    assertEquals([expired, clock.now() - 1000], [[], 500]);
    wait.end();
    wait = again(20, wait); // a shorter one moves forward
    clock.goOn(20);
    assertEquals(expired, [[20, 520]]);
    wait.end();
    wait = again(1000, wait);
    assert(again(5, wait) !== wait, "one under way is not taken");
    clock.goOn(5);
    assertEquals(expired.slice(1), [[5, 525]]);
    other.end();
    clock.goOn(994);
    assertEquals(expired.length, 2);
    clock.goOn(1);
    assertEquals(expired.slice(2), [[1000, 1520]]);
    wait.end();
    assertEquals(clock.timers, 0);
    again(100, wait).end();
    wait.forget();
    clock.goOn(10_000);
    assertEquals([expired.length, clock.timers], [3, 0]);
  }));
