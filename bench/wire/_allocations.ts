/**
 * What decoding a packet allocates, run by decode.ts in a process whose young generation is so large
 * that nothing is collected meanwhile.
 */

import { decodeFrame } from "../../wire/mod.ts";
import { mixedFrames } from "./_capture.ts";

const frames = mixedFrames(20_000);

function walk(): number {
  let layers = 0;
  for (const frame of frames) layers += decodeFrame(frame).layers.length;
  return layers;
}

// Let the compiler finish first: its own work allocates too.
for (let i = 0; i < 30; i++) walk();
(globalThis as unknown as { gc(): void }).gc();
const before = Deno.memoryUsage().heapUsed;
const layers = walk();
const after = Deno.memoryUsage().heapUsed;
const perPacket = (after - before) / frames.length;
const views = layers / frames.length;
console.log(
  `${perPacket.toFixed(0)} bytes: the frame, its list and ${views.toFixed(1)} views`,
);
