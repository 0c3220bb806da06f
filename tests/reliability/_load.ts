/**
 * Many connections and messages: all of them work, and afterwards descriptors and heap are where they
 * were. The heap is compared after a first round, when what is made once is there.
 */
import { assert } from "@std/assert";
import type { Listener, Message, MessageKind, Stream, StreamKind } from "../contract/_claim.ts";
import { openFds } from "../_tools.ts";
import { heapBytes } from "./_memory.ts";
import { turnOfLoop } from "./_random.ts";

/** What one connection or message may leave on the heap, in bytes: less than any object of it. */
const LEFT_BYTES = 64;
/** How much the heap of a process at rest may vary. */
const NOISE_BYTES = 400_000;
const AT_ONCE = 50;

/** Waits until no descriptor is open that was not before. */
export async function descriptorsBack(before: number): Promise<void> {
  // Deno closes its own a few turns of the event loop later.
  for (let turn = 0; turn < 1000 && openFds().size > before; turn++) await turnOfLoop();
  const after = openFds().size;
  assert(after <= before, `${before} descriptors were open before, ${after} afterwards`);
}

/** Runs a load twice: the second time leaves nothing behind. */
export async function loaded(count: number, load: (count: number) => Promise<void>): Promise<void> {
  const fds = openFds().size;
  await load(count);
  await descriptorsBack(fds);
  const heap = await heapBytes();
  await load(count);
  await descriptorsBack(fds);
  const left = await heapBytes() - heap;
  assert(left < count * LEFT_BYTES + NOISE_BYTES, `${count} left ${left} bytes on the heap`);
}

/** Accepts and answers each byte with it until the connection ends. */
async function serve(listener: Listener, count: number): Promise<void> {
  const served: Promise<void>[] = [];
  for (let i = 0; i < count; i++) served.push(echo(await listener.accept()));
  await Promise.all(served);
}

async function echo(accepted: Stream): Promise<void> {
  using connection = accepted;
  for (let data; (data = await connection.recv(64)).length > 0;) await connection.sendAll(data);
}

async function ask(connection: Stream, value: number): Promise<void> {
  await connection.sendAll(Uint8Array.of(value & 255));
  const [answer] = await connection.recvExact(1);
  assert(answer === (value & 255), `connection ${value} got ${answer}`);
}

/** Connects, asks and closes `count` times, some at once. */
export async function connectAndClose(kind: StreamKind, count: number): Promise<void> {
  using listener = await kind.listen();
  const serving = serve(listener, count);
  let made = 0;
  const client = async () => {
    while (made < count) {
      const value = made++;
      using connection = await kind.connect(listener.localAddr);
      await ask(connection, value);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, client));
  await serving;
}

/** Opens `count` connections; each works still when all are open. */
export async function idleConnections(kind: StreamKind, count: number): Promise<void> {
  using listener = await kind.listen();
  const serving = serve(listener, count);
  const idle: Stream[] = [];
  try {
    while (idle.length < count) idle.push(await kind.connect(listener.localAddr));
    for (let i = 0; i < count; i++) await ask(idle[i], i);
  } finally {
    for (const connection of idle) connection.close();
  }
  await serving;
}

/** Messages on their way at once: few enough that the kernel drops none. */
const WINDOW = 10;

/** Sends `count` messages in batches; each comes once, in order. */
export async function messages(kind: MessageKind, count: number): Promise<void> {
  const [a, b]: [Message, Message] = await kind.pair();
  using _a: Disposable = a;
  using _b: Disposable = b;
  const payloads = Array.from({ length: WINDOW }, () => new Uint8Array(64));
  const views = payloads.map(({ buffer }) => new DataView(buffer));
  for (let at = 0; at < count; at += WINDOW) {
    views.forEach((view, i) => view.setUint32(0, at + i));
    let sent = 0;
    while (sent < WINDOW) {
      sent += await a.sendMany(payloads.slice(sent).map((data) => ({ data })));
    }
    for (let came = 0; came < WINDOW;) {
      for (const { data } of await b.recvMany(WINDOW - came)) {
        const number = new DataView(data.buffer, data.byteOffset).getUint32(0);
        assert(number === at + came, `message ${number} came where ${at + came} was due`);
        came++;
      }
    }
  }
}
