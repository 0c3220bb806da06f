/**
 * The JSON that `sock` writes: one object a line, with what happened and when.
 *
 * @module
 */
import { writeOutput } from "./stdio.ts";

/**
 * One line of JSON.
 *
 * @param event What happened.
 * @param fields The rest of it.
 * @returns The line with its end.
 */
export function jsonLine(event: string, fields: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify({ event, time: new Date().toISOString(), ...fields })}\n`;
}

/** Prints a line. */
export function printLine(line: string): Promise<void> {
  return writeOutput(new TextEncoder().encode(`${line}\n`));
}

/** Prints a result as JSON. */
export function printEvent(
  event: string,
  fields: Readonly<Record<string, unknown>>,
): Promise<void> {
  return writeOutput(new TextEncoder().encode(jsonLine(event, fields)));
}
