/**
 * The JSON that `sock` writes: one object a line, with what happened and when.
 *
 * @module
 */
import { visible } from "./style.ts";
import { writeOutput } from "./stdio.ts";

/**
 * One line of JSON.
 *
 * @param event What happened.
 * @param fields The rest of it.
 * @returns The line with its end.
 */
export function jsonLine(event: string, fields: Readonly<Record<string, unknown>>): string {
  const line = JSON.stringify({ event, time: new Date().toISOString(), ...fields });
  // JSON escapes the control characters of C0; those of C1 steer some terminals, too.
  const c1 = /[\x7f-\x9f]/g;
  return `${line.replaceAll(c1, (c) => `\\u00${c.charCodeAt(0).toString(16)}`)}\n`;
}

/** Prints a line. */
export function printLine(line: string): Promise<void> {
  return writeOutput(new TextEncoder().encode(`${visible(line)}\n`));
}

/** Prints a result as JSON. */
export function printEvent(
  event: string,
  fields: Readonly<Record<string, unknown>>,
): Promise<void> {
  return writeOutput(new TextEncoder().encode(jsonLine(event, fields)));
}
