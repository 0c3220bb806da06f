/**
 * The manual page, in roff (`man 7 man`).
 *
 * @module
 */
import { ADDRESS_NOTES, SCHEMES } from "./address.ts";
import { type NamedCommand, optionsOf, type OptionSpec } from "./command.ts";
import { ERROR_EVENT, type EventRow, VERSION_EVENT } from "./event_rows.ts";
import { EXIT_HELP } from "./exit.ts";
import { JSON_VERSION, VERSION } from "./_version.ts";

/**
 * Makes the manual page.
 *
 * @param commands All commands.
 * @returns The page.
 */
export function manualPage(commands: readonly NamedCommand[]): string {
  return [
    `.TH SOCK 1 "" "sock ${VERSION}" "User Commands"`,
    ".SH NAME",
    "sock \\- sockets on the command line",
    ".SH SYNOPSIS",
    ".B sock",
    ".I COMMAND",
    "[\\fIOPTIONS\\fR] \\fIARGUMENTS\\fR",
    ".SH DESCRIPTION",
    text(
      "Sockets of every family on the command line: servers, clients and relays, name lookups, and probes of hosts and networks. An option may stand anywhere after the command; what follows -- is no option.",
    ),
    ".SH COMMANDS",
    ...commands.flatMap(commandSection),
    ".SH ADDRESSES",
    ...SCHEMES.flatMap(({ name, form, help }) => item(`${name}:${form}`, help)),
    ".PP",
    text(ADDRESS_NOTES),
    ".SH EXIT STATUS",
    text("Unless a command says otherwise:"),
    ...EXIT_HELP.flatMap(([code, meaning]) => item(code, meaning)),
    ".SH JSON",
    text(
      `With --json each line is an object with the fields event and time (RFC 3339, in UTC), and those of its kind. Results go to standard output, the course of things to standard error; what a peer sends to connect and listen goes to standard output as it is. A field that is marked by ? may be missing. This is version ${JSON_VERSION} of the list: a field that goes or changes its meaning makes a new one, new events and fields do not.`,
    ),
    ...eventItems("any command", [ERROR_EVENT]),
    ...eventItems("sock --version", [VERSION_EVENT]),
    ...commands.flatMap(({ row, command }) => eventItems(row.name, command.events)),
    ".SH ENVIRONMENT",
    ...item("NO_COLOR", "If set and not empty, there are no colours on a terminal."),
    ...item(
      "SOCK_LOCAL, SOCK_REMOTE",
      "Set for the command of listen --exec: the two ends of its connection.",
    ),
    "",
  ].join("\n");
}

function commandSection({ row, command }: NamedCommand): string[] {
  return [
    `.SS "sock ${row.name} ${text(command.usage)}"`,
    `${text(`${row.summary[0].toUpperCase()}${row.summary.slice(1)}.`)}`,
    ...command.description.flatMap((paragraph) => [".PP", text(paragraph)]),
    ...optionsOf(command).flatMap((option) => item(optionText(option), helpText(option))),
    ...(command.exitCodes === undefined ? [] : [
      ".PP",
      "Exit status:",
      ...command.exitCodes.flatMap(([code, meaning]) => item(code, meaning)),
    ]),
    ".PP",
    "Examples:",
    ...command.examples.flatMap(([line, does]) => item(line, does)),
  ];
}

function optionText({ name, short, value }: OptionSpec): string {
  const letter = short === undefined ? "" : `-${short}, `;
  return `${letter}--${name}${value === undefined ? "" : ` ${value}`}`;
}

function helpText({ help, repeat }: OptionSpec): string {
  return `${help}${repeat ? " (repeatable)" : ""}`;
}

function eventItems(of: string, events: readonly EventRow[]): string[] {
  if (events.length === 0) return [];
  return [
    `.SS "${text(of)}"`,
    ...events.flatMap(({ event, on, help, fields }) => {
      const list = Object.entries(fields).map(([name, type]) =>
        type.endsWith("?") ? `${name}? (${type.slice(0, -1)})` : `${name} (${type})`
      );
      return item(event, `on ${on}: ${help}. Fields: ${list.join(", ")}.`);
    }),
  ];
}

function item(tag: string, body: string): string[] {
  return [".TP", `.B ${text(tag)}`, text(body)];
}

/** Text that roff takes for nothing else. */
function text(plain: string): string {
  return plain
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll('"', "\\(dq")
    .replaceAll("'", "\\(aq")
    .replaceAll("^", "\\(ha")
    .replaceAll("~", "\\(ti")
    .replaceAll("`", "\\(ga")
    .replaceAll("…", "...")
    .replaceAll(/^\./gm, "\\&.");
}
