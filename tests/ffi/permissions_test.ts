/**
 * The libc engine asks for what the built-ins ask for: each operation is made by both, in a process
 * with the same permissions, and must be let through or refused alike.
 */
import { assert, assertEquals } from "@std/assert";
import { testWith } from "../_tools.ts";
import { runProgram } from "./_child.ts";

/** Operations: by Deno's own calls, and by the libc engine. Each throws if refused. */
const PROGRAM = `
  import * as tcp from "$/tcp/mod.ts";
  import * as udp from "$/udp/mod.ts";
  import * as unix from "$/unix/mod.ts";
  import { socket } from "$/ffi/mod.ts";
  const [dir, portText] = Deno.args;
  const port = Number(portText);
  const engine = "libc";
  const path = dir + "/one.sock", other = dir + "/other.sock", served = dir + "/served.sock";
  const abstract = "\\0permissions-" + portText;
  const close = (opened) => opened.close();
  const deno = {
    listen4: async () => close(Deno.listen({ hostname: "127.0.0.1", port: 0 })),
    listenAny: async () => close(Deno.listen({ port: 0 })),
    listen6: async () => close(Deno.listen({ hostname: "::1", port: 0 })),
    listenName: async () => close(Deno.listen({ hostname: "localhost", port: 0 })),
    connect4: async () => close(await Deno.connect({ hostname: "127.0.0.1", port })),
    connectName: async () => close(await Deno.connect({ hostname: "localhost", port })),
    listenUnix: async () => close(Deno.listen({ transport: "unix", path })),
    listenOther: async () => close(Deno.listen({ transport: "unix", path: other })),
    connectUnix: async () => close(await Deno.connect({ transport: "unix", path: served })),
    listenAbstract: async () => close(Deno.listen({ transport: "unix", path: abstract })),
  };
  const bound = (address) => {
    using s = socket(address.path === undefined ? address.hostname.includes(":") ? 10 : 2 : 1);
    s.bind(address);
    if (address.path !== undefined && !address.path.startsWith("\\0")) Deno.removeSync(address.path);
  };
  const connected = async (address) => {
    using s = socket(address.path === undefined ? 2 : 1);
    await s.connect(address);
  };
  const libc = {
    listen4: async () => close(await tcp.listen({ hostname: "127.0.0.1", port: 0, engine })),
    listenAny: async () => close(await tcp.listen({ port: 0, engine })),
    listen6: async () => close(await tcp.listen({ hostname: "::1", port: 0, engine })),
    listenName: async () => close(await tcp.listen({ hostname: "localhost", port: 0, engine })),
    connect4: async () => close(await tcp.connect({ hostname: "127.0.0.1", port, engine })),
    connectName: async () => close(await tcp.connect({ hostname: "localhost", port, engine })),
    listenUnix: async () => close(await unix.listen({ path, engine })),
    listenOther: async () => close(await unix.listen({ path: other, engine })),
    connectUnix: async () => close(await unix.connect({ path: served, engine })),
    listenAbstract: async () => close(await unix.listen({ path: abstract, engine })),
  };
  const bare = {
    listen4: async () => bound({ hostname: "127.0.0.1", port: 0 }),
    listenAny: async () => bound({ hostname: "0.0.0.0", port: 0 }),
    listen6: async () => bound({ hostname: "::1", port: 0 }),
    connect4: () => connected({ hostname: "127.0.0.1", port }),
    listenUnix: async () => bound({ path }),
    listenOther: async () => bound({ path: other }),
    connectUnix: () => connected({ path: served }),
    listenAbstract: async () => bound({ path: abstract }),
  };
  const results = {};
  for (const [face, operations] of Object.entries({ deno, libc, bare })) {
    results[face] = {};
    for (const [name, run] of Object.entries(operations)) {
      results[face][name] = await run().then(() => "ok", (error) => error.name);
    }
  }
  console.log(JSON.stringify(results));
`;

type Results = Record<"deno" | "libc" | "bare", Record<string, string>>;

/** Combinations of permissions; DIR, PORT stand for the test's own. */
const COMBINATIONS: readonly string[][] = [
  [],
  ["--allow-net"],
  ["--allow-net", "--allow-read"],
  ["--allow-net", "--allow-write"],
  ["--allow-read", "--allow-write"],
  ["--allow-net", "--allow-read", "--allow-write"],
  ["--allow-net=127.0.0.1"],
  ["--allow-net=127.0.0.1:PORT"],
  ["--allow-net=localhost"],
  ["--allow-net=localhost:PORT"],
  ["--allow-net=0.0.0.0,[::1]"],
  ["--allow-net=127.0.0.1:1"],
  ["--allow-net", "--deny-net=127.0.0.1"],
  ["--allow-net=localhost:PORT", "--deny-net=127.0.0.1,[::1]"],
  ["--allow-net", "--deny-net=localhost"],
  ["--allow-net=unix:DIR/one.sock", "--allow-read", "--allow-write"],
  ["--allow-net=unix:DIR/one.sock", "--allow-read=DIR", "--allow-write=DIR"],
  ["--allow-net", "--allow-read=DIR/one.sock", "--allow-write=DIR/one.sock"],
  ["--allow-net", "--deny-net=unix:DIR/one.sock", "--allow-read", "--allow-write"],
  ["--allow-net", "--allow-read", "--allow-write", "--deny-write=DIR"],
];

for (const combination of COMBINATIONS) {
  const name = combination.join(" ") || "no permission";
  testWith({}, `with ${name} the engine allows what the built-ins allow`, async () => {
    const dir = await Deno.makeTempDir();
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const served = Deno.listen({ transport: "unix", path: `${dir}/served.sock` });
    const { port } = listener.addr as Deno.NetAddr;
    const flags = combination.map((flag) =>
      flag.replaceAll("DIR", dir).replaceAll("PORT", String(port))
    );
    try {
      const source = PROGRAM.replace("Deno.args", JSON.stringify([dir, String(port)]));
      const { stdout, stderr } = await runProgram(source, [...flags, "--allow-ffi"]);
      assert(stdout !== "", stderr);
      const { deno, libc, bare } = JSON.parse(stdout) as Results;
      assertEquals(libc, deno);
      for (const [name, outcome] of Object.entries(bare)) {
        assertEquals([name, outcome], [name, deno[name]]);
      }
    } finally {
      listener.close();
      served.close();
      await Deno.remove(dir, { recursive: true });
    }
  });
}

/** What the built-ins have no counterpart of: judged by the same rules. */
const UNCONNECTED = `
  import * as udp from "$/udp/mod.ts";
  import * as unix from "$/unix/mod.ts";
  import { socket } from "$/ffi/mod.ts";
  const [port, dir] = [Number(Deno.args[0]), Deno.args[1]];
  const refused = (error) => error.name;
  const u = await udp.bind({ hostname: "127.0.0.1", engine: "libc" });
  const s = socket(2, 2);
  const to = { hostname: "127.0.0.1", port };
  console.log(JSON.stringify([
    await u.sendTo(new Uint8Array(1), to).catch(refused),
    await u.sendMany([{ data: new Uint8Array(1), to }]).catch(refused),
    await u.connect(to).then(() => "connected", refused),
    await s.sendTo(new Uint8Array(1), to).catch(refused),
    await s.sendMsg([new Uint8Array(1)], { to }).catch(refused),
    await unix.connect({ path: dir + "/none", type: "seqpacket" }).catch(refused),
    await unix.pair()[0].send(new Uint8Array(1)),
  ]));
  Deno.exit();
`;

testWith({}, "every send is asked for, whatever call makes it", async () => {
  const run = async (flags: string[]) => {
    const source = UNCONNECTED.replace("Deno.args[0]", "'9'").replace("Deno.args[1]", "'/nowhere'");
    const { stdout, stderr } = await runProgram(source, ["--allow-ffi", ...flags]);
    assert(stdout !== "", stderr);
    return JSON.parse(stdout);
  };
  const no = "NotCapable";
  assertEquals(await run(["--allow-net=127.0.0.1:0"]), [no, no, no, no, no, no, 1]);
  assertEquals(await run(["--allow-net=127.0.0.1:0,127.0.0.1:9"]), [
    1,
    1,
    "connected",
    1,
    1,
    no,
    1,
  ]);
  assertEquals(
    await run(["--allow-net", "--allow-read", "--allow-write"]),
    [1, 1, "connected", 1, 1, "NotFound", 1],
  );
});

testWith({}, "a permission that was revoked is missing from then on", async () => {
  const { stdout, stderr } = await runProgram(
    `
    import * as tcp from "$/tcp/mod.ts";
    import * as udp from "$/udp/mod.ts";
    import { socket } from "$/ffi/mod.ts";
    const u = await udp.bind({ hostname: "127.0.0.1", engine: "libc" });
    const to = { hostname: "127.0.0.1", port: 9 };
    const results = [await u.sendTo(new Uint8Array(1), to)];
    using s = socket(2, 2);
    const data = new Uint8Array(1);
    await s.connect(u.localAddr);
    await s.sendMany([{ data, to: u.localAddr }, { data, to: u.localAddr }]);
    const { localAddr } = u;
    Deno.permissions.revokeSync({ name: "net" });
    const refused = (error) => error.name;
    // The first has no recipient to ask for, the second one that was allowed before.
    results.push(await s.sendMany([{ data }, { data, to: localAddr }]).catch(refused));
    results.push(await u.sendTo(new Uint8Array(1), to).catch(refused));
    results.push(await u.sendMany([{ data: new Uint8Array(1), to }]).catch(refused));
    results.push(await tcp.listen({ hostname: "127.0.0.1", port: 0, engine: "libc" }).catch(refused));
    console.log(JSON.stringify(results));
    Deno.exit();
    `,
    ["--allow-ffi", "--allow-net"],
  );
  const no = "NotCapable";
  assertEquals(stdout, `[1,"${no}","${no}","${no}","${no}"]\n`, stderr);
});
