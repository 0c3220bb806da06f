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
 * @param options Of the process; `maxFds` is the size of its descriptor table.
 * @returns How it ended.
 */
export async function runProgram(
  source: string,
  flags: readonly string[],
  options: Deno.CommandOptions & { maxFds?: number } = {},
): Promise<Outcome> {
  const { maxFds, ...others } = options;
  const limit = maxFds === undefined ? [] : ["sh", "-c", `ulimit -n ${maxFds}; exec "$0" "$@"`];
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, source.replaceAll("$/", ROOT.href));
    const [program, ...args] = [
      ...limit,
      Deno.execPath(),
      "run",
      "--no-check",
      "--no-prompt",
      `--config=${new URL("deno.json", ROOT).pathname}`,
      ...flags,
      file,
    ];
    const { code, stdout, stderr } = await new Deno.Command(program, {
      args,
      stdin: "null",
      ...others,
    }).output();
    const text = new TextDecoder();
    return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
  } finally {
    await Deno.remove(file);
  }
}
