/** What each export of alg takes: rows of the permission table (`tests/guard/_table.ts`). */
import { NOTHING, type Row } from "../guard/_row.ts";

/** The rows. */
export const rows: Row[] = [];

function add(name: string, what: string, ours: string, oracle: string): void {
  rows.push({ name, what, ours, oracle });
}

add("alg.openHash", "", '(await m.alg.openHash({ name: "sha256" })).close();', NOTHING);

/** Values; and as openHash: the kernel's own arithmetic. */
export const withoutRow: readonly string[] = [
  "alg.operationControl",
  "alg.bind",
  "alg.openAead",
  "alg.openCipher",
  "alg.openRandom",
];
