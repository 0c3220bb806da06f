/** Sends that end early say how much went, and memory that is transferred away takes no byte along. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { assertTimeout, bytes, loops, noise, sha256, text } from "./_helpers.ts";
import { claim, endSending, type Stream, withStreams } from "./_claim.ts";
import { PAIR_KINDS } from "./_kinds.ts";

/** Receives to the end. */
async function receiveAll(stream: Stream, parts: Uint8Array[] = []): Promise<Uint8Array> {
  for (;;) {
    const part = await stream.recv();
    if (part.length === 0) break;
    parts.push(part);
  }
  return new Uint8Array(await new Blob(parts as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}

/** What a send that ended early says. */
async function endedAfter(sending: Promise<unknown>): Promise<number | undefined> {
  try {
    await sending;
    return undefined;
  } catch (error) {
    const { bytesSent } = error as { bytesSent?: number };
    assert(typeof bytesSent === "number", `${error} does not say how much went`);
    return bytesSent;
  }
}

claim(PAIR_KINDS, "sends that time out and are sent on double and lose nothing", async (kind) => {
  await withStreams(kind, async (client, server) => {
    const data = noise(12_000_000, 11);
    const parts: Uint8Array[] = [];
    let received = 0;
    let ended = 0;
    for (let at = 0; at < data.length;) {
      // Nobody receives meanwhile: each of them ends early, once nothing more has room.
      const went = await endedAfter(client.sendAll(data.subarray(at), { timeoutMs: ended % 3 }));
      at = went === undefined ? data.length : at + went;
      if (went !== undefined) ended++;
      const plain = ended % 5 === 4;
      for (const most = plain ? at : Math.min(at, received + 700_000); received < most;) {
        const part = await server.recv(most - received);
        parts.push(part);
        received += part.length;
      }
      // A plain send goes on after one with a limit, in a piece of another size.
      if (plain) at += await client.send(data.subarray(at, at + 1000));
    }
    const receiving = receiveAll(server, parts);
    await endSending(kind, client);
    const got = await receiving;
    assert(ended > 1, `only ${ended} sends ended early`);
    assertEquals(got.length, data.length);
    assertEquals(sha256(got), sha256(data));
  });
});

claim(
  PAIR_KINDS,
  "an aborted send rejects with the reason, which says how much went",
  async (kind) => {
    await withStreams(kind, async (client, server) => {
      const data = noise(20_000_000, 3);
      const controller = new AbortController();
      const reason = new Error("enough");
      const sending = client.sendAll(data, { signal: controller.signal });
      await loops(50);
      controller.abort(reason);
      const error = await assertRejects(() => sending, Error) as Error & { bytesSent: number };
      assert(error === reason);
      assert(error.bytesSent >= 0 && error.bytesSent < data.length);
      const receiving = receiveAll(server);
      await client.sendAll(data.subarray(error.bytesSent));
      await endSending(kind, client);
      assertEquals(sha256(await receiving), sha256(data));
    });
  },
);

claim(
  PAIR_KINDS,
  "a send on a full connection that times out at once has sent nothing",
  async (kind) => {
    await withStreams(kind, async (client, server) => {
      let at = 0;
      const filler = noise(1_000_000, 9);
      for (;;) {
        const went = await endedAfter(client.sendAll(filler, { timeoutMs: 20 }));
        if (went === undefined) {
          at += filler.length;
          continue;
        }
        at += went;
        if (went === 0) break;
        // What the kernel takes in pieces: until it takes no more.
        const next = filler.subarray(went);
        const more = await endedAfter(client.sendAll(next, { timeoutMs: 20 }));
        if (more === undefined) at += next.length;
        else at += more;
        if (more === 0) break;
        assert(at < 200_000_000, "never full");
      }
      const receiving = receiveAll(server);
      await endSending(kind, client);
      const got = await receiving;
      // Deno's own write cannot be taken back: on that engine one chunk may follow.
      const most = kind.engine === "deno" ? 65536 : 0;
      assert(got.length >= at && got.length <= at + most, `${got.length} of ${at}`);
    });
  },
);

claim(
  PAIR_KINDS,
  "a buffer that is transferred away while it waits takes no byte along",
  async (kind) => {
    await withStreams(kind, async (client, server) => {
      for (const options of [undefined, { timeoutMs: 60_000 }]) {
        for (const size of [1, 100, 70_000]) {
          const buffer = new Uint8Array(size);
          const receiving = server.recvInto(buffer, options);
          const outcome = receiving.then(String, (error) => error);
          await loops(2);
          structuredClone(buffer, { transfer: [buffer.buffer] });
          await client.sendAll(bytes("kept"));
          assert(await outcome instanceof TypeError, `${await outcome}`);
          assertEquals(text(await server.recvExact(4)), "kept");
        }
      }
      await assertTimeout(() => server.recv(1, { timeoutMs: 0 }));
    });
  },
);
