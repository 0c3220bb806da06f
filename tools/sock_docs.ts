/**
 * Writes docs/sock.md, the reference of `sock`, from the data that its help is made of. With --check
 * it writes nothing, and ends with 1 if the file is not what it would write.
 */
import { ADDRESS_NOTES, SCHEMES } from "../cli/address.ts";
import { loadAll, type NamedCommand, optionsOf } from "../cli/command.ts";
import { COMMANDS } from "../cli/_commands.ts";
import { ERROR_EVENT, type EventRow, VERSION_EVENT } from "../cli/event_rows.ts";
import { EXIT_HELP } from "../cli/exit.ts";
import { JSON_VERSION } from "../cli/_version.ts";

const FILE = new URL("../docs/sock.md", import.meta.url);

/** The reference in Markdown, as deno fmt has it. */
export async function sockDocs(): Promise<string> {
  const commands = await loadAll(COMMANDS);
  const parts = [
    "# sock",
    "Sockets of every family on the command line: servers, clients and relays, name lookups, probes of hosts and networks. This file is written by `tools/sock_docs.ts`; `sock COMMAND --help` and the manual page (`sock manual | man -l -`) tell the same.",
    "```sh\ndeno install -g -A -n sock jsr:@berkeley/sockets/cli\nsock completions bash > ~/.local/share/bash-completion/completions/sock\n```",
    "Instead of `-A`, give the permissions that a command asks for: it names the one that is missing, and ends with 5.",
    "## Addresses",
    table(
      ["Address", "What it opens"],
      SCHEMES.map(({ name, form, help }) => [code(`${name}:${form}`), help]),
    ),
    ADDRESS_NOTES,
    "## Commands",
    ...commands.flatMap(commandParts),
    "## Exit codes",
    "Unless a command says otherwise:",
    table(["Code", "Meaning"], EXIT_HELP),
    "## JSON",
    `With \`--json\` each line is an object with the fields \`event\` and \`time\` (RFC 3339, in UTC), and those of its kind. Results go to standard output, the course of things to standard error; what a peer sends to \`connect\` and \`listen\` goes to standard output as it is. A field that is marked by \`?\` may be missing.`,
    `This is **version ${JSON_VERSION}** of the list, which \`sock --version --json\` tells: a field that goes or changes its meaning makes a new one, new events and fields do not.`,
    ...eventParts("Any command", [ERROR_EVENT]),
    ...eventParts("`sock --version`", [VERSION_EVENT]),
    ...commands.flatMap(({ row, command }) => eventParts(code(`sock ${row.name}`), command.events)),
  ];
  return await formatted(`${parts.join("\n\n")}\n`);
}

function commandParts({ row, command }: NamedCommand): string[] {
  const options = optionsOf(command).map(({ name, short, value, help, repeat }) => [
    code(
      `${short === undefined ? "" : `-${short}, `}--${name}${
        value === undefined ? "" : ` ${value}`
      }`,
    ),
    `${help}${repeat ? " (repeatable)" : ""}`,
  ]);
  const examples = command.examples.map(([line, does]) => `# ${does}\n${line}`);
  return [
    `### sock ${row.name}`,
    `${row.summary[0].toUpperCase()}${row.summary.slice(1)}.`,
    `\`\`\`\nsock ${row.name} ${command.usage}\n\`\`\``.replace(" \n", "\n"),
    ...command.description,
    table(["Option", "Meaning"], options),
    `\`\`\`sh\n${examples.join("\n\n")}\n\`\`\``,
    ...(command.exitCodes === undefined
      ? []
      : [table(["Exit code", "Meaning"], command.exitCodes)]),
  ];
}

function eventParts(title: string, events: readonly EventRow[]): string[] {
  if (events.length === 0) return [];
  const rows = events.map(({ event, on, help, fields }) => [
    code(event),
    on === "stdout" ? "output" : "error",
    help,
    Object.entries(fields).map(([name, type]) =>
      type.endsWith("?") ? `${code(`${name}?`)} ${type.slice(0, -1)}` : `${code(name)} ${type}`
    ).join(", "),
  ]);
  return [`### ${title}`, table(["Event", "On standard", "Meaning", "Fields"], rows)];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function code(text: string): string {
  return `\`${text}\``;
}

async function formatted(markdown: string): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--ext", "md", "-"],
    cwd: new URL("..", import.meta.url),
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(markdown));
  await writer.close();
  return await new Response(child.stdout).text();
}

if (import.meta.main) {
  const text = await sockDocs();
  if (Deno.args.includes("--check")) {
    if (await Deno.readTextFile(FILE) !== text) Deno.exit(1);
  } else {
    await Deno.writeTextFile(FILE, text);
  }
}
