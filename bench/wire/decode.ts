/**
 * Packets decoded per second, and what a packet costs in memory: ours against gopacket, tshark and
 * scapy on the same mixed capture, in turn.
 *
 * Every side walks all the layers of every packet and sums the TCP and UDP ports.
 *
 * `deno run -A bench/wire/decode.ts [packets]`; other sides are left out where they are not installed.
 */

import { decodeCapture, decodeFrame } from "../../wire/mod.ts";
import { mixedCapture, mixedFrames } from "./_capture.ts";

const ROUNDS = 5;

interface Result {
  /** Packets a second. */
  rate: number;
  /** The sum of the ports, if this side tells it. */
  sum?: number;
}

function portsOf(bytes: Uint8Array): number {
  const frame = decodeFrame(bytes);
  const transport = frame.layer("tcp") ?? frame.layer("udp");
  return transport === undefined ? 0 : transport.sourcePort + transport.destinationPort;
}

function walkAll(bytes: Uint8Array): number {
  let sum = 0;
  for (const layer of decodeFrame(bytes).layers) {
    if (layer.kind === "tcp" || layer.kind === "udp") {
      sum += layer.sourcePort + layer.destinationPort;
    }
  }
  return sum;
}

function walkWithAddresses(bytes: Uint8Array): number {
  let sum = 0;
  for (const layer of decodeFrame(bytes).layers) {
    if (layer.kind === "tcp" || layer.kind === "udp") {
      sum += layer.sourcePort + layer.destinationPort;
    } else if (layer.kind === "ipv4" || layer.kind === "ipv6") {
      if (layer.source.length + layer.destination.length === 0) sum++;
    }
  }
  return sum;
}

function ours(frames: Uint8Array[], decode: (bytes: Uint8Array) => number): Result {
  const start = performance.now();
  let sum = 0;
  for (const frame of frames) sum += decode(frame);
  return { rate: frames.length / (performance.now() - start) * 1000, sum };
}

function fromFile(file: Uint8Array): Result {
  const start = performance.now();
  let sum = 0;
  let count = 0;
  for (const { data } of decodeCapture(file)) {
    sum += walkAll(data);
    count++;
  }
  return { rate: count / (performance.now() - start) * 1000, sum };
}

async function output(command: string, args: string[], env = {}): Promise<string | undefined> {
  try {
    const result = await new Deno.Command(command, { args, env, stderr: "null" }).output();
    return result.success ? new TextDecoder().decode(result.stdout) : undefined;
  } catch {
    return undefined;
  }
}

/** A side that prints seconds and the sum of ports itself. */
async function other(
  command: string,
  args: string[],
  packets: number,
): Promise<Result | undefined> {
  const text = await output(command, args);
  if (text === undefined) return undefined;
  const [seconds, sum] = text.trim().split(" ").map(Number);
  return { rate: packets / seconds, sum };
}

async function tshark(file: string, packets: number): Promise<Result | undefined> {
  const fields = ["tcp.srcport", "tcp.dstport", "udp.srcport", "udp.dstport"];
  const args = ["-n", "-T", "fields", ...fields.flatMap((field) => ["-e", field]), "-r", file];
  const time = async (limit: string[]) => {
    const start = performance.now();
    const text = await output("tshark", [...args, ...limit]);
    return { ms: performance.now() - start, text };
  };
  const idle = await time(["-c", "1"]);
  const busy = await time([]);
  if (busy.text === undefined) return undefined;
  const sum = busy.text.split(/\s+/).reduce((total, port) => total + Number(port), 0);
  // The start of the program is none of the decoder's time.
  return { rate: packets / (busy.ms - idle.ms) * 1000, sum };
}

async function buildGo(folder: string): Promise<string | undefined> {
  const binary = `${folder}/decode`;
  const source = new URL("./gopacket.go", import.meta.url).pathname;
  const built = await output("go", ["build", "-o", binary, source], {
    GO111MODULE: "off",
    GOPATH: "/usr/share/gocode",
    GOCACHE: `${folder}/cache`,
    HOME: folder,
  });
  return built === undefined ? undefined : binary;
}

/** What a packet costs on the heap: bytes allocated, with a young generation too large to collect. */
async function bytesPerPacket(): Promise<string> {
  const text = await output(Deno.execPath(), [
    "run",
    "-A",
    "--v8-flags=--min-semi-space-size=128,--max-semi-space-size=256,--expose-gc",
    new URL("./_allocations.ts", import.meta.url).pathname,
  ]);
  return text?.trim() ?? "not measured";
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

const count = Number(Deno.args[0] ?? 100_000);
const file = mixedCapture(mixedFrames(count));
const frames = Array.from(decodeCapture(file), ({ data }) => data);
const folder = await Deno.makeTempDir();
try {
  const path = `${folder}/mixed.pcap`;
  await Deno.writeFile(path, file);
  const few = Math.min(count, 2000);
  const fewPath = `${folder}/few.pcap`;
  await Deno.writeFile(fewPath, mixedCapture(frames.slice(0, few)));
  const go = await buildGo(folder);
  const script = new URL("./dissect.py", import.meta.url).pathname;
  const python = "/usr/bin/python3";
  const sides: [string, () => Result | undefined | Promise<Result | undefined>][] = [
    ["ours, down to the ports", () => ours(frames, portsOf)],
    ["ours, all layers", () => ours(frames, walkAll)],
    ["ours, all layers and addresses as text", () => ours(frames, walkWithAddresses)],
    ["ours, all layers from the file", () => fromFile(file)],
    ["gopacket, layers kept (parser)", () => go ? other(go, ["parser", path], count) : undefined],
    ["gopacket, lazy, no copy", () => go ? other(go, ["lazy", path], count) : undefined],
    ["gopacket, eager", () => go ? other(go, ["eager", path], count) : undefined],
    ["tshark -T fields", () => tshark(path, count)],
    ["scapy", () => other(python, [script, fewPath], few)],
  ];
  const rates = new Map<string, number[]>(sides.map(([name]) => [name, []]));
  let expected: number | undefined;
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, run] of sides) {
      // The slow ones are steady: once is enough.
      if (round > 0 && (name === "scapy" || name.startsWith("tshark"))) continue;
      const result = await run();
      if (result === undefined) continue;
      rates.get(name)!.push(result.rate);
      expected ??= result.sum;
      if (name !== "scapy" && result.sum !== expected) {
        throw new Error(`Cannot compare: ports of ${name} sum to ${result.sum}, not ${expected}`);
      }
    }
  }
  const base = median(rates.get("ours, all layers")!);
  for (const [name, list] of rates) {
    if (list.length === 0) {
      console.log(`${name.padEnd(42)} not installed`);
      continue;
    }
    const rate = median(list);
    const ratio = (base / rate).toFixed(2);
    console.log(
      `${name.padEnd(42)} ${(rate / 1000).toFixed(0).padStart(8)} thousand/s   ours/this ${ratio}`,
    );
  }
  console.log(`allocated for each packet: ${await bytesPerPacket()}`);
} finally {
  await Deno.remove(folder, { recursive: true });
}
