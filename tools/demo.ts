/**
 * The demo: a server and a client of every family that this machine lets us open, real traffic
 * between them, and a table of what happened. Ends with 0 only if all that could run did. `--vm` runs
 * it in the guest of tests/vm/, whose kernel has every family.
 */
import { addrinfoRows } from "./demo/addrinfo.ts";
import { familyRows } from "./demo/families.ts";
import { rawRows } from "./demo/raw.ts";
import { type DemoRow, isRefusal, type Outcome } from "./demo/row.ts";
import { printTable } from "./demo/table.ts";
import { tcpRows } from "./demo/tcp.ts";
import { udpRows } from "./demo/udp.ts";
import { unixRows } from "./demo/unix.ts";
import { vsockRows } from "./demo/vsock.ts";
import { denoCommand } from "./vm/deno.ts";
import { runInGuest } from "./vm/guest.ts";

/** All rows; a family adds its own here. */
const ROWS: readonly DemoRow[] = [
  ...tcpRows,
  ...udpRows,
  ...unixRows,
  ...vsockRows,
  ...familyRows,
  ...rawRows,
  ...addrinfoRows,
];

/** What became of a row. */
export interface RowResult {
  row: DemoRow;
  state: "ok" | "refused" | "failed";
  outcome?: Outcome;
  why?: string;
}

async function tryRow(row: DemoRow, folder: string): Promise<RowResult> {
  try {
    const outcome = await row.run({ path: (name) => `${folder}/${name}` });
    return { row, state: "ok", outcome };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { row, state: isRefusal(error) ? "refused" : "failed", why };
  }
}

if (import.meta.main && Deno.args[0] === "--vm") {
  const { end, code } = await runInGuest(await denoCommand(import.meta.filename!, []));
  if (end !== "exited") console.error(`The guest ${end === "died" ? end : `is ${end}`}`);
  Deno.exit(code);
} else if (import.meta.main) {
  const folder = await Deno.makeTempDir({ prefix: "sock-" });
  const results: RowResult[] = [];
  try {
    for (const row of ROWS) results.push(await tryRow(row, folder));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  printTable(results);
  Deno.exit(results.some(({ state }) => state === "failed") ? 1 : 0);
}
