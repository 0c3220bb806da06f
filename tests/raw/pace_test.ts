/**
 * The pace of a sweep, by a scripted clock: timers that come late, and stalls of a loaded machine.
 */

import { assert } from "@std/assert";
import { replaceClock } from "../../core/clock.ts";
import { Pace } from "../../raw/_pace.ts";

/** When how many went, in milliseconds. */
type Sent = { atMs: number; count: number }[];

/** Numbers from 0 to 1, the same on every run (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Time that stands still unless somebody changes it. */
interface Time {
  ms: number;
}

function withTime<T>(ms: number, run: (time: Time) => T): T {
  const time = { ms };
  const restore = replaceClock({ now: () => time.ms, after: () => () => {} });
  try {
    return run(time);
  } finally {
    restore();
  }
}

/** Sends as a sweep does: what is allowed, up to 64 at once, then a timer that is late by `lateMs()`. */
function run(perSecond: number, seconds: number, lateMs: (second: number) => number): Sent {
  return withTime(1234.5, (time) => runAt(time, perSecond, seconds, lateMs));
}

function runAt(
  time: Time,
  perSecond: number,
  seconds: number,
  lateMs: (second: number) => number,
): Sent {
  const begin = time.ms;
  const pace = new Pace(perSecond);
  const sent: Sent = [];
  for (; time.ms < begin + seconds * 1000;) {
    const count = pace.allowed(64);
    for (let i = 0; i < count; i++) pace.spend();
    if (count > 0) sent.push({ atMs: time.ms - begin, count });
    const until = pace.untilMs();
    // What may go at once goes after what came was heard.
    time.ms += until === 0 ? 0.05 : Math.ceil(until) + lateMs((time.ms - begin) / 1000);
  }
  return sent;
}

/** The least and the most that went in any second that begins with a request. */
function overAnySecond(sent: Sent, seconds: number): [least: number, most: number] {
  let [least, most] = [Infinity, 0];
  let end = 0;
  let inside = 0;
  for (const { atMs, count } of sent) {
    for (; end < sent.length && sent[end].atMs < atMs + 1000; end++) inside += sent[end].count;
    most = Math.max(most, inside);
    // A second that begins right after a request has the fewest.
    if (atMs + 1000 < seconds * 1000) least = Math.min(least, inside - count);
    inside -= count;
  }
  return [least, most];
}

/** Back to back: less than half a millisecond apart. */
function largestBurst(sent: Sent): number {
  let largest = 0;
  let burst = 0;
  let last = -Infinity;
  for (const { atMs, count } of sent) {
    burst = atMs - last < 0.5 ? burst + count : count;
    last = atMs;
    largest = Math.max(largest, burst);
  }
  return largest;
}

const RATES = [20, 300, 1000, 3333, 10_000, 65_000];
const SECONDS = 20;

for (const perSecond of RATES) {
  const slack = Math.max(1, perSecond * 0.02);

  Deno.test(`a rate of ${perSecond} is kept within 2 % over any second by timers that are late`, () => {
    const random = generator(perSecond);
    const sent = run(perSecond, SECONDS, () => random() * 8);
    const [least, most] = overAnySecond(sent, SECONDS);
    assert(least >= perSecond - slack - 1, `${least} in a second`);
    assert(most <= perSecond + slack, `${most} in a second`);
  });

  Deno.test(`a rate of ${perSecond} loses nothing in stalls, and no second has more`, () => {
    const random = generator(perSecond + 1);
    // Every few seconds a timer is late by 60 ms, the others by up to 3.
    let stallAt = 2;
    const sent = run(perSecond, SECONDS, (second) => {
      if (second < stallAt) return random() * 3;
      stallAt += 4;
      return 60;
    });
    const total = sent.reduce((sum, { count }) => sum + count, 0);
    assert(total >= perSecond * SECONDS * 0.995 - 1, `${total} in ${SECONDS} s`);
    const [, most] = overAnySecond(sent, SECONDS);
    assert(most <= perSecond + slack, `${most} in a second`);
  });

  Deno.test(`a rate of ${perSecond} goes in bursts of at most 10 ms' worth`, () => {
    const random = generator(perSecond + 2);
    const sent = run(perSecond, SECONDS, () => random() < 0.05 ? 300 : 0);
    const worth = Math.max(1, perSecond / 100);
    // What the clock gives in the millisecond that a burst takes comes on top.
    assert(
      largestBurst(sent) <= worth + perSecond / 1000 * 2 + 1,
      `${largestBurst(sent)} of ${worth}`,
    );
  });
}

Deno.test("a pace is behind while a burst is all that holds it back", () =>
  withTime(0, (time) => {
    const pace = new Pace(1000);
    const spend = () => {
      const count = pace.allowed(64);
      for (let i = 0; i < count; i++) pace.spend();
      return count;
    };
    assert(spend() === 1 && !pace.isBehind);
    time.ms = 50;
    // Fifty are due, ten go.
    assert(spend() === 10 && pace.isBehind);
    assert(pace.untilMs() === 0.5, `${pace.untilMs()}`);
    for (; pace.isBehind; time.ms += 0.5) spend();
    assert(time.ms > 80 && time.ms < 110, `caught up at ${time.ms}`);
    // A second that is full is waited for, not spun through.
    time.ms = 5000;
    for (let i = 0; i < 200_000 && pace.isBehind || i === 0; i++, time.ms += 0.1) spend();
    assert(!pace.isBehind);
  }));

Deno.test("an endless rate has no bound", () => {
  const pace = new Pace(Infinity);
  for (let i = 0; i < 5; i++) {
    assert(pace.allowed(64) === 64);
    pace.spend();
  }
  assert(pace.untilMs() === 0);
});

Deno.test("who waited for long need not hurry: a second's worth is made up for, not more", () =>
  withTime(0, (time) => {
    const pace = new Pace(1000);
    time.ms = 60_000;
    let count = 0;
    for (; time.ms < 61_000; time.ms += 0.5) {
      for (let n = pace.allowed(64); n > 0; n--, count++) pace.spend();
    }
    assert(count <= 1020, `${count} in a second`);
  }));
