/**
 * Which `sock` this is.
 *
 * @module
 */
import config from "../deno.json" with { type: "json" };
import { jsonLine } from "./json.ts";

/** The version of the JSON that commands write: a field that goes or changes its meaning makes a new one. */
export const JSON_VERSION = 1;

/** The version of this package. */
export const VERSION: string = config.version;

/** The answer to `--version`. */
export function versionText(json: boolean): string {
  const { deno } = Deno.version;
  const { target } = Deno.build;
  return json
    ? jsonLine("version", { version: VERSION, json: JSON_VERSION, deno, target })
    : `sock ${VERSION} (deno ${deno}, ${target})\n`;
}
