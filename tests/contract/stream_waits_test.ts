import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  assertAllCode,
  assertCode,
  assertReason,
  assertTimeout,
  bytes,
  countedSignal,
  loops,
  noise,
  pending,
  sha256,
  text,
} from "./_helpers.ts";
import { claim, endSending, type Stream, withStreams } from "./_claim.ts";
import { PAIR_KINDS, STREAM_KINDS } from "./_kinds.ts";

/** Every call that waits for bytes, each satisfied by the bytes "ab\n". */
const RECEIVES: readonly [
  string,
  (s: Stream, o: { signal?: AbortSignal; timeoutMs?: number }) => Promise<unknown>,
][] = [
  ["recv", (s, o) => s.recv(64, o)],
  ["recvInto", (s, o) => s.recvInto(new Uint8Array(64), o)],
  ["recvExact", (s, o) => s.recvExact(3, o)],
  ["recvExact of much", (s, o) => s.recvExact(200_000, o)],
  ["recvUntil", (s, o) => s.recvUntil("\n", o)],
  ["recvFrame", (s, o) => s.recvFrame(o)],
  ["lines", (s, o) => s.lines(o).next()],
  ["frames", (s, o) => s.frames(o).next()],
];

claim(
  PAIR_KINDS,
  "a signal aborted before rejects every call with its reason, and takes nothing",
  async (kind) => {
    await withStreams(kind, async (client, server) => {
      const reason = { not: "an error" };
      const signal = AbortSignal.abort(reason);
      await client.sendAll(bytes("ab\n"));
      for (const [, receive] of RECEIVES) await assertReason(receive(server, { signal }), reason);
      await assertReason(server.send(bytes("x"), { signal }), reason);
      await assertReason(server.sendAll(bytes("x"), { signal }), reason);
      await assertReason(server.sendFrame(bytes("x"), { signal }), reason);
      assertEquals(text(await server.recvExact(3)), "ab\n");
      await endSending(kind, server);
      assertEquals((await client.recv()).length, 0);
    });
  },
);

claim(PAIR_KINDS, "an abort ends every waiting receive and loses nothing", async (kind) => {
  await withStreams(kind, async (client, server) => {
    for (const [name, receive] of RECEIVES) {
      const controller = new AbortController();
      const reason = new Error(name);
      const waiting = receive(server, { signal: controller.signal });
      await loops(2);
      controller.abort(reason);
      await assertReason(waiting, reason);
      await client.sendAll(bytes(name));
      assertEquals(text(await server.recvExact(name.length)), name);
    }
  });
});

claim(PAIR_KINDS, "a time-out ends every waiting receive and loses nothing", async (kind) => {
  await withStreams(kind, async (client, server) => {
    for (const [name, receive] of RECEIVES) {
      await assertTimeout(() => receive(server, { timeoutMs: 1 }));
      await client.sendAll(bytes(name));
      assertEquals(text(await server.recvExact(name.length)), name);
    }
  });
});

claim(PAIR_KINDS, "a time-out of 0 takes what is there, and does not wait", async (kind) => {
  await withStreams(kind, async (client, server) => {
    await assertTimeout(() => server.recv(16, { timeoutMs: 0 }));
    await client.sendAll(bytes("here"));
    let got = "";
    // On a slow network it may not be there yet.
    for (let tries = 0; got === "" && tries < 5000; tries++) {
      await loops(1);
      got = await server.recv(16, { timeoutMs: 0 }).then(text, () => "");
    }
    assertEquals(got, "here");
  });
});

claim(PAIR_KINDS, "receives cancelled at random lose and reorder nothing", async (kind) => {
  await withStreams(kind, async (client, server) => {
    const data = noise(300_000, 7);
    const sending = (async () => {
      for (let at = 0; at < data.length;) {
        const size = 1 + (data[at] << 4);
        await client.sendAll(data.subarray(at, at + size));
        at += size;
        if (size % 3 === 0) await loops(1);
      }
      await endSending(kind, client);
    })();
    const got: number[] = [];
    let cancelled = 0;
    for (let i = 0;; i++) {
      const controller = new AbortController();
      const options = { signal: controller.signal };
      const how = i % 4;
      const receiving: Promise<Uint8Array> = how === 0
        ? server.recv(1000, options)
        : how === 1
        ? server.recvExact(777, options)
        : how === 2
        ? server.recvUntil(Uint8Array.of(i & 0xff), options).then((b) => b ?? new Uint8Array(0))
        : server.recvExact(70_000, options);
      const turns = (i * 7) % 5;
      loops(turns).then(() => controller.abort("enough"));
      try {
        const chunk = await receiving;
        if (chunk.length === 0) break;
        for (const byte of chunk) got.push(byte);
      } catch (error) {
        if (error instanceof Deno.errors.UnexpectedEof) {
          for (;;) {
            const chunk = await server.recv();
            if (chunk.length === 0) break;
            for (const byte of chunk) got.push(byte);
          }
          break;
        }
        assertEquals(error, "enough");
        cancelled++;
      }
    }
    await sending;
    assert(cancelled > 0, "nothing was cancelled");
    assertEquals(got.length, data.length);
    assertEquals(sha256(Uint8Array.from(got)), sha256(data));
  });
});

claim(PAIR_KINDS, "a cancelled frame is received whole by the next call", async (kind) => {
  await withStreams(kind, async (client, server) => {
    const whole = Uint8Array.of(0, 0, 0, 4, 1, 2, 3, 4);
    for (let cut = 1; cut < whole.length; cut++) {
      await client.sendAll(whole.subarray(0, cut));
      await assertTimeout(() => server.recvFrame({ timeoutMs: 2 }));
      await client.sendAll(whole.subarray(cut));
      assertEquals(await server.recvFrame(), Uint8Array.of(1, 2, 3, 4));
    }
  });
});

claim(PAIR_KINDS, "a cancelled send leaves the stream in order and usable", async (kind) => {
  await withStreams(kind, async (client, server) => {
    const first = noise(32 * 1024 * 1024, 5);
    const controller = new AbortController();
    const sending = client.sendAll(first, { signal: controller.signal });
    assert(await pending(sending), "32 MiB fit into the buffers");
    controller.abort("stop");
    await assertReason(sending, "stop");
    // Into the room that has become free meanwhile, or not at all.
    await client.send(first, { timeoutMs: 5 }).catch((error) => {
      assertEquals(error.name, "TimeoutError");
    });
    const mark = bytes("THE SECOND SEND");
    const second = client.sendAll(mark, { timeoutMs: 60_000 }).then(() => endSending(kind, client));
    const chunks: Uint8Array[] = [];
    for (;;) {
      const chunk = await server.recv();
      if (chunk.length === 0) break;
      chunks.push(chunk);
    }
    await second;
    const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
    let at = 0;
    for (const chunk of chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    assertEquals(text(all.subarray(-mark.length)), text(mark));
    const before = all.length - mark.length;
    // A prefix of the first, perhaps once more a prefix by the send that timed out.
    let same = 0;
    while (same < before && all[same] === first[same]) same++;
    for (let i = same; i < before; i++) assert(all[i] === first[i - same], `byte ${i} is foreign`);
  });
});

claim(STREAM_KINDS, "abort listeners do not accumulate", async (kind) => {
  const { signal, count, abort } = countedSignal();
  using listener = await kind.listen();
  using client = await kind.connect(listener.localAddr, { signal });
  using server = await listener.accept({ signal });
  const options = { signal, timeoutMs: 60_000 };
  for (let i = 0; i < 100; i++) {
    await client.sendAll(bytes("ab\n"), options);
    await client.send(bytes("c"), options);
    await server.recvUntil("\n", options);
    await server.recvExact(1, options);
  }
  for (const [, receive] of RECEIVES) {
    await assertTimeout(() => receive(server, { signal, timeoutMs: 0 }));
  }
  await assertTimeout(() => listener.accept({ signal, timeoutMs: 0 }));
  assertEquals(count(), 0);
  const waiting = [server.recv(1, options), server.recv(1, options), listener.accept(options)];
  await loops(1);
  assertEquals(count(), 1, "one listener a signal");
  abort("done");
  for (const wait of waiting) await assertReason(wait, "done");
  assertEquals(count(), 0);
});

claim(PAIR_KINDS, "concurrent receives are served in the order they came", async (kind) => {
  await withStreams(kind, async (client, server) => {
    const waiting = Array.from(
      { length: 20 },
      (_, i) => i % 2 === 0 ? server.recvExact(2) : server.recvExact(2, { timeoutMs: 60_000 }),
    );
    await loops(1);
    for (let i = 0; i < 20; i++) await client.sendAll(bytes(`${i}`.padStart(2, "0")));
    assertEquals(
      (await Promise.all(waiting)).map(text),
      Array.from({ length: 20 }, (_, i) => `${i}`.padStart(2, "0")),
    );
  });
});

claim(PAIR_KINDS, "a receive cancelled in the queue lets the next in", async (kind) => {
  await withStreams(kind, async (client, server) => {
    const first = server.recvExact(1);
    const controller = new AbortController();
    const second = server.recvExact(1, { signal: controller.signal });
    const third = server.recvExact(1);
    await loops(1);
    controller.abort("skip");
    await assertReason(second, "skip");
    await client.sendAll(bytes("13"));
    assertEquals([text(await first), text(await third)], ["1", "3"]);
  });
});

claim(PAIR_KINDS, "concurrent sends are not mixed", async (kind) => {
  await withStreams(kind, async (client, server) => {
    const block = 300_000;
    const sends = Array.from({ length: 6 }, (_, i) => {
      const data = new Uint8Array(block).fill(i);
      return client.sendAll(data, i % 2 === 0 ? undefined : { timeoutMs: 60_000 });
    });
    const all = await server.recvExact(6 * block);
    await Promise.all(sends);
    for (let i = 0; i < all.length; i++) {
      if (all[i] !== Math.floor(i / block)) throw new Error(`byte ${i} is ${all[i]}`);
    }
  });
});

claim(
  PAIR_KINDS,
  "closing rejects all waits at once with EBADF, and later calls too",
  async (kind) => {
    await withStreams(kind, async (client, server) => {
      const waits = RECEIVES.map(([, receive]) => receive(server, {}));
      waits.push(server.recv(1, { timeoutMs: 60_000 }));
      const sends = [1, 2].map(() => server.sendAll(new Uint8Array(32 * 1024 * 1024)));
      assert(await pending(sends[0]));
      const { localAddr, remoteAddr } = server;
      await assertAllCode([...waits, ...sends], "EBADF", () => server.close());
      server.close();
      server[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
      for (const [, receive] of RECEIVES) await assertCode(() => receive(server, {}), "EBADF");
      await assertCode(() => server.send(bytes("x")), "EBADF");
      await assertCode(() => server.sendAll(bytes("x")), "EBADF");
      await assertCode(() => server.shutdown("write"), "EBADF");
      server.ref();
      server.unref();
      assertEquals([server.localAddr, server.remoteAddr], [localAddr, remoteAddr]);
      await assertRejects(async () => {
        for (;;) if ((await client.recv()).length === 0) throw new Error("ended");
      });
    });
  },
);

claim(PAIR_KINDS, "an endpoint abandoned in a receive closes cleanly", async (kind) => {
  await withStreams(kind, async (client, server) => {
    await assertTimeout(() => server.recv(1, { timeoutMs: 1 }));
    await assertTimeout(() => client.sendAll(new Uint8Array(32 << 20), { timeoutMs: 5 }));
    server.close();
    client.close();
    await loops();
  });
});

claim(STREAM_KINDS, "using closes at the end of the block", async (kind) => {
  using listener = await kind.listen();
  let inner: Stream;
  {
    using client = await kind.connect(listener.localAddr);
    await using server = await listener.accept();
    await client.sendAll(bytes("x"));
    await server.recv();
    inner = client;
  }
  await assertCode(() => inner.recv(), "EBADF");
});
