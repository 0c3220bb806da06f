/**
 * Sets and gets every option once; run under strace by `options_strace_test.ts`.
 */

import { OPTION_CASES } from "../ffi/_option_cases.ts";
import { isNetAdmin, PRIVILEGED, tryCase } from "../ffi/_option_runner.ts";

const admin = isNetAdmin();
for (const tried of OPTION_CASES) {
  if (PRIVILEGED.includes(tried.on) && Deno.uid() !== 0) continue;
  const complaint = await tryCase(tried, admin);
  if (complaint !== undefined) console.error(`${tried.option.name}: ${complaint}`);
}
