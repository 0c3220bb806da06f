/**
 * Frames of 60 bytes over a veth pair, received and sent by batch: ours against recvmmsg and sendmmsg
 * in C, in turn. What is received waits in the socket already, so that the sender's pace does not
 * count. `deno run -A bench/raw/frames.ts [ROUNDS] [FRAMES]`, as root.
 */
import { raw } from "@berkeley/sockets";
import { join, Netns, Program } from "../../tests/raw/_netns.ts";
import { build, median } from "./_programs.ts";

const rounds = Number(Deno.args[0] ?? 7);
const frames = Number(Deno.args[1] ?? 64_000);
const ETH_P_TEST = 0x88b5;
const folder = await Deno.makeTempDir();
const c = await build(folder, "frames.c");

const frame = new Uint8Array(60);
frame.set([255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 1, 0x88, 0xb5]);

const here = await Netns.make();
const there = await Netns.make();

async function openIn(netns: Netns): Promise<raw.PacketEndpoint> {
  using _ = netns.enter();
  const receiveBufferBytes = 2 ** 28;
  return await raw.openPacket({ interface: "v0", etherType: ETH_P_TEST, receiveBufferBytes });
}

async function fill(): Promise<void> {
  await here.run(c, "send", "v0", `${frames}`);
}

/** Nanoseconds a frame, of what the program says. */
function told(text: string): number {
  const [count, nanos] = text.trim().split("\n").pop()!.split(" ").map(Number);
  if (count < frames) throw new Error(`only ${count} frames`);
  return nanos;
}

async function receiveInC(): Promise<number> {
  await using program = new Program(
    there,
    "sh",
    "-c",
    `(read line <${folder}/go; echo) | ${c} recv v0`,
  );
  await program.wrote(/ready/);
  await fill();
  await Deno.writeTextFile(`${folder}/go`, "go\n");
  return told(await program.ended());
}

async function receive(take: (link: raw.PacketEndpoint) => Promise<number>): Promise<number> {
  using link = await openIn(there);
  await fill();
  const begun = performance.now();
  for (let got = 0; got < frames;) got += await take(link);
  return (performance.now() - begun) * 1e6 / frames;
}

async function receiveMany(link: raw.PacketEndpoint): Promise<number> {
  return (await link.recvMany(64, { size: 2048 })).length;
}

async function receiveBatches(link: raw.PacketEndpoint): Promise<number> {
  let got = 0;
  let bytes = 0;
  for await (const batch of link.recvBatches({ size: 2048 })) {
    for (let i = 0; i < batch.count; i++) bytes += batch.data(i)[13];
    if ((got += batch.count) >= frames) break;
  }
  return bytes > 0 ? got : 0;
}

async function receiveOneByOne(link: raw.PacketEndpoint): Promise<number> {
  let got = 0;
  for await (const _ of link) if (++got === frames) break;
  return got;
}

async function lookAtAll(link: raw.PacketEndpoint): Promise<number> {
  const all = await link.recvMany(64, { size: 2048 });
  let bytes = 0n;
  for (const { data, from, timestampNanos } of all) {
    bytes += timestampNanos! + BigInt(data[13] + from.interfaceIndex!);
  }
  return bytes > 0n ? all.length : 0;
}

// Laid out once and sent again and again, as the C program's headers are.
const messages = Array.from({ length: 1024 }, () => ({ data: frame }));

async function send(): Promise<number> {
  using link = await openIn(here);
  const begun = performance.now();
  let sent = 0;
  while (sent < frames) sent += await link.sendMany(messages);
  return (performance.now() - begun) * 1e6 / sent;
}

try {
  await join(here, "v0", there, "v0");
  await new Deno.Command("mkfifo", { args: [`${folder}/go`] }).output();
  const sides: Record<string, () => Promise<number>> = {
    "received: C, recvmmsg": receiveInC,
    "received: ours, recvBatches": () => receive(receiveBatches),
    "received: ours, recvMany": () => receive(receiveMany),
    "received: ours, and all of it looked at": () => receive(lookAtAll),
    "received: ours, for await": () => receive(receiveOneByOne),
    "sent: C, sendmmsg": async () => told(await here.run(c, "send", "v0", `${frames}`)),
    "sent: ours, sendMany": send,
  };
  const times: Record<string, number[]> = {};
  for (let round = 0; round <= rounds; round++) {
    for (const [name, side] of Object.entries(sides)) {
      const nanos = await side();
      if (round > 0) (times[name] ??= []).push(nanos);
    }
  }
  for (const [name, all] of Object.entries(times)) {
    const nanos = median(all);
    const reference = median(
      times[name.startsWith("r") ? "received: C, recvmmsg" : "sent: C, sendmmsg"],
    );
    const ratio = (reference / nanos).toFixed(2);
    console.log(name.padEnd(42), `${nanos.toFixed(0)} ns a frame`.padStart(16), ` ${ratio} of C`);
  }
  console.log("recvBatches is to reach 0.80 of C, sendMany 0.95");
} finally {
  await here.remove();
  await there.remove();
  await Deno.remove(folder, { recursive: true });
}
