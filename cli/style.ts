/**
 * Colours, where a person looks on: on a terminal, unless NO_COLOR asks for none (no-color.org).
 *
 * @module
 */

/** Select graphic rendition (ECMA-48 section 8.3.117). */
const CODES = {
  bold: 1,
  dim: 2,
  red: 31,
  green: 32,
  yellow: 33,
  cyan: 36,
} as const;

/** What text may look like. */
export type Style = keyof typeof CODES;

/** Whether a stream shows colours. */
export function showsColours(stream: "stdout" | "stderr"): boolean {
  return !Deno.noColor && Deno[stream].isTerminal();
}

/** Text in a style, where the stream shows colours; as it is elsewhere. */
export function paint(text: string, style: Style, stream: "stdout" | "stderr"): string {
  return showsColours(stream) && text !== "" ? `\x1b[${CODES[style]}m${text}\x1b[0m` : text;
}

/** Text without styles: what takes room. */
export function plain(text: string): string {
  // deno-lint-ignore no-control-regex -- the beginning of a style
  return text.includes("\x1b") ? text.replaceAll(/\x1b\[\d*m/g, "") : text;
}

/** What steers a terminal, but for the styles of {@linkcode paint}. */
// deno-lint-ignore no-control-regex -- that is what it is about
const STEERING = /(?!\x1b\[(?:0|1|2|31|32|33|36)m)[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;

/**
 * Text that steers no terminal: names that others choose (processes, paths, hosts) may hold anything.
 * Control characters are shown by their numbers, `\x07`; tabs, line ends and styles stay.
 */
export function visible(text: string): string {
  return text.replaceAll(STEERING, (character) => {
    const hex = character.charCodeAt(0).toString(16).padStart(2, "0");
    return `\\x${hex}`;
  });
}
