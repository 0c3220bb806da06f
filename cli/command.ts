/**
 * A command as data: what it is called, what it takes, what it does. Parsing, help, completions and
 * the manual come from it.
 *
 * @module
 */

import type { EventRow } from "./event_rows.ts";

/** One option of a command. */
export interface OptionSpec {
  /** Without dashes: `"timeout"`. */
  readonly name: string;
  /** One letter, without the dash. */
  readonly short?: string;
  /** What stands for the value in help; absent for a switch. */
  readonly value?: string;
  /** All that the value may be, where that can be listed. */
  readonly choices?: readonly string[];
  /** May be given several times. */
  readonly repeat?: boolean;
  /** One line of help. */
  readonly help: string;
}

/** What the user wrote after the command's name. */
export interface Arguments {
  /** The operands, in order. */
  readonly operands: readonly string[];
  /** Whether a switch was given. */
  has(name: string): boolean;
  /** The value of an option; undefined when not given. */
  value(name: string): string | undefined;
  /** All values of an option that repeats. */
  values(name: string): readonly string[];
  /** What came after the option that takes the rest (`--exec`); undefined when not given. */
  readonly rest: readonly string[] | undefined;
}

/** What a command runs in. */
export interface Session {
  /** Aborted with {@linkcode Stopped} by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  /** All commands, for those that tell of them. */
  readonly commands: readonly CommandRow[];
}

/** A command of `sock` as the list has it: what it does is loaded when it is asked for. */
export interface CommandRow {
  /** Its name: one word, or two where several commands share the first. */
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** The rest of it. */
  load(): Promise<Command>;
}

/** A command of `sock`. */
export interface Command {
  /** What follows `sock NAME`. */
  readonly usage: string;
  /** How many operands it takes: least and most. */
  readonly operands: readonly [least: number, most: number];
  /** Paragraphs that say what it does. */
  readonly description: readonly string[];
  /** Its options. */
  readonly options: readonly OptionSpec[];
  /** The option that takes all the rest of the line. */
  readonly restOption?: string;
  /** Command lines and what they do. */
  readonly examples: readonly (readonly [line: string, does: string])[];
  /** What `--json` gives, beside {@linkcode ERROR_EVENT}. */
  readonly events: readonly EventRow[];
  /** Its exit codes, where they are not the usual ones. */
  readonly exitCodes?: readonly (readonly [code: string, meaning: string])[];
  /** The exit code of every error, where it is not the usual one. */
  readonly errorExit?: number;
  /** Whether its operands are addresses, so that help lists the schemes. */
  readonly addresses?: boolean;
  /** Does it; resolves to the exit code. */
  run(args: Arguments, session: Session): Promise<number>;
}

/** The words of a command's name. */
export function wordsOf({ name }: Pick<CommandRow, "name">): string[] {
  return name.split(" ");
}

/** The first words of all commands, each once. */
export function firstWords(rows: readonly Pick<CommandRow, "name">[]): string[] {
  return Array.from(new Set(rows.map((row) => wordsOf(row)[0])));
}

/** The second words of the commands that begin with a word. */
export function actionsOf(word: string, rows: readonly Pick<CommandRow, "name">[]): string[] {
  return rows.map(wordsOf).filter(([first, second]) => first === word && second !== undefined)
    .map(([, second]) => second);
}

const HELP: OptionSpec = { name: "help", short: "h", help: "show this help" };

/** A command with its name: what help, completions and the manual are made of. */
export interface NamedCommand {
  readonly row: CommandRow;
  readonly command: Command;
}

/** Loads all commands. */
export function loadAll(rows: readonly CommandRow[]): Promise<NamedCommand[]> {
  return Promise.all(rows.map(async (row) => ({ row, command: await row.load() })));
}

/** The options of a command, `--help` among them. */
export function optionsOf(command: Command): readonly OptionSpec[] {
  return [...command.options, HELP];
}
