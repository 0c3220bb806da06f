/** Traffic control in two namespaces: made by `tc` in one, by us in the other. */
import { assert, assertEquals } from "@std/assert";
import { netlink } from "../../mod.ts";
import type { Netns } from "./_netns.ts";

/** A change in the words of `tc`, and ours. */
export type Row = readonly [tc: string, change: netlink.Change];

/** The link that changes are of. */
export const ON = { dev: "v0" } as const;
/** Makes the same on both sides. */
export async function make(
  { ours, theirs }: { ours: Netns; theirs: Netns },
  rows: Row[],
): Promise<void> {
  for (const netns of [ours, theirs]) await netns.ip("link add v0 type veth peer name v1");
  for (const [words] of rows) await theirs.run("tc", ...words.split(" "));
  const failures = await netlink.changeAll(rows.map(([, change]) => change), { netns: ours.name });
  assertEquals(failures.map(({ change, error }) => [change, (error as Error).message]), []);
}

/** What `tc` prints of both, but for what counts or is the kernel's to choose. */
export async function same(
  pair: { ours: Netns; theirs: Netns },
  commands: string[],
): Promise<void> {
  for (const command of commands) {
    const [ours, theirs] = await Promise.all(
      [pair.ours, pair.theirs].map(async (netns) =>
        (await netns.run("tc", ...command.split(" ")))
          .replaceAll(/^ (tokens|lended).*\n|random type.*|used \d+ sec|installed \d+ sec/gm, "")
      ),
    );
    assert(ours.trim() !== "", command);
    assertEquals(ours, theirs, command);
  }
}
