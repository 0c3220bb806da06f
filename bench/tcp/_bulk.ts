/** One connection at full rate, one direction at a time. */
import { bun, c, deno, go, node, python, rust } from "../_tools.ts";
import { type Cell, cpuMicros, measureCell, type Plan } from "../report/results.ts";
import { burstMs, type Row } from "../report/turn_rows.ts";
import { LOAD_CORE, Program } from "../turns/program.ts";
import { withServers } from "./_servers.ts";

async function servers(size: string): Promise<Row[]> {
  const script = (name: string) => new URL(`bulk/${name}`, import.meta.url).pathname;
  const [byNode, byBun] = [await node(), await bun()];
  const [inGo, inRust] = [await go("tcp/bulk/peer.go"), await rust("tcp/bulk/peer.rs")];
  return [
    ["C", [...await c("tcp/bulk/bulk.c"), "serve", size]],
    ["ours", deno("tcp/bulk/ours.ts", "libc", size)],
    ["ours, deno engine", deno("tcp/bulk/ours.ts", "deno", size)],
    ["bare Deno", deno("tcp/bulk/deno_plain.ts", size)],
    ["Node", byNode === undefined ? undefined : [byNode, script("node.mjs"), size]],
    ["Bun", byBun === undefined ? undefined : [byBun, script("bun.mjs"), size]],
    ["Go", inGo && [...inGo, size]],
    ["CPython", python("tcp/bulk/peer.py", size)],
    ["Rust std", inRust && [...inRust, size]],
  ];
}

export async function bulkSection(plan: Plan) {
  const load = await c("tcp/bulk/bulk.c");
  const cells: Cell[] = [];
  for (const bytes of plan.quick ? [65536] : [65536, 1048576]) {
    const size = `${bytes}`;
    await withServers(await servers(size), async (running) => {
      for (const [way, word] of [["w", "received"], ["r", "sent"]]) {
        const loads = running.map(({ port }) =>
          new Program([...load, "load", port, size, way], burstMs(plan), LOAD_CORE)
        );
        const contenders = running.map(({ name, process }, i) => ({
          name,
          async measure() {
            const before = cpuMicros(process.pid);
            await loads[i].go();
            const bytesPerSecond = await loads[i].number();
            const used = cpuMicros(process.pid) - before;
            const mebibytes = bytesPerSecond * burstMs(plan) / 1000 / 2 ** 20;
            return { value: bytesPerSecond / 1e9, cpuMicros: used / mebibytes };
          },
        }));
        try {
          cells.push(await measureCell(`${bytes >> 10} KiB ${word}`, contenders, plan));
        } finally {
          for (const load of loads) await load.stop();
        }
      }
    });
  }
  return {
    title: "TCP in bulk: one connection, one direction, by blocks",
    unit: "GB/s",
    note:
      "The server receives into one block, or sends it again and again; the load in C has a core of its " +
      "own. CPU is for each MiB. Node and Bun choose the size of what they receive themselves.",
    cells,
  };
}
