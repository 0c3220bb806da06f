/** Memory that the kernel reads on: it stays, whatever becomes of the socket's object. */
import { assert, assertEquals } from "@std/assert";
import { testWith } from "../_tools.ts";
import { type Socket, socket } from "../../mod.ts";
import { SO_ZEROCOPY } from "../../ffi/options/mod.ts";
import { AF_INET, MSG_ZEROCOPY, SOCK_STREAM } from "../../mod.ts";
import { heapBytes } from "./_memory.ts";

const CHUNK = 100_000;

/** Sends without a copy until the peer's window and the socket's room are full; what was sent. */
async function fill(port: number): Promise<{ counts: number[]; buffers: WeakRef<Uint8Array>[] }> {
  const client = await connected(port);
  const counts: number[] = [];
  const buffers: WeakRef<Uint8Array>[] = [];
  for (let number = 0;; number++) {
    const buffer = new Uint8Array(CHUNK).fill(number);
    try {
      counts.push(await client.sendMsg([buffer], { flags: MSG_ZEROCOPY, timeoutMs: 20 }));
      buffers.push(new WeakRef(buffer));
    } catch (error) {
      assertEquals((error as Error).name, "TimeoutError");
      client.close();
      return { counts, buffers };
    }
  }
}

async function sendOnce(port: number): Promise<void> {
  using client = await connected(port);
  await client.sendMsg([new Uint8Array(1)], { flags: MSG_ZEROCOPY });
}

async function connected(port: number): Promise<Socket> {
  const client = socket(AF_INET, SOCK_STREAM);
  await client.connect({ hostname: "127.0.0.1", port });
  client.setOption(SO_ZEROCOPY, true);
  return client;
}

testWith(
  {},
  "memory sent without a copy outlives its socket until the kernel is done",
  async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const [peer, { counts, buffers }] = await Promise.all([
      listener.accept(),
      fill((listener.addr as Deno.NetAddr).port),
    ]);
    using _peer = peer;
    assert(buffers.length > 1);
    // A later send, which looks after what sockets hold that were closed.
    await sendOnce((listener.addr as Deno.NetAddr).port);
    (await listener.accept()).close();
    for (let round = 0; round < 5; round++) await heapBytes(); // collects garbage
    // Whoever makes buffers now would be given the memory that was let go.
    const others = Array.from({ length: 100 }, () => new Uint8Array(CHUNK).fill(0xee));
    assert(buffers.every((buffer) => buffer.deref() !== undefined), "a buffer was let go");
    assert(others.length === 100);
    const room = new Uint8Array(65536);
    const came = counts.map(() => 0);
    let number = 0;
    for (let count; (count = await peer.read(room)) !== null;) {
      for (let i = 0; i < count; i++, came[number]++) {
        while (came[number] === counts[number]) number++;
        if (room[i] !== (number & 255)) throw new Error(`a byte of ${number} is ${room[i]}`);
      }
    }
    assertEquals(came, counts);
  },
  { sanitizeOps: false },
);
