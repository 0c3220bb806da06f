/** The benchmark of the families that most kernels lack, in the guest. */
import { lacksGuest } from "../../bench/families/sections.ts";
import { SECTIONS } from "../../bench/report/sections.ts";
import { assertWhole, quickly } from "../bench/_results.ts";
import { testWith } from "../_tools.ts";

testWith(
  { tools: ["gcc"], other: lacksGuest },
  "deno task bench --quick families measures every row in the guest",
  async () => {
    const { report } = await quickly(["families"]);
    assertWhole(report, SECTIONS.filter(({ id }) => id === "families"));
  },
);
