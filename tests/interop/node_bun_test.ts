/**
 * Node and Bun import what needs no sockets (`./wire`, `./ip`, `./options`) and compute what Deno
 * computes; of the rest they hear that it needs Deno. Both come from npm.
 */
import { assert, assertEquals } from "@std/assert";
import * as stdBytes from "@std/bytes";
import ts from "typescript";
import { otherRuntimes } from "../../tools/runtimes.ts";
import { testWith } from "../_tools.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const CHECK = `${ROOT}tests/interop/_node_check.mjs`;
const ENTRIES = ["core/ip/mod.ts", "wire/mod.ts", "ffi/options/mod.ts", "mod.ts", "bridge/mod.ts"];

/** The library as JavaScript, as a package for Node is made. */
async function transpile(target: string): Promise<void> {
  const files = new Set((await Promise.all(ENTRIES.map(filesOf))).flat());
  for (const file of files) {
    const { outputText } = ts.transpileModule(await Deno.readTextFile(ROOT + file), {
      compilerOptions: {
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.ESNext,
        rewriteRelativeImportExtensions: true,
        verbatimModuleSyntax: true,
      },
    });
    const path = `${target}/${file.replace(/\.ts$/, ".js")}`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(path, outputText);
  }
  await Deno.writeTextFile(`${target}/package.json`, '{ "type": "module" }');
  // JSR gives a package for Node its dependencies; what is imported of them here is not called.
  const bytes = `${target}/node_modules/@std/bytes`;
  await Deno.mkdir(bytes, { recursive: true });
  const exports = { "./*": "./mod.js" };
  await Deno.writeTextFile(`${bytes}/package.json`, JSON.stringify({ type: "module", exports }));
  const stubs = Object.keys(stdBytes).map((name) => `export function ${name}() {}\n`);
  await Deno.writeTextFile(`${bytes}/mod.js`, stubs.join(""));
}

/** The project's files that a module imports, with itself. */
async function filesOf(entry: string): Promise<string[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", entry],
    cwd: ROOT,
  }).output();
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as {
    modules: { local?: string }[];
  };
  return modules.map(({ local }) => local ?? "").filter((path) => path.startsWith(ROOT))
    .map((path) => path.slice(ROOT.length));
}

async function run(
  command: readonly string[],
  cwd: string,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await new Deno.Command(command[0], {
    args: command.slice(1),
    cwd,
    stdin: "null",
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

testWith(
  { tools: ["npm"] },
  "Node and Bun import ./wire, ./ip and ./options, and only them",
  async (t) => {
    const base = await Deno.makeTempDir({ prefix: "sockets-node-" });
    try {
      await transpile(base);
      await Deno.copyFile(CHECK, `${base}/check.mjs`);
      const ours = await run([Deno.execPath(), "run", "-A", "--no-check", CHECK, ROOT, "ts"], ROOT);
      assertEquals(ours.code, 0, ours.stderr);
      assert(ours.stdout.length > 10_000, ours.stdout);
      for (const [name, program] of Object.entries(await otherRuntimes())) {
        const command = [program];
        await t.step(name, async () => {
          const theirs = await run([...command, `${base}/check.mjs`, base, "js"], base);
          assertEquals(theirs.code, 0, theirs.stderr);
          assertEquals(JSON.parse(theirs.stdout), JSON.parse(ours.stdout));
          for (const module of ["mod.js", "bridge/mod.js"]) {
            await Deno.writeTextFile(`${base}/rest.mjs`, `await import("${base}/${module}");`);
            const rest = await run([...command, `${base}/rest.mjs`], base);
            assert(rest.code !== 0);
            assert(rest.stderr.includes("@berkeley/sockets needs Deno"), rest.stderr);
          }
        });
      }
    } finally {
      await Deno.remove(base, { recursive: true });
    }
  },
);
