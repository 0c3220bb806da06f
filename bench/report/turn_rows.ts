/** Contenders that are programs waiting for their turn, as most are that are no servers. */
import type { Command } from "../_tools.ts";
import { Program } from "../turns/program.ts";
import { type Cell, cpuMicros, measureCell, type Plan, type Sample } from "./results.ts";

/** A contender's name and how it is started; undefined where its tools are not here. */
export type Row = readonly [name: string, command: Command | undefined];

/** How long a burst takes. */
export function burstMs({ quick }: Plan): number {
  return quick ? 30 : 120;
}

/** Starts programs, measures their bursts in turn, and ends them. */
export async function measureTurns(name: string, rows: readonly Row[], plan: Plan): Promise<Cell> {
  const ms = burstMs(plan);
  const programs: { name: string; program: Program }[] = [];
  try {
    for (const [name, command] of rows) {
      if (command !== undefined) programs.push({ name, program: new Program(command, ms) });
    }
    const contenders = programs.map(({ name, program }) => ({
      name,
      measure: async (): Promise<Sample> => {
        const before = cpuMicros(program.pid);
        await program.go();
        const value = await program.number();
        return { value, cpuMicros: (cpuMicros(program.pid) - before) / (value * ms / 1000) };
      },
    }));
    // The first burst of a program may wait for its start: it does not count even where it is quick.
    for (const { measure } of contenders) await measure();
    return await measureCell(name, contenders, plan);
  } finally {
    for (const { program } of programs) await program.stop();
  }
}
