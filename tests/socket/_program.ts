/** Deno programs in processes of their own. */

const ROOT = new URL("../../", import.meta.url);

/** How a program ended. */
export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** What a program is run with. */
export interface ProgramOptions {
  /** Permission flags. Default `-A`. */
  flags?: readonly string[];
  /** A command that runs what follows it. */
  prefix?: readonly string[];
  /** Variables beside those of this process. */
  env?: Record<string, string>;
}

/** The command that runs the program in a file. */
export function denoCommand(file: string, flags: readonly string[] = ["-A"]): string[] {
  return [
    Deno.execPath(),
    "run",
    "--quiet",
    "--no-check",
    "--no-prompt",
    `--config=${new URL("deno.json", ROOT).pathname}`,
    ...flags,
    file,
  ];
}

/** Writes a program to a file; `$/` stands for the repository's root in its imports. */
export async function writeProgram(source: string): Promise<string> {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(file, source.replaceAll("$/", ROOT.href));
  return file;
}

/** Runs a program to its end. */
export async function runProgram(
  source: string,
  { flags, prefix = [], env }: ProgramOptions = {},
): Promise<Outcome> {
  const file = await writeProgram(source);
  try {
    const command = [...prefix, ...denoCommand(file, flags)];
    const { code, stdout, stderr } = await new Deno.Command(command[0], {
      args: command.slice(1),
      stdin: "null",
      env,
    }).output();
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  } finally {
    await Deno.remove(file);
  }
}

/** Runs a program and takes the JSON that it prints. */
export async function runJson<T>(source: string, options: ProgramOptions = {}): Promise<T> {
  const { code, stdout, stderr } = await runProgram(source, options);
  if (code !== 0 || stdout === "") throw new Error(`exit code ${code}: ${stdout}${stderr}`);
  return JSON.parse(stdout) as T;
}

/** Runs in a network namespace of its own, prepared by a shell's commands. */
export function inNamespace(commands: string): string[] {
  return ["unshare", "-n", "sh", "-ec", `${commands}\nexec "$@"`, "sh"];
}
