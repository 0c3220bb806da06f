/**
 * Finds the command, runs it, and turns whatever happens into an exit code.
 *
 * @module
 */
import { type Command, parseArguments } from "./command.ts";
import { connectCommand } from "./commands/connect.ts";
import { echoCommand } from "./commands/echo.ts";
import { listenCommand } from "./commands/listen.ts";
import { pingCommand } from "./commands/ping.ts";
import { relayCommand } from "./commands/relay.ts";
import { resolveCommand } from "./commands/resolve.ts";
import { sweepCommand } from "./commands/sweep.ts";
import { traceCommand } from "./commands/trace.ts";
import { Reporter } from "./events.ts";
import { exitCodeOf, OutputClosed, Stopped, UsageError } from "./exit.ts";
import { commandHelp, overview } from "./help.ts";
import { writeOutput } from "./stdio.ts";

/** All commands, in the order of the overview. */
export const COMMANDS: readonly Command[] = [
  connectCommand,
  listenCommand,
  echoCommand,
  relayCommand,
  resolveCommand,
  pingCommand,
  sweepCommand,
  traceCommand,
];

/**
 * Runs `sock`.
 *
 * @param args The arguments after the program's name.
 * @returns The exit code.
 */
export async function main(args: readonly string[]): Promise<number> {
  const report = new Reporter({ json: wantsJson(args), quiet: false, verbose: false });
  const command = COMMANDS.find(({ name }) => name === args[0]);
  try {
    return await runCommand(command, args);
  } catch (error) {
    if (error instanceof Stopped || error instanceof OutputClosed) return exitCodeOf(error);
    const exitCode = command?.errorExit ?? exitCodeOf(error);
    report.error(error, exitCode);
    if (error instanceof UsageError && !report.json) {
      report.line(`Try "sock${command === undefined ? "" : ` ${command.name}`} --help"`);
    }
    return exitCode;
  }
}

async function runCommand(
  command: Command | undefined,
  args: readonly string[],
): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined) throw new UsageError("a command is missing");
  if (name === "--help" || name === "-h" || name === "help") {
    return await print(rest.length === 0 ? overview(COMMANDS) : commandHelp(findCommand(rest[0])));
  }
  command ??= findCommand(name);
  const parsed = parseArguments(command, rest);
  if (parsed.has("help")) return await print(commandHelp(command));
  const stop = new AbortController();
  const forget = onSignals((signal) => {
    // The second one does not wait for anything.
    if (stop.signal.aborted) Deno.exit(exitCodeOf(stop.signal.reason));
    stop.abort(new Stopped(signal));
  });
  try {
    return await command.run(parsed, { signal: stop.signal });
  } finally {
    forget();
  }
}

function findCommand(name: string): Command {
  const command = COMMANDS.find((one) => one.name === name);
  if (command === undefined) {
    const what = name.startsWith("-") ? "option" : "command";
    throw new UsageError(`unknown ${what} "${name}"`);
  }
  return command;
}

async function print(text: string): Promise<number> {
  await writeOutput(new TextEncoder().encode(text));
  return 0;
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
