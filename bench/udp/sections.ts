/** UDP: datagrams received and sent, one by one, in batches and in segments. */
import { bun, c, type Command, deno, denoUnstable, goNet, node, python, rust } from "../_tools.ts";
import { cpuMicros, measureCell, type Plan, type SectionRow } from "../report/results.ts";
import { burstMs, measureTurns, type Row } from "../report/turn_rows.ts";
import { LOAD_CORE, Program } from "../turns/program.ts";

/** How much longer the flood lasts than what is measured of it. */
const FLOOD_MORE_MS = 100;
/** After a silence of 30 ms a receiver takes what comes for a new burst. */
const SILENCE_MS = 50;

/** All contenders of one direction; the modes of each are its program's. */
async function commands() {
  const mode = (command: Command | undefined, ...args: string[]) =>
    command && [...command, ...args];
  const [inC, inGo, inRust, byNode, byBun] = [
    await c("udp/udp.c"),
    await goNet("turns/turns.go", "udp/peer.go"),
    await rust("udp/peer.rs"),
    await node(),
    await bun(),
  ];
  const script = (runtime: string | undefined) => {
    return runtime === undefined
      ? undefined
      : [runtime, new URL("peer.mjs", import.meta.url).pathname];
  };
  return {
    c: (name: string) => mode(inC, name),
    go: (name: string) => mode(inGo, name),
    rust: mode(inRust, "one"),
    ours: (name: string) => deno("udp/ours.ts", name),
    oursUnstable: (name: string) => denoUnstable("udp/ours.ts", name),
    bareStable: deno("udp/peer.mjs", "node"),
    bareUnstable: denoUnstable("udp/deno_plain.ts", "plain"),
    node: mode(script(byNode), "node"),
    bun: (name: string) => mode(script(byBun), name),
    python: (name: string) => python("udp/peer.py", name),
  };
}

async function receivers(): Promise<Row[]> {
  const by = await commands();
  return [
    ["C recvmmsg", by.c("recvmmsg")],
    ["ours, recvBatches()", by.ours("batches")],
    ["ours, recvMany()", by.ours("many")],
    ["ours, for await", by.ours("libc")],
    ["ours, recvFrom()", by.ours("one")],
    ["ours, deno engine --unstable-net", by.oursUnstable("deno")],
    ["ours, deno engine", by.ours("deno")],
    ["C recvfrom", by.c("recvfrom")],
    ["bare Deno --unstable-net", by.bareUnstable],
    ["bare Deno, node:dgram", by.bareStable],
    ["Go ReadBatch", by.go("batch")],
    ["Go ReadFromUDPAddrPort", by.go("one")],
    ["Rust std recv_from", by.rust],
    ["Bun", by.bun("bun")],
    ["Node", by.node],
    ["CPython recvfrom_into", by.python("one")],
    ["CPython asyncio", by.python("asyncio")],
  ];
}

async function senders(): Promise<Row[]> {
  const by = await commands();
  return [
    ["C sendmmsg", by.c("sendmmsg")],
    ["ours, Socket.sendMany()", by.ours("send")],
    ["ours, sendMany()", by.ours("endpoint-many")],
    ["ours, sendTo()", by.ours("endpoint-one")],
    ["ours, deno engine --unstable-net", by.oursUnstable("endpoint-one-deno")],
    ["ours, deno engine", by.ours("endpoint-one-deno")],
    ["C sendto", by.c("sendto")],
    ["bare Deno --unstable-net", by.bareUnstable],
    ["bare Deno, node:dgram", by.bareStable],
    ["Go WriteBatch", by.go("batch")],
    ["Go WriteToUDPAddrPort", by.go("one")],
    ["Rust std send_to", by.rust],
    ["Bun sendMany", by.bun("bun")],
    ["Bun send", by.bun("bun-one")],
    ["Node", by.node],
    ["CPython sendto", by.python("one")],
  ];
}

async function receiversOfSegments(): Promise<Row[]> {
  const by = await commands();
  return [["C recvmmsg", by.c("gro")], ["ours, recvBatches()", by.ours("gro")]];
}

async function sendersOfSegments(): Promise<Row[]> {
  const by = await commands();
  return [["C sendmmsg", by.c("gso")], ["ours, Socket.sendMany()", by.ours("gso")]];
}

async function measureReceivers(rows: readonly Row[], size: number, plan: Plan) {
  const [flooding] = await c("udp/udp.c");
  const ms = burstMs(plan);
  const running: { name: string; receiver: Program; flood: Program }[] = [];
  try {
    for (const [name, command] of rows) {
      if (command === undefined) continue;
      const receiver = new Program([...command, `${size}`], ms);
      const port = await receiver.line();
      const flood = new Program([flooding, "flood", `${size}`, port], ms, LOAD_CORE);
      running.push({ name, receiver, flood });
    }
    const contenders = running.map(({ name, receiver, flood }) => ({
      name,
      async measure() {
        let rate: number | undefined;
        let cpu = 0;
        const told = receiver.number().then((value) => rate = value);
        while (rate === undefined) {
          const before = cpuMicros(receiver.pid);
          // Once more if something else had the core for too long and the burst fell apart.
          await flood.go();
          await flood.number();
          await new Promise((resolve) => setTimeout(resolve, SILENCE_MS));
          cpu = cpuMicros(receiver.pid) - before;
        }
        await told;
        return { value: rate, cpuMicros: cpu / (rate * (ms + FLOOD_MORE_MS) / 1000) };
      },
    }));
    return await measureCell(`${size} B`, contenders, plan);
  } finally {
    for (const { receiver, flood } of running) {
      await flood.stop();
      await receiver.stop();
    }
  }
}

async function measureSenders(rows: readonly Row[], size: number, plan: Plan) {
  const sink = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  try {
    const port = `${(sink.addr as Deno.NetAddr).port}`;
    const there = rows.map((
      [name, command],
    ): Row => [name, command && [...command, `${size}`, port]]);
    return await measureTurns(`${size} B`, there, plan);
  } finally {
    sink.close();
  }
}

function section(
  id: string,
  title: string,
  rows: () => Promise<Row[]>,
  measure: typeof measureReceivers,
  note: string,
): SectionRow {
  return {
    id,
    area: "udp",
    async make(plan) {
      const cells = [];
      for (const size of plan.quick ? [64] : [64, 1400]) {
        cells.push(await measure(await rows(), size, plan));
      }
      return { title, unit: "datagrams/s", note, cells };
    },
  };
}

const FLOODED =
  "A C program floods each in turn over the loopback, which has a core of its own; what " +
  "counts is what arrives. ";
const UNREAD = "To a socket that nobody reads. ";

export const UDP_SECTIONS: readonly SectionRow[] = [
  section(
    "udp-received",
    "UDP received",
    receivers,
    measureReceivers,
    `${FLOODED}Batches are of 64; \`recvBatches()\` lends views, \`recvMany()\` gives objects of one's own.`,
  ),
  section(
    "udp-sent",
    "UDP sent",
    senders,
    measureSenders,
    `${UNREAD}Batches are of 64; all else sends one by one.`,
  ),
  section(
    "udp-gro",
    "UDP received with UDP_GRO",
    receiversOfSegments,
    measureReceivers,
    `${FLOODED}The kernel gives what came in a row in one piece; no other peer has it in its library.`,
  ),
  section(
    "udp-gso",
    "UDP sent with UDP_SEGMENT",
    sendersOfSegments,
    measureSenders,
    `${UNREAD}The kernel cuts one send into up to 64 datagrams; no other peer has it in its library.`,
  ),
];
