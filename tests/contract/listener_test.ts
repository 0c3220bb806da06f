import { assert, assertEquals, assertRejects } from "@std/assert";
import { socketError } from "../../core/errors.ts";
import { assertFds, openFds } from "../_tools.ts";
import {
  assertAllCode,
  assertCode,
  assertReason,
  assertTimeout,
  bytes,
  loops,
  runDeno,
  text,
} from "./_helpers.ts";
import { claim, type Stream } from "./_claim.ts";
import { childOf, LISTENER_KINDS } from "./_kinds.ts";

/** What connecting to nobody says. */
const REFUSALS = ["ECONNREFUSED", "ENOENT"];

claim(
  LISTENER_KINDS,
  "a connection that comes after a cancelled accept is the next accept's",
  async (kind) => {
    using listener = await kind.listen();
    const reason = new Error("not now");
    await assertReason(listener.accept({ signal: AbortSignal.abort(reason) }), reason);
    const controller = new AbortController();
    const waiting = listener.accept({ signal: controller.signal });
    await loops(2);
    controller.abort(reason);
    await assertReason(waiting, reason);
    await assertTimeout(() => listener.accept({ timeoutMs: 1 }));
    using client = await kind.connect(listener.localAddr);
    await client.sendAll(bytes("for you"));
    using server = await listener.accept();
    assertEquals(text(await server.recvExact(7)), "for you");
  },
);

claim(LISTENER_KINDS, "no connection is lost however many accepts are cancelled", async (kind) => {
  using listener = await kind.listen();
  const servers: Stream[] = [];
  const clients: Stream[] = [];
  try {
    for (let i = 0; i < 50; i++) {
      const controller = new AbortController();
      const accepting = listener.accept({ signal: controller.signal })
        .then((server) => servers.push(server), () => {});
      const connecting = kind.connect(listener.localAddr).then((c) => clients.push(c));
      if (i % 2 === 0) await loops(i % 5);
      controller.abort();
      await connecting;
      await accepting;
    }
    while (servers.length < clients.length) servers.push(await listener.accept());
    assertEquals(servers.length, 50);
    await assertTimeout(() => listener.accept({ timeoutMs: 5 }));
  } finally {
    for (const stream of [...servers, ...clients]) stream.close();
  }
});

claim(
  LISTENER_KINDS,
  "an accept that is aborted says why, be it by an error that accepting itself would survive",
  async (kind) => {
    using listener = await kind.listen();
    for (const code of ["ECONNABORTED", "EMFILE"]) {
      const reason = socketError(code, { syscall: "connect" });
      const controller = new AbortController();
      const waiting = listener.accept({ signal: controller.signal, timeoutMs: 10_000 });
      await loops(2);
      controller.abort(reason);
      await assertReason(waiting, reason);
    }
  },
);

claim(LISTENER_KINDS, "concurrent accepts are served in the order they came", async (kind) => {
  using listener = await kind.listen();
  const accepts = Array.from({ length: 5 }, () => listener.accept());
  const order: number[] = [];
  accepts.forEach((accept, i) => accept.then(() => order.push(i)));
  const clients: Stream[] = [];
  for (let i = 0; i < 5; i++) {
    const client = await kind.connect(listener.localAddr);
    await client.sendAll(Uint8Array.of(i));
    clients.push(client);
  }
  const servers = await Promise.all(accepts);
  assertEquals(order, [0, 1, 2, 3, 4]);
  for (const [i, server] of servers.entries()) assertEquals((await server.recv())[0], i);
  for (const stream of [...clients, ...servers]) stream.close();
});

claim(LISTENER_KINDS, "iterating accepts until the listener is closed", async (kind) => {
  const listener = await kind.listen();
  let accepted = 0;
  const loop = (async () => {
    for await (const server of listener) {
      accepted++;
      server.close();
    }
  })();
  for (let i = 0; i < 3; i++) {
    using client = await kind.connect(listener.localAddr);
    assertEquals((await client.recv()).length, 0);
  }
  listener.close();
  await loop;
  assertEquals(accepted, 3);
});

claim(
  LISTENER_KINDS,
  "closing rejects waiting accepts at once with EBADF, and later ones too",
  async (kind) => {
    const listener = await kind.listen();
    const { localAddr } = listener;
    const waits = [listener.accept(), listener.accept({ timeoutMs: 60_000 }), listener.accept()];
    await loops(2);
    await assertAllCode(waits, "EBADF", () => listener.close());
    listener.close();
    listener[Symbol.dispose]();
    await assertCode(() => listener.accept(), "EBADF");
    assertEquals(listener.localAddr, localAddr);
    await assertCode(() => kind.connect(localAddr), kind.refusals ?? REFUSALS);
  },
);

claim(LISTENER_KINDS, "the address of a closed listener is free at once", async (kind) => {
  const first = await kind.listen();
  const at = first.localAddr;
  using client = await kind.connect(at);
  const server = await first.accept();
  await assertTimeout(() => first.accept({ timeoutMs: 1 }));
  server.close();
  first.close();
  await loops();
  using second = await kind.listen({ at });
  assertEquals(second.localAddr, at);
  assertEquals((await client.recv()).length, 0);
});

claim(
  LISTENER_KINDS,
  "a second listener at the address is refused with EADDRINUSE",
  async (kind) => {
    using listener = await kind.listen();
    const error = await assertCode(
      () => kind.listen({ at: listener.localAddr }),
      "EADDRINUSE",
    ) as Error & { errno: number; syscall: string; address: string };
    assert(error instanceof Deno.errors.AddrInUse);
    assertEquals(error.errno, 98);
    assert(["bind", "listen"].includes(error.syscall), error.syscall);
    assert(error.address.length > 0);
    using client = await kind.connect(listener.localAddr);
    await client.sendAll(bytes("alive"));
    for await (const server of listener) { // the first may be the refused one's probe
      const got = text(await server.recv());
      server.close();
      if (got === "alive") break;
    }
  },
);

claim(LISTENER_KINDS, "an aborted opening opens nothing", async (kind) => {
  using listener = await kind.listen();
  const before = openFds();
  const reason = { stop: true };
  const signal = AbortSignal.abort(reason);
  await assertReason(kind.listen({ signal }), reason);
  await assertReason(kind.connect(listener.localAddr, { signal }), reason);
  await assertFds(before);
  const controller = new AbortController();
  const connecting = kind.connect(listener.localAddr, { signal: controller.signal });
  controller.abort(reason);
  // The connection may have been made already; else nothing is left of it.
  await connecting.then((client) => client.close(), (error) => assertEquals(error, reason));
  await assertFds(before);
});

claim(LISTENER_KINDS, "connections come and go without leaking a descriptor", async (kind) => {
  const before = openFds();
  {
    using listener = await kind.listen();
    for (let i = 0; i < 100; i++) {
      using client = await kind.connect(listener.localAddr);
      using server = await listener.accept();
      if (i % 3 === 0) await server.recv(1, { timeoutMs: 0 }).catch(() => {});
      if (i % 3 === 1) server.recv().catch(() => {});
      await client.send(bytes("x"));
    }
    await listener.accept({ timeoutMs: 0 }).catch(() => {});
  }
  await assertFds(before);
});

claim(LISTENER_KINDS, "accepting survives a full descriptor table and says so", async (kind) => {
  const { code, stdout, stderr } = await runDeno(
    `
    const codes = [];
    ${childOf(kind, "{ onError: (error) => codes.push(error.code) }")}
    const clients = [];
    const files = [];
    for (let i = 0; i < 3; i++) clients.push(await connect(listener.localAddr));
    const accepted = [];
    try { for (;;) files.push(Deno.openSync("/dev/null")); } catch {}
    const loop = (async () => {
      for await (const server of listener) if (accepted.push(server) === 3) break;
    })();
    while (codes.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    for (const file of files) file.close();
    await loop;
    console.log(codes[0], accepted.length);
    for (const stream of [...accepted, ...clients]) stream.close();
    listener.close();
  `,
    { prefix: ["prlimit", "--nofile=64:64"] },
  );
  assertEquals([code, stdout.trim()], [0, "EMFILE 3"], stderr);
});

claim(LISTENER_KINDS, "accepting survives connections that are reset before", async (kind) => {
  using listener = await kind.listen();
  for (let i = 0; i < 5; i++) (await kind.connect(listener.localAddr)).close();
  using client = await kind.connect(listener.localAddr);
  await client.sendAll(bytes("alive"));
  for (let i = 0; i < 5; i++) {
    using gone = await listener.accept();
    assertEquals((await gone.recv().catch(() => new Uint8Array(0))).length, 0);
  }
  using server = await listener.accept();
  assertEquals(text(await server.recvExact(5)), "alive");
});

claim(
  LISTENER_KINDS,
  "a refused connection says so, with its address",
  async (kind) => {
    const listener = await kind.listen();
    const to = listener.localAddr;
    listener.close();
    const error = await assertCode(() => kind.connect(to), kind.refusals ?? REFUSALS) as
      & Error
      & { errno: number; syscall: string; address: string };
    assertEquals(error.syscall, "connect");
    const where = to.hostname ?? to.path?.replace("\0", "@") ?? `:${to.port}`;
    assert(error.address.includes(where), error.address);
    const { NotFound, ConnectionRefused, ConnectionReset } = Deno.errors;
    const Class = new Map([[2, NotFound], [104, ConnectionReset], [111, ConnectionRefused]]);
    await assertRejects(() => kind.connect(to), Class.get(error.errno)!);
  },
);

claim(
  LISTENER_KINDS,
  "sending to a peer that is gone rejects with EPIPE or ECONNRESET",
  async (kind) => {
    using listener = await kind.listen();
    using client = await kind.connect(listener.localAddr);
    const server = await listener.accept();
    await client.sendAll(bytes("unread"));
    server.close();
    await assertCode(async () => {
      for (let i = 0; i < 1000; i++) await client.sendAll(new Uint8Array(65536));
    }, ["EPIPE", "ECONNRESET"]);
  },
);

claim(LISTENER_KINDS, "a connection accepted for nobody ends with the listener", async (kind) => {
  const before = openFds();
  for (const turns of [0, 20]) {
    const listener = await kind.listen();
    await assertTimeout(() => listener.accept({ timeoutMs: 1 }));
    using client = await kind.connect(listener.localAddr);
    await loops(turns);
    listener.close();
    // Refused, or reset, or at its end.
    assertEquals((await client.recv().catch(() => new Uint8Array(0))).length, 0);
  }
  await assertFds(before);
});
