/** Tries every kind of raw socket and probe on loopback, and writes what came of each as JSON. */
import * as raw from "../../raw/mod.ts";
import { isSocketError } from "../../core/errors.ts";

async function outcome(work: () => Promise<string>): Promise<string> {
  try {
    return await work();
  } catch (error) {
    return isSocketError(error) ? `${error.code}: ${error.message}` : `${error}`;
  }
}

async function ping(host: string): Promise<string> {
  const events = await Array.fromAsync(raw.ping(host, { count: 3, flood: true }));
  return events.map((event) => event.type).join(" ");
}

async function sweep(): Promise<string> {
  const hosts = await Array.fromAsync(raw.sweep("127.0.0.0/24"));
  return `${hosts.filter((host) => host.alive).length} of ${hosts.length}`;
}

async function frames(): Promise<string> {
  using link = await raw.openPacket({ interface: "lo" });
  await Array.fromAsync(raw.ping("127.0.0.1", { count: 1 }));
  const seen = await link.recvMany(4);
  return seen[0].from.interface;
}

async function opened(open: Promise<{ type: string; close(): void }>): Promise<string> {
  const endpoint = await open;
  endpoint.close();
  return endpoint.type;
}

console.log(JSON.stringify({
  ping: await outcome(() => ping("127.0.0.1")),
  ping6: await outcome(() => ping("::1")),
  sweep: await outcome(sweep),
  icmp: await outcome(() => opened(raw.openIcmp())),
  icmpRaw: await outcome(() => opened(raw.openIcmp({ type: "raw" }))),
  ip: await outcome(() => opened(raw.openIp({ protocol: "udp" }))),
  packet: await outcome(frames),
}));
