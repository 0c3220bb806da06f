/** Unix socket pairs: descriptors passed, small datagrams, blocks. */
import { c, deno, denoUnstable, go, python, rust } from "../_tools.ts";
import type { Cell, SectionRow } from "../report/results.ts";
import { measureTurns, type Row } from "../report/turn_rows.ts";

export const UNIX_SECTIONS: readonly SectionRow[] = [{
  id: "unix",
  area: "unix",
  async make(plan) {
    const [inC] = await c("unix/unix.c");
    const inGo = await go("turns/turns.go", "unix/peer.go");
    const inRust = await rust("unix/peer.rs");
    const cells: Cell[] = [];
    for (
      const [mode, name] of [["fds", "descriptor"], ["dgram", "64 B"], ["bulk", "64 KiB"]]
    ) {
      const rows: Row[] = [
        ["C", [inC, mode]],
        ["ours, Socket", deno("unix/ours.ts", "socket", mode)],
        ["Go", inGo && [...inGo, mode]],
        ["CPython", python("unix/peer.py", mode)],
      ];
      if (mode !== "fds") {
        rows.push(
          ["ours, endpoint", deno("unix/ours.ts", "endpoint", mode)],
          ["bare Deno --unstable-net", denoUnstable("unix/deno_plain.ts", mode)],
          ["Rust std", inRust && [...inRust, mode]],
        );
      }
      cells.push(await measureTurns(name, rows, plan));
    }
    return {
      title: "Unix socket pairs in one thread: a descriptor passed, 64 bytes, blocks of 64 KiB",
      unit: "messages/s",
      note:
        "Each sends to itself and receives; 1.00 is C, whose calls block. Bare Deno has no pairs: " +
        "its two ends meet at a path. Node and Bun have none, and Rust's standard library passes no " +
        "descriptors.",
      cells,
    };
  },
}];
