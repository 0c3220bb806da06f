/** What the engine needs to be let in: the ffi permission, whole or for a path, and nothing at load. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { detectPlatform } from "../../ffi/abi/platform.ts";
import { testWith } from "../_tools.ts";
import { runProgram } from "./_child.ts";

const EXCHANGE = `
  import * as tcp from "$/tcp/mod.ts";
  import * as unix from "$/unix/mod.ts";
  import { socketPair } from "$/ffi/mod.ts";
  const listener = await tcp.listen({ hostname: "127.0.0.1", port: 0, engine: "libc" });
  const client = await tcp.connect({ ...listener.localAddr, engine: "libc" });
  const server = await listener.accept();
  await client.sendAll(new Uint8Array(1000));
  console.log((await server.recvExact(1000)).length, client.remoteAddr.port === listener.localAddr.port);
  await client.recv(1, { timeoutMs: 20 }).catch((error) => console.log(error.name));
  const failure = await tcp.connect({ hostname: "127.0.0.1", port: 1, engine: "libc" })
    .catch((error) => error.code);
  console.log(failure);
  const [a, b] = socketPair();
  await a.sendMsg([new Uint8Array(2)], { control: [{ type: "rights", fds: [b.fd] }] });
  const { control } = await b.recvMsg();
  console.log(control.get("rights").fds.length);
  control[Symbol.dispose]();
  for (const endpoint of [client, server, listener, a, b]) endpoint.close();
`;

function libraryPath(): string {
  const path = detectPlatform().paths.find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });
  assert(path !== undefined);
  return path;
}

const DONE = "1000 true\nTimeoutError\nECONNREFUSED\n1\n";

testWith({}, "everything works under a bare --allow-ffi", async () => {
  const { stdout, stderr } = await runProgram(EXCHANGE, ["--allow-net", "--allow-ffi"]);
  assertEquals(stdout, DONE, stderr);
});

testWith({}, "everything works under --allow-ffi for the C library's path", async () => {
  const flags = ["--allow-net", `--allow-ffi=${libraryPath()}`];
  const { stdout, stderr } = await runProgram(EXCHANGE, flags);
  assertEquals(stdout, DONE, stderr);
});

testWith({}, "without --allow-ffi the engine is refused and names the flag", async () => {
  const { code, stderr } = await runProgram(EXCHANGE, ["--allow-net"]);
  assertEquals(code, 1);
  assertStringIncludes(stderr, "NotCapable");
  assertStringIncludes(stderr, "--allow-ffi");
});

testWith({}, "a grant for another library is none", async () => {
  const flags = ["--allow-net", "--allow-ffi=/nonexistent/libother.so"];
  const { code, stderr } = await runProgram(EXCHANGE, flags);
  assertEquals(code, 1);
  assertStringIncludes(stderr, "--allow-ffi");
});

testWith({}, "loading the modules needs no permission and opens no library", async () => {
  const { code, stdout, stderr } = await runProgram(
    `import "$/mod.ts"; import "$/ffi/mod.ts"; console.log("loaded");`,
    ["--deny-ffi", "--deny-net", "--deny-read", "--deny-env", "--deny-sys"],
  );
  assertEquals([code, stdout], [0, "loaded\n"], stderr);
});

testWith(
  {},
  "a need of the libc engine takes it without being asked, and says so when it may not",
  async () => {
    const source = `
    import * as tcp from "$/tcp/mod.ts";
    import { SO_RCVBUF } from "$/ffi/options/mod.ts";
    const listener = await tcp.listen({ hostname: "127.0.0.1", port: 0, options: [[SO_RCVBUF, 65536]] });
    console.log(listener.engine, listener.getOption(SO_RCVBUF));
    listener.close();
  `;
    const allowed = await runProgram(source, ["--allow-net", "--allow-ffi"]);
    assertEquals(allowed.stdout, "libc 131072\n", allowed.stderr);
    const refused = await runProgram(source, ["--allow-net"]);
    assertStringIncludes(refused.stderr, "NotCapable");
    assertStringIncludes(refused.stderr, "--allow-ffi");
  },
);
