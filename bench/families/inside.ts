/** What runs in the guest: inside.ts C_PROGRAM PLAN (JSON); prints the cells as JSON, the last line of it. */
import { python } from "../_tools.ts";
import { type Cell, type Contender, cpuMicros, measureCell, type Plan } from "../report/results.ts";
import { Program } from "../turns/program.ts";
import { opened } from "./ours.ts";

const MODES = [
  ["sctp-echo", "SCTP 64 B echo"],
  ["sctp-bulk", "SCTP 16 KiB"],
  ["vsock-echo", "VSOCK 64 B echo"],
  ["vsock-bulk", "VSOCK 16 KiB"],
  ["can-one", "CAN, one by one"],
  ["can-batch", "CAN, batches of 64"],
  ["alg", "SHA-256 of 16 KiB"],
] as const;
const BUS = "bench0";

const [program, text] = Deno.args;
const plan: Plan = JSON.parse(text);

/** Emulated, V8 takes its time to compile what runs often: before that nothing is measured. */
const WARM_UP_MS = plan.quick ? 0 : 3000;

/** Ours runs in this process: to start another takes seconds here. */
function inProcess(name: string, work: () => Promise<number>): Contender {
  return {
    name,
    async measure() {
      const cpu = cpuMicros(Deno.pid);
      const start = performance.now();
      let count = 0;
      let ms: number;
      do {
        count += await work();
        ms = performance.now() - start;
      } while (ms < plan.ms);
      return { value: count / ms * 1000, cpuMicros: (cpuMicros(Deno.pid) - cpu) / count };
    },
  };
}

function byTurns(name: string, program: Program): Contender {
  return {
    name,
    async measure() {
      const cpu = cpuMicros(program.pid);
      await program.go();
      const value = await program.number();
      return { value, cpuMicros: (cpuMicros(program.pid) - cpu) / (value * plan.ms / 1000) };
    },
  };
}

async function measure(mode: string, name: string): Promise<Cell> {
  const others = [{ name: "C", program: new Program([program, mode, BUS], plan.ms) }];
  // It has no sendmmsg; it takes a second to start.
  const peer = plan.quick || mode === "can-batch"
    ? undefined
    : python("families/peer.py", mode, BUS);
  if (peer !== undefined) others.push({ name: "CPython", program: new Program(peer, plan.ms) });
  try {
    const [first, ...more] = others.map(({ name, program }) => byTurns(name, program));
    const work = await opened(mode, BUS);
    for (const end = performance.now() + WARM_UP_MS; performance.now() < end;) await work();
    const ours = inProcess("ours", work);
    return await measureCell(name, [first, ours, ...more], plan);
  } finally {
    for (const { program } of others) await program.stop();
  }
}

for (const args of [["add", BUS, "type", "vcan"], ["set", BUS, "up"]]) {
  const { success } = await new Deno.Command("ip", { args: ["link", ...args] }).output();
  if (!success) throw new Error(`ip link ${args.join(" ")} failed`);
}
const cells: Cell[] = [];
for (const [mode, name] of MODES) cells.push(await measure(mode, name));
console.log(JSON.stringify(cells));
Deno.exit(0);
