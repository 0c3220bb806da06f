/**
 * Finds the command, runs it, and turns whatever happens into an exit code.
 *
 * @module
 */
import { load } from "./load.ts";
import { actionsOf, type Command, type CommandRow, firstWords, wordsOf } from "./command.ts";
import { COMMANDS } from "./_commands.ts";
import { EXIT, exitCodeOf, OutputClosed, Stopped, UsageError } from "./exit.ts";
import { nearest } from "./_nearest.ts";
import { writeOutput } from "./stdio.ts";

/**
 * Runs `sock`.
 *
 * @param args The arguments after the program's name.
 * @returns The exit code.
 */
export async function main(args: readonly string[]): Promise<number> {
  const row = rowOf(args);
  let command: Command | undefined;
  try {
    if (row === undefined) return await runWithoutCommand(args);
    command = await row.load();
    return await runCommand(row, command, args.slice(wordsOf(row).length));
  } catch (error) {
    if (error instanceof Stopped || error instanceof OutputClosed) return exitCodeOf(error);
    const exitCode = command?.errorExit ?? exitCodeOf(error);
    const { Reporter } = await load<typeof import("./events.ts")>("./events.ts", import.meta.url);
    const report = new Reporter({ json: wantsJson(args), quiet: false, verbose: false });
    report.error(error, exitCode);
    if (error instanceof UsageError && !report.json) {
      report.line(`Try "sock${row === undefined ? "" : ` ${row.name}`} --help"`);
    }
    return exitCode;
  }
}

/** The command that arguments begin with: a name may have two words. */
function rowOf(args: readonly string[]): CommandRow | undefined {
  return COMMANDS.find((row) => wordsOf(row).every((word, i) => args[i] === word));
}

async function runWithoutCommand(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args.filter((arg) => arg !== "--json" && arg !== "-j");
  if (name === undefined) throw new UsageError("a command is missing");
  if (name === "--help" || name === "-h" || name === "help") {
    return await printHelpFor(rest);
  }
  if (actionsOf(name, COMMANDS).length > 0 && (rest[0] === "--help" || rest[0] === "-h")) {
    return await printHelpFor([name]);
  }
  if (name === "--version" || name === "-V" || name === "version") {
    const { versionText } = await load<typeof import("./_version.ts")>(
      "./_version.ts",
      import.meta.url,
    );
    return await print(versionText(wantsJson(args)));
  }
  throw unknownCommand([name, ...rest]);
}

async function runCommand(
  row: CommandRow,
  command: Command,
  args: readonly string[],
): Promise<number> {
  const { parseArguments } = await load<typeof import("./_parse_arguments.ts")>(
    "./_parse_arguments.ts",
    import.meta.url,
  );
  const parsed = parseArguments(row.name, command, args);
  if (parsed.has("help")) return await printHelp(row);
  const stop = new AbortController();
  const forget = onSignals((signal) => {
    // The second one does not wait for anything.
    if (stop.signal.aborted) Deno.exit(exitCodeOf(stop.signal.reason));
    stop.abort(new Stopped(signal));
  });
  try {
    return await command.run(parsed, { signal: stop.signal, commands: COMMANDS });
  } finally {
    forget();
  }
}

function unknownCommand([name, second]: readonly string[]): UsageError {
  const actions = actionsOf(name, COMMANDS);
  const whole = actions.includes(second) ? `${name} ${second}` : name;
  if (COMMANDS.some((row) => row.name === whole)) {
    return new UsageError(`options come after the command: sock ${whole} …`);
  }
  if (actions.length === 0) return unknownWord("", name, firstWords(COMMANDS));
  if (second !== undefined) return unknownWord(`${name} `, second, actions);
  return new UsageError(`an argument is missing: sock ${name} ${actions.join("|")}`);
}

function unknownWord(before: string, word: string, candidates: readonly string[]): UsageError {
  if (word.startsWith("-")) return new UsageError(`unknown option "${word}"`);
  const near = nearest(word, candidates);
  const hint = near === undefined ? "" : `; did you mean "${before}${near}"?`;
  return new UsageError(`unknown command "${before}${word}"${hint}`);
}

/** The help of a command, of those that share a first word, or of all. */
async function printHelpFor(words: readonly string[]): Promise<number> {
  const row = rowOf(words);
  if (row !== undefined) return await printHelp(row);
  const [first] = words;
  const { groupHelp, overview } = await load<typeof import("./_help.ts")>(
    "./_help.ts",
    import.meta.url,
  );
  if (first === undefined) return await print(overview(COMMANDS));
  const group = COMMANDS.filter((one) => wordsOf(one)[0] === first);
  if (group.length === 0 || words.length > 1) throw unknownCommand(words);
  return await print(groupHelp(first, group));
}

async function printHelp(row: CommandRow): Promise<number> {
  const { commandHelp } = await load<typeof import("./_help.ts")>("./_help.ts", import.meta.url);
  return await print(commandHelp(row, await row.load()));
}

async function print(text: string): Promise<number> {
  await writeOutput(new TextEncoder().encode(text));
  return EXIT.ok;
}

/** Whether errors are to be told as JSON, known before the arguments are checked. */
function wantsJson(args: readonly string[]): boolean {
  const exec = args.indexOf("--exec");
  const own = exec < 0 ? args : args.slice(0, exec);
  return own.includes("--json") || own.includes("-j");
}

const SIGNALS: readonly Deno.Signal[] = ["SIGINT", "SIGTERM"];

function onSignals(handle: (signal: Deno.Signal) => void): () => void {
  const handlers = SIGNALS.map((signal) => [signal, () => handle(signal)] as const);
  for (const [signal, handler] of handlers) Deno.addSignalListener(signal, handler);
  return () => {
    for (const [signal, handler] of handlers) Deno.removeSignalListener(signal, handler);
  };
}
