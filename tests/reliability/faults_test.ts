/**
 * Faults injected into a process by strace, at every call that the engines make: each is hidden or
 * told by its code, the next try works, and nothing hangs, crashes or comes out wrong. `task soak` has
 * all of them.
 */
import { assert } from "@std/assert";
import { testWith } from "../_tools.ts";
import { injectAll, someFaults } from "./_faults.ts";

const COUNT = 83;

testWith(
  { root: true, tools: ["strace"] },
  "a fault at any system call is hidden or told, and over with it",
  async () => {
    const counts = await injectAll(await someFaults(COUNT));
    const { hidden = 0, told = 0 } = counts;
    assert(hidden > 20 && told > 20, `too few reached a call: ${JSON.stringify(counts)}`);
  },
);
