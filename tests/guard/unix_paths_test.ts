/**
 * Paths of Unix sockets: the libc engine lets through what Deno's own calls let through, and makes the
 * file where Deno makes it, whatever symbolic links and `..` are on the way.
 */
import { assertEquals } from "@std/assert";
import { denoCommand, writeProgram } from "../socket/_program.ts";
import { testWith } from "../_tools.ts";

/** Paths in a folder with IN, OUT, and IN/link to OUT/sub; FILE is new for each. */
const PATHS = [
  "DIR/IN/FILE",
  "DIR/OUT/FILE",
  "DIR/IN/link/FILE",
  "DIR/IN/link/../FILE",
  "DIR/IN/../OUT/FILE",
  "DIR/OUT/../IN/FILE",
  "DIR/IN/./FILE",
  "DIR//IN//FILE",
  "IN/FILE",
  "./IN/FILE",
  "IN/../IN/FILE",
  "IN/link/../FILE",
  "OUT/FILE",
  "IN/../../BASE/IN/FILE",
  "/proc/self/cwd/IN/FILE",
  "/proc/self/rootDIR/IN/FILE",
  "/tmp/../proc/self/cwd/IN/FILE",
  "//proc/self/cwd/IN/FILE",
  "/dev/null",
  "/sys/FILE",
];
/** What is granted: each lets other paths through. */
const GRANTS: readonly string[][] = [
  [],
  ["--allow-net"],
  ["--allow-net", "--allow-read", "--allow-write"],
  ["--allow-net", "--allow-read=DIR/IN", "--allow-write=DIR/IN"],
  ["--allow-net", "--allow-read=IN", "--allow-write=IN"],
  ["--allow-net", "--allow-read=DIR/OUT", "--allow-write=DIR/OUT"],
  ["--allow-net=unix:DIR/IN/0,unix:DIR/IN/3,unix:DIR/OUT/1", "--allow-read", "--allow-write"],
  ["--allow-net", "--allow-read", "--allow-write", "--deny-read=DIR/OUT"],
  ["--allow-net", "--allow-read", "--allow-write", "--deny-write=DIR/IN"],
  ["--allow-net", "--deny-net=127.0.0.1", "--allow-read", "--allow-write"],
  ["--allow-all"],
];

/** Listens at each path by one engine; the error's name, and the flag that it names. */
const PROGRAM = `
  import { unix, socket } from "$/mod.ts";
  const listen = {
    deno: (path) => Deno.listen({ transport: "unix", path }),
    libc: (path) => unix.listen({ path, engine: "libc" }),
    bare: (path) => socket(1, 1).bind({ path }),
  }[WHICH];
  const connect = {
    deno: (path) => Deno.connect({ transport: "unix", path }),
    libc: (path) => unix.connect({ path, engine: "libc" }),
    bare: (path) => socket(1, 1).connect({ path }),
  }[WHICH];
  const failed = ({ name, message }) =>
    name === "NotCapable" ? name + " " + /--allow-[a-z]+/.exec(message)?.[0] : name;
  const outcomes = {};
  for (const path of JSON_PATHS) {
    outcomes[path] = [
      await (async () => void await connect(path + "x"))().then(() => "ok", failed),
      await (async () => void await listen(path))().then(() => "ok", failed),
    ];
  }
  console.log(JSON.stringify(outcomes));
  Deno.exit();
`;

/** What came of each path, and where its file is. */
async function run(which: string, dir: string, grant: readonly string[]) {
  for (const folder of ["IN", "OUT/sub"]) await Deno.mkdir(`${dir}/${folder}`, { recursive: true });
  await Deno.symlink(`${dir}/OUT/sub`, `${dir}/IN/link`);
  const base = dir.slice(dir.lastIndexOf("/") + 1);
  const fill = (text: string, i: number | string) =>
    text.replaceAll("DIR", dir).replaceAll("BASE", base).replaceAll("FILE", `${i}`);
  const paths = PATHS.map(fill);
  const source = PROGRAM.replaceAll("WHICH", JSON.stringify(which))
    .replace("JSON_PATHS", JSON.stringify(paths));
  const file = await writeProgram(source);
  try {
    const flags = [...grant.map((flag) => fill(flag, "")), "--allow-ffi"];
    const [command, ...args] = denoCommand(file, grant.includes("--allow-all") ? grant : flags);
    const output = await new Deno.Command(command, { args, cwd: dir }).output();
    const decoder = new TextDecoder();
    const [stdout, stderr] = [decoder.decode(output.stdout), decoder.decode(output.stderr)];
    if (stdout === "") throw new Error(stderr);
    const outcomes = JSON.parse(stdout) as Record<string, string[]>;
    return Object.fromEntries(PATHS.map((path, i) => {
      const places = ["IN", "OUT", "OUT/sub"].filter((place) => exists(`${dir}/${place}/${i}`));
      return [path, [...outcomes[paths[i]], ...places].join(", ")];
    }));
  } finally {
    await Deno.remove(file);
  }
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

for (const grant of GRANTS) {
  testWith({}, `paths under ${grant.join(" ") || "no permission"} are Deno's`, async () => {
    const dir = await Deno.makeTempDir();
    try {
      const deno = await run("deno", `${dir}/deno`, grant);
      assertEquals(await run("libc", `${dir}/libc`, grant), deno);
      assertEquals(await run("bare", `${dir}/bare`, grant), deno);
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  });
}

/** Prints what `body` returns, run in a folder of its own with folders `one` and `two` in it. */
async function inFolders(body: string, grant: readonly string[]): Promise<unknown> {
  const dir = await Deno.makeTempDir();
  const file = await writeProgram(`
    import { unix, socket } from "$/mod.ts";
    const bytes = new Uint8Array(1);
    const names = (folder) => [...Deno.readDirSync("${dir}/" + folder)].map(({ name }) => name).sort();
    console.log(JSON.stringify(await (async () => { ${body} })()));
    Deno.exit();`);
  try {
    for (const folder of ["one", "two"]) await Deno.mkdir(`${dir}/${folder}`);
    const flags = grant.map((flag) => flag.replaceAll("DIR", dir));
    const [command, ...args] = denoCommand(file, [...flags, "--allow-ffi"]);
    const output = await new Deno.Command(command, { args, cwd: dir }).output();
    const decoder = new TextDecoder();
    const stdout = decoder.decode(output.stdout);
    if (stdout === "") throw new Error(decoder.decode(output.stderr));
    return JSON.parse(stdout);
  } finally {
    await Deno.remove(file);
    await Deno.remove(dir, { recursive: true });
  }
}

const SOME = ["--allow-net", "--allow-read=DIR,/nonexistent", "--allow-write=DIR/one,DIR/two"];

testWith(
  {},
  "a relative path stays the one that was decided, wherever the process goes",
  async () => {
    const sent = await inFolders(
      `
    Deno.chdir("one");
    const one = await unix.bind({ path: "r", engine: "libc" });
    Deno.chdir("../two");
    const two = await unix.bind({ path: "r", engine: "libc" });
    Deno.chdir("../one");
    const from = await unix.bind({ engine: "libc" });
    let filled = 0;
    for (;; filled++) {
      try {
        await from.sendTo(bytes, { path: "r" }, { timeoutMs: 20 });
      } catch {
        break;
      }
    }
    const waiting = from.sendTo(bytes, { path: "r" });
    Deno.chdir("../two");
    const began = unix.listen({ path: "l", engine: "libc" });
    Deno.chdir("../one");
    for (let i = 0; i <= filled; i++) await one.recv();
    await waiting;
    const none = await two.recv({ timeoutMs: 50 }).catch(({ name }) => name);
    const { path } = (await began).localAddr;
    return [none, path.split("/").slice(-2), names("one"), names("two")];`,
      SOME,
    );
    assertEquals(sent, ["TimeoutError", ["two", "l"], ["r"], ["l", "r"]]);
  },
);

testWith({}, "a relative path in a folder that was removed is not found", async () => {
  const found = await inFolders(
    `
    Deno.chdir("one");
    Deno.removeSync("../one");
    const failed = ({ name, code }) => name + " " + code;
    return [
      await unix.listen({ path: "r", engine: "libc" }).catch(failed),
      await unix.connect({ path: "r", engine: "libc" }).catch(failed),
      await (async () => socket(1, 2).bind({ path: "r" }))().catch(failed),
      await (await unix.bind({ engine: "libc" })).sendTo(bytes, { path: "r" }).catch(failed),
    ];`,
    SOME,
  );
  assertEquals(found, Array(4).fill("NotFound ENOENT"));
});

testWith({}, "bytes that are no UTF-8 do not lead into /proc or /dev", async () => {
  const body = `
    const encoder = new TextEncoder();
    const bytesOf = (path) => Uint8Array.of(...encoder.encode(path), 0xff);
    const failed = ({ name }) => name;
    const way = (path) => (async () => socket(1, 2).bind({ pathBytes: bytesOf(path) }))()
      .then(() => "ok", failed);
    const dir = Deno.cwd();
    return [await way("/proc/self/root" + dir + "/x"), await way(dir + "/../../proc/self/cwd/x"),
      await way("/dev/shm/x"), await way(dir + "/x")];`;
  const grant = ["--allow-net", "--allow-read", "--allow-write"];
  assertEquals(await inFolders(body, grant), [...Array(3).fill("NotCapable"), "ok"]);
});
