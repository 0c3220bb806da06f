/** Traces a route by each method, and writes what came of it as JSON: `HOST…`. */
import * as raw from "../../raw/mod.ts";

function labels({ mpls }: raw.TraceAnswer): string {
  return mpls === undefined ? "" : `[${mpls.map(({ label }) => label)}]`;
}

const result: Record<string, string> = {};
for (const host of Deno.args) {
  for (const method of ["udp", "icmp", "tcp"] as const) {
    try {
      const events = await Array.fromAsync(raw.traceroute(host, { method, timeoutMs: 500 }));
      result[`${method} ${host}`] = events
        .sort((a, b) => a.hop - b.hop || a.probe - b.probe)
        .map((event) => "address" in event ? event.address + labels(event) : event.type).join(" ");
    } catch (error) {
      result[`${method} ${host}`] = (error as Error).message;
    }
  }
}
console.log(JSON.stringify(result));
