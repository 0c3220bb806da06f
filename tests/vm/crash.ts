/** What guest_test.ts has the guest run: a test that kills its kernel. No part of any suite. */
import { IN_GUEST } from "../_tools.ts";

Deno.test({
  name: "kills its kernel",
  ignore: !IN_GUEST,
  fn: async () => {
    await Deno.writeTextFile("/proc/sysrq-trigger", "c");
    await new Promise(() => {});
  },
});
