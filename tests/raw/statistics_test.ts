import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { RttStatistics } from "../../raw/mod.ts";

const times = fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 1 });

function gathered(all: readonly number[]): RttStatistics {
  const statistics = new RttStatistics();
  for (const micros of all) statistics.add(micros);
  return statistics;
}

Deno.test("count, minimum, maximum, mean and deviation are exact", () => {
  fc.assert(fc.property(times, (all) => {
    const statistics = gathered(all);
    const mean = all.reduce((sum, micros) => sum + micros / all.length, 0);
    const variance = all.reduce((sum, micros) => sum + (micros - mean) ** 2 / all.length, 0);
    assertEquals(statistics.count, all.length);
    assertEquals(statistics.minMicros, Math.min(...all));
    assertEquals(statistics.maxMicros, Math.max(...all));
    assert(Math.abs(statistics.avgMicros - mean) <= 1e-6 * (1 + mean));
    assert(Math.abs(statistics.mdevMicros - Math.sqrt(variance)) <= 1e-4 * (1 + mean));
  }));
});

Deno.test("a percentile is at most 6 % off, and within minimum and maximum", () => {
  fc.assert(fc.property(times, fc.double({ min: 0, max: 1, noNaN: true }), (all, share) => {
    const statistics = gathered(all);
    const told = statistics.percentileMicros(share);
    const sorted = [...all].sort((a, b) => a - b);
    const real = sorted[Math.max(1, Math.ceil(share * all.length)) - 1];
    // Below a microsecond there is one bucket.
    assert(Math.abs(told - real) <= Math.max(1.06, real * 0.06), `${told} for ${real}`);
    assert(told >= sorted[0] && told <= sorted[sorted.length - 1]);
  }));
});

Deno.test("a histogram counts everything once, in adjoining bars", () => {
  fc.assert(fc.property(times, fc.integer({ min: 1, max: 40 }), (all, bars) => {
    const histogram = gathered(all).histogram(bars);
    assert(histogram.length >= 1 && histogram.length <= bars);
    assertEquals(histogram.reduce((sum, bar) => sum + bar.count, 0), all.length);
    for (let i = 1; i < histogram.length; i++) {
      assertEquals(histogram[i].fromMicros, histogram[i - 1].toMicros);
    }
    assert(histogram[0].fromMicros <= Math.min(...all));
    assert(histogram[histogram.length - 1].toMicros > Math.max(...all));
  }));
});

Deno.test("without a round trip there is nothing to tell", () => {
  const none = new RttStatistics();
  const { count, minMicros, maxMicros, avgMicros, mdevMicros } = none;
  assertEquals([count, minMicros, maxMicros, avgMicros, mdevMicros], [0, NaN, NaN, NaN, NaN]);
  assertEquals([none.percentileMicros(0.5), none.histogram(3)], [NaN, []]);
  assertThrows(() => none.percentileMicros(1.1), RangeError, "share");
  assertThrows(() => none.histogram(0), RangeError, "bars");
});
