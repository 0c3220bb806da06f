/** What an import of the sources loads: a program pays for each file at its start, used or not. */
import { assert, assertEquals } from "@std/assert";
import { graphOf } from "./_graph.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** The most files that are loaded with an entry, and the most in all, with those that it may load later. */
const MOST_FILES: Readonly<Record<string, readonly [atOnce: number, all: number]>> = {
  "mod.ts": [550, 570],
  "core/mod.ts": [8, 8],
  "core/ip/mod.ts": [9, 9],
  "wire/mod.ts": [85, 85],
  "ffi/options/mod.ts": [38, 38],
  "tcp/mod.ts": [46, 190],
  "udp/mod.ts": [52, 195],
  "unix/mod.ts": [172, 180],
  "netlink/mod.ts": [225, 225],
  "raw/mod.ts": [195, 235],
  "addrinfo/mod.ts": [150, 155],
  // `sock` loads what a command needs by its name, which keeps it out of every other start.
  "cli/mod.ts": [12, 12],
  "cli/_help.ts": [26, 26],
  "cli/commands/routes.ts": [165, 170],
  "cli/commands/ping.ts": [190, 200],
};

for (const [entry, [atOnce, all]] of Object.entries(MOST_FILES)) {
  Deno.test(`${entry} loads no more than ${atOnce} files, and ${all} in all`, async () => {
    const graph = await graphOf(`${ROOT}${entry}`);
    const loaded = own(graph.atOnce);
    assert(loaded.length <= atOnce, `${loaded.length} files:\n${loaded.join("\n")}`);
    const reached = own(graph.all);
    assert(reached.length <= all, `${reached.length} files:\n${reached.join("\n")}`);
  });
}

/** The files of the project, without what stands in for other packages. */
function own(files: ReadonlySet<string>): string[] {
  return [...files].filter((file) => file.startsWith(ROOT) && !file.startsWith(`${ROOT}tools/`))
    .map((file) => file.slice(ROOT.length)).sort();
}

Deno.test("a checkout needs no permission for its own files, be they loaded later", async () => {
  const program = `
    import { tcp, udp, unix } from "${ROOT}mod.ts";
    for (const engine of ["deno", "libc"]) {
      using listener = await tcp.listen({ hostname: "127.0.0.1", port: 0, engine });
      using client = await tcp.connect({ ...listener.localAddr, engine });
      using server = await listener.accept();
      await client.sendAll(Uint8Array.of(1));
      using datagrams = await udp.bind({ hostname: "127.0.0.1", engine });
      await datagrams.sendTo(Uint8Array.of(2), datagrams.localAddr);
      console.log(server.engine, (await server.recv())[0], (await datagrams.recv())[0]);
    }
    using pair = unix.pair()[0];
    console.log(pair.engine);`;
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, program);
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--quiet", "--no-check", "--no-prompt", "--allow-net=127.0.0.1", "--allow-ffi"],
        ...["--config", `${ROOT}deno.json`, file],
      ],
      env: { NO_COLOR: "1" },
    }).output();
    const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assertEquals([code, text], [0, "deno 1 2\nlibc 1 2\nlibc\n"]);
  } finally {
    await Deno.remove(file);
  }
});
