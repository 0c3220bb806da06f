/** What each export of bluetooth takes: rows of the permission table (`tests/guard/_table.ts`). */
import { type Row, WHOLE_NET } from "../guard/_row.ts";

/** The rows. */
export const rows: Row[] = [];

function add(name: string, what: string, ours: string, oracle: string): void {
  rows.push({ name, what, ours, oracle });
}

const device = 'kind: "rfcomm", address: "00:00:00:00:00:01", channel: 1';
add("bluetooth.listen", "", `(await m.bluetooth.listen({ ${device} })).close();`, WHOLE_NET);
add("bluetooth.connect", "", `(await m.bluetooth.connect({ ${device} })).close();`, WHOLE_NET);
add("bluetooth.openHci", "", "(await m.bluetooth.openHci({ device: 0 })).close();", WHOLE_NET);
add("bluetooth.openManagement", "", "(await m.bluetooth.openManagement()).close();", WHOLE_NET);
add(
  "bluetooth.searchServices",
  "",
  'await m.bluetooth.searchServices({ address: "00:00:00:00:00:01" });',
  WHOLE_NET,
);

/** Values. */
export const withoutRow: readonly string[] = [
  "bluetooth.ManagementError",
  "bluetooth.SdpError",
  "bluetooth.decodeSdpElement",
  "bluetooth.encodeSdpElement",
];
