import { assertEquals, assertRejects } from "@std/assert";
import { bytes, pending, text } from "./_helpers.ts";
import { claim, endSending, withMessages, withPair, withStreams } from "./_claim.ts";
import { MESSAGE_KINDS, PAIR_KINDS, STREAM_KINDS } from "./_kinds.ts";

/** What no call may take for memory, each made anew. */
const REFUSED: readonly [string, () => unknown][] = [
  ["a string", () => "text"],
  ["an array", () => [1, 2]],
  ["undefined", () => undefined],
  ["null", () => null],
  ["an ArrayBuffer", () => new ArrayBuffer(4)],
  ["another view", () => new Uint16Array(4)],
  ["a DataView", () => new DataView(new ArrayBuffer(4))],
  ["a view of a resizable buffer", () => new Uint8Array(new ArrayBuffer(4, { maxByteLength: 8 }))],
  [
    "a view of a growable shared buffer",
    () => new Uint8Array(new SharedArrayBuffer(4, { maxByteLength: 8 })),
  ],
  ["a detached view", () => {
    const view = new Uint8Array(4);
    structuredClone(view.buffer, { transfer: [view.buffer] });
    return view;
  }],
];

/** The bytes of a text in memory of every kind that works, and that memory. */
function placed(value: string): [string, Uint8Array, Uint8Array][] {
  const data = bytes(value);
  const large = new Uint8Array(data.length + 16).fill(0x2e);
  large.set(data, 7);
  const shared = new Uint8Array(new SharedArrayBuffer(data.length + 16)).fill(0x2e);
  shared.set(data, 3);
  return [
    ["a whole buffer", data, data],
    ["a view with an offset", large.subarray(7, 7 + data.length), large],
    ["a view of shared memory", shared.subarray(3, 3 + data.length), shared],
  ];
}

claim(PAIR_KINDS, "any view is sent and filled, and nothing beside it", async (kind) => {
  await withStreams(kind, async (client, server) => {
    for (const [name, view, memory] of placed("payload")) {
      const before = memory.slice();
      await client.sendAll(view);
      assertEquals(text(await server.recvExact(7)), "payload", name);
      assertEquals(await client.send(view, { timeoutMs: 60_000 }), 7);
      assertEquals(text(await server.recvExact(7)), "payload", name);
      assertEquals(memory, before);
    }
    for (const [name, view, memory] of placed("0000000")) {
      const start = view.byteOffset;
      for (const options of [undefined, { timeoutMs: 60_000 }]) {
        await client.sendAll(bytes("message"));
        for (let got = 0; got < 7;) got += await server.recvInto(view.subarray(got), options);
        assertEquals(text(view.slice()), "message", name);
        assertEquals(text(memory.slice(0, start)), ".".repeat(start));
        const rest = memory.slice(start + 7);
        assertEquals(text(rest), ".".repeat(rest.length));
      }
    }
  });
});

claim(
  PAIR_KINDS,
  "memory that could go away is refused before anything is done",
  async (kind) => {
    await withStreams(kind, async (client, server) => {
      for (const [name, make] of REFUSED) {
        const value = make() as Uint8Array;
        for (
          const call of [
            () => client.send(value),
            () => client.sendAll(value),
            () => client.sendAll(value, { timeoutMs: 1 }),
            () => client.sendFrame(value),
            () => client.write(value),
            () => client.recvInto(value),
            () => client.recvInto(value, { timeoutMs: 1 }),
            () => client.read(value),
          ]
        ) {
          const error = await assertRejects(async () => await call(), TypeError, "Cannot ");
          assertEquals(error.message.endsWith("."), false, name);
        }
      }
      await endSending(kind, client);
      assertEquals((await server.recv()).length, 0, "something was sent");
    });
  },
);

claim(STREAM_KINDS, "bad sizes and options are refused", async (kind) => {
  await withPair(kind, async (client) => {
    for (const size of [0, -1, 1.5, NaN, Infinity, 2 ** 31]) {
      await assertRejects(() => client.recv(size), RangeError, "size");
    }
    for (const size of [-1, 1.5, NaN, 2 ** 31]) {
      await assertRejects(() => client.recvExact(size), RangeError, "size");
    }
    await assertRejects(() => client.recv("8" as unknown as number), TypeError, "size");
    for (const timeoutMs of [-1, NaN]) {
      await assertRejects(() => client.recv(1, { timeoutMs }), RangeError, "timeoutMs");
    }
    for (
      const options of [null, 1, "x", { timeoutMs: "1" }, { signal: {} }, { signal: null }]
    ) {
      await assertRejects(() => client.recv(1, options as unknown as object), TypeError);
    }
    await assertRejects(() => client.recvUntil(""), RangeError, "needle");
    await assertRejects(() => client.recvUntil("\n", { maxBytes: 0 }), RangeError, "maxBytes");
    await assertRejects(() => client.shutdown("rw" as "read"), TypeError, "how");
    await assertRejects(
      () => client.recvFrame({ prefixBytes: 3 as 4 }),
      RangeError,
      "prefixBytes",
    );
    await assertRejects(
      () => client.recvFrame({ prefix: 4 } as unknown as { prefixBytes: 4 }),
      TypeError,
      '"prefix"',
    );
  });
});

claim(MESSAGE_KINDS, "any view is sent", async (kind) => {
  await withMessages(kind, async (a, b) => {
    for (const [name, view, memory] of placed("payload")) {
      const before = memory.slice();
      assertEquals(await a.send(view), 7);
      assertEquals(text(await b.recv()), "payload", name);
      assertEquals(await a.send(view, { timeoutMs: 60_000 }), 7);
      assertEquals(text(await b.recv()), "payload", name);
      assertEquals(memory, before);
    }
  });
});

claim(MESSAGE_KINDS, "memory that could go away and bad numbers are refused", async (kind) => {
  await withMessages(kind, async (a, b) => {
    for (const [, make] of REFUSED) {
      const value = make() as Uint8Array;
      await assertRejects(async () => await a.send(value), TypeError, "Cannot ");
      await assertRejects(async () => await a.sendTo(value, b.localAddr), TypeError, "Cannot ");
      await assertRejects(async () => await a.sendMany([{ data: value }]), TypeError, "Cannot ");
    }
    for (const to of [undefined, null, "127.0.0.1:1", {}]) {
      await assertRejects(() => a.sendTo(bytes("x"), to as unknown as object), TypeError);
    }
    for (const size of [0, -1, 1.5, NaN, 2 ** 31]) {
      await assertRejects(() => a.recvFrom({ size }), RangeError, "size");
    }
    for (const max of [0, -1, 1.5, 1e9]) {
      await assertRejects(() => a.recvMany(max), RangeError, "max");
    }
    await assertRejects(() => a.sendMany(5 as unknown as []), TypeError, "messages");
    await a.send(bytes("only this"));
    assertEquals(text(await b.recv()), "only this");
  });
});

claim(
  PAIR_KINDS,
  "memory transferred away while it is sent is an error, not the end",
  async (kind) => {
    await withStreams(kind, async (client, server) => {
      const data = new Uint8Array(32 * 1024 * 1024);
      const sending = client.sendAll(data);
      if (!await pending(sending)) throw new Error("32 MiB fit into the buffers");
      let transferred = true;
      try {
        structuredClone(data.buffer, { transfer: [data.buffer] });
      } catch {
        transferred = false; // the engine holds it
      }
      const draining = (async () => {
        while ((await server.recv()).length > 0);
      })();
      if (transferred) await assertRejects(() => sending, TypeError, "data");
      else await sending;
      client.close();
      await draining;
    });
  },
);
