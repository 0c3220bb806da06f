/**
 * The Internet checksum, in bytes a second by the length of the packet, against the loop over pairs of
 * bytes that one would write first.
 *
 * `deno run -A bench/wire/checksum.ts`
 */

import { checksum } from "../../wire/mod.ts";

function plain(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i + 1 < bytes.length; i += 2) sum += (bytes[i] << 8) | bytes[i + 1];
  if (bytes.length % 2 === 1) sum += bytes[bytes.length - 1] << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return 0xffff - sum;
}

function nanosPerCall(run: (bytes: Uint8Array) => number, bytes: Uint8Array): number {
  const calls = Math.ceil(2e8 / (bytes.length + 50));
  let best = Infinity;
  for (let round = 0; round < 5; round++) {
    const start = performance.now();
    for (let i = 0; i < calls; i++) bytes[0] = run(bytes);
    best = Math.min(best, (performance.now() - start) / calls * 1e6);
  }
  return best;
}

for (const length of [20, 64, 128, 256, 512, 1500, 9000, 65535]) {
  const bytes = Uint8Array.from({ length }, (_, i) => i * 7);
  const ours = nanosPerCall(checksum, bytes);
  const theirs = nanosPerCall(plain, bytes);
  console.log(
    `${String(length).padStart(6)} bytes: ${ours.toFixed(0).padStart(6)} ns, ${
      (length / ours).toFixed(1)
    } GB/s, plain loop/ours ${(theirs / ours).toFixed(2)}`,
  );
}
