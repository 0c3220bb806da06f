import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { assertFds, openFds } from "../_tools.ts";
import {
  assertCode,
  assertReason,
  assertTimeout,
  bytes,
  loops,
  noise,
  sha256,
  text,
} from "./_helpers.ts";
import { type Any, claim, type Message, withMessages } from "./_claim.ts";
import { MESSAGE_KINDS } from "./_kinds.ts";

const connectionless = (kind: { bind?: unknown }) => kind.bind !== undefined;

claim(MESSAGE_KINDS, "an endpoint says what it is", async (kind) => {
  await withMessages(kind, async (a, b) => {
    for (const endpoint of [a, b]) {
      assertEquals(endpoint.role, "message");
      assertEquals(endpoint.family, kind.family);
      assertEquals(endpoint.type, kind.type);
      assertEquals(endpoint.protocol, kind.protocol);
      assertEquals(endpoint.engine, kind.engine);
      assertEquals(endpoint.localAddr.family, kind.family);
    }
    assertEquals(a.remoteAddr, b.localAddr);
    await Promise.resolve();
  });
});

claim(MESSAGE_KINDS, "messages keep their boundaries and their order", async (kind) => {
  await withMessages(kind, async (a, b) => {
    const messages = ["one", "three", ...(kind.noEmpty ? [] : ["", "", ""]), "x"];
    for (const message of messages) {
      assertEquals(await a.send(bytes(message)), message.length);
    }
    for (const message of messages) assertEquals(text(await b.recv()), message);
  });
});

claim(MESSAGE_KINDS, "an empty message is not the end", async (kind) => {
  await withMessages(kind, async (a, b) => {
    assertEquals(await a.send(new Uint8Array(0)), 0);
    const { data, truncated } = await b.recvFrom();
    assertEquals([data.length, truncated], [0, false]);
    await a.send(new Uint8Array(0));
    await a.send(bytes("after"));
    const got: number[] = [];
    for await (const message of b) if (got.push(message.data.length) === 2) break;
    assertEquals(got, [0, 5]);
  });
}, connectionless);

claim(MESSAGE_KINDS, "messages of every size arrive whole", async (kind) => {
  await withMessages(kind, async (a, b) => {
    for (const size of [0, 1, 511, 1472, 1473, 9000, 65506, 65507, kind.maxBytes]) {
      if (size === 0 && kind.bind === undefined || size > kind.maxBytes) continue;
      const data = noise(size, size);
      assertEquals(await a.send(data), size);
      const message = await b.recvFrom();
      assertEquals([message.data.length, message.truncated], [size, false]);
      assertEquals(sha256(message.data), sha256(data));
    }
  });
});

claim(
  MESSAGE_KINDS,
  "a message too long is refused with EMSGSIZE and the endpoint lives",
  async (kind) => {
    await withMessages(kind, async (a, b) => {
      await assertCode(() => a.send(new Uint8Array(kind.maxBytes < 65508 ? 65528 : 8 << 20)), [
        "EMSGSIZE",
      ]);
      await a.send(bytes("still"));
      assertEquals(text(await b.recv()), "still");
    });
  },
);

claim(MESSAGE_KINDS, "a message longer than size is cut and says so", async (kind) => {
  await withMessages(kind, async (a, b) => {
    for (const [size, truncated] of [[3, true], [4, false], [5, false]] as const) {
      await a.send(bytes("four"));
      const message = await b.recvFrom({ size });
      assertEquals(text(message.data), "four".slice(0, size));
      assertEquals(message.truncated, truncated);
    }
    await a.send(bytes("next"));
    assertEquals(text(await b.recv()), "next");
  });
});

claim(MESSAGE_KINDS, "received memory is the caller's", async (kind) => {
  await withMessages(kind, async (a, b) => {
    await a.send(bytes("one"));
    await a.send(bytes("two"));
    const [one, two] = [await b.recv(), await b.recv()];
    structuredClone(one.buffer, { transfer: [one.buffer as ArrayBuffer] });
    assertEquals(text(two), "two");
    await a.send(bytes("three"));
    assertEquals(text(await b.recv()), "three");
    assertEquals(text(two), "two");
  });
});

claim(
  MESSAGE_KINDS,
  "sendTo reaches any endpoint, and from is where an answer goes",
  async (kind) => {
    using server = await kind.bind!();
    using one = await kind.bind!();
    using two = await kind.bind!();
    await one.sendTo(bytes("1"), server.localAddr);
    await two.sendTo(bytes("2"), server.localAddr);
    for (let i = 0; i < 2; i++) {
      const { data, from } = await server.recvFrom();
      assertEquals(from, (text(data) === "1" ? one : two).localAddr);
      await server.sendTo(data, from);
    }
    assertEquals([text(await one.recv()), text(await two.recv())], ["1", "2"]);
    assertEquals(server.remoteAddr, undefined);
  },
  connectionless,
);

claim(MESSAGE_KINDS, "send without a peer rejects with EDESTADDRREQ or ENOTCONN", async (kind) => {
  using endpoint = await kind.bind!();
  await assertCode(() => endpoint.send(bytes("x")), ["EDESTADDRREQ", "ENOTCONN"]);
}, connectionless);

claim(
  MESSAGE_KINDS,
  "a connected endpoint hears its peer only, until it disconnects",
  async (kind) => {
    using a = await kind.bind!();
    using peer = await kind.bind!();
    using other = await kind.bind!();
    await a.connect(peer.localAddr);
    assertEquals(a.remoteAddr, peer.localAddr);
    // A Unix socket's kernel refuses the stranger's send; UDP's drops it.
    await other.sendTo(bytes("stranger"), a.localAddr).catch((error) => {
      assertEquals(error.code, "EPERM");
    });
    await peer.sendTo(bytes("peer"), a.localAddr);
    assertEquals(text(await a.recv()), "peer");
    await a.send(bytes("to peer"));
    assertEquals(text(await peer.recv()), "to peer");
    a.disconnect();
    assertEquals(a.remoteAddr, undefined);
    await other.sendTo(bytes("no stranger now"), a.localAddr);
    assertEquals(text(await a.recv()), "no stranger now");
    await a.connect(other.localAddr);
    await a.send(bytes("to other"));
    assertEquals(text(await other.recv()), "to other");
  },
  connectionless,
);

claim(MESSAGE_KINDS, "connect takes limits, and refuses what it does not know", async (kind) => {
  using a = await kind.bind!();
  using peer = await kind.bind!();
  const to = peer.localAddr;
  const reason = new Error("enough");
  await assertReason(a.connect(to, { signal: AbortSignal.abort(reason) }), reason);
  for (
    const [options, name] of [[{ timeout: 5 }, "timeout"], [
      { timeoutMs: -1 },
      "timeoutMs",
    ]] as const
  ) {
    await assertRejects(() => a.connect(to, options as Any), Error, name);
  }
  await assertRejects(() => a.connect({ ...to, prt: 5 }), TypeError, "prt");
  await assertRejects(() => a.sendTo(bytes("x"), { ...to, prt: 5 }), TypeError, "prt");
  if (kind.family === "inet") {
    const named = { hostname: "localhost", port: to.port, prt: 5 };
    await assertRejects(() => a.sendTo(bytes("x"), named), TypeError, "prt");
  }
  for (const none of [null, undefined, 5, "there"] as Any[]) {
    await assertRejects(() => a.connect(none), TypeError);
    await assertRejects(() => a.sendTo(bytes("x"), none), TypeError);
  }
  assertEquals(a.remoteAddr, undefined);
  await a.connect(to, { timeoutMs: 60_000 });
  assertEquals(a.remoteAddr, to);
}, connectionless);

claim(MESSAGE_KINDS, "names are looked up, whoever takes an address", async (kind) => {
  using a = await kind.bind!();
  using peer = await kind.bind!();
  const { port } = peer.localAddr;
  await a.sendTo(bytes("by name"), { hostname: "localhost", port } as Any);
  assertEquals(text(await peer.recv()), "by name");
  await a.connect({ hostname: "localhost", port } as Any, { timeoutMs: 60_000 });
  await a.send(bytes("connected"));
  assertEquals(text(await peer.recv()), "connected");
}, (kind) => kind.bind !== undefined && kind.family === "inet");

claim(MESSAGE_KINDS, "a connection ends in one direction alone", async (kind) => {
  await withMessages(kind, async (a, b) => {
    const half = a as typeof a & { shutdown(how: string): void };
    await a.send(bytes("last"));
    half.shutdown("write");
    assertEquals(text(await b.recv()), "last");
    await assertRejects(() => b.recv(), Deno.errors.UnexpectedEof);
    await b.send(bytes("still heard"));
    assertEquals(text(await a.recv()), "still heard");
    await assertCode(() => a.send(bytes("x")), "EPIPE");
    assertThrows(() => half.shutdown("writing"), TypeError, "how writing");
  });
}, (kind) => kind.type === "seqpacket" && !kind.endsWhole);

claim(MESSAGE_KINDS, "a connected endpoint sends elsewhere by sendTo", async (kind) => {
  using a = await kind.bind!();
  using peer = await kind.bind!();
  using other = await kind.bind!();
  await a.connect(peer.localAddr);
  await a.sendTo(bytes("elsewhere"), other.localAddr);
  assertEquals(text(await other.recv()), "elsewhere");
}, connectionless);

claim(MESSAGE_KINDS, "a receiver that is gone ends no unconnected endpoint", async (kind) => {
  using a = await kind.bind!();
  const gone = await kind.bind!();
  const to = gone.localAddr;
  gone.close();
  await loops();
  for (let i = 0; i < 5; i++) {
    await a.sendTo(bytes("nobody"), to).catch((error) => {
      assert(kind.reliable, `send failed: ${error}`);
      assert(["ECONNREFUSED", "ENOENT"].includes(error.code), error.code);
    });
    await loops(2);
  }
  using b = await kind.bind!();
  const receiving = a.recv();
  await loops();
  await b.sendTo(bytes("somebody"), a.localAddr);
  assertEquals(text(await receiving), "somebody");
}, connectionless);

claim(MESSAGE_KINDS, "sendMany and recvMany carry batches", async (kind) => {
  await withMessages(kind, async (a, b) => {
    const messages = Array.from({ length: 8 }, (_, i) => ({ data: bytes(`message ${i}`) }));
    assertEquals(await a.sendMany(messages), 8);
    const got: string[] = [];
    while (got.length < 8) {
      const batch = await b.recvMany(5);
      assert(batch.length >= 1 && batch.length <= 5, `${batch.length}`);
      for (const { data, from } of batch) {
        got.push(text(data));
        if (kind.bind) assertEquals(from, a.localAddr);
      }
    }
    assertEquals(got, messages.map(({ data }) => text(data)));
    assertEquals(await a.sendMany([]), 0);
  });
});

claim(MESSAGE_KINDS, "a generator may fill one buffer again for each message", async (kind) => {
  await withMessages(kind, async (a, b) => {
    const data = new Uint8Array(1);
    let ended = false;
    function* messages() {
      try {
        for (; data[0] < 8; data[0]++) yield { data };
        // What cannot be sent ends it.
        yield { data: new Uint8Array(8 * 1024 * 1024) };
        yield { data };
      } finally {
        ended = true;
      }
    }
    const sending = a.sendMany(messages());
    for (let i = 0; i < 8; i++) assertEquals(await b.recv(), Uint8Array.of(i));
    assertEquals(await sending, 8);
    assert(ended);
  });
});

claim(MESSAGE_KINDS, "sendMany to many recipients reaches each", async (kind) => {
  using a = await kind.bind!();
  const others: Message[] = [];
  for (let i = 0; i < 5; i++) others.push(await kind.bind!());
  const messages = others.map((other, i) => ({ data: Uint8Array.of(i), to: other.localAddr }));
  assertEquals(await a.sendMany(messages), 5);
  for (const [i, other] of others.entries()) assertEquals(await other.recv(), Uint8Array.of(i));
  for (const other of others) other.close();
}, connectionless);

claim(MESSAGE_KINDS, "sendMany says how many went before one failed", async (kind) => {
  await withMessages(kind, async (a, b) => {
    const tooLong = new Uint8Array(kind.maxBytes < 65508 ? 65528 : 8 << 20);
    const messages = [bytes("1"), bytes("2"), tooLong, bytes("4")].map((data) => ({ data }));
    assertEquals(await a.sendMany(messages), 2);
    await assertCode(() => a.sendMany(messages.slice(2)), "EMSGSIZE");
    assertEquals([text(await b.recv()), text(await b.recv())], ["1", "2"]);
  });
});

claim(MESSAGE_KINDS, "iterating receives until the endpoint is closed", async (kind) => {
  await withMessages(kind, async (a, b) => {
    const got: string[] = [];
    const loop = (async () => {
      for await (const { data } of b) got.push(text(data));
    })();
    for (const message of ["a", "b", "c"]) await a.send(bytes(message));
    while (got.length < 3) await loops(1);
    b.close();
    await loop;
    assertEquals(got, ["a", "b", "c"]);
  });
});

claim(MESSAGE_KINDS, "a bound address cannot be bound again", async (kind) => {
  using first = await kind.bind!();
  const error = await assertCode(() => kind.bind!(first.localAddr), "EADDRINUSE");
  assert(error instanceof Deno.errors.AddrInUse);
  const at = first.localAddr;
  first.close();
  await loops();
  using second = await kind.bind!(at);
  assertEquals(second.localAddr, at);
}, connectionless);

claim(MESSAGE_KINDS, "endpoints come and go without leaking a descriptor", async (kind) => {
  await withMessages(kind, async (_a, b) => { // opens what the engine keeps open
    await assertTimeout(() => b.recv({ timeoutMs: 1 }));
  });
  const before = openFds();
  for (let i = 0; i < 50; i++) {
    await withMessages(kind, async (a, b) => {
      await a.send(bytes("x"));
      await b.recv();
      if (i % 2 === 0) await b.recv({ timeoutMs: 0 }).catch(() => {});
      else b.recv().catch(() => {});
    });
  }
  await assertFds(before);
});

claim(MESSAGE_KINDS, "the deno engine names libc for what only it can do", async (kind) => {
  await withMessages(kind, async (a) => {
    for (
      const call of [
        () => a.recvFrom({ flags: 2 }),
        () => a.send(bytes("x"), { flags: 1 }),
        () => a.send(bytes("x"), { control: [{ type: "ttl", ttl: 3 }] }),
      ]
    ) await assertRejects(call, Deno.errors.NotSupported, 'engine: "libc"');
  });
}, (kind) => kind.engine === "deno");

claim(
  MESSAGE_KINDS,
  "an iteration that is left loses nothing of what it received ahead",
  async (kind) => {
    await withMessages(kind, async (a, b) => {
      for (const word of ["one", "two", "three", "four", "five"]) await a.send(bytes(word));
      for await (const { data } of b) {
        assertEquals(text(data), "one");
        break;
      }
      assertEquals(text(await b.recv()), "two");
      const { data, truncated } = await b.recvFrom({ size: 3 });
      assertEquals([text(data), truncated], ["thr", true]);
      const rest = await b.recvMany(1);
      for await (const message of b) {
        rest.push(message);
        break;
      }
      assertEquals(rest.map((message) => text(message.data)), ["four", "five"]);
      for (const word of ["six", "seven", "eight"]) await a.send(bytes(word));
      for await (const _ of b) break;
      const batches: string[] = [];
      for await (const batch of b.recvBatches({ max: 1 })) {
        batches.push(text(batch.data(0)));
        if (batches.length === 2) break;
      }
      assertEquals(batches, ["seven", "eight"]);
    });
  },
);
