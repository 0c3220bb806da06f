// Types of the @std/cli functions used here, over the copy of std that npm carries.
import { parseArgs as std } from "deno-std/parse_args";

/** The options of `parseArgs` that are used here. */
export interface ParseOptions {
  boolean?: readonly string[];
  string?: readonly string[];
  collect?: readonly string[];
  alias?: Record<string, string | readonly string[]>;
  default?: Record<string, unknown>;
  stopEarly?: boolean;
  "--"?: boolean;
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}
/** What `parseArgs` returns. */
// deno-lint-ignore no-explicit-any
export type Args = { _: (string | number)[]; "--"?: string[] } & Record<string, any>;
/** Parses command-line arguments. */
export const parseArgs: (args: string[], options?: ParseOptions) => Args = std;
