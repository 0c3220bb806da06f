import { assert, assertEquals, assertRejects } from "@std/assert";
import { assertCode, bytes, loops, noise, pending, sha256, text } from "./_helpers.ts";
import { claim, endSending, HALVES, withPair, withStreams } from "./_claim.ts";
import { PAIR_KINDS, STREAM_KINDS } from "./_kinds.ts";

claim(PAIR_KINDS, "the end of readable does not close the sending direction", async (kind) => {
  await withStreams(kind, async (client, server) => {
    await client.sendAll(bytes("question"));
    await client.closeWrite();
    let question = "";
    for await (const chunk of server.readable) question += text(chunk);
    assertEquals(question, "question");
    const writer = server.writable.getWriter();
    await writer.write(bytes("answer "));
    await loops();
    await server.sendAll(bytes("in two parts"));
    await writer.close();
    assertEquals(text(await client.recvExact(19)), "answer in two parts");
    assertEquals((await client.recv()).length, 0);
  });
}, HALVES);

claim(PAIR_KINDS, "the end of writable does not close the receiving direction", async (kind) => {
  await withStreams(kind, async (client, server) => {
    await server.writable.close();
    assertEquals((await client.recv()).length, 0);
    await client.sendAll(bytes("late"));
    assertEquals(text(await server.recvExact(4)), "late");
  });
}, HALVES);

claim(
  PAIR_KINDS,
  "readable piped to writable is an echo server that closes itself",
  async (kind) => {
    await withStreams(kind, async (client, server) => {
      const data = noise(3_000_000, 9);
      const echo = server.readable.pipeTo(server.writable);
      const [, back] = await Promise.all([
        client.sendAll(data).then(() => client.closeWrite()),
        client.recvExact(data.length),
      ]);
      await echo;
      assertEquals(sha256(back), sha256(data));
      await assertCode(() => server.recv(), "EBADF");
    });
  },
  HALVES,
);

claim(
  PAIR_KINDS,
  "readable takes nothing before it is read, and never more than asked for",
  async (kind) => {
    await withStreams(kind, async (client, server) => {
      const reader = server.readable.getReader();
      const sending = client.sendAll(noise(32 * 1024 * 1024, 1));
      assert(await pending(sending), "nobody read, and yet all was sent");
      let received = 0;
      while (received < 32 * 1024 * 1024) received += (await reader.read()).value!.length;
      await sending;
      reader.releaseLock();
      await client.sendAll(bytes("by recv"));
      assertEquals(text(await server.recv()), "by recv");
    });
  },
);

claim(PAIR_KINDS, "writable waits for the peer", async (kind) => {
  await withStreams(kind, async (client, server) => {
    const writer = client.writable.getWriter();
    const block = noise(1024 * 1024, 2);
    const writes: Promise<void>[] = [];
    for (let i = 0; i < 32; i++) writes.push(writer.write(block));
    assert(await pending(writes[31]), "nobody received, and yet all was written");
    assertEquals(writer.desiredSize! <= 0, true);
    const all = await server.recvExact(32 * block.length);
    await Promise.all(writes);
    assertEquals(sha256(all.subarray(31 * block.length)), sha256(block));
    if (HALVES(kind)) await writer.close();
  });
});

claim(PAIR_KINDS, "a reader's own buffer is filled", async (kind) => {
  await withStreams(kind, async (client, server) => {
    const reader = server.readable.getReader({ mode: "byob" });
    await client.sendAll(bytes("abc"));
    const { value } = await reader.read(new Uint8Array(16));
    assertEquals(text(value!), "abc");
    await endSending(kind, client);
    const end = await reader.read(new Uint8Array(16));
    assertEquals(end.done, true);
  });
});

claim(
  PAIR_KINDS,
  "cancelling readable loses no byte that a receive then asks for",
  async (kind) => {
    await withStreams(kind, async (client, server) => {
      const reader = server.readable.getReader();
      const reading = reader.read();
      await loops(2);
      await reader.cancel("enough");
      assertEquals((await reading).done, true);
      await client.sendAll(bytes("kept"));
      assertEquals(text(await server.recvExact(4)), "kept");
    });
  },
);

claim(PAIR_KINDS, "closing the endpoint fails both faces", async (kind) => {
  await withStreams(kind, async (_client, server) => {
    const reader = server.readable.getReader();
    const writer = server.writable.getWriter();
    const reading = reader.read();
    const ended = [reader.closed, writer.closed];
    await loops(2);
    server.close();
    await assertCode(() => reading, "EBADF");
    for (const end of ended) await assertCode(() => end, "EBADF");
  });
});

claim(PAIR_KINDS, "aborting writable closes the endpoint", async (kind) => {
  await withStreams(kind, async (client, server) => {
    await server.writable.abort("no more");
    await assertCode(() => server.recv(), "EBADF");
    assertEquals((await client.recv()).length, 0);
  });
});

claim(STREAM_KINDS, "aborting writable ends a write that waits for the peer", async (kind) => {
  await withPair(kind, async (client) => {
    const writer = client.writable.getWriter();
    const writing = writer.write(new Uint8Array(64 * 1024 * 1024));
    await loops(2);
    const closed = writer.closed;
    const outcomes = Promise.allSettled([writing, closed]);
    await writer.abort("no more");
    for (const { status } of await outcomes) assertEquals(status, "rejected");
    await assertCode(() => client.recv(), "EBADF");
  });
});

claim(STREAM_KINDS, "writable refuses what is no bytes", async (kind) => {
  await withPair(kind, async (client) => {
    const writer = client.writable.getWriter();
    const closed = writer.closed.catch(() => {});
    await assertRejects(() => writer.write("text" as unknown as Uint8Array), TypeError);
    await closed;
  });
});

claim(PAIR_KINDS, "transforms of the platform work on the faces", async (kind) => {
  await withStreams(kind, async (client, server) => {
    const data = noise(500_000, 4);
    const zipped = new Response(data).body!.pipeThrough(new CompressionStream("gzip"));
    const sending = zipped.pipeTo(client.writable);
    const plain = server.readable.pipeThrough(new DecompressionStream("gzip"));
    const back = new Uint8Array(await new Response(plain).arrayBuffer());
    await sending;
    assertEquals(sha256(back), sha256(data));
  });
}, HALVES);
