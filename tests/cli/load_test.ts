/** What `sock` loads, and when: a start that loads all takes thrice as long. */
import { assert, assertEquals } from "@std/assert";

const CLI = new URL("../../cli/", import.meta.url);

function* files(folder: URL): Generator<URL> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (isDirectory) yield* files(new URL(`${name}/`, folder));
    else if (name.endsWith(".ts")) yield new URL(name, folder);
  }
}

const LAZY =
  /\bload<\s*typeof import\(\s*"([^"]+)",?\s*\)\s*>\(\s*"([^"]+)",\s*import\.meta\.url,?\s*\)/g;

Deno.test("what is loaded when needed is what its type names", () => {
  let count = 0;
  for (const file of files(CLI)) {
    const code = Deno.readTextFileSync(file);
    const calls = code.match(/\bload<\s*typeof/g)?.length ?? 0;
    const found = Array.from(code.matchAll(LAZY));
    assertEquals(found.length, calls, `${file.pathname} has a call that cannot be read`);
    for (const [, type, specifier] of found) {
      assertEquals(specifier, type, file.pathname);
      assert(Deno.statSync(new URL(specifier, file)).isFile);
    }
    count += calls;
  }
  assert(count > 10);
});

Deno.test("what is loaded for --help are few files of cli/ alone", () => {
  const seen = new Set<string>();
  const walk = (file: URL) => {
    if (seen.has(file.href)) return;
    seen.add(file.href);
    assert(file.href.startsWith(CLI.href), `${file.pathname} is loaded`);
    const code = Deno.readTextFileSync(file).replaceAll(/\/\*[^]*?\*\//g, "");
    assert(!/(?<!typeof )\bimport\("/.test(code), `${file.pathname} names a module to Deno`);
    for (
      const [, what, specifier] of code.matchAll(/^(?:import|export)\b([^;"]*?)\bfrom "([^"]+)"/gm)
    ) {
      if (/^\s+type\b/.test(what)) continue;
      walk(new URL(specifier, file));
    }
  };
  for (const entry of ["mod.ts", "_help.ts"]) walk(new URL(entry, CLI));
  assert(seen.size < 30, `${seen.size} files are loaded`);
});

Deno.test("publishing knows where everything that is imported leads", async () => {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["publish", "--dry-run", "--allow-dirty", "--no-check"],
    cwd: new URL("..", CLI),
    env: { NO_COLOR: "1" },
  }).output();
  const said = new TextDecoder().decode(stderr);
  assertEquals([code, said.match(/^(?:warning|error)\b.*$/gim)], [0, null], said);
});
