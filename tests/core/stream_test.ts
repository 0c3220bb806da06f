import { assertEquals, assertRejects } from "@std/assert";
import { ScriptedStream } from "./_scripted.ts";

const bytes = (data: string) => new TextEncoder().encode(data);
const text = (data: Uint8Array) => new TextDecoder().decode(data);

Deno.test("sendAll goes on after partial sends, send does not", async () => {
  const stream = new ScriptedStream([]);
  stream.pushBytes = 3;
  assertEquals(await stream.send(bytes("abcdefgh")), 3);
  await stream.sendAll(bytes("abcdefgh"));
  assertEquals(stream.sent.map(text), ["abc", "abc", "def", "gh"]);
});

Deno.test("what recvUntil received beyond the needle is the next receive's, whichever it is", async () => {
  const receives: ((stream: ScriptedStream) => Promise<string>)[] = [
    async (s) => text(await s.recv()),
    async (s) => text(await s.recvExact(4)),
    async (s) => text((await s.recvUntil("t"))!),
    async (s) => {
      const buffer = new Uint8Array(9);
      return text(buffer.subarray(0, await s.recvInto(buffer)));
    },
    async (s) => {
      const buffer = new Uint8Array(9);
      return text(buffer.subarray(0, await s.read(buffer) ?? 0));
    },
    async (s) => {
      for await (const chunk of s.readable) return text(chunk);
      return "";
    },
    async (s) => (await s.lines().next()).value,
  ];
  for (const receive of receives) {
    const stream = new ScriptedStream([bytes("line\nrest")]);
    assertEquals(text((await stream.recvUntil("\n"))!), "line\n");
    assertEquals(await receive(stream), "rest");
  }
});

Deno.test("recvExact of much gathers small pieces without losing those of a failure", async () => {
  const pieces = Array.from({ length: 100 }, (_, i) => new Uint8Array(1000).fill(i));
  const stream = new ScriptedStream(pieces);
  await assertRejects(() => stream.recvExact(100_001), Deno.errors.UnexpectedEof);
  const all = await stream.recvExact(100_000);
  for (let i = 0; i < 100; i++) assertEquals(all[i * 1000 + 999], i);
});

Deno.test("recv sizes its memory to what arrives", async () => {
  const small = new ScriptedStream(Array.from({ length: 20 }, () => bytes("tiny")));
  for (let i = 0; i < 20; i++) {
    const chunk = await small.recv();
    assertEquals(text(chunk), "tiny");
    assertEquals(chunk.buffer.byteLength < 4096, true, "a tiny message holds much memory");
  }
  const large = new ScriptedStream([new Uint8Array(1 << 20)]);
  const sizes: number[] = [];
  for (let chunk = await large.recv(); chunk.length > 0; chunk = await large.recv()) {
    sizes.push(chunk.length);
  }
  assertEquals(sizes.reduce((sum, size) => sum + size), 1 << 20);
  assertEquals(Math.max(...sizes), 65536);
});

Deno.test("both faces ended close the endpoint once; one alone does not", async () => {
  const stream = new ScriptedStream([bytes("x")]);
  for await (const _ of stream.readable);
  assertEquals([stream.released, stream.ended], [0, []]);
  await stream.writable.close();
  assertEquals([stream.released, stream.ended], [1, ["write"]]);
  stream.close();
  assertEquals(stream.released, 1);
});

Deno.test("shutdown refuses what is no direction, closeWrite ends the sending one", async () => {
  const stream = new ScriptedStream([]);
  for (const how of ["rw", "", undefined, 1]) {
    await assertRejects(() => stream.shutdown(how as "read"), TypeError, "how");
  }
  await stream.closeWrite();
  await stream.shutdown("read");
  await stream.shutdown("both");
  assertEquals(stream.ended, ["write", "read", "both"]);
});
