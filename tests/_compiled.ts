/** C programs beside the tests, compiled once: under emulation gcc would take seconds for each. */
import { cached, keyOf, output } from "../tools/vm/cache.ts";

/**
 * The program of a C file, for a test to run. Before the guest starts, the files beside its tests
 * are compiled by the same call, so that it finds them done.
 *
 * @param source The file's path.
 * @returns The program's path.
 */
export async function compiledC(source: string): Promise<string> {
  const args = ["-O2", "-Wall", "-Werror", "-pthread"];
  const key = await keyOf(await Deno.readTextFile(source), ...args);
  const folder = await cached(`c-${key}`, async (folder) => {
    await output("gcc", [...args, "-o", `${folder}/program`, source]);
  });
  return `${folder}/program`;
}
