/** The package as users load it: what `tools/published.ts` publishes, or this checkout where it must be quick. */
import { bundle } from "../../tools/published/bundle.ts";
import { cached, keyOf } from "../../tools/vm/cache.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

interface Config {
  exports: Record<string, string>;
  imports: Record<string, string>;
  workspace: string[];
}

function configAt(folder: string): Config {
  return JSON.parse(Deno.readTextFileSync(`${folder}/deno.json`));
}

/** How a program is run that imports `@berkeley/sockets`, and where the command `sock` is. */
export interface Package {
  readonly config: string;
  readonly sock: string;
}

/** This checkout: some hundreds of files. */
export const CHECKOUT: Package = { config: `${ROOT}deno.json`, sock: `${ROOT}cli/mod.ts` };

/** The package that is published, made once for each state of the sources. */
export async function publishedPackage(): Promise<Package> {
  const { exports, workspace } = configAt(ROOT);
  const entries = new Map(
    Object.entries(exports).map(([name, path]) => [
      name === "." ? "mod" : name.slice(2),
      path.slice(2),
    ]),
  );
  const folders = [...new Set([...entries.values(), "faces/x"].map((path) => path.split("/")[0]))];
  const texts = folders.flatMap((name) => [...textsBelow(`${ROOT}${name}`)]);
  const folder = await cached(`bench-published-${await keyOf(ROOT, ...texts)}`, async (folder) => {
    await Deno.mkdir(`${folder}/code`);
    for (const [path, text] of await bundle(ROOT, entries, () => "")) {
      await Deno.writeTextFile(`${folder}/${path}`, text);
    }
    const imports: Record<string, string> = {};
    const scopes: Record<string, Record<string, string>> = {};
    for (const name of entries.keys()) {
      imports[`@berkeley/sockets${name === "mod" ? "" : `/${name}`}`] = `./${name}.js`;
    }
    // The stand-ins for std (tools/std) are the ones that the checkout has.
    for (const member of workspace) {
      const at = `${ROOT}${member.slice(2)}`;
      const { exports, imports: own } = configAt(at);
      for (const [name, path] of Object.entries(exports)) {
        imports[`@std/${member.split("/").pop()}${name.slice(1)}`] = `file://${at}/${
          path.slice(2)
        }`;
      }
      scopes[`file://${at}/`] = own;
    }
    const config = { imports, scopes, nodeModulesDir: "none", lock: false };
    await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify(config));
  });
  return { config: `${folder}/deno.json`, sock: `${folder}/cli.js` };
}

function* textsBelow(path: string): Generator<string> {
  if (Deno.statSync(path).isFile) return yield Deno.readTextFileSync(path);
  for (const { name, isDirectory } of Deno.readDirSync(path)) {
    if (isDirectory || /\.(ts|json)$/.test(name)) yield* textsBelow(`${path}/${name}`);
  }
}
