/**
 * Makes the package that is published, in a folder: `deno run -A tools/published.ts FOLDER`, and then
 * `deno publish` in it. Its exports are those of deno.json; code is put together in few files of
 * JavaScript, which load in a fraction of the time, and types stand beside with all documentation.
 */
import { bundle } from "./published/bundle.ts";
import { declarations, typesPath } from "./published/types.ts";

const ROOT = new URL("..", import.meta.url).pathname;
/** What goes along as it is. */
const DOCUMENTS = ["LICENSE", "README.md", "SECURITY.md", "CHANGELOG.md"];

let made: Promise<Map<string, string>> | undefined;

/**
 * The files of the package, made once.
 *
 * @returns Their texts by their paths, `"tcp.js"`.
 */
export function publishedFiles(): Promise<ReadonlyMap<string, string>> {
  return made ??= makeFiles();
}

async function makeFiles(): Promise<Map<string, string>> {
  const config = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  const exports = Object.entries(config.exports as Record<string, string>);
  const entries = new Map(
    exports.map(([name, path]) => [name === "." ? "mod" : name.slice(2), path.slice(2)]),
  );
  const files = await bundle(
    ROOT,
    entries,
    (name) => `/* @ts-self-types="./${typesPath(entries.get(name)!)}" */`,
  );
  for (const [path, text] of await declarations(ROOT, [...entries.values()])) files.set(path, text);
  for (const path of DOCUMENTS) files.set(path, await Deno.readTextFile(`${ROOT}${path}`));
  files.set("deno.json", `${JSON.stringify(configOf(config), undefined, 2)}\n`);
  return files;
}

function configOf({ name, version, license, exports, imports }: {
  name: string;
  version: string;
  license: string;
  exports: Record<string, string>;
  imports: Record<string, string>;
}): unknown {
  return {
    name,
    version,
    license,
    exports: Object.fromEntries(
      Object.keys(exports).map((key) => [key, key === "." ? "./mod.js" : `${key}.js`]),
    ),
    imports: { "@std/bytes": imports["@std/bytes"], "@std/cli": imports["@std/cli"] },
  };
}

/** Writes the package into a folder. */
export async function writePublished(folder: string): Promise<void> {
  for (const [path, text] of await publishedFiles()) {
    const file = `${folder}/${path}`;
    await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(file, text);
  }
}

if (import.meta.main) await writePublished(Deno.args[0]);
