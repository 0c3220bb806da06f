/** Listeners, as Go's net tests have them: closing, full tables, stale files, owners. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { AF_INET, AF_UNIX, SOCK_STREAM, socket, socketPair } from "../../ffi/mod.ts";
import * as tcp from "../../tcp/mod.ts";
import * as unix from "../../unix/mod.ts";
import { runJson } from "./_program.ts";
import { Python } from "./_python.ts";
import {
  bytes,
  claim,
  listening,
  pending,
  rejectsWith,
  tcpTrio,
  text,
  timesOut,
} from "./_tools.ts";

const PYTHON = { tools: ["python3"] };

async function inDir(run: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await run(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

const exists = (path: string) => Deno.lstat(path).then(() => true, () => false);

claim("close unblocks every kind of wait at once, with EBADF", async () => {
  using trio = await tcpTrio();
  const { listener, client, server } = trio;
  const [a, b] = socketPair();
  using _b = b;
  while (a.trySend(new Uint8Array(65536)) !== null);
  const waits: [syscall: string, wait: Promise<unknown>][] = [
    ["accept", listener.accept()],
    ["accept", listener.accept()],
    ["recv", client.recv()],
    ["recv", client.recvInto(new Uint8Array(1))],
    ["recvfrom", client.recvFrom()],
    ["recvmsg", server.recvMsg()],
    ["recvmsg", server.recvMsgInto([new Uint8Array(1)])],
    ["recvmmsg", server.recvMany()],
    ["recvmmsg", server.recvBatches().next()],
    ["send", a.send(bytes("x"))],
    ["send", a.sendAll(bytes("x"))],
    ["sendmsg", a.sendMsg([bytes("x")])],
    ["sendmmsg", a.sendMany([{ data: bytes("x") }])],
  ];
  const outcomes = Promise.all(waits.map(async ([syscall, wait]) => {
    assertEquals((await rejectsWith(wait, "EBADF")).syscall, syscall);
  }));
  assert(await pending(outcomes));
  for (const each of [listener, client, server, a]) each.close();
  await outcomes;
});

claim("a moved deadline is a new wait: the old one's end does not end it", async () => {
  using trio = await tcpTrio();
  const { client, server } = trio;
  await timesOut(server.recv(9, { timeoutMs: 1 }));
  const long = server.recv(9, { timeoutMs: 60_000 });
  await timesOut(server.recv(9, { timeoutMs: 1 }));
  assert(await pending(long));
  await client.send(bytes("in time"));
  assertEquals(text(await long), "in time");
  // Nothing of what timed out takes bytes now.
  await client.send(bytes("more"));
  assertEquals(text(await server.recv(9, { timeoutMs: 60_000 })), "more");
});

claim("a listener goes on when the descriptor table was full", async () => {
  const got = await runJson<[number, string[], string]>(
    `
    import * as tcp from "$/tcp/mod.ts";
    import { socket } from "$/ffi/mod.ts";
    const errors = [];
    const listener = await tcp.listen({
      hostname: "127.0.0.1", port: 0, engine: "libc", onError: ({ code }) => errors.push(code),
    });
    const bare = socket();
    bare.bind({ hostname: "127.0.0.1", port: 0 });
    bare.listen();
    const clients = [socket(), socket()];
    const accepting = listener.accept();
    await new Promise((resolve) => setTimeout(resolve, 20));
    const hold = [];
    try {
      for (;;) hold.push(socket());
    } catch (error) {
      if (error.code !== "EMFILE") throw error;
    }
    await clients[0].connect(listener.localAddr);
    await clients[1].connect(bare.localAddr);
    const code = await bare.accept().catch(({ code }) => code);
    while (errors.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    for (const each of hold) each.close();
    const accepted = await accepting;
    const [second] = await bare.accept();
    await clients[0].sendAll(new Uint8Array(3));
    console.log(JSON.stringify([
      (await accepted.recvExact(3)).length, [...new Set(errors)], code, second.fd >= 0]));
    Deno.exit();
  `,
    { prefix: ["sh", "-c", 'ulimit -n 128; exec "$@"', "sh"] },
  );
  assertEquals(got, [3, ["EMFILE"], "EMFILE", true] as unknown as typeof got);
});

claim("a socket file is removed by its owner, and by nobody else", () =>
  inDir(async (dir) => {
    const path = `${dir}/s`;
    const first = await unix.listen({ path, engine: "libc" });
    assert((await Deno.lstat(path)).isSocket);
    // Another server takes the path over: the file is now its own.
    await Deno.remove(path);
    const second = await unix.listen({ path, engine: "libc" });
    first.close();
    assert(await exists(path));
    using client = await unix.connect({ path, engine: "libc" });
    assertEquals(client.remoteAddr?.path, path);
    second.close();
    assertEquals(await exists(path), false);
  }));

claim(
  "a file left by a dead server is replaced; a live one's and other files are not",
  () =>
    inDir(async (dir) => {
      await using python = new Python();
      const path = `${dir}/s`;
      await python.exec(`s = socket.socket(socket.AF_UNIX); s.bind("${path}"); s.listen()`);
      for (const type of ["stream", "seqpacket"] as const) {
        await rejectsWith(unix.listen({ path, type, engine: "libc" }), "EADDRINUSE");
      }
      assert((await Deno.lstat(path)).isSocket);
      await python.exec("s.close()");
      const listener = await unix.listen({ path, engine: "libc" });
      await python.exec(`c = socket.socket(socket.AF_UNIX); c.connect("${path}")`);
      (await listener.accept()).close();
      listener.close();
      await Deno.writeTextFile(path, "precious");
      await rejectsWith(unix.listen({ path, engine: "libc" }), "EADDRINUSE");
      assertEquals(await Deno.readTextFile(path), "precious");
      // The bare face unlinks nothing, as in C.
      const bare = socket(AF_UNIX, SOCK_STREAM);
      bare.bind({ path: `${dir}/bare` });
      bare.close();
      assert(await exists(`${dir}/bare`));
    }),
  PYTHON,
);

claim("a stalled accept loop survives resets and serves who comes after", async () => {
  await using python = new Python();
  using listener = await tcp.listen({ hostname: "127.0.0.1", port: 0, engine: "libc" });
  await python.exec(`
for i in range(20):
    s = socket.create_connection(("127.0.0.1", ${listener.localAddr.port}))
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    if i % 2: s.send(b"x")
    s.close()
s = socket.create_connection(("127.0.0.1", ${listener.localAddr.port})); s.send(b"alive")`);
  for await (const stream of listener) {
    using _stream = stream;
    const got = await stream.recv().catch(({ code }) => code as string);
    if (got === "ECONNRESET") continue;
    assert(got instanceof Uint8Array);
    if (text(got) === "alive") break;
    assertEquals(text(got), "x");
  }
}, PYTHON);

claim("closing a listener resets who was not accepted, and frees its port", async () => {
  const listener = listening();
  const address = listener.localAddr;
  using client = socket(AF_INET, SOCK_STREAM);
  await client.connect(address);
  listener.close();
  await rejectsWith(client.recv(), "ECONNRESET");
  using next = socket(AF_INET, SOCK_STREAM);
  next.bind(address);
  next.listen();
});

claim("endpoints report use after close, and close twice without harm", async () => {
  const listener = await tcp.listen({ hostname: "127.0.0.1", port: 0, engine: "libc" });
  const client = await tcp.connect({ ...listener.localAddr, engine: "libc" });
  const server = await listener.accept();
  for (const each of [listener, client, server]) {
    each.close();
    // The number is taken by another socket now: a second close must not touch it.
    const [a, b] = socketPair();
    each.close();
    await a.send(bytes("x"));
    assertEquals((await b.recv()).length, 1);
    a.close();
    b.close();
  }
  await rejectsWith(listener.accept(), "EBADF");
  for (const call of [() => client.recv(), () => client.send(bytes("x"))]) {
    await assertRejects(call, Deno.errors.BadResource);
  }
});
