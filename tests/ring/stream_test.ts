/** Streams that receive and send by a ring, against Deno's own connections. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { libc } from "../../ffi/abi/library.ts";
import { poller } from "../../ffi/loop/poller.ts";
import { SO_RCVBUF, tcp } from "../../mod.ts";
import { useIoUring } from "../../ffi/ring/permitted.ts";
import { testWith } from "../_tools.ts";
import { lacksRings } from "./_lacks.ts";

const lacking = lacksRings();
// For all of this file: its isolate has one poller.
useIoUring(true);

type Stream = tcp.TcpStream;

function ringTest(name: string, fn: () => Promise<void>): void {
  // The one waiter outlives an endpoint.
  testWith({ kernel: () => lacking }, name, fn, { sanitizeOps: false, sanitizeResources: false });
}

/** Byte by byte: a comparison of anything with anything takes the guest's processor minutes. */
function same(got: Uint8Array, expected: Uint8Array): void {
  assertEquals(got.length, expected.length);
  for (let i = 0; i < got.length; i++) {
    if (got[i] !== expected[i]) assertEquals([i, got[i]], [i, expected[i]]);
  }
}

const noise = (size: number, seed = 0): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length: size }, (_, i) => (i * 31 + (i >> 8) * 7 + seed) & 255);

/** A connection of ours by libc, with a receive in the ring, and Deno's own at its other end. */
async function pair(
  options: Partial<Parameters<typeof tcp.listen>[0]> = {},
): Promise<[Stream, Deno.TcpConn]> {
  using listener = await tcp.listen(
    {
      hostname: "127.0.0.1",
      port: 0,
      engine: "libc",
      ...options,
    } as Parameters<typeof tcp.listen>[0],
  );
  const [ours, peer] = await Promise.all([
    listener.accept(),
    Deno.connect({ hostname: "127.0.0.1", port: listener.localAddr.port }),
  ]);
  for (let seed = 0; !armed(ours); seed++) {
    // The first wait is before the ring is known to wake.
    assert(seed < 100, "the ring receives nothing");
    const receiving = ours.recvExact(10);
    await turns(3);
    await peer.write(noise(10, seed));
    same(await receiving, noise(10, seed));
  }
  return [ours, peer];
}

/** What the endpoint stands on. */
const coreOf = (stream: Stream) =>
  (stream as unknown as { core: import("../../ffi/descriptor/descriptor.ts").Descriptor }).core;
const armed = (stream: Stream): boolean => coreOf(stream).inbox?.armed === true;

/** How often a method is called from now on. */
function spy<T>(target: T, name: keyof T): () => number {
  const method = (target[name] as (...args: unknown[]) => unknown).bind(target);
  let calls = 0;
  Object.defineProperty(target, name, {
    configurable: true,
    value: (...args: unknown[]) => {
      calls++;
      return method(...args);
    },
  });
  return () => calls;
}

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}

async function readAll(peer: Deno.Conn, size: number): Promise<Uint8Array> {
  const all = new Uint8Array(size);
  for (let got = 0; got < size;) {
    const count = await peer.read(all.subarray(got));
    assert(count !== null, `the end after ${got} of ${size} bytes`);
    got += count;
  }
  return all;
}

ringTest("a hundred connections get their own bytes back, whatever the size", async () => {
  const pairs = await Promise.all(Array.from({ length: 100 }, () => pair()));
  assert(poller.ring!.receivers >= 50);
  const serve = async (ours: Stream) => {
    const buffer = new Uint8Array(700);
    for (;;) {
      const count = await ours.recvInto(buffer);
      if (count === 0) break;
      await ours.sendAll(buffer.subarray(0, count));
    }
    ours.close();
  };
  const serving = pairs.map(([ours]) => serve(ours));
  await Promise.all(pairs.map(async ([, peer], i) => {
    for (let round = 0; round < 20; round++) {
      const data = noise(1 + (i * 97 + round * 331) % 5000, i + round);
      const [, echo] = await Promise.all([peer.write(data), readAll(peer, data.length)]);
      same(echo, data);
    }
    peer.close();
  }));
  await Promise.all(serving);
});

ringTest("what nobody takes stays in the socket, and holds the sender up", async () => {
  const [ours, peer] = await pair({ options: [[SO_RCVBUF, 8192]] });
  let sent = 0;
  let stopped = false;
  const chunk = noise(65536);
  const sending = (async () => {
    while (!stopped && sent < 64 << 20) sent += await peer.write(chunk.subarray(sent & 0xffff));
  })();
  // Something else goes on in the ring meanwhile.
  const [other, otherPeer] = await pair();
  for (let before = -1; before !== sent;) {
    before = sent;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  assert(sent < 32 << 20, `${sent} bytes went with nobody receiving`);
  stopped = true;
  let got = 0;
  const receiving = (async () => {
    for (;;) {
      const data = await ours.recv(10_000);
      if (data.length === 0) break;
      same(data, Uint8Array.from(data, (_, i) => chunk[(got + i) & 0xffff]));
      got += data.length;
    }
  })();
  await sending;
  peer.close();
  await receiving;
  assertEquals(got, sent);
  for (const each of [ours, other, otherPeer]) each.close();
});

ringTest("of small messages, too, only some are taken that nobody wants", async () => {
  const [ours, peer] = await pair();
  const [other, otherPeer] = await pair();
  for (let i = 0; i < 40; i++) {
    const receiving = other.recv();
    await peer.write(noise(100, i));
    await otherPeer.write(noise(1));
    await receiving;
  }
  assert(!armed(ours));
  for (let i = 0; i < 40; i++) assertEquals(await ours.recvExact(100), noise(100, i));
  for (const each of [ours, peer, other, otherPeer]) each.close();
});

ringTest("a cancelled receive leaves its bytes for the next", async () => {
  const [ours, peer] = await pair();
  for (let round = 0; round < 50; round++) {
    const abort = new AbortController();
    const receiving = ours.recv(100, { signal: abort.signal }).then(
      (data) => data.length,
      () => 0,
    );
    const writing = peer.write(noise(60, round));
    if (round % 3 > 0) await turns(round % 3);
    abort.abort();
    let got = await receiving;
    await writing;
    while (got < 60) got += (await ours.recv(60 - got)).length;
    assertEquals(got, 60);
  }
  ours.close();
  peer.close();
});

ringTest("a receive into less room than came leaves the rest", async () => {
  const [ours, peer] = await pair();
  const receiving = ours.recvInto(new Uint8Array(7));
  await peer.write(noise(1500));
  assertEquals(await receiving, 7);
  assertEquals(await ours.recvExact(1493), noise(1500).subarray(7));
  ours.close();
  peer.close();
});

ringTest("the end of the stream comes after its last bytes, again and again", async () => {
  const [ours, peer] = await pair();
  const receiving = ours.recv();
  await peer.write(noise(5));
  peer.close();
  assertEquals((await receiving).length, 5);
  assertEquals((await ours.recv()).length, 0);
  assertEquals((await ours.recv()).length, 0);
  ours.close();
});

ringTest("a reset is told once, as ECONNRESET", async () => {
  using listener = await tcp.listen({ hostname: "127.0.0.1", port: 0, engine: "libc" });
  const client = await tcp.connect({ ...listener.localAddr, engine: "libc" });
  const ours = await listener.accept();
  while (!armed(ours)) {
    const receiving = ours.recvExact(1);
    await turns(3);
    await client.sendAll(noise(1));
    await receiving;
  }
  const receiving = ours.recv();
  await turns(3);
  // Bytes that the peer never reads make its close a reset.
  await ours.sendAll(noise(10));
  await turns(5);
  client.close();
  const error = await assertRejects(() => receiving) as { code?: string };
  assertEquals(error.code, "ECONNRESET");
  assertEquals((await ours.recv()).length, 0);
  ours.close();
});

ringTest("closed with bytes that nobody took, a connection is reset; else it ends", async () => {
  for (const unread of [true, false]) {
    const [ours, peer] = await pair();
    const receiving = ours.recvInto(new Uint8Array(3));
    await turns(2);
    await peer.write(noise(unread ? 1000 : 3));
    assertEquals(await receiving, 3);
    ours.close();
    const buffer = new Uint8Array(10);
    if (unread) await assertRejects(() => peer.read(buffer), Deno.errors.ConnectionReset);
    else assertEquals(await peer.read(buffer), null);
    peer.close();
  }
});

ringTest("a connection that is closed while the ring receives ends at once", async () => {
  const [ours, peer] = await pair();
  const receiving = ours.recv();
  await turns(3);
  assert(armed(ours));
  ours.close();
  await assertRejects(() => receiving, Deno.errors.BadResource);
  assertEquals(await peer.read(new Uint8Array(1)), null);
  peer.close();
});

ringTest("a detached descriptor has all bytes, or is not handed over", async () => {
  for (let round = 0; round < 20; round++) {
    const [ours, peer] = await pair();
    await peer.write(noise(40, round));
    if (round % 2 === 1) await turns(round);
    const { data, fd } = (() => {
      try {
        return { fd: (ours as unknown as { detach(): number }).detach(), data: undefined };
      } catch (error) {
        assert(error instanceof Deno.errors.Busy);
        return { fd: -1, data: ours.recvExact(40) };
      }
    })();
    const bytes = new Uint8Array(40);
    if (data === undefined) {
      assertEquals(libc().recv(fd, bytes, 40, 0), 40);
      libc().close(fd);
      assertEquals(bytes, noise(40, round));
    } else {
      assertEquals(await data, noise(40, round));
    }
    ours.close();
    peer.close();
  }
});

ringTest("options are read and set between the bytes, and the receive goes on", async () => {
  const [ours, peer] = await pair();
  for (let round = 0; round < 20; round++) {
    const receiving = ours.recvExact(8);
    await turns(round % 3);
    assert(ours.getOption(SO_RCVBUF) > 0);
    const writing = peer.write(noise(8, round));
    if (round % 2 === 0) await turns(1);
    ours.setOption(SO_RCVBUF, 65536);
    await writing;
    assertEquals(await receiving, noise(8, round));
  }
  ours.close();
  peer.close();
});

ringTest("what was sent is there before the end, the shutdown and the close", async () => {
  for (const end of ["shutdown", "close"] as const) {
    const pairs = await Promise.all(Array.from({ length: 20 }, () => pair()));
    const reading = pairs.map(([, peer]) => readAll(peer, 64));
    const receiving = pairs.map(([ours]) => ours.recv().catch(() => {}));
    // All at once, in a turn that has something to do.
    await Promise.all(pairs.map(async ([, peer]) => await peer.write(noise(1))));
    await Promise.all(receiving);
    const sending = pairs.map(([ours]) => ours.sendAll(noise(64)));
    if (end === "close") { for (const [ours] of pairs) ours.close(); }
    else await Promise.all(pairs.map(([ours]) => ours.shutdown("write")));
    await Promise.all(sending);
    for (const got of await Promise.all(reading)) assertEquals(got, noise(64));
    for (const [ours, peer] of pairs) {
      assertEquals(await peer.read(new Uint8Array(1)), null);
      ours.close();
      peer.close();
    }
  }
});

ringTest("sends that find no room go on, whole and in their order", async () => {
  const [ours, peer] = await pair();
  const [other, otherPeer] = await pair();
  const receiving = ours.recv().catch(() => {});
  const gathered = spy(poller.ring!.slots!, "send");
  const size = 2000;
  const count = 4000;
  const messages = Array.from({ length: 8 }, (_, i) => noise(size, i));
  let done = false;
  let turn = Promise.withResolvers<void>();
  // Sends are gathered in turns that have something to do.
  const byte = new Uint8Array(1);
  const talking = (async () => {
    while (!done) {
      const heard = other.recvInto(byte);
      await otherPeer.write(byte);
      await heard;
      turn.resolve();
      turn = Promise.withResolvers();
    }
  })();
  const sending = (async () => {
    for (let i = 0; i < count; i++) {
      await turn.promise;
      await ours.sendAll(messages[i & 7]);
    }
    done = true;
  })();
  const expected = new Uint8Array(size * 8);
  messages.forEach((message, i) => expected.set(message, i * size));
  // Not read before there is no room left.
  while (coreOf(ours).sending || gathered() < 500) await turns(10);
  await new Promise((resolve) => setTimeout(resolve, 100));
  for (let i = 0; i < count / 8; i++) same(await readAll(peer, size * 8), expected);
  await sending;
  await talking;
  assert(gathered() > 100, `${gathered()} sends were gathered`);
  ours.close();
  await receiving;
  for (const each of [peer, other, otherPeer]) each.close();
});

ringTest("a send to a peer that is gone rejects, and says that nothing went", async () => {
  const [ours, peer] = await pair();
  peer.close();
  await assertRejects(async () => {
    for (let i = 0; i < 100; i++) {
      await ours.sendAll(noise(100)).catch((error) => {
        assertEquals(error.bytesSent, 0);
        throw error;
      });
      await turns(2);
    }
  });
  ours.close();
});

ringTest("more connections with bytes that nobody takes than there are buffers", async () => {
  const [ours, peer] = await pair();
  const pairs = [];
  for (let i = 0; i < 400; i++) pairs.push(await pair());
  await Promise.all(pairs.map(([, peer], i) => peer.write(noise(50, i))));
  // The ring takes what it can.
  await turns(100);
  // Now there is none for this one, whose receive waits by epoll instead of asking over and over.
  ours.getOption(SO_RCVBUF);
  const asked = spy(poller.ring!, "receive");
  const receiving = ours.recvExact(3);
  await turns(100);
  assert(asked() <= 3, `${asked()} requests`);
  await peer.write(noise(3));
  assertEquals(await receiving, noise(3));
  const got = await Promise.all(pairs.map(([ours]) => ours.recvExact(50)));
  got.forEach((data, i) => same(data, noise(50, i)));
  // And once more, with all buffers given back.
  const again = pairs.map(([ours]) => ours.recvExact(50));
  await Promise.all(pairs.map(([, peer], i) => peer.write(noise(50, i + 1))));
  (await Promise.all(again)).forEach((data, i) => same(data, noise(50, i + 1)));
  for (const each of [...pairs.flat(), ours, peer]) each.close();
});

ringTest("connections that come and go get no byte of those before", async () => {
  for (let round = 0; round < 100; round++) {
    const [ours, peer] = await pair();
    const receiving = ours.recv();
    await turns(1);
    void peer.write(noise(3, round)).catch(() => {});
    if (round % 2 === 0) assertEquals(await receiving, noise(3, round));
    else receiving.catch(() => {});
    ours.close();
    peer.close();
  }
});
