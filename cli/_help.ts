/**
 * Help for people.
 *
 * @module
 */
import { ADDRESS_NOTES, SCHEMES } from "./address.ts";
import { actionsOf, type Command, type CommandRow, optionsOf } from "./command.ts";
import { EXIT_HELP } from "./exit.ts";
import { paint } from "./style.ts";
import { terminalColumns } from "./table.ts";

/** Longer lines are hard to read, whatever fits. */
const WIDEST = 80;

/** The help of `sock` as a whole. */
export function overview(commands: readonly CommandRow[]): string {
  return [
    "sock: sockets on the command line\n",
    `${heading("Usage:")} sock COMMAND [OPTIONS] ARGUMENTS\n`,
    heading("Commands:"),
    columns(commands.map(({ name, summary }) => [name, summary])),
    heading("Addresses:"),
    addressHelp(),
    'Run "sock COMMAND --help" for the options of a command, with examples.\n',
  ].join("\n");
}

/** The help of commands that share their first word. */
export function groupHelp(first: string, commands: readonly CommandRow[]): string {
  return [
    `${heading("Usage:")} sock ${first} ${actionsOf(first, commands).join("|")} ARGUMENTS\n`,
    heading("Commands:"),
    columns(commands.map(({ name, summary }) => [name, summary])),
    `Run "sock ${commands[0].name} --help" for the options of a command, with examples.\n`,
  ].join("\n");
}

/** The help of one command. */
export function commandHelp({ name, summary }: CommandRow, command: Command): string {
  const options = optionsOf(command).map(({ name, short, value, help, repeat }) => {
    const letter = short === undefined ? "    " : `-${short}, `;
    const rest = name === command.restOption ? "…" : "";
    return [
      `${letter}--${name}${value === undefined ? "" : ` ${value}${rest}`}`,
      repeat ? `${help} (repeatable)` : help,
    ] as const;
  });
  const parts = [
    `sock ${name}: ${summary}\n`,
    `${heading("Usage:")} sock ${name} ${command.usage}\n`,
    ...command.description.map((paragraph) => `${wrap(paragraph, 0)}\n`),
    heading("Options:"),
    columns(options),
  ];
  if (command.addresses) parts.push(heading("Addresses:"), addressHelp());
  parts.push(heading("Examples:"));
  for (const [line, does] of command.examples) {
    parts.push(`  ${line}\n${wrap(does, 6)}`);
  }
  parts.push(`\n${heading("Exit codes:")}`, columns(command.exitCodes ?? EXIT_HELP));
  return parts.join("\n");
}

function heading(text: string): string {
  return paint(text, "bold", "stdout");
}

function addressHelp(): string {
  return columns(
    SCHEMES.map(({ name, form, help }) => [`${name}:${form}`, help]),
  ) + wrap(ADDRESS_NOTES, 2) + "\n";
}

function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.min(24, Math.max(...rows.map(([left]) => left.length)));
  let text = "";
  for (const [left, right] of rows) {
    const indent = width + 4;
    const wrapped = wrap(right, indent).trimStart();
    text += left.length > width
      ? `  ${left}\n${" ".repeat(indent)}${wrapped}\n`
      : `  ${left.padEnd(width)}  ${wrapped}\n`;
  }
  return text;
}

function wrap(text: string, indent: number): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (
      line !== "" && indent + line.length + 1 + word.length > Math.min(WIDEST, terminalColumns())
    ) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return lines.map((one) => " ".repeat(indent) + one).join("\n");
}
