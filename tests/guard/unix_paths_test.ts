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
