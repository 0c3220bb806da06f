import { assert, assertEquals, assertRejects } from "@std/assert";
import { bytes, loops, noise, pending, sha256, text } from "./_helpers.ts";
import { claim, endSending, HALVES, withPair, withStreams } from "./_claim.ts";
import { PAIR_KINDS, STREAM_KINDS } from "./_kinds.ts";

claim(STREAM_KINDS, "an endpoint says what it is", async (kind) => {
  await withPair(kind, async (client, server, listener) => {
    for (const endpoint of [client, server, listener]) {
      assertEquals(endpoint.family, kind.family);
      assertEquals(endpoint.type, kind.type);
      assertEquals(endpoint.protocol, kind.protocol);
      assertEquals(endpoint.engine, kind.engine);
      assertEquals(endpoint.localAddr.family, kind.family);
    }
    assertEquals(listener.role, "listener");
    assertEquals(listener.remoteAddr, undefined);
    assertEquals([client.role, server.role], ["stream", "stream"]);
    const { seenAs = (address) => address } = kind;
    assertEquals(client.remoteAddr, seenAs(listener.localAddr));
    assertEquals(server.localAddr, seenAs(listener.localAddr));
    assertEquals(server.remoteAddr, seenAs(client.localAddr));
    await Promise.resolve();
  });
});

claim(
  PAIR_KINDS,
  "the end of the peer's stream is an empty receive, again and again",
  async (kind) => {
    await withStreams(kind, async (client, server) => {
      await client.sendAll(bytes("last"));
      await endSending(kind, client);
      assertEquals(await server.recvExact(4), bytes("last"));
      assertEquals((await server.recv()).length, 0);
      assertEquals((await server.recv()).length, 0);
      assertEquals(await server.recvInto(new Uint8Array(8)), 0);
      assertEquals(await server.read(new Uint8Array(8)), null);
      assertEquals(await server.recvUntil("\n"), undefined);
      assertEquals(await server.recvFrame(), undefined);
    });
  },
);

claim(PAIR_KINDS, "closing one end is the end of file at the other", async (kind) => {
  await withStreams(kind, async (client, server) => {
    client.close();
    assertEquals((await server.recv()).length, 0);
  });
});

claim(PAIR_KINDS, "each direction ends by itself", async (kind) => {
  await withStreams(kind, async (client, server) => {
    for (const [from, to] of [[client, server], [server, client]]) {
      await from.closeWrite();
      assertEquals((await to.recv()).length, 0);
      if (from === client) {
        await to.sendAll(bytes("still open"));
        assertEquals(text(await from.recvExact(10)), "still open");
      }
    }
  });
}, HALVES);

claim(
  PAIR_KINDS,
  "shutdown of reading ends receives, waiting ones too, and not the sends",
  async (kind) => {
    await withStreams(kind, async (client, server) => {
      const waiting = server.recv();
      await loops(2);
      await server.shutdown("read");
      assertEquals((await waiting).length, 0);
      assertEquals((await server.recv()).length, 0);
      await server.sendAll(bytes("out"));
      assertEquals(text(await client.recvExact(3)), "out");
    });
  },
  HALVES,
);

claim(PAIR_KINDS, "shutdown of both ends both", async (kind) => {
  await withStreams(kind, async (client, server) => {
    await client.shutdown("both");
    assertEquals((await server.recv()).length, 0);
    assertEquals((await client.recv()).length, 0);
    await assertRejects(() => client.sendAll(bytes("x")));
  });
});

claim(PAIR_KINDS, "recvExact rejects at an early end and keeps what came", async (kind) => {
  for (const size of [10, 100_000]) {
    await withStreams(kind, async (client, server) => {
      await client.sendAll(bytes("abc"));
      await endSending(kind, client);
      await assertRejects(() => server.recvExact(size), Deno.errors.UnexpectedEof);
      assertEquals(text(await server.recv()), "abc");
      assertEquals((await server.recv()).length, 0);
    });
  }
});

claim(PAIR_KINDS, "nothing of zero length is an end, and none is sent", async (kind) => {
  await withStreams(kind, async (client, server) => {
    assertEquals(await client.send(new Uint8Array(0)), 0);
    await client.sendAll(new Uint8Array(0));
    assertEquals(await server.recvInto(new Uint8Array(0)), 0);
    assertEquals(await server.read(new Uint8Array(0)), 0);
    assertEquals((await server.recvExact(0)).length, 0);
    await client.sendFrame(new Uint8Array(0));
    assertEquals((await server.recvFrame())?.length, 0);
    await client.sendAll(bytes("x"));
    assertEquals(text(await server.recv()), "x");
  });
});

claim(PAIR_KINDS, "16 MiB go both ways at once unchanged", async (kind) => {
  const size = 16 * 1024 * 1024;
  const [up, down] = [noise(size, 1), noise(size, 2)];
  await withStreams(kind, async (client, server) => {
    const [, , atServer, atClient] = await Promise.all([
      client.sendAll(up),
      server.sendAll(down),
      server.recvExact(size),
      client.recvExact(size),
    ]);
    assertEquals(sha256(atServer), sha256(up));
    assertEquals(sha256(atClient), sha256(down));
  });
});

claim(
  PAIR_KINDS,
  "send resolves to what it took, and a full queue makes it wait",
  async (kind) => {
    await withStreams(kind, async (client, server) => {
      const block = noise(1024 * 1024);
      let sent = 0;
      let sending: Promise<number>;
      for (;;) {
        sending = client.send(block);
        if (await pending(sending)) break;
        const count = await sending;
        assert(count >= 1 && count <= block.length);
        sent += count;
      }
      let received = 0;
      const draining = (async () => {
        for (;;) {
          const chunk = await server.recv();
          if (chunk.length === 0) return;
          received += chunk.length;
        }
      })();
      sent += await sending;
      await endSending(kind, client);
      await draining;
      assertEquals(received, sent);
    });
  },
);

claim(PAIR_KINDS, "read and write are those of @std/io", async (kind) => {
  await withStreams(kind, async (client, server) => {
    assertEquals(await client.write(bytes("abc")), 3);
    const room = new Uint8Array(16);
    assertEquals(await server.read(room), 3);
    assertEquals(text(room.subarray(0, 3)), "abc");
  });
});

claim(PAIR_KINDS, "recv gives at most size bytes and the rest later", async (kind) => {
  await withStreams(kind, async (client, server) => {
    await client.sendAll(bytes("abcdef"));
    await endSending(kind, client);
    let got = "";
    for (;;) {
      const chunk = await server.recv(2);
      if (chunk.length === 0) break;
      assert(chunk.length <= 2);
      got += text(chunk);
    }
    assertEquals(got, "abcdef");
  });
});

claim(PAIR_KINDS, "received memory is the caller's", async (kind) => {
  await withStreams(kind, async (client, server) => {
    await client.sendAll(bytes("one"));
    const one = await server.recvExact(3);
    await client.sendAll(bytes("two"));
    const two = await server.recvExact(3);
    assertEquals([text(one), text(two)], ["one", "two"]);
    one.fill(0);
    assertEquals(text(two), "two");
    structuredClone(two.buffer, { transfer: [two.buffer as ArrayBuffer] });
    await client.sendAll(bytes("three"));
    assertEquals(text(await server.recvExact(5)), "three");
  });
});

claim(
  PAIR_KINDS,
  "lines, delimiters and frames come out of the bytes however they arrive",
  async (kind) => {
    await withStreams(kind, async (client, server) => {
      const sending = (async () => {
        for (const byte of bytes("alpha\r\nbeta\n\u00fc\nkey=value;rest")) {
          await client.sendAll(Uint8Array.of(byte));
        }
        await client.sendFrame(bytes("frame one"));
        await client.sendFrame(noise(100_000, 3), { prefixBytes: 4, littleEndian: true });
        await client.sendAll(bytes("tail"));
        await endSending(kind, client);
      })();
      const lines: string[] = [];
      for await (const line of server.lines()) {
        lines.push(line);
        if (lines.length === 3) break;
      }
      assertEquals(lines, ["alpha", "beta", "\u00fc"]);
      assertEquals(text((await server.recvUntil("="))!), "key=");
      assertEquals(text((await server.recvUntil(";"))!), "value;");
      assertEquals(text(await server.recvExact(4)), "rest");
      assertEquals(text((await server.recvFrame())!), "frame one");
      const frame = await server.recvFrame({ littleEndian: true });
      assertEquals(sha256(frame!), sha256(noise(100_000, 3)));
      assertEquals(text((await server.recvUntil("\n"))!), "tail");
      await sending;
    });
  },
);

claim(PAIR_KINDS, "recvUntil beyond maxBytes rejects and loses nothing", async (kind) => {
  await withStreams(kind, async (client, server) => {
    await client.sendAll(bytes("0123456789\n"));
    await assertRejects(() => server.recvUntil("\n", { maxBytes: 5 }), RangeError);
    assertEquals(text((await server.recvUntil("\n"))!), "0123456789\n");
  });
});

claim(PAIR_KINDS, "a stream that ends within a frame rejects", async (kind) => {
  await withStreams(kind, async (client, server) => {
    await client.sendAll(Uint8Array.of(0, 0, 0, 9, 1, 2));
    await endSending(kind, client);
    await assertRejects(() => server.recvFrame(), Deno.errors.UnexpectedEof);
  });
});
