/** Frames received and sent over a veth pair: ours in this process, C in one of its own. */
import { raw } from "@berkeley/sockets";
import { join, Netns, Program } from "../../tests/raw/_netns.ts";
import type { Command } from "../_tools.ts";
import { type Contender, cpuMicros, type Sample } from "../report/results.ts";

const ETH_P_TEST = 0x88b5;

function testFrame(): Uint8Array {
  const frame = new Uint8Array(60);
  frame.set([255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 1, 0x88, 0xb5]);
  return frame;
}

/** Both ends of the pair, and what is compared over it. */
export class FrameSides implements AsyncDisposable {
  readonly #folder: string;
  readonly #here: Netns;
  readonly #there: Netns;
  readonly #c: string;
  readonly #frames: number;
  // Laid out once and sent again and again, as the C program's headers are.
  readonly #messages = Array.from({ length: 1024 }, () => ({ data: testFrame() }));

  private constructor(folder: string, ends: [Netns, Netns], c: string, frames: number) {
    this.#folder = folder;
    [this.#here, this.#there] = ends;
    this.#c = c;
    this.#frames = frames;
  }

  /** Makes the pair; `frames` is how many a turn has. */
  static async open([c]: Command, frames: number): Promise<FrameSides> {
    const [here, there] = [await Netns.make(), await Netns.make()];
    await join(here, "v0", there, "v0");
    const folder = await Deno.makeTempDir();
    await new Deno.Command("mkfifo", { args: [`${folder}/go`] }).output();
    return new FrameSides(folder, [here, there], c, frames);
  }

  /** All that receive. */
  receivers(): Contender[] {
    return [
      { name: "C, recvmmsg", measure: () => this.#receiveInC() },
      { name: "ours, recvBatches()", measure: () => this.#receive(receiveBatches) },
      { name: "ours, recvMany()", measure: () => this.#receive(receiveMany) },
      { name: "ours, recvMany(), all looked at", measure: () => this.#receive(lookAtAll) },
      { name: "ours, for await", measure: () => this.#receive(receiveOneByOne) },
    ];
  }

  /** All that send. */
  senders(): Contender[] {
    return [
      { name: "C, sendmmsg", measure: async () => this.#told(await this.#fill()) },
      { name: "ours, sendMany()", measure: () => this.#send() },
    ];
  }

  async #openIn(netns: Netns): Promise<raw.PacketEndpoint> {
    using _ = netns.enter();
    const receiveBufferBytes = 2 ** 28;
    return await raw.openPacket({ interface: "v0", etherType: ETH_P_TEST, receiveBufferBytes });
  }

  async #fill(): Promise<string> {
    return await this.#here.run(this.#c, "send", "v0", `${this.#frames}`);
  }

  /** What the program says: frames, nanoseconds a frame, of CPU. */
  #told(text: string): Sample {
    const [count, nanos, cpuNanos] = text.trim().split("\n").pop()!.split(" ").map(Number);
    if (count < this.#frames) throw new Error(`only ${count} frames`);
    return { value: 1e9 / nanos, cpuMicros: cpuNanos / 1000 };
  }

  async #receiveInC(): Promise<Sample> {
    const go = `${this.#folder}/go`;
    const script = `(read line <${go}; echo) | ${this.#c} recv v0`;
    await using program = new Program(this.#there, "sh", "-c", script);
    await program.wrote(/ready/);
    await this.#fill();
    await Deno.writeTextFile(go, "go\n");
    return this.#told(await program.ended());
  }

  async #receive(
    take: (link: raw.PacketEndpoint, most: number) => Promise<number>,
  ): Promise<Sample> {
    using link = await this.#openIn(this.#there);
    await this.#fill();
    return await timed(async () => {
      let got = 0;
      while (got < this.#frames) got += await take(link, this.#frames);
      return got;
    });
  }

  async #send(): Promise<Sample> {
    using link = await this.#openIn(this.#here);
    return await timed(async () => {
      let sent = 0;
      while (sent < this.#frames) sent += await link.sendMany(this.#messages);
      return sent;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#here.remove();
    await this.#there.remove();
    await Deno.remove(this.#folder, { recursive: true });
  }
}

/** Times something that tells how many frames it moved. */
async function timed(work: () => Promise<number>): Promise<Sample> {
  const cpu = cpuMicros(Deno.pid);
  const begun = performance.now();
  const count = await work();
  const ms = performance.now() - begun;
  return { value: count / ms * 1000, cpuMicros: (cpuMicros(Deno.pid) - cpu) / count };
}

async function receiveMany(link: raw.PacketEndpoint): Promise<number> {
  return (await link.recvMany(64, { size: 2048 })).length;
}

async function receiveBatches(link: raw.PacketEndpoint, most: number): Promise<number> {
  let got = 0;
  let bytes = 0;
  for await (const batch of link.recvBatches({ size: 2048 })) {
    for (let i = 0; i < batch.count; i++) bytes += batch.data(i)[13];
    if ((got += batch.count) >= most) break;
  }
  return bytes > 0 ? got : 0;
}

async function receiveOneByOne(link: raw.PacketEndpoint, most: number): Promise<number> {
  let got = 0;
  for await (const _ of link) if (++got === most) break;
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
