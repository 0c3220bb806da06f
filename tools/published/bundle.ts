/**
 * The code of the package as it is published: few files instead of hundreds. At its start a program
 * pays for each file that it loads, and for the comments in it; what is loaded together is one file.
 *
 * @module
 */
import { type GetModuleInfo, type OutputChunk, rollup } from "@rollup/wasm-node";
import ts from "typescript";

/** An entry of the package by its name: `tcp` of `./tcp/mod.ts`. */
export type Entries = ReadonlyMap<string, string>;

/**
 * What is loaded together, by the modules that it begins with. A file of the published package has
 * what the same of these need: nobody loads what belongs to another alone.
 */
const LOADED_TOGETHER: readonly (readonly string[])[] = [
  ["core/ip/mod.ts"],
  ["wire/mod.ts"],
  ["ffi/options/mod.ts"],
  ["tcp/mod.ts", "udp/mod.ts"],
  ["ffi/mod.ts"],
  [
    "unix/mod.ts",
    "unix/_libc.ts",
    "tcp/_libc.ts",
    "udp/_libc.ts",
    "vsock/mod.ts",
    "alg/mod.ts",
    "can/mod.ts",
    "sctp/mod.ts",
    "dccp/mod.ts",
    "tipc/mod.ts",
    "bluetooth/mod.ts",
  ],
  ["addrinfo/mod.ts"],
  ["raw/mod.ts"],
  ["netlink/mod.ts"],
  ["cli/_main.ts"],
];

/**
 * Makes the files.
 *
 * @param root The folder of the sources.
 * @param entries What users import.
 * @param head What stands at the top of an entry.
 * @returns The files by their paths.
 */
export async function bundle(
  root: string,
  entries: Entries,
  head: (entry: string) => string,
): Promise<Map<string, string>> {
  const build = await rollup({
    input: Object.fromEntries([...entries].map(([name, path]) => [name, `${root}${path}`])),
    external: [/^node:/, /^@std\//],
    treeshake: { moduleSideEffects: "no-external" },
    onwarn: (warning) => {
      throw new Error(`Cannot publish: ${warning.message}`);
    },
    plugins: [{
      name: "sources",
      resolveId: (specifier, importer) =>
        specifier.startsWith(".") ? new URL(specifier, `file://${importer}`).pathname : undefined,
      load: (path) => codeOf(path),
    }],
  });
  let together: ((path: string) => string | undefined) | undefined;
  const { output } = await build.generate({
    format: "es",
    entryFileNames: "[name].js",
    chunkFileNames: "code/[name].js",
    hoistTransitiveImports: false,
    minifyInternalExports: false,
    onlyExplicitManualChunks: true,
    generatedCode: { preset: "es2015" },
    manualChunks: (path, { getModuleInfo }) => {
      together ??= byWhoLoadsIt(root, getModuleInfo);
      return together(path);
    },
  });
  await build.close();
  return new Map(
    output.filter((file): file is OutputChunk => file.type === "chunk").map((
      { fileName, code, isEntry, name },
    ) => [fileName, isEntry ? `${head(name)}\n${code}` : code]),
  );
}

/** JavaScript without comments: those that say what a thing does are in the types. */
function codeOf(path: string): string {
  const text = Deno.readTextFileSync(path);
  if (path.endsWith(".json")) {
    // Only the version is asked for.
    return `export default ${JSON.stringify({ version: JSON.parse(text).version })};`;
  }
  return ts.transpileModule(text.replaceAll(LOADED_BY_NAME, 'import("$1")'), {
    fileName: path,
    compilerOptions: {
      target: ts.ScriptTarget.ESNext,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      removeComments: true,
    },
  }).outputText;
}

/** A call of cli/load.ts, which keeps hundreds of files out of a start: the published ones are few. */
const LOADED_BY_NAME =
  /\bload<\s*typeof import\(\s*"([^"]+)",?\s*\)\s*>\(\s*"[^"]+",\s*import\.meta\.url,?\s*\)/g;

/** Names the file of a module: by all that load it, of {@linkcode LOADED_TOGETHER}. */
function byWhoLoadsIt(
  root: string,
  getModuleInfo: GetModuleInfo,
): (path: string) => string | undefined {
  const closures = LOADED_TOGETHER.map((paths) =>
    new Set(paths.flatMap((path) => [...closureOf(`${root}${path}`, getModuleInfo)]))
  );
  const names = new Map<string, string>();
  return (path) => {
    const users = closures.map((closure) => closure.has(path) ? "1" : "0").join("");
    if (!users.includes("1")) return undefined;
    const name = names.get(users) ?? freshName(path.slice(root.length), new Set(names.values()));
    names.set(users, name);
    return name;
  };
}

/** All modules that one loads at once, itself included. */
function closureOf(path: string, getModuleInfo: GetModuleInfo): Set<string> {
  const found = new Set<string>();
  const walk = (id: string) => {
    if (found.has(id)) return;
    found.add(id);
    const info = getModuleInfo(id);
    if (info === null) throw new Error(`Cannot publish: there is no module ${id}`);
    for (const next of info.importedIds) if (next.startsWith("/")) walk(next);
  };
  walk(path);
  return found;
}

/** A name after the folder of the first module in a file: `ffi`, `ffi2`. */
function freshName(path: string, taken: ReadonlySet<string>): string {
  const folder = path.split("/")[0];
  let name = folder;
  for (let count = 2; taken.has(name); count++) name = `${folder}${count}`;
  return name;
}
