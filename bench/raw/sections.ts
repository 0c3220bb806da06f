/** Raw sockets: Ethernet frames in batches, and a sweep of many hosts. */
import { c, type Command, deno, go, tool } from "../_tools.ts";
import { measureCell, type Plan, type SectionRow } from "../report/results.ts";
import { Once } from "../turns/once.ts";
import { FrameSides } from "./_frames.ts";

const HOSTS = 65534;

async function frames(plan: Plan) {
  if (Deno.uid() !== 0) return leftOut("frames need root and network namespaces");
  await using sides = await FrameSides.open(await c("raw/frames.c"), plan.quick ? 8000 : 64_000);
  return {
    title: "Ethernet frames of 60 bytes over a pair of virtual links",
    unit: "frames/s",
    note:
      "In batches of 64 by `recvmmsg` and `sendmmsg` in C. What is received waits in the socket already, so " +
      "that the sender's pace does not count; all tell the kernel's time of each frame.",
    cells: [
      await measureCell("received", sides.receivers(), plan),
      await measureCell("sent", sides.senders(), plan),
    ],
  };
}

async function sweep(plan: Plan) {
  if (Deno.uid() !== 0) return leftOut("a sweep needs root");
  const once = await Once.start();
  const fping = tool("fping");
  const rows: readonly (readonly [string, Command | undefined])[] = [
    ["C, sendmmsg", await c("raw/sweep.c")],
    ["ours", deno("raw/sweep_once.ts")],
    ["Go", await go("raw/sweep.go")],
    [
      "fping -i0 (with its start)",
      fping === undefined ? undefined : [fping, "-q", "-i0", "-g", "127.0.0.0/16"],
    ],
  ];
  const contenders = rows.flatMap(([name, command]) =>
    command === undefined ? [] : [{
      name,
      async measure() {
        const { ms, cpuMs, told } = await once.run(command);
        const cpuMicros = cpuMs * 1000 / HOSTS;
        if (name.startsWith("fping")) return { value: HOSTS / ms * 1000, cpuMicros };
        const [hosts, own] = told.split(" ").map(Number);
        // A reply or two is lost where something else has the core for long.
        if (!plan.quick && hosts < 0.99 * HOSTS) throw new Error(`only ${hosts} hosts answered`);
        return { value: hosts / own * 1000, cpuMicros };
      },
    }]
  );
  try {
    return {
      title: "A sweep of 65,534 hosts of 127.0.0.0/16, every round trip measured",
      unit: "hosts/s",
      note:
        "Programs of their own, timed by their own clocks from before the first socket on; that of fping from " +
        "outside. CPU is of the whole process, with its start.",
      cells: [await measureCell("hosts", contenders, plan)],
    };
  } finally {
    await once.stop();
  }
}

function leftOut(why: string): undefined {
  if (Deno.env.get("REQUIRE_ALL") === "1") throw new Error(`REQUIRE_ALL: ${why}`);
  console.log(`  not here: ${why}; the section is left out`);
}

export const RAW_SECTIONS: readonly SectionRow[] = [
  { id: "frames", area: "raw", make: frames },
  { id: "sweep", area: "raw", make: sweep },
];
