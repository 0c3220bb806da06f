/**
 * The kernel waits for a peer that reads nothing, up to 8 s, where a connection ends: the isolate must
 * not wait with it.
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { AF_TIPC, endpointOf, isSocketError, SOCK_STREAM, socket, tipc } from "../../mod.ts";
import { libc, replaceLibc } from "../../ffi/abi/library.ts";
import { limitMs, testWith } from "../_tools.ts";
import { lacksTipc } from "./_lacks.ts";

// Opened here, or the first test to need the library would be told that it leaks it.
libc();

const here = { kernel: lacksTipc };
const limit = { timeoutMs: limitMs(5000) };
const BLOCK = new Uint8Array(60_000).fill(7);
/** A service of this process's own: another job of the same kernel may have its. */
const SERVICE = 1_000_000 + 10 * Deno.pid + 4;
const ADDRESS = { family: "tipc", kind: "service", service: SERVICE, instance: 1 } as const;

/** Two ends of a connection: a bare socket, and its peer. */
async function pair() {
  using listener = await tipc.listen({ service: SERVICE, instance: 1, scope: "node" });
  const accepting = listener.accept(limit);
  const client = socket(AF_TIPC, SOCK_STREAM);
  await client.connect(ADDRESS, limit);
  const server = await accepting;
  return { client, server, fd: client.fd, link: linkOf(client.fd) };
}

function linkOf(fd: number): string | undefined {
  try {
    return Deno.readLinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return undefined;
  }
}

/** Sends until there is no room; how many bytes went. */
function fill(client: { trySend(data: Uint8Array): number | null }): number {
  let sent = 0;
  for (let count: number | null = 0; count !== null; count = client.trySend(BLOCK)) sent += count;
  return sent;
}

/** How many bytes come up to the end, and whether it is an orderly one. */
async function rest(server: tipc.TipcStream): Promise<[bytes: number, end: string]> {
  let got = 0;
  try {
    for (;;) {
      const { length } = await server.recv(1 << 20, limit);
      if (length === 0) return [got, "end"];
      got += length;
    }
  } catch (error) {
    if (isSocketError(error)) return [got, error.code];
    throw error;
  }
}

/** What threads were given to do while this is in place. */
class Threads implements Disposable {
  readonly #before = libc();
  readonly #calls: Promise<number>[] = [];

  constructor() {
    const { close_blocking, shutdown_blocking } = this.#before;
    const noted = (call: Promise<number>) => (this.#calls.push(call), call);
    replaceLibc({
      ...this.#before,
      close_blocking: (...args) => noted(close_blocking(...args)),
      shutdown_blocking: (...args) => noted(shutdown_blocking(...args)),
    });
  }

  /** How many calls they have been given. */
  get calls(): number {
    return this.#calls.length;
  }

  /** Resolves once they have made so many calls. */
  async made(count: number): Promise<void> {
    while (this.#calls.length < count) await new Promise((resolve) => setTimeout(resolve, 1));
    await Promise.all(this.#calls);
  }

  [Symbol.dispose](): void {
    replaceLibc(this.#before);
  }
}

testWith(here, "closing a stream whose peer reads nothing is a thread's affair", async () => {
  using threads = new Threads();
  const { client, server, fd, link } = await pair();
  const sent = fill(client);
  const endpoint = endpointOf(client);
  endpoint.close();
  endpoint.close();
  // Had it been closed at once, the isolate would have stood still until then.
  assertEquals(linkOf(fd), link);
  assertEquals(await rest(server), [sent, "end"]);
  await threads.made(2);
  assert(linkOf(fd) !== link);
  server.close();
});

testWith(here, "so is the end of both directions, and the close behind it", async () => {
  using threads = new Threads();
  const { client, server, fd, link } = await pair();
  const sent = fill(client);
  client.shutdown("both");
  assertEquals(linkOf(fd), link);
  // Its number must stay its own for as long as the thread may use it.
  assertThrows(() => client.detach(), Deno.errors.Busy, "shutdown");
  client.close();
  assertEquals(linkOf(fd), link);
  assertEquals(await rest(server), [sent, "end"]);
  await threads.made(2);
  assert(linkOf(fd) !== link);
  server.close();
});

testWith(here, "a bare socket is closed so, too, and one that has room at once", async () => {
  using threads = new Threads();
  const { client, server } = await pair();
  const sent = fill(client);
  client.close();
  assertEquals(threads.calls, 1);
  // Nobody has told it of an end.
  assertEquals(await rest(server), [sent, "ECONNRESET"]);
  await threads.made(1);
  server.close();

  const other = await pair();
  await other.client.sendAll(BLOCK.subarray(0, 10));
  endpointOf(other.client).close();
  assert(linkOf(other.fd) !== other.link);
  assertEquals(await rest(other.server), [10, "end"]);
  other.server.close();
  assertEquals(threads.calls, 1);
});

testWith(here, "a peer that has gone is not waited for", async () => {
  using threads = new Threads();
  const { client, server } = await pair();
  fill(client);
  server.close();
  client.close();
  assertEquals(threads.calls, 0);
});

testWith(here, "the end is told again and again, to the bare socket too", async () => {
  const { client, server } = await pair();
  await server.sendAll(BLOCK.subarray(0, 3));
  server.close();
  const lengths: number[] = [];
  for (let i = 0; i < 3; i++) lengths.push((await client.recv(8, limit)).length);
  const [data] = await client.recvFrom(8, limit);
  const message = await client.recvMsg(8, limit);
  assertEquals([...lengths, data.length, message.data.length], [3, 0, 0, 0, 0]);
  client.close();
});
