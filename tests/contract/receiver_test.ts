/** What every endpoint that receives messages does the same way, raw sockets and packets too. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  assertAllCode,
  assertCode,
  assertReason,
  assertTimeout,
  countedSignal,
  loops,
} from "./_helpers.ts";
import { type Any, claim, type Message } from "./_claim.ts";
import { RECEIVER_KINDS } from "./_receivers.ts";

const RECEIVES: readonly [string, (endpoint: Message, options?: Any) => Promise<Uint8Array>][] = [
  ["recv", (endpoint, options) => endpoint.recv(options)],
  ["recvFrom", async (endpoint, options) => (await endpoint.recvFrom(options)).data],
  ["recvMany", async (endpoint, options) => (await endpoint.recvMany(1, options))[0].data],
  ["recvBatches", async (endpoint, options) => {
    for await (const batch of endpoint.recvBatches({ max: 1, ...options })) {
      assertEquals(batch.lengthBytes(0), batch.data(0).length);
      return batch.toMessages()[0].data;
    }
    throw await endpoint.recv(options).then(() => "no batch", (error) => error);
  }],
  ["for await", async (endpoint) => {
    for await (const { data } of endpoint) return data;
    throw new Error("no message");
  }],
];
const LIMITED = RECEIVES.slice(0, 4);

/** The mark of a message, however much stands before it. */
function markOf(data: Uint8Array): number {
  return data[data.length - 1];
}

claim(RECEIVER_KINDS, "a receiver says what it is", async (kind) => {
  using receiver = await kind.open();
  const { endpoint } = receiver;
  assertEquals(
    [endpoint.role, endpoint.family, endpoint.type, endpoint.protocol, endpoint.engine],
    ["message", kind.family, kind.type, kind.protocol, kind.engine],
  );
  assertEquals(endpoint.localAddr.family, kind.family);
});

claim(RECEIVER_KINDS, "every way to receive brings what came, in its order", async (kind) => {
  using receiver = await kind.open();
  let mark = 0;
  for (const [name, receive] of RECEIVES) {
    for (let i = 0; i < 3; i++) await receiver.deliver(mark + i);
    for (let i = 0; i < 3; i++) {
      assertEquals(markOf(await receive(receiver.endpoint)), mark++, name);
    }
  }
});

claim(RECEIVER_KINDS, "a receive that ends early loses nothing, and says why", async (kind) => {
  using receiver = await kind.open();
  const { endpoint } = receiver;
  let mark = 0;
  for (const [name, receive] of LIMITED) {
    await assertTimeout(() => receive(endpoint, { timeoutMs: 1 }));
    const error = await receive(endpoint, { timeoutMs: 2 }).catch((error) => error);
    assert(
      /^Cannot receive (on|from) .+: timed out after 2 ms$/.test(error.message),
      error.message,
    );
    const { signal, abort, count } = countedSignal();
    const receiving = receive(endpoint, { signal });
    await loops(2);
    const reason = new Error("enough");
    abort(reason);
    await assertReason(receiving, reason);
    assertEquals(count(), 0);
    await assertReason(receive(endpoint, { signal }), reason);
    await receiver.deliver(mark);
    assertEquals(markOf(await receive(endpoint, { timeoutMs: 60_000 })), mark++, name);
  }
});

claim(RECEIVER_KINDS, "closing rejects every receive with EBADF, and ends loops", async (kind) => {
  using receiver = await kind.open();
  const { endpoint } = receiver;
  const looping = (async () => {
    for await (const _ of endpoint) throw new Error("a message came");
  })();
  await loops(2);
  const waiting = [endpoint.recv(), endpoint.recvFrom(), endpoint.recvMany()];
  await loops(2);
  await assertAllCode(waiting, "EBADF", () => endpoint.close());
  await looping;
  for (const [, receive] of LIMITED) await assertCode(() => receive(endpoint), "EBADF");
  await assertCode(() => endpoint.send(new Uint8Array(1)), "EBADF");
  endpoint.close();
  assertEquals(endpoint.localAddr.family, kind.family);
});

claim(RECEIVER_KINDS, "what no receive takes is refused by name", async (kind) => {
  using receiver = await kind.open();
  for (
    const [options, Class, name] of [
      [{ sizes: 5 }, TypeError, '"sizes"'],
      [{ size: 0 }, RangeError, "size"],
      [{ size: -0 }, RangeError, "size"],
      [{ size: "5" }, TypeError, "size"],
      [{ flags: -1 }, RangeError, "flags"],
      [{ controlBytes: 65_537 }, RangeError, "controlBytes"],
      [{ timeoutMs: NaN }, RangeError, "timeoutMs"],
      [{ signal: {} }, TypeError, "signal"],
      [null, TypeError, "options"],
      [5, TypeError, "options"],
    ] as const
  ) {
    for (const [call, receive] of LIMITED) {
      if (call === "recvBatches" && (options === null || typeof options !== "object")) continue;
      await assertRejects(() => receive(receiver.endpoint, options as Any), Class, name);
    }
  }
  for (const max of [0, 1025, "1", NaN] as Any[]) {
    await assertRejects(() => receiver.endpoint.recvMany(max), Error, "max");
    await assertRejects(() => receiver.endpoint.recvBatches({ max }).next(), Error, "max");
  }
});
