/** Deno programs in processes of their own, with the permissions that a test gives them. */

/** The root of the repository, as a URL. */
export const ROOT: URL = new URL("../../", import.meta.url);

/** How a program ended. */
export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/**
 * Runs TypeScript as a process of its own, without a prompt.
 *
 * @param source The program; `$` stands for the repository's root in its imports.
 * @param flags Permission flags and others.
 * @param options Of the process.
 * @returns How it ended.
 */
export async function runProgram(
  source: string,
  flags: readonly string[],
  options: Deno.CommandOptions = {},
): Promise<Outcome> {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, source.replaceAll("$/", ROOT.href));
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-check",
        "--no-prompt",
        `--config=${new URL("deno.json", ROOT).pathname}`,
        ...flags,
        file,
      ],
      stdin: "null",
      ...options,
    }).output();
    const text = new TextDecoder();
    return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
  } finally {
    await Deno.remove(file);
  }
}
