/**
 * Completions for fish.
 *
 * @module
 */
import { SCHEMES } from "../address.ts";
import { type NamedCommand, optionsOf } from "../command.ts";

/**
 * Makes the script.
 *
 * @param commands All commands.
 * @returns What fish is to read.
 */
export function fishScript(commands: readonly NamedCommand[]): string {
  const names = commands.map(({ row }) => row.name).join(" ");
  const lines = [
    "# Completions of sock for fish.",
    "complete -c sock -f",
    "complete -c sock -n __fish_use_subcommand -s h -l help -d 'show help'",
    "complete -c sock -n __fish_use_subcommand -s V -l version -d 'show the version'",
    "complete -c sock -n __fish_use_subcommand -a help -d 'show the help of a command'",
    `complete -c sock -n '__fish_seen_subcommand_from help' -a ${quote(names)}`,
  ];
  for (const { row, command } of commands) {
    const here = `complete -c sock -n ${quote(`__fish_seen_subcommand_from ${row.name}`)}`;
    lines.push(
      `complete -c sock -n __fish_use_subcommand -a ${row.name} -d ${quote(row.summary)}`,
    );
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

function quote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
