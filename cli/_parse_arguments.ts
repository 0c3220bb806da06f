/**
 * Reads what stands after a command's name.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { type Arguments, type Command, optionsOf, type OptionSpec } from "./command.ts";
import { UsageError } from "./exit.ts";
import { nearest } from "./_nearest.ts";

/**
 * Reads a command's arguments.
 *
 * @param name The command's name.
 * @param command The command.
 * @param args What stands after its name.
 * @returns The arguments; those of `--help` are not checked further.
 * @throws {UsageError} If an option is unknown, lacks its value or has one too many, or operands do not fit.
 */
export function parseArguments(
  name: string,
  command: Command,
  args: readonly string[],
): Arguments {
  const specs = optionsOf(command);
  const { head, rest } = cutRest(command, args);
  const withValue = specs.filter((spec) => spec.value !== undefined);
  const switches = specs.filter((spec) => spec.value === undefined);
  const given = protectValues(head, withValue);
  // parseArgs keeps operands under this name, and would put an option of it in their place.
  const end = given.indexOf("--");
  const clash = given.slice(0, end < 0 ? undefined : end).find((arg) => /^--?[^=]*_/.test(arg));
  if (clash !== undefined) throw new UsageError(unknownText(clash.replace(/=.*$/s, ""), specs));
  const once = withValue.filter((spec) => !spec.repeat).map((spec) => spec.name);
  const parsed = parseArgs(given, {
    string: ["_", ...withValue.map((spec) => spec.name)],
    boolean: switches.map((spec) => spec.name),
    // Also options that may come once: a second one is an error, not the winner.
    collect: withValue.map((spec) => spec.name),
    alias: Object.fromEntries(
      specs.filter((spec) => spec.short).map((spec) => [spec.name, spec.short!]),
    ),
    "--": true,
    unknown: (arg, key) => {
      if (key !== undefined) throw new UsageError(unknownText(arg.replace(/=.*$/s, ""), specs));
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
    if (operands.length < least) throw new UsageError(missingText(name, command));
    if (operands.length > most) throw new UsageError(`unexpected argument "${operands[most]}"`);
  }
  return {
    operands,
    has: (name) => parsed[name] === true,
    value: (name) => (parsed[name] as string[] | undefined)?.[0],
    values: (name) => parsed[name] as string[] | undefined ?? [],
    rest,
  };
}

function missingText(name: string, command: Command): string {
  return `an argument is missing: sock ${name} ${command.usage}`;
}

function unknownText(option: string, specs: readonly OptionSpec[]): string {
  const near = option.startsWith("--")
    ? nearest(option.slice(2), specs.map((spec) => spec.name))
    : undefined;
  return `unknown option ${option}${near === undefined ? "" : `; did you mean --${near}?`}`;
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
