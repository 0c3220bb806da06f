/**
 * Node and Bun for the tests, from npm: kept in the cache, since tests run without a network. Run by
 * itself it fetches them.
 */
import { cached, output } from "./vm/cache.ts";

const ARM = Deno.build.arch === "aarch64";
const NODE = `node-linux-${ARM ? "arm64" : "x64"}`;
const BUN = `@oven/bun-linux-${ARM ? "aarch64" : "x64"}`;
const VERSIONS = { [NODE]: "22", [BUN]: "1.2.20" };

/** The programs of both. */
export async function otherRuntimes(): Promise<{ node: string; bun: string }> {
  const packages = Object.entries(VERSIONS).map(([name, version]) => `${name}@${version}`);
  const key = packages.join("-").replaceAll(/[@/]+/g, "-");
  const folder = await cached(`runtimes-${key}`, async (folder) => {
    const flags = ["--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=1"];
    await output("npm", ["install", ...flags, "--prefix", folder, ...packages]);
  });
  return {
    node: `${folder}/node_modules/${NODE}/bin/node`,
    bun: `${folder}/node_modules/${BUN}/bin/bun`,
  };
}

if (import.meta.main) console.log(Object.values(await otherRuntimes()).join("\n"));
