/** The layers of the design: who may import whom, and who may touch foreign functions. */
import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("..", import.meta.url).pathname;

/** Stands for every folder that is not in {@linkcode ALLOWED}. */
const FAMILIES = "families";
/** What each folder may import beside itself. One that is not here is a family's. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  core: [],
  wire: ["core"],
  deno: ["core"],
  ffi: ["core"],
  netlink: ["core", "ffi"],
  addrinfo: ["core", "ffi", "netlink"],
  raw: ["core", "wire", "ffi", "addrinfo"],
  faces: ["core", "ffi", "raw", FAMILIES],
  bridge: ["core", "deno"],
  cli: [
    "core",
    "wire",
    "ffi",
    "netlink",
    "addrinfo",
    "raw",
    "faces",
    "bridge",
    FAMILIES,
    "deno.json",
  ],
};
/** What a family may import: no other family. */
const ALLOWED_TO_FAMILIES = ["core", "deno", "ffi"];
/** Folders that are not published and may import all. */
const FREE = ["tests", "bench", "examples", "tools", "vm"];
/** What comes from outside at run time, and who may ask for it. */
const OUTSIDE: readonly [RegExp, (folder: string) => boolean][] = [
  [/^@std\/bytes/, () => true],
  [/^@std\/cli/, (folder) => folder === "cli"],
  [/^node:/, (folder) => ["deno", "ffi", "udp", "bridge"].includes(folder)],
];

interface Source {
  path: string;
  folder: string;
  /** Without comments and the text of templates in them. */
  code: string;
}

function* sources(folder: string): Generator<Source> {
  for (const entry of Deno.readDirSync(`${ROOT}${folder}`)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) {
      for (const source of sources(path)) yield source;
    } else if (entry.name.endsWith(".ts")) {
      const text = Deno.readTextFileSync(`${ROOT}${path}`);
      yield { path, folder: path.split("/")[0], code: withoutComments(text) };
    }
  }
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[^]*?\*\//g, "").replaceAll(/(^|\s)\/\/.*$/gm, "");
}

function importsOf({ code }: Source): string[] {
  const patterns = [
    /^\s*(?:import|export)\b[^;"']*?\bfrom\s*["']([^"']+)["']/gm,
    /^\s*import\s*["']([^"']+)["']/gm,
    /\bimport\(\s*["']([^"']+)["']/g,
  ];
  return patterns.flatMap((pattern) => [...code.matchAll(pattern)].map(([, target]) => target));
}

/** Where a relative import leads: the folder, or the file at the top. */
function targetOf(source: Source, specifier: string): string {
  const { pathname } = new URL(specifier, `file:///${source.path}`);
  return pathname.slice(1).split("/")[0];
}

const folders = [...Deno.readDirSync(ROOT)]
  .filter(({ name, isDirectory }) => isDirectory && !name.startsWith("."))
  .map(({ name }) => name)
  .filter((name) => !FREE.includes(name) && [...sources(name)].length > 0);
const published = folders.flatMap((folder) => [...sources(folder)]);
const atTop: Source[] = ["mod.ts"].map((path) => ({
  path,
  folder: path,
  code: withoutComments(Deno.readTextFileSync(`${ROOT}${path}`)),
}));

Deno.test("the folders of the layers are there, and so are families", () => {
  for (const folder of Object.keys(ALLOWED)) assert(folders.includes(folder), `no ${folder}/`);
  assert(folders.some(isFamily), "no family was found");
  assert(published.length > 50, "no sources were found");
});

function isFamily(folder: string): boolean {
  return folders.includes(folder) && !(folder in ALLOWED);
}

Deno.test("a file imports only from the layers above it", () => {
  const wrong: string[] = [];
  for (const source of published) {
    const allowed = ALLOWED[source.folder] ?? ALLOWED_TO_FAMILIES;
    for (const specifier of importsOf(source)) {
      if (!specifier.startsWith(".")) continue;
      const target = targetOf(source, specifier);
      if (target === source.folder || allowed.includes(target)) continue;
      if (allowed.includes(FAMILIES) && isFamily(target)) continue;
      wrong.push(`${source.path} imports ${specifier}`);
    }
  }
  assertEquals(wrong, []);
});

/** The files that a file imports, types included, by path. */
function filesOf(source: Source): string[] {
  return importsOf(source).filter((specifier) => specifier.startsWith(".")).map((specifier) =>
    new URL(specifier, `file:///${source.path}`).pathname.slice(1)
  );
}

/** The first circle met from each file that is on one, as `a > b > a`. */
function circlesOf(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const found: string[] = [];
  const walk = (path: string, trail: string[]) => {
    const at = trail.indexOf(path);
    if (at >= 0) {
      found.push([...trail.slice(at), path].join(" > "));
      return;
    }
    if (done.has(path)) return;
    for (const next of graph.get(path) ?? []) walk(next, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) walk(path, []);
  return found;
}

Deno.test("no import leads back to where it began, be it of a type alone", () => {
  const graph = new Map([...published, ...atTop].map((source) => [source.path, filesOf(source)]));
  assertEquals(circlesOf(graph), []);
  assertEquals(circlesOf(new Map([["a", ["b"]], ["b", ["c", "d"]], ["c", []], ["d", ["b"]]])), [
    "b > d > b",
  ]);
});

Deno.test("every file that code names is there, be it loaded by its name when it is needed", () => {
  const wrong: string[] = [];
  for (const { path, code } of [...published, ...atTop]) {
    for (const [, name] of code.matchAll(/["'](\.{1,2}\/[^"'\s]+\.ts)["']/g)) {
      const { pathname } = new URL(name, `file://${ROOT}${path}`);
      try {
        Deno.statSync(pathname);
      } catch {
        wrong.push(`${path} names ${name}`);
      }
    }
  }
  assertEquals(wrong, []);
});

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

function isNamedPrivate(path: string): boolean {
  return path.slice(path.lastIndexOf("/") + 1).startsWith("_");
}

/** Published files that hand on what others export, from where users come in. */
function handedOut(): Set<string> {
  const { exports } = JSON.parse(Deno.readTextFileSync(`${ROOT}deno.json`));
  const byPath = new Map([...published, ...atTop].map((source) => [source.path, source]));
  const found = new Set<string>();
  const todo = Object.values<string>(exports).map((path) => path.slice("./".length));
  for (let path; (path = todo.pop()) !== undefined;) {
    if (found.has(path)) continue;
    found.add(path);
    const { code } = byPath.get(path)!;
    for (const [, target] of code.matchAll(/\bexport\b[^;"']*?\bfrom\s*["'](\.[^"']+)["']/g)) {
      todo.push(new URL(target, `file:///${path}`).pathname.slice(1));
    }
  }
  return found;
}

Deno.test("_name.ts is private to its folder, and what a public folder keeps to itself is named so", () => {
  const wrong: string[] = [];
  const used = new Map<string, Set<string>>();
  for (const source of [...published, ...atTop]) {
    for (const target of filesOf(source)) {
      const from = folderOf(source.path);
      used.set(target, (used.get(target) ?? new Set()).add(from));
      if (isNamedPrivate(target) && folderOf(target) !== from) {
        wrong.push(`${source.path} imports ${target}`);
      }
    }
  }
  const out = handedOut();
  const doors = new Set([...out].filter((path) => path.endsWith("/mod.ts")).map(folderOf));
  for (const { path } of published) {
    const folder = folderOf(path);
    if (!doors.has(folder) || isNamedPrivate(path) || out.has(path)) continue;
    const users = [...used.get(path) ?? []].filter((user) => user !== folder);
    if (users.length === 0) wrong.push(`${path} is private to ${folder}/ and not named so`);
  }
  assertEquals(wrong, []);
});

Deno.test("nothing but the allowed comes from outside", () => {
  const wrong: string[] = [];
  for (const source of published) {
    for (const specifier of importsOf(source)) {
      if (specifier.startsWith(".")) continue;
      if (!OUTSIDE.some(([name, may]) => name.test(specifier) && may(source.folder))) {
        wrong.push(`${source.path} imports ${specifier}`);
      }
    }
  }
  assertEquals(wrong, []);
});

Deno.test("of npm's packages only ws is loaded, by bridge/, and as deno.json has it", () => {
  const { imports } = JSON.parse(Deno.readTextFileSync(`${ROOT}deno.json`));
  const users = published.filter(({ code }) => /\bnpm:/.test(code));
  assertEquals(users.map(({ path }) => path), ["bridge/_ws.ts"]);
  const [, range] = /"(ws@[^"]+)"/.exec(users[0].code)!;
  assertEquals(`npm:${range}`, imports.ws);
});

Deno.test("only core/clock.ts knows the time", () => {
  // These measure the machine, whatever the clock says: turns of the event loop, memory that the kernel
  // reads, packets stamped by the kernel's own clock; and the command line measures what it did.
  const real =
    /^(core\/clock\.ts|ffi\/loop\/.*|ffi\/resolver\/gai\.ts|ffi\/messages\/zerocopy\.ts|cli\/.*)$/;
  const asks = /\bperformance\.now\(|\bDate\.now\(|(?<![.#\w])set(Timeout|Interval)\((?!\w+:|\))/;
  const wrong = published.filter(({ path, code }) => !real.test(path) && asks.test(code));
  assertEquals(wrong.map(({ path }) => path), []);
});

Deno.test("only ffi/ touches foreign functions", () => {
  const wrong = published
    .filter(({ folder, code }) => folder !== "ffi" && /\bDeno\s*\.\s*(dlopen|Unsafe)/.test(code))
    .map(({ path }) => path);
  assertEquals(wrong, []);
  const users = published.filter(({ code }) => /\bDeno\.dlopen\(/.test(code));
  assertEquals(users.map(({ folder }) => folder), ["ffi"], "one file opens libraries");
});

Deno.test("the top-level module loads without any permission", async () => {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(file, `import "${ROOT}mod.ts"; console.log("loaded")`);
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--no-check", `--config=${ROOT}deno.json`, file],
    env: { NO_COLOR: "1" },
  }).output();
  await Deno.remove(file);
  assertEquals(new TextDecoder().decode(stdout), "loaded\n", new TextDecoder().decode(stderr));
});

Deno.test("the reader of imports sees every form", () => {
  const source: Source = {
    path: "udp/x.ts",
    folder: "udp",
    code: withoutComments(`import { a } from "../core/a.ts"; // from "../no.ts"
import type {
  B,
} from "../core/b.ts";
/* import "../never.ts" */
export * from "./c.ts";
export { d } from '../tcp/d.ts';
import "./e.ts";
const f = await import("node:dgram");`),
  };
  assertEquals(importsOf(source).toSorted(), [
    "../core/a.ts",
    "../core/b.ts",
    "../tcp/d.ts",
    "./c.ts",
    "./e.ts",
    "node:dgram",
  ]);
  assertEquals(targetOf(source, "../tcp/d.ts"), "tcp");
  assertEquals(targetOf(source, "../mod.ts"), "mod.ts");
});
