/** What each export of vsock takes: rows of the permission table (`tests/guard/_table.ts`). */
import { INTERFACES, net, type Row } from "../guard/_row.ts";

/** The rows. */
export const rows: Row[] = [];

function add(name: string, what: string, ours: string, oracle: string): void {
  rows.push({ name, what, ours, oracle });
}

add(
  "vsock.listen",
  "",
  "(await m.vsock.listen({ port: 5000 })).close();",
  net("vsock:4294967295:5000"),
);
add(
  "vsock.bind",
  "",
  "(await m.vsock.bind({ port: 5000 })).close();",
  net("vsock:4294967295:5000"),
);
add("vsock.localCid", "", "m.vsock.localCid();", INTERFACES);

/** On a host a connection would reach the hypervisor: the tests beside this do it in the guest. */
export const withoutRow: readonly string[] = [
  "vsock.connect",
];
