/** Messages whose sends and receives are cancelled at random, and endpoints closed at random. */
import { equals } from "@std/bytes";
import type { Message, MessageKind } from "../contract/_claim.ts";
import { attempt, check, message, type Tried } from "./_pattern.ts";
import { type Random, randomEnd, turnOfLoop } from "./_random.ts";

/** Messages on their way: few enough that no kernel drops one for lack of room. */
const WINDOW = 8;
function checkMessage(data: Uint8Array, number: number): void {
  const expected = message(number);
  const came = data.length < 4 ? -1 : new DataView(data.buffer, data.byteOffset).getUint32(0);
  check(came === number, `message ${came} came where ${number} was due`);
  check(
    equals(data, expected),
    `message ${number} came with other bytes`,
  );
}

/** Messages one way, sends and receives cancelled at random, as numbered messages in order. */
export async function cancelMessages(
  kind: MessageKind,
  random: Random,
  count: number,
): Promise<Tried> {
  const tried = { calls: 0, cancelled: 0 };
  const [a, b] = await kind.pair();
  using _a: Disposable = a;
  using _b: Disposable = b;
  let sent = 0;
  let received = 0;
  const sending = async () => {
    while (sent < count) {
      while (sent - received >= WINDOW) await turnOfLoop();
      if (kind.bind !== undefined && random.chance(0.1)) await reconnect(a, b, random, tried);
      sent += await sendSome(a, random, tried, sent, Math.min(count, received + WINDOW));
    }
  };
  const receiving = async () => {
    while (received < count) {
      for (const data of await receiveSome(b, random, tried, count - received)) {
        checkMessage(data, received++);
      }
    }
  };
  await Promise.all([sending(), receiving()]);
  const extra = await attempt(tried, () => b.recv({ timeoutMs: 0 }));
  check(!("value" in extra), "a message came that was sent once already");
  return tried;
}

async function sendSome(
  endpoint: Message,
  random: Random,
  tried: Tried,
  from: number,
  to: number,
): Promise<number> {
  const options = randomEnd(random);
  const many = random.chance(0.5);
  const outcome = await attempt(tried, async () => {
    if (!many) return await endpoint.send(message(from), options), 1;
    const batch = Array.from({ length: to - from }, (_, i) => ({ data: message(from + i) }));
    return await endpoint.sendMany(batch, options);
  });
  return "value" in outcome ? outcome.value : 0;
}

async function receiveSome(
  endpoint: Message,
  random: Random,
  tried: Tried,
  due: number,
): Promise<readonly Uint8Array[]> {
  const options = randomEnd(random);
  // No more than are sent before these are counted.
  const most = Math.min(due, random.integer(1, WINDOW));
  const came: Uint8Array[] = [];
  await attempt(tried, async () => {
    switch (random.integer(0, 4)) {
      case 0:
        came.push(await endpoint.recv(options));
        break;
      case 1:
        came.push((await endpoint.recvFrom(options)).data);
        break;
      case 2:
        came.push(...(await endpoint.recvMany(most, options)).map(({ data }) => data));
        break;
      case 3: {
        // One limit for all of them: what came before it ended has come.
        const batches = endpoint.recvBatches({ ...options, max: random.integer(1, 16) });
        for await (const batch of batches) {
          for (let i = 0; i < batch.count; i++) came.push(batch.data(i).slice());
          if (came.length >= most) break;
        }
        break;
      }
      default:
        for await (const { data } of endpoint) {
          came.push(data);
          if (came.length >= most) break;
        }
    }
  });
  return came;
}

/** A peer set anew, by its name where it has one, and given up at random: it is the same one. */
async function reconnect(a: Message, b: Message, random: Random, tried: Tried): Promise<void> {
  const { localAddr: to } = b;
  const named = to.hostname === "127.0.0.1" && random.chance(0.5);
  const peer = named ? { ...to, hostname: "localhost" } : to;
  await attempt(tried, () => a.connect(peer, randomEnd(random)));
}

/** Receives of all sorts that wait when the endpoint is closed at a random moment: all end at once. */
export async function closeMessages(
  kind: MessageKind,
  random: Random,
  rounds: number,
): Promise<Tried> {
  const tried = { calls: 0, cancelled: 0 };
  for (let round = 0; round < rounds; round++) {
    const [a, b] = await kind.pair();
    using _a: Disposable = a;
    using _b: Disposable = b;
    let came = 0;
    const receive = async (call: () => Promise<unknown>): Promise<void> => {
      for (;;) {
        tried.calls++;
        try {
          if (await call() === undefined) return;
          came++;
        } catch (error) {
          const { code } = error as { code?: string };
          check(code === "EBADF", `a receive that was closed says ${error}`);
          tried.cancelled++;
          return;
        }
      }
    };
    const loop = async () => {
      for await (const _ of b) came++;
    };
    const batches = async () => {
      for await (const batch of b.recvBatches()) came += batch.count;
    };
    const waiting = [
      receive(() => b.recv()),
      receive(() => b.recvFrom()),
      receive(() => b.recvMany()),
      random.chance(0.5) ? loop() : batches(),
    ];
    const sent = random.integer(0, WINDOW);
    for (let number = 0; number < sent; number++) await a.send(message(number));
    const turns = random.integer(0, 10);
    for (let turn = 0; turn < turns; turn++) await turnOfLoop();
    b.close();
    await Promise.all(waiting);
    check(came <= sent, `${sent} messages were sent, ${came} came`);
  }
  return tried;
}
