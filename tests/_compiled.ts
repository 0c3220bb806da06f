/** C programs beside the tests, compiled once: under emulation gcc would take seconds for each. */
import { cached, keyOf, output } from "../tools/vm/cache.ts";

/**
 * The program of a C file, for a test to run. Before the guest starts, the files beside its tests
 * are compiled by the same call, so that it finds them done. What it is linked with stands in its first
 * comment, after `Libraries:`.
 *
 * @param source The file's path.
 * @returns The program's path.
 */
export async function compiledC(source: string): Promise<string> {
  const args = ["-O2", "-Wall", "-Werror", "-pthread"];
  const text = await Deno.readTextFile(source);
  const libraries = /^ \* Libraries: (.*)$/m.exec(text)?.[1].split(" ") ?? [];
  const key = await keyOf(text, ...args);
  const folder = await cached(`c-${key}`, async (folder) => {
    await output("gcc", [...args, "-o", `${folder}/program`, source, ...libraries]);
  });
  return `${folder}/program`;
}
