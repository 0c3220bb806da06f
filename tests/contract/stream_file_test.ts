/** sendFile over every kind of stream: by the kernel or by copying, what arrives is the file. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { claim, endSending, type Stream, withStreams } from "./_claim.ts";
import { assertCode, assertReason, bytes, loops, noise, pending, sha256 } from "./_helpers.ts";
import { PAIR_KINDS } from "./_kinds.ts";

const FILE = noise(3_000_001, 7);
const path = await Deno.makeTempFile({ prefix: "sockets-file-" });
await Deno.writeFile(path, FILE);
/** More than any kind holds on its way; made for the first that needs it. */
let longFile: { path: string; content: Uint8Array } | undefined;
globalThis.addEventListener("unload", () => {
  Deno.removeSync(path);
  if (longFile !== undefined) Deno.removeSync(longFile.path);
});

function long(): { path: string; content: Uint8Array } {
  if (longFile === undefined) {
    const content = noise(24 << 20, 5);
    longFile = { path: Deno.makeTempFileSync({ prefix: "sockets-file-" }), content };
    Deno.writeFileSync(longFile.path, content);
  }
  return longFile;
}

async function rest(stream: Stream): Promise<Uint8Array> {
  return new Uint8Array(await new Response(stream.readable).arrayBuffer());
}

claim(PAIR_KINDS, "sendFile sends a file whole, in part, and between sends", async (kind) => {
  await withStreams(kind, async (client, server) => {
    const arrived = rest(server);
    using open = await Deno.open(path);
    await open.seek(1000, Deno.SeekMode.Start);
    const sends = [
      client.sendAll(bytes("<")),
      client.sendFile(path),
      client.sendAll(bytes("|")),
      client.sendFile(open, { offset: 70_000, count: 100_001 }),
      client.sendFile(new URL(`file://${path}`), { offset: 2_999_999, count: 500 }),
      client.sendFile(path, { count: 0 }),
      client.sendFile(open, { offset: 5_000_000 }),
      client.sendAll(bytes(">")),
    ];
    const expected = [undefined, 3_000_001, undefined, 100_001, 2, 0, 0, undefined];
    assertEquals(await Promise.all<number | void>(sends), expected);
    assertEquals(await open.seek(0, Deno.SeekMode.Current), 1000);
    await endSending(kind, client);
    const whole = new Blob([
      bytes("<"),
      FILE,
      bytes("|"),
      FILE.subarray(70_000, 170_001),
      FILE.subarray(2_999_999),
      bytes(">"),
    ]);
    assertEquals(sha256(await arrived), sha256(await whole.bytes()));
  });
});

claim(PAIR_KINDS, "a cancelled sendFile says how much went, and goes on there", async (kind) => {
  await withStreams(kind, async (client, server) => {
    const { path, content } = long();
    const controller = new AbortController();
    const reason = new Error("enough") as Error & { bytesSent?: number };
    const sending = client.sendFile(path, { signal: controller.signal });
    assert(await pending(sending));
    controller.abort(reason);
    await assertReason(sending, reason);
    const sent = reason.bytesSent!;
    assert(sent < content.length, `${sent} went with nobody receiving`);
    // And so does one whose time is over at once.
    const late = await assertRejects(
      () => client.sendFile(path, { offset: sent, timeoutMs: 20 }),
      DOMException,
    );
    const offset = sent + (late as DOMException & { bytesSent: number }).bytesSent;
    const arrived = rest(server);
    assertEquals(await client.sendFile(path, { offset }), content.length - offset);
    await endSending(kind, client);
    assertEquals(sha256(await arrived), sha256(content));
  });
});

claim(PAIR_KINDS, "sendFile ends when its endpoint is closed", async (kind) => {
  await withStreams(kind, async (client) => {
    const sending = client.sendFile(long().path);
    const outcome = assertCode(() => sending, "EBADF");
    await loops(20);
    client.close();
    await outcome;
    await assertCode(() => client.sendFile(path), "EBADF");
  });
});

claim(PAIR_KINDS, "sendFile refuses what is no file before anything is sent", async (kind) => {
  await withStreams(kind, async (client, server) => {
    const refuse = client.sendFile.bind(client) as (...args: unknown[]) => Promise<number>;
    for (const file of [undefined, null, {}, "", "a\0b", new URL("http://a/"), bytes("x")]) {
      await assertRejects(() => refuse(file), TypeError, "Cannot send a file");
    }
    await assertRejects(() => refuse("/dev/null"), TypeError, "not a regular file");
    await assertCode(() => refuse(`${path}.none`), "ENOENT");
    await assertCode(() => refuse("/tmp"), "EISDIR");
    await assertRejects(() => refuse(-1), RangeError);
    await assertRejects(() => refuse(path, { offset: -1 }), RangeError);
    await assertRejects(() => refuse(path, { count: 0.5 }), RangeError);
    await assertRejects(() => refuse(path, { start: 1 }), TypeError, 'unknown option "start"');
    await assertRejects(() => refuse(path, { signal: {} }), TypeError);
    await client.sendAll(bytes("clean"));
    assertEquals(await server.recvExact(5), bytes("clean"));
  });
});
