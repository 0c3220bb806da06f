/** Names looked up, by how many are in flight. */
import { type Cell, cpuMicros, measureCell, type SectionRow } from "../report/results.ts";
import type { Program } from "../turns/program.ts";
import { findPeers, start, turn } from "./_peers.ts";

/** How many make a turn of about 100 ms for ours, by how many are in flight. */
const COUNTS: readonly (readonly [inFlight: number, count: number])[] = [
  [1, 1500],
  [8, 4000],
  [64, 8000],
  [512, 8192],
];

export const NAMES_SECTIONS: readonly SectionRow[] = [{
  id: "names",
  area: "addrinfo",
  async make(plan) {
    const cells: Cell[] = [];
    for (const [inFlight, most] of COUNTS) {
      if (plan.quick && inFlight !== 1 && inFlight !== 64) continue;
      const count = plan.quick ? most >> 3 : most;
      const programs: { name: string; program: Program }[] = [];
      try {
        for (const peer of await findPeers()) {
          if (peer.alone && inFlight > 1) continue;
          programs.push({ name: peer.name, program: start(peer, "localhost", inFlight, count) });
        }
        const contenders = programs.map(({ name, program }) => ({
          name,
          async measure() {
            const before = cpuMicros(program.pid);
            const { perSecond } = await turn(program);
            return { value: perSecond, cpuMicros: (cpuMicros(program.pid) - before) / count };
          },
        }));
        for (const { measure } of contenders) await measure();
        cells.push(await measureCell(`${inFlight} in flight`, contenders, plan));
      } finally {
        for (const { program } of programs) await program.stop();
      }
    }
    return {
      title: "Names looked up in the hosts file, by how many are in flight",
      unit: "look-ups/s",
      note:
        "1.00 is a C program that has as many in flight by `getaddrinfo_a`, each for another port, as " +
        "ours, all distinct, has. Equal look-ups under way are shared by ours, and by Bun. Go's own " +
        "resolver reads the file itself and asks no nsswitch module.",
      cells,
    };
  },
}];
