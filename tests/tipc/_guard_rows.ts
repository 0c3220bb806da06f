/** What each export of tipc takes: rows of the permission table (`tests/guard/_table.ts`). */
import { type Row, WHOLE_NET } from "../guard/_row.ts";

/** The rows. */
export const rows: Row[] = [];

function add(name: string, what: string, ours: string, oracle: string): void {
  rows.push({ name, what, ours, oracle });
}

const service = "service: 4711, instance: 1";
add("tipc.bind", "", `(await m.tipc.bind({ ${service} })).close();`, WHOLE_NET);
add("tipc.listen", "", `(await m.tipc.listen({ ${service} })).close();`, WHOLE_NET);
add("tipc.connect", "", `(await m.tipc.connect({ ${service} })).close();`, WHOLE_NET);
add("tipc.joinGroup", "", `(await m.tipc.joinGroup({ ${service} })).close();`, WHOLE_NET);
add("tipc.watch", "", "for await (const _ of m.tipc.watch({ service: 4711 })) break;", WHOLE_NET);
