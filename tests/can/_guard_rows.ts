/** What each export of can takes: rows of the permission table (`tests/guard/_table.ts`). */
import { type Row, WHOLE_NET } from "../guard/_row.ts";

/** The rows. */
export const rows: Row[] = [];

function add(name: string, what: string, ours: string, oracle: string): void {
  rows.push({ name, what, ours, oracle });
}

for (const kind of ["can.openRaw", "can.openBroadcastManager"]) {
  add(kind, "", `(await m.${kind}({ interface: "none" })).close();`, WHOLE_NET);
}
add(
  "can.openIsoTp",
  "",
  '(await m.can.openIsoTp({ interface: "none", rxId: 1, txId: 2 })).close();',
  WHOLE_NET,
);
add("can.openJ1939", "", '(await m.can.openJ1939({ interface: "none" })).close();', WHOLE_NET);

/** Values and text, and what goes over a socket that was opened, by openJ1939() for one. */
export const withoutRow: readonly string[] = [
  "can.decodeFrame",
  "can.describeError",
  "can.encodeFrame",
  "can.formatFrame",
  "can.formatLogLine",
  "can.packJ1939Name",
  "can.parseFilter",
  "can.parseFrame",
  "can.parseLogLine",
  "can.unpackJ1939Name",
  "can.play",
  "can.claimAddress",
];
