/**
 * A command as data: what it is called, what it takes, what it does. Parsing and help come from it.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { UsageError } from "./exit.ts";

/** One option of a command. */
export interface OptionSpec {
  /** Without dashes: `"timeout"`. */
  readonly name: string;
  /** One letter, without the dash. */
  readonly short?: string;
  /** What stands for the value in help; absent for a switch. */
  readonly value?: string;
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
}

/** A command of `sock`. */
export interface Command {
  /** Its name. */
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
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
  /** Its exit codes, where they are not the usual ones. */
  readonly exitCodes?: readonly (readonly [code: string, meaning: string])[];
  /** The exit code of every error, where it is not the usual one. */
  readonly errorExit?: number;
  /** Whether its operands are addresses, so that help lists the schemes. */
  readonly addresses?: boolean;
  /** Does it; resolves to the exit code. */
  run(args: Arguments, session: Session): Promise<number>;
}

const HELP: OptionSpec = { name: "help", short: "h", help: "show this help" };

/** The options of a command, `--help` among them. */
export function optionsOf(command: Command): readonly OptionSpec[] {
  return [...command.options, HELP];
}

/**
 * Reads a command's arguments.
 *
 * @param command The command.
 * @param args What stands after its name.
 * @returns The arguments; those of `--help` are not checked further.
 * @throws {UsageError} If an option is unknown, lacks its value or has one too many, or operands do not fit.
 */
export function parseArguments(command: Command, args: readonly string[]): Arguments {
  const specs = optionsOf(command);
  const { head, rest } = cutRest(command, args);
  const withValue = specs.filter((spec) => spec.value !== undefined);
  const switches = specs.filter((spec) => spec.value === undefined);
  const once = withValue.filter((spec) => !spec.repeat).map((spec) => spec.name);
  const parsed = parseArgs(protectValues(head, withValue), {
    string: ["_", ...withValue.map((spec) => spec.name)],
    boolean: switches.map((spec) => spec.name),
    // Also options that may come once: a second one is an error, not the winner.
    collect: withValue.map((spec) => spec.name),
    alias: Object.fromEntries(
      specs.filter((spec) => spec.short).map((spec) => [spec.name, spec.short!]),
    ),
    "--": true,
    unknown: (arg, key) => {
      if (key !== undefined) throw new UsageError(`unknown option ${arg.replace(/=.*$/s, "")}`);
      return true;
    },
  });
  for (const name of once) {
    if ((parsed[name] as string[]).length > 1) {
      throw new UsageError(`--${name} is given more than once`);
    }
  }
  for (const { name } of withValue) {
    if ((parsed[name] as string[]).includes("")) throw new UsageError(`--${name} lacks its value`);
  }
  for (const { name } of switches) {
    if (head.some((arg) => arg.startsWith(`--${name}=`))) {
      throw new UsageError(`--${name} takes no value`);
    }
  }
  const operands = [...parsed._.map(String), ...parsed["--"] ?? []];
  const [least, most] = command.operands;
  if (!parsed.help) {
    if (operands.length < least) throw new UsageError(missingText(command));
    if (operands.length > most) throw new UsageError(`unexpected argument "${operands[most]}"`);
  }
  return {
    operands,
    has: (name) => parsed[name] === true,
    value: (name) => (parsed[name] as string[] | undefined)?.[0],
    values: (name) => parsed[name] as string[],
    rest,
  };
}

function missingText(command: Command): string {
  return `an argument is missing: sock ${command.name} ${command.usage}`;
}

/** Cuts off what belongs to the option that takes the rest of the line. */
function cutRest(
  command: Command,
  args: readonly string[],
): { head: readonly string[]; rest: readonly string[] | undefined } {
  const at = command.restOption === undefined ? -1 : args.indexOf(`--${command.restOption}`);
  const end = args.indexOf("--");
  if (at < 0 || (end >= 0 && end < at)) return { head: args, rest: undefined };
  if (at === args.length - 1) {
    throw new UsageError(`--${command.restOption} lacks the command to run`);
  }
  return { head: args.slice(0, at), rest: args.slice(at + 1) };
}

/** Writes `--name value` as `--name=value`: a value may begin with a dash, and may not be missing. */
function protectValues(args: readonly string[], withValue: readonly OptionSpec[]): string[] {
  const result: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    if (arg === "--") return [...result, ...args.slice(i)];
    const spec = withValue.find(({ name, short }) => arg === `--${name}` || arg === `-${short}`);
    if (spec === undefined) result.push(arg);
    else result.push(`--${spec.name}=${args[++i] ?? ""}`);
  }
  return result;
}
