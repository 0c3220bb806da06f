/** The package as it is published: what users import is what the sources say, in few files. */
import { assert, assertEquals } from "@std/assert";
import { writePublished } from "../../tools/published.ts";
import { Registry } from "../cli/_registry.ts";
import { graphOf } from "./_graph.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const EXPORTS: Readonly<Record<string, string>> =
  JSON.parse(Deno.readTextFileSync(`${ROOT}deno.json`)).exports;
/** What runs nothing when it is imported. */
const LIBRARY = Object.keys(EXPORTS).filter((name) => name !== "./cli");

/** The most files that an import of the published package loads, whatever is loaded later. */
const MOST_FILES: Readonly<Record<string, number>> = {
  ".": 40,
  "./core": 5,
  "./ip": 6,
  "./wire": 7,
  "./options": 10,
  "./tcp": 15,
  "./udp": 15,
  "./unix": 25,
  "./netlink": 13,
  "./raw": 23,
  "./addrinfo": 12,
  "./cli": 3,
};

/** A reader's folder with the package in it, from a registry. */
class Consumer implements AsyncDisposable {
  readonly folder: string;
  readonly #registry: Registry;

  private constructor(folder: string, registry: Registry) {
    this.folder = folder;
    this.#registry = registry;
  }

  static async open(): Promise<Consumer> {
    const folder = await Deno.makeTempDir();
    const consumer = new Consumer(folder, await Registry.open());
    await writePublished(`${folder}/package`);
    await Deno.writeTextFile(
      `${folder}/deno.json`,
      '{ "imports": { "@berkeley/sockets": "jsr:@berkeley/sockets" } }',
    );
    return consumer;
  }

  async run(args: readonly string[], cwd = this.folder): Promise<{ code: number; text: string }> {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [...args],
      cwd,
      env: { JSR_URL: this.#registry.url, DENO_DIR: `${this.folder}/.cache`, NO_COLOR: "1" },
      stdin: "null",
    }).output();
    const decoder = new TextDecoder();
    return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
  }

  async save(name: string, code: string): Promise<void> {
    await Deno.writeTextFile(`${this.folder}/${name}`, code);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#registry[Symbol.asyncDispose]();
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** The documentation of an entry by name, namespaces with what is in them. */
function documented(entry: string, folder: string): Map<string, string> {
  const { stdout, success, stderr } = new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", entry],
    cwd: folder,
    env: { NO_COLOR: "1" },
  }).outputSync();
  assert(success, new TextDecoder().decode(stderr));
  const { nodes } = JSON.parse(new TextDecoder().decode(stdout));
  const found = new Map<string, string>();
  for (const { symbols } of Object.values(nodes as Record<string, { symbols: DocSymbol[] }>)) {
    for (const { name, declarations } of symbols) {
      const docs = declarations.map(({ jsDoc }) => jsDoc?.doc?.trim() ?? "").filter(Boolean);
      found.set(name, docs.join("\n"));
    }
  }
  return found;
}

interface DocSymbol {
  name: string;
  declarations: { jsDoc?: { doc?: string } }[];
}

Deno.test("the package as published", async (t) => {
  await using consumer = await Consumer.open();
  const folder = `${consumer.folder}/package`;
  const published: Readonly<Record<string, string>> =
    JSON.parse(await Deno.readTextFile(`${folder}/deno.json`)).exports;

  await t.step("publishing accepts it, without a warning", async () => {
    const { code, text } = await consumer.run(
      ["publish", "--dry-run", "--allow-dirty"],
      folder,
    );
    assertEquals([code, text.match(/^(?:warning|error)\b.*$/gim)], [0, null], text);
  });

  await t.step("its exports are those of the sources, and documented as they are", () => {
    assertEquals(Object.keys(published), Object.keys(EXPORTS));
    for (const name of ["./core", "./tcp", "./netlink", "./wire", "./bridge"]) {
      const wanted = documented(EXPORTS[name], ROOT);
      assert(wanted.size > 3 && [...wanted.values()].some((text) => text !== ""), name);
      assertEquals(documented(published[name], folder), wanted, name);
    }
  });

  await t.step("a program finds each name there, under the same name", async () => {
    const wanted: Record<string, Record<string, string[]>> = {};
    for (const name of LIBRARY) {
      const module = await import(`${ROOT}${EXPORTS[name]}`);
      wanted[name] = namesOf(module);
    }
    await consumer.save(
      "names.ts",
      `${namesOf}
const found = {};
for (const name of ${JSON.stringify(LIBRARY)}) {
  found[name] = namesOf(await import("@berkeley/sockets" + name.slice(1)));
}
console.log(JSON.stringify(found));`,
    );
    const { code, text } = await consumer.run(["run", "--quiet", "--no-check", "names.ts"]);
    assertEquals(code, 0, text);
    assertEquals(JSON.parse(text), wanted);
  });

  await t.step("its types refuse what the sources' types refuse", async () => {
    await consumer.save(
      "right.ts",
      `import { type Socket, tcp } from "@berkeley/sockets";
import { encode } from "@berkeley/sockets/wire";
using listener = await tcp.listen({ port: 0 });
const port: number = listener.localAddr.port;
const bytes: Uint8Array = await (await listener.accept()).recv();
const socket: Socket | undefined = undefined;
console.log(port, bytes, socket, encode);`,
    );
    const right = await consumer.run(["check", "--quiet", "right.ts"]);
    assertEquals(right.code, 0, right.text);
    await consumer.save(
      "wrong.ts",
      `import { tcp } from "@berkeley/sockets";
await tcp.listen({ port: "80" });
const text: string = (await tcp.connect({ hostname: "::1", port: 80 })).localAddr.port;
console.log(text);`,
    );
    const { code, text } = await consumer.run(["check", "--quiet", "wrong.ts"]);
    assertEquals([code, text.match(/TS2322/g)?.length], [1, 2], text);
  });

  await t.step("sockets of both engines work over it with no more permissions", async () => {
    await consumer.save(
      "echo.ts",
      `import * as tcp from "@berkeley/sockets/tcp";
using listener = await tcp.listen({ hostname: "127.0.0.1", port: 0, engine: Deno.args[0] });
using client = await tcp.connect({ ...listener.localAddr, engine: Deno.args[0] });
using server = await listener.accept();
await client.sendAll(Uint8Array.of(1, 2, 3));
console.log(server.engine, (await server.recvExact(3)).join());`,
    );
    const run = (engine: string, ...flags: string[]) =>
      consumer.run(["run", "--quiet", "--no-check", "--no-prompt", ...flags, "echo.ts", engine]);
    const net = "--allow-net=127.0.0.1";
    assertEquals(await run("deno", net), { code: 0, text: "deno 1,2,3\n" });
    assertEquals(await run("libc", net, "--allow-ffi"), { code: 0, text: "libc 1,2,3\n" });
  });

  await t.step("an import loads few files", async () => {
    for (const [name, most] of Object.entries(MOST_FILES)) {
      const { atOnce } = await graphOf(`${folder}/${published[name].slice(2)}`);
      const own = [...atOnce].filter((file) => file.startsWith(folder));
      assert(own.length <= most, `${name} loads ${own.length}: ${own.join(" ")}`);
    }
  });
});

/** The names of a module, of its namespaces, and of its classes what they call themselves. */
function namesOf(module: Record<string, unknown>): Record<string, string[]> {
  const names: Record<string, string[]> = { "": Object.keys(module).sort() };
  for (const [name, value] of Object.entries(module)) {
    const isClass = typeof value === "function" && /^class\b/.test(`${value}`);
    if (isClass) names[name] = [value.name];
    if (/^[a-z]+$/.test(name) && typeof value === "object" && value !== null) {
      names[name] = Object.keys(value).sort();
    }
  }
  return names;
}
