/**
 * Completions for fish.
 *
 * @module
 */
import { SCHEMES } from "../address.ts";
import {
  actionsOf,
  type CommandRow,
  firstWords,
  type NamedCommand,
  optionsOf,
  wordsOf,
} from "../command.ts";

/**
 * Makes the script.
 *
 * @param commands All commands.
 * @returns What fish is to read.
 */
export function fishScript(commands: readonly NamedCommand[]): string {
  const rows = commands.map(({ row }) => row);
  const names = firstWords(rows).join(" ");
  const lines = [
    "# Completions of sock for fish.",
    "complete -c sock -f",
    "complete -c sock -n __fish_use_subcommand -s h -l help -d 'show help'",
    "complete -c sock -n __fish_use_subcommand -s V -l version -d 'show the version'",
    "complete -c sock -n __fish_use_subcommand -a help -d 'show the help of a command'",
    `complete -c sock -n '__fish_seen_subcommand_from help' -a ${quote(names)}`,
  ];
  for (const first of firstWords(rows)) {
    const actions = actionsOf(first, rows);
    if (actions.length === 0) continue;
    const does = quote(`${actions.join(", ")}`);
    lines.push(`complete -c sock -n __fish_use_subcommand -a ${first} -d ${does}`);
  }
  for (const { row, command } of commands) {
    const words = wordsOf(row);
    const seen = words.map((word) => `__fish_seen_subcommand_from ${word}`);
    const here = `complete -c sock -n ${quote(seen.join("; and "))}`;
    lines.push(`complete -c sock -n ${place(words, rows)} -d ${quote(row.summary)}`);
    for (const { name, short, value, choices, help } of optionsOf(command)) {
      const parts = [here, ...(short === undefined ? [] : [`-s ${short}`]), `-l ${name}`];
      if (value !== undefined) parts.push("-x");
      if (choices !== undefined) parts.push(`-a ${quote(choices.join(" "))}`);
      lines.push([...parts, `-d ${quote(help)}`].join(" "));
    }
    if (command.addresses) {
      for (const { name, help } of SCHEMES) lines.push(`${here} -a ${name}: -d ${quote(help)}`);
    } else if (row.name === "completions") {
      lines.push(`${here} -a ${quote(command.usage.replaceAll("|", " "))}`);
    } else if (command.operands[1] > 0) {
      lines.push(`${here} -a '(__fish_print_hostnames)'`);
    }
  }
  return `${lines.join("\n")}\n`;
}

/** Where the last word of a command's name may stand, and that word. */
function place([first, second]: readonly string[], rows: readonly CommandRow[]): string {
  if (second === undefined) return `__fish_use_subcommand -a ${first}`;
  const others = actionsOf(first, rows).join(" ");
  const here =
    `__fish_seen_subcommand_from ${first}; and not __fish_seen_subcommand_from ${others}`;
  return `${quote(here)} -a ${second}`;
}

function quote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
