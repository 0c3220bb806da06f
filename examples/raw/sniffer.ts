/**
 * Prints the Ethernet frames of an interface, as tcpdump would.
 *
 *     deno run --allow-net --allow-ffi sniffer.ts INTERFACE [COUNT]
 */
import { raw, wire } from "@berkeley/sockets";

const [name, count = "Infinity"] = Deno.args;

using link = await raw.openPacket({ interface: name, promiscuous: true });
console.log(`listening on ${name}`);
let left = Number(count);
for await (const { data, from, timestampNanos } of link) {
  const time = new Date(Number(timestampNanos! / 1_000_000n)).toISOString().slice(11, 23);
  const way = from.packetType === "outgoing" ? "Out" : "In ";
  console.log(time, way, wire.describe(wire.decodeFrame(data)));
  if (--left <= 0) break;
}
const { packets, drops } = link.statistics();
console.log(`${packets} frames, ${drops} dropped`);
