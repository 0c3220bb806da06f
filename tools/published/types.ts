/**
 * The types of the package as it is published: a declaration file for each source that they name,
 * with its documentation. Only who checks types loads them.
 *
 * @module
 */

/** Where they are in the package. */
const FOLDER = "types";

/** The declaration file of a source: `types/tcp/mod.d.ts` of `tcp/mod.ts`. */
export function typesPath(source: string): string {
  return `${FOLDER}/${source.replace(/\.ts$/, ".d.ts")}`;
}

/**
 * Makes the declarations of some sources, and of all that those name.
 *
 * @param root The folder of the sources.
 * @param entries What users import.
 * @returns The files by their paths.
 */
export async function declarations(
  root: string,
  entries: readonly string[],
): Promise<Map<string, string>> {
  const folder = await Deno.makeTempDir();
  try {
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["transpile", "--quiet", "--declaration", "--outdir", folder, ...entries],
      cwd: root,
    }).output();
    if (!success) throw new Error(`Cannot publish: ${new TextDecoder().decode(stderr)}`);
    return named(folder, root, entries);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The declarations that are there, as far as the entries lead to them. */
function named(
  folder: string,
  root: string,
  entries: readonly string[],
): Map<string, string> {
  const files = new Map<string, string>();
  const open = [...entries];
  for (let source = open.pop(); source !== undefined; source = open.pop()) {
    const path = typesPath(source);
    if (files.has(path)) continue;
    const text = Deno.readTextFileSync(`${folder}/${source.replace(/\.ts$/, ".d.ts")}`)
      .replace(/^\/\/\/ <amd-module .*\n/m, "")
      .replaceAll(NAMED, (_, before: string, specifier: string) => {
        const { pathname } = new URL(specifier, `file://${root}${source}`);
        const target = pathname.slice(root.length);
        open.push(target);
        return `${before}"${relative(path, typesPath(target))}"`;
      });
    files.set(path, text);
  }
  return files;
}

/** What a declaration names: files, by where they are to it or, where a type was inferred, to all. */
const NAMED = /(\bfrom |\bimport\(|^import )"((?:\.|file:)[^"]*\.ts)"/gm;

/** The way from a file to another. */
function relative(from: string, to: string): string {
  return `${"../".repeat(from.split("/").length - 1) || "./"}${to}`;
}
