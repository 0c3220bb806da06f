/** Socket options read, by kind of value. */
import { c, deno, go, python } from "../_tools.ts";
import type { Cell, SectionRow } from "../report/results.ts";
import { measureTurns, type Row } from "../report/turn_rows.ts";

export const OPTIONS_SECTIONS: readonly SectionRow[] = [{
  id: "options",
  area: "options",
  async make(plan) {
    const inC = await c("options/options.c");
    const inGo = await go("turns/turns.go", "options/peer.go");
    const cells: Cell[] = [];
    for (const option of ["SO_RCVBUF", "TCP_NODELAY", "SO_LINGER", "TCP_INFO"]) {
      const number = option === "SO_RCVBUF" || option === "TCP_NODELAY";
      const rows: Row[] = [
        ["C", [...inC, option]],
        ["ours, endpoint", deno("options/ours.ts", "endpoint", option)],
        ["ours, Socket", deno("options/ours.ts", "socket", option)],
        ["CPython", python("options/peer.py", option)],
        ["Go", number && inGo ? [...inGo, option] : undefined],
      ];
      cells.push(await measureTurns(option, rows, plan));
    }
    return {
      title: "Options read, by kind of value",
      unit: "reads/s",
      note: "C and CPython get the bytes of SO_LINGER and TCP_INFO; ours get what they say.",
      cells,
    };
  },
}];
