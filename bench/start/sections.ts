/** Fixed costs: whole programs that do little, from their start to their end. */
import { BENCH, bun, c, type Command, denoRun, go, node, python, tool } from "../_tools.ts";
import { measureCell, type Plan, type SectionRow } from "../report/results.ts";
import type { Row } from "../report/turn_rows.ts";
import { Once } from "../turns/once.ts";
import { CHECKOUT, type Package, publishedPackage } from "./_package.ts";

async function programs({ config, sock }: Package): Promise<Row[]> {
  const script = new URL("connection.mjs", import.meta.url).pathname;
  const [byNode, byBun, ping] = [await node(), await bun(), tool("ping")];
  const run = denoRun(config);
  const mode = (name: string) => [...run, `${BENCH}start/${name}.ts`];
  return [
    ["empty Deno program", mode("empty")],
    ["ours, import of tcp", mode("tcp")],
    ["ours, import of udp", mode("udp")],
    ["ours, import of everything", mode("all")],
    ["ours, deno engine: a connection", mode("deno")],
    ["ours, libc: a connection", mode("libc")],
    ["ours, sock --help", [...run, sock, "--help"]],
    ["ours, sock ping -c 1", [...run, sock, "ping", "-c", "1", "127.0.0.1"]],
    ["bare Deno: a connection", mode("bare")],
    ["Node: a connection", byNode === undefined ? undefined : [byNode, script]],
    ["Bun: a connection", byBun === undefined ? undefined : [byBun, script]],
    ["CPython: a connection", python("start/connection.py")],
    ["Go: a connection", await go("start/connection.go")],
    ["C: a connection", await c("start/connection.c")],
    ["ping -c 1", ping === undefined ? undefined : [ping, "-c", "1", "127.0.0.1"]],
  ];
}

async function ends({ config }: Package): Promise<Row[]> {
  const mode = (name: string) => [...denoRun(config), `${BENCH}start/${name}.ts`];
  const script = new URL("connection.mjs", import.meta.url).pathname;
  const [byNode, byBun] = [await node(), await bun()];
  return [
    ["empty Deno program", mode("empty")],
    ["ours, libc: a connection", mode("libc")],
    ["ours, libc: one that had to wait", mode("waited")],
    ["bare Deno: a connection", mode("bare")],
    ["Node: a connection", byNode === undefined ? undefined : [byNode, script]],
    ["Bun: a connection", byBun === undefined ? undefined : [byBun, script]],
    ["CPython: a connection", python("start/connection.py")],
  ];
}

/** What is loaded: to make the package takes long. */
async function loaded({ quick }: Plan): Promise<Package> {
  return quick ? CHECKOUT : await publishedPackage();
}

/** Whole programs, run by a program in C that asks the kernel what they took. */
async function measure(name: string, rows: readonly Row[], what: "whole" | "end", plan: Plan) {
  const once = await Once.start();
  const run = async (command: Command) => {
    const { ms, cpuMs, endMs } = await once.run(command);
    return what === "whole" ? { value: ms, cpuMicros: cpuMs * 1000 } : { value: endMs };
  };
  try {
    const contenders = rows.flatMap(([name, command]) =>
      command === undefined ? [] : [{ name, measure: () => run(command) }]
    );
    return await measureCell(name, contenders, plan, true);
  } finally {
    await once.stop();
  }
}

export const START_SECTIONS: readonly SectionRow[] = [{
  id: "start",
  area: "start",
  async make(plan) {
    return {
      title: "Whole programs that do little",
      unit: "ms",
      note:
        "The start and the end of the process are in it, on one core. Ours is loaded as it is published, from " +
        "Deno's cache. A connection is made to a listener of its own and takes three bytes. Shares are " +
        "of an empty Deno program: 0.5 takes twice as long.",
      cells: [await measure("wall", await programs(await loaded(plan)), "whole", plan)],
    };
  },
}, {
  id: "exit",
  area: "start",
  async make(plan) {
    return {
      title: "The end of a program, after its last line of output",
      unit: "ms",
      note:
        "What a library leaves behind must not hold a program up. Shares are of an empty Deno program: " +
        "0.5 takes twice as long.",
      cells: [await measure("wall", await ends(await loaded(plan)), "end", plan)],
    };
  },
}];
