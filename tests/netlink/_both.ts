/** Two namespaces changed alike, by programs and by us, and what is printed of both. */
import { assertEquals } from "@std/assert";
import { netlink } from "../../mod.ts";
import { json, plain } from "./_ip.ts";
import type { Netns } from "./_netns.ts";

/** What differs between two namespaces by itself. */
const LEAVE = [
  "address",
  "bridge_id",
  "root_id",
  "group_fwd_mask_str",
  "gc_timer",
  "hello_timer",
  "forward_delay_timer",
  "designated_bridge",
  "link_netnsid",
];

/** What `commands` print, in both. */
export async function bothPrint(
  a: Netns,
  b: Netns,
  commands: string[],
  leave = LEAVE,
): Promise<void> {
  for (const command of commands) {
    const [ours, theirs] = await Promise.all([json(a, command), json(b, command)]);
    assertEquals(plain(ours, leave), plain(theirs, leave), command);
  }
}

/** Runs commands in the one, and makes our changes in the other. */
export async function both(
  { ours, theirs }: { ours: Netns; theirs: Netns },
  commands: string,
  changes: netlink.Change[],
): Promise<void> {
  for (const line of commands.trim().split("\n")) {
    const [program, ...args] = line.trim().split(/\s+/);
    await theirs.run(program, ...args);
  }
  const failures = await netlink.changeAll(changes, { netns: ours.name });
  assertEquals(failures.map(({ error }) => (error as Error).message), []);
}
