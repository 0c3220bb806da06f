/** One sweep of 127.0.0.0/16 in a process of its own: hosts, milliseconds, median RTT in us. */
import { raw } from "@berkeley/sockets";

const begun = performance.now();
const statistics = new raw.RttStatistics();
for await (const host of raw.sweep("127.0.0.0/16", { ratePerSecond: Infinity })) {
  if (host.alive) statistics.add(host.rttMicros!);
}
const took = performance.now() - begun;
console.log(statistics.count, took.toFixed(1), statistics.percentileMicros(0.5).toFixed(1));
