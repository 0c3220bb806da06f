/** A registry on loopback that has this package, as jsr.io would after publishing it. */
import { publishedFiles } from "../../tools/published.ts";

/** What stands in for @std there: the copy of std that npm carries (see tools/std). */
const STD = { name: "deno-std", version: "1.4.0" };
const STD_PACKAGES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  bytes: {
    ".": "./mod.js",
    "./equals": "./equals.js",
    "./index-of-needle": "./index_of_needle.js",
  },
  cli: { "./parse-args": "./parse_args.js" },
};

/** A package as the registry has it: its files by their paths, `"/mod.ts"`. */
interface Package {
  readonly version: string;
  readonly exports: unknown;
  readonly files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
}

/** Serves until it is disposed of. */
export class Registry implements AsyncDisposable {
  readonly url: string;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  private constructor(packages: ReadonlyMap<string, Package>) {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      (request) => answer(packages, new URL(request.url).pathname),
    );
    this.url = `http://127.0.0.1:${this.#server.addr.port}/`;
  }

  /** Starts one. */
  static async open(): Promise<Registry> {
    const packages = new Map<string, Package>([["berkeley/sockets", await ownPackage()]]);
    const std = await stdFolder();
    for (const [name, exports] of Object.entries(STD_PACKAGES)) {
      const files = new Map<string, Uint8Array<ArrayBuffer>>();
      readFolder(`${std}/${name}`, "", /\.js$/, files);
      packages.set(`std/${name}`, { version: "1.0.99", exports, files });
    }
    return new Registry(packages);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

/** What is published, with what publishing makes of imports of other packages. */
async function ownPackage(): Promise<Package> {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const published = await publishedFiles();
  for (const [path, text] of published) {
    const code = path.endsWith(".js")
      ? text.replaceAll(
        /(from )['"]@std\/(\w+)(\/[^'"]*)?['"]/g,
        (_, from, name, entry = "") => `${from}"jsr:@std/${name}@^1.0.0${entry}"`,
      )
      : text;
    files.set(`/${path}`, new TextEncoder().encode(code));
  }
  const { version, exports } = JSON.parse(published.get("deno.json")!);
  return { version, exports, files };
}

function readFolder(
  folder: string,
  prefix: string,
  pattern: RegExp,
  files: Map<string, Uint8Array<ArrayBuffer>>,
): void {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (isDirectory) readFolder(`${folder}/${name}`, `${prefix}/${name}`, pattern, files);
    else if (pattern.test(name)) {
      files.set(`${prefix}/${name}`, Deno.readFileSync(`${folder}/${name}`));
    }
  }
}

/** Where Deno keeps npm's copy of std, whatever registry it is from. */
async function stdFolder(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  const { npmCache } = JSON.parse(new TextDecoder().decode(stdout));
  for (const { name } of Deno.readDirSync(npmCache)) {
    const folder = `${npmCache}/${name}/${STD.name}/${STD.version}`;
    if (await Deno.lstat(folder).then(() => true, () => false)) return folder;
  }
  throw new Error(`npm:${STD.name}@${STD.version} is not in ${npmCache}`);
}

async function answer(packages: ReadonlyMap<string, Package>, path: string): Promise<Response> {
  const match = /^\/@(\w+\/\w+)(?:\/meta\.json|\/([\d.]+)_meta\.json|\/([\d.]+)(\/.*))$/.exec(path);
  const found = packages.get(match?.[1] ?? "");
  if (match === null || found === undefined) return new Response("not found", { status: 404 });
  const [, name, metaOf, , file] = match;
  const [scope, bare] = name.split("/");
  if (file !== undefined) {
    const bytes = found.files.get(file);
    return bytes === undefined
      ? new Response("not found", { status: 404 })
      : new Response(bytes, { headers: { "content-type": contentType(file) } });
  }
  if (metaOf === undefined) {
    const versions = { [found.version]: {} };
    return Response.json({ scope, name: bare, latest: found.version, versions });
  }
  const manifest: Record<string, unknown> = {};
  for (const [file, bytes] of found.files) {
    manifest[file] = { size: bytes.length, checksum: `sha256-${await sha256(bytes)}` };
  }
  return Response.json({ manifest, exports: found.exports });
}

function contentType(file: string): string {
  return file.endsWith(".ts")
    ? "application/typescript"
    : file.endsWith(".js")
    ? "text/javascript"
    : file.endsWith(".json")
    ? "application/json"
    : "text/plain";
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
