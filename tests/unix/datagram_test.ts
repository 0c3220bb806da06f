/** What unix.bind promises beyond the contract suite. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import * as unix from "../../unix/mod.ts";
import type { UnixBindOptions } from "../../unix/mod.ts";
import { assertFds, openFds, testWith } from "../_tools.ts";
import { assertCode, bytes, noise, runDeno, sha256, text } from "../contract/_helpers.ts";

const OFF = { sanitizeOps: false, sanitizeResources: false };

for (const engine of ["deno", "libc"] as const) {
  const needs = {
    other: () =>
      engine === "deno" && !("listenDatagram" in Deno) ? "needs --unstable-net" : undefined,
  };
  const options = engine === "libc" ? OFF : {};

  testWith(
    needs,
    `${engine}: the socket file is there while bound, with its mode, and only then`,
    async () => {
      const dir = await Deno.makeTempDir();
      const path = `${dir}/a.sock`;
      {
        using endpoint = await unix.bind({ path, mode: 0o640, engine });
        const { isSocket, mode } = await Deno.lstat(path);
        assertEquals([isSocket, (mode ?? 0) & 0o777], [true, 0o640]);
        assertEquals(endpoint.localAddr, { family: "unix", path, pathBytes: bytes(path) });
      }
      await assertRejects(() => Deno.lstat(path), Deno.errors.NotFound);
      await Deno.remove(dir, { recursive: true });
    },
    options,
  );

  testWith(needs, `${engine}: the file of a dead socket is replaced, no other is`, async () => {
    const dir = await Deno.makeTempDir();
    const path = `${dir}/a.sock`;
    await runDeno(
      `
      import * as unix from "${new URL("../../unix/mod.ts", import.meta.url).href}";
      await unix.bind({ path: ${JSON.stringify(path)} });
      Deno.kill(Deno.pid, "SIGKILL");
    `,
    );
    assert((await Deno.lstat(path)).isSocket, "the dead one left no file");
    {
      using _live = await unix.bind({ path, engine });
      await assertCode(() => unix.bind({ path, engine }), "EADDRINUSE");
      using client = await unix.bind({ path: `${dir}/b.sock`, engine });
      await client.sendTo(bytes("x"), { path });
      assertEquals(text(await _live.recv()), "x", "the live one was disturbed");
    }
    await Deno.writeTextFile(path, "precious");
    await assertCode(() => unix.bind({ path, engine }), "EADDRINUSE");
    assertEquals(await Deno.readTextFile(path), "precious");
    await Deno.remove(dir, { recursive: true });
  }, options);

  testWith(needs, `${engine}: another's file at the path survives the close`, async () => {
    const dir = await Deno.makeTempDir();
    const path = `${dir}/a.sock`;
    const endpoint = await unix.bind({ path, engine });
    await Deno.remove(path);
    await Deno.writeTextFile(path, "mine");
    endpoint.close();
    assertEquals(await Deno.readTextFile(path), "mine");
    await Deno.remove(dir, { recursive: true });
  }, options);

  testWith(
    needs,
    `${engine}: a socket without a path sends, and its messages have no sender`,
    async () => {
      const path = `\0sockets-test-${Deno.pid}-${engine}`;
      using server = await unix.bind({ path, engine });
      using client = await unix.bind({ engine });
      assertEquals(client.localAddr.path, "");
      await client.sendTo(bytes("x"), { path });
      const { data, from } = await server.recvFrom();
      assertEquals([text(data), from.path, from.pathBytes.length], ["x", "", 0]);
      await client.connect({ path });
      await client.send(bytes("y"));
      assertEquals(text(await server.recv()), "y");
    },
    options,
  );

  testWith(needs, `${engine}: a message of 200 kB arrives whole`, async () => {
    const path = `\0sockets-test-large-${Deno.pid}-${engine}`;
    using server = await unix.bind({ path, engine });
    using client = await unix.bind({ engine });
    const data = noise(200_000, 3);
    await client.sendTo(data, { path });
    const message = await server.recvFrom({ size: 1 << 20 });
    assertEquals([message.data.length, message.truncated], [data.length, false]);
    assertEquals(sha256(message.data), sha256(data));
    await client.sendTo(data, { path });
    const cut = await server.recvFrom({ size: 1000 });
    assertEquals([cut.data.length, cut.truncated], [1000, true]);
  }, options);

  testWith(needs, `${engine}: a peer that is not there has its code`, async () => {
    using client = await unix.bind({ engine });
    const dir = await Deno.makeTempDir();
    const path = `${dir}/none.sock`;
    const error = await assertCode(() => client.sendTo(bytes("x"), { path }), "ENOENT");
    assert(error instanceof Deno.errors.NotFound);
    assertEquals((error as { address?: string }).address, path);
    await Deno.writeTextFile(path, "");
    await assertCode(() => client.sendTo(bytes("x"), { path }), "ECONNREFUSED");
    await Deno.remove(dir, { recursive: true });
  }, options);

  const BAD: readonly [string, unknown, typeof TypeError | typeof RangeError, string][] = [
    ["an empty path", { path: "" }, TypeError, "path"],
    ["a path with a NUL", { path: "/tmp/a\0b" }, TypeError, "NUL"],
    ["a path of 108 bytes", { path: `/${"x".repeat(107)}` }, RangeError, "path"],
    ["an abstract name of 109 bytes", { path: `\0${"x".repeat(108)}` }, RangeError, "path"],
    ["a path that is no text", { path: 5 }, TypeError, "path"],
    ["a mode beyond 0o777", { path: "/tmp/x", mode: 0o1000 }, RangeError, "mode"],
    ["an unknown option", { pth: "/tmp/x" }, TypeError, "pth"],
  ];
  for (const [what, bad, Class, word] of BAD) {
    testWith(needs, `${engine}: bind refuses ${what} before anything is opened`, async () => {
      const before = openFds();
      await assertRejects(
        () => unix.bind({ ...bad as UnixBindOptions, engine }),
        Class,
        word,
      );
      await assertFds(before);
    }, options);
  }
}

testWith(
  {},
  "libc: recv leaves no descriptor open that came with a datagram, whether it was there or is waited for",
  async () => {
    const [a, b] = await unix.pair({ type: "dgram" });
    using _a = a, _b = b;
    const control = [{ type: "rights", fds: [1, 1] }] as const;
    await a.send(bytes("warm"));
    const first = b.recv(); // what is waited by is made at the first wait
    await a.send(bytes("warm"));
    await b.recv();
    await first;
    const before = openFds();
    await a.send(bytes("there"), { control });
    assertEquals(text(await b.recv()), "there");
    const waiting = b.recv();
    await a.send(bytes("awaited"), { control });
    assertEquals(text(await waiting), "awaited");
    await a.send(new Uint8Array(0));
    assertEquals((await b.recv()).length, 0);
    // At once: what is forgotten is closed by the collector, some time.
    assertEquals(openFds().size, before.size);
    await a.send(bytes("kept"), { control });
    const message = await b.recvFrom();
    assertEquals(message.control?.get("rights")?.fds.length, 2);
    assertEquals(openFds().size, before.size + 2);
    message.control?.[Symbol.dispose]();
    assertEquals(openFds().size, before.size);
  },
  OFF,
);
