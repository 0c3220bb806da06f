/** The documentation as `deno doc` makes it of all exports: what is in it, and whether its links lead. */
import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("../../", import.meta.url);
const { exports } = JSON.parse(Deno.readTextFileSync(new URL("deno.json", ROOT))) as {
  exports: Record<string, string>;
};
const MODULES = Object.values(exports).map((path) => path.slice(2));

interface JsDoc {
  doc?: string;
  tags?: { kind: string; doc?: string }[];
}

async function deno(...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

function hasExample(jsDoc: JsDoc | undefined): boolean {
  return jsDoc?.tags?.some(({ kind }) => kind === "example") === true ||
    /^```(?:ts|sh)/m.test(jsDoc?.doc ?? "");
}

interface Declaration {
  kind: string;
  jsDoc?: JsDoc;
  declarationKind?: string;
}

interface Documentation {
  nodes: Record<string, {
    module_doc?: JsDoc;
    symbols: { name: string; declarations: Declaration[] }[];
  }>;
}

const documentation = JSON.parse(await deno("doc", "--json", ...MODULES)) as Documentation;
const byPath = new Map(
  Object.entries(documentation.nodes).map(([url, node]) => [url.slice(ROOT.href.length), node]),
);

Deno.test("no private name is in the index", () => {
  const names = [...byPath].flatMap(([path, { symbols }]) =>
    symbols.map(({ name }) => `${path} ${name}`)
  );
  assertEquals(names.filter((name) => / _|\b(?:default|internal)\b/i.test(name)), []);
});

Deno.test("every module's documentation begins with an example", () => {
  const lacking = MODULES.filter((path) => !hasExample(byPath.get(path)?.module_doc));
  assertEquals(lacking, []);
});

Deno.test("every function at the root, and every opener of a family, has an example", () => {
  const lacking: string[] = [];
  for (const [path, { symbols }] of byPath) {
    if (path.startsWith("wire/") || path.startsWith("core/") || path.startsWith("ffi/")) continue;
    for (const { name, declarations } of symbols) {
      const functions = declarations.filter(({ kind }) => kind === "function");
      if (functions.length === 0) continue;
      if (!functions.some(({ jsDoc }) => hasExample(jsDoc))) lacking.push(`${path} ${name}`);
    }
  }
  assertEquals(lacking, []);
});

/** What deno's own pages lack: the parameter of a mapped type has no anchor there. */
const OF_DENO = /#type_param_/;

Deno.test("no page links to what is not there", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await deno("doc", "--html", "--name=sockets", `--output=${folder}`, ...MODULES);
    const pages = new Map<string, string>();
    for (const path of files(folder)) {
      if (path.endsWith(".html")) pages.set(path, Deno.readTextFileSync(path));
    }
    const anchors = new Map(
      [...pages].map(([path, text]) => [
        path,
        new Set(Array.from(text.matchAll(/\bid="([^"]+)"/g), ([, id]) => unescape(id))),
      ]),
    );
    const dead = new Set<string>();
    let links = 0;
    for (const [path, text] of pages) {
      for (const [, raw] of text.matchAll(/\bhref="([^"]*)"/g)) {
        const href = unescape(raw);
        if (/^(?:https?|data|mailto|file):/.test(href)) continue;
        links++;
        const [target, anchor] = href.split("#");
        let at = target === "" ? path : new URL(target, `file://${encodeURI(path)}`).pathname;
        at = decodeURIComponent(at).replace(/\/$/, "/index.html");
        if (!pages.has(at) && !exists(at)) dead.add(href);
        else if (anchor && anchors.get(at)?.has(decodeURIComponent(anchor)) === false) {
          if (!OF_DENO.test(href)) dead.add(`${at.slice(folder.length)}#${anchor}`);
        }
      }
    }
    assert(links > 10_000, `${links} links`);
    assertEquals([...dead], []);
    // A link that resolves to nothing is left as it was written.
    const unresolved = [...pages].filter(([, text]) => text.includes("{@link"));
    assertEquals(unresolved.map(([path]) => path.slice(folder.length)), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

function* files(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (isDirectory) yield* files(`${folder}/${name}`);
    else yield `${folder}/${name}`;
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

function unescape(text: string): string {
  return text.replaceAll("&#x2F;", "/").replaceAll("&lt;", "<").replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"').replaceAll("&#x27;", "'").replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");
}
