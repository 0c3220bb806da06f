/** Connecting, listening and accepting on a bare socket. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { AF_INET, AF_UNIX, SOCK_DGRAM, SOCK_STREAM, Socket, socket } from "../../ffi/mod.ts";
import { SO_LINGER } from "../../ffi/options/mod.ts";
import * as tcp from "../../tcp/mod.ts";
import { inNamespace, runJson } from "./_program.ts";
import { Python } from "./_python.ts";
import {
  bytes,
  claim,
  freshAbstract,
  listening,
  LOOPBACK,
  loops,
  pending,
  portOf,
  rejectsWith,
  text,
  timesOut,
} from "./_tools.ts";

const PYTHON = { tools: ["python3"] };

/** A listener whose queue is full: the next connect stays under way. */
async function full(): Promise<{ listener: Socket; queued: Socket[] } & Disposable> {
  const listener = listening(AF_INET, 0);
  const queued: Socket[] = [];
  // A backlog of 0 holds one connection (man 2 listen; sk_acceptq_is_full).
  for (let i = 0; i < 1; i++) {
    const client = socket(AF_INET, SOCK_STREAM);
    await client.connect(listener.localAddr);
    queued.push(client);
  }
  return {
    listener,
    queued,
    [Symbol.dispose]() {
      for (const each of [listener, ...queued]) each.close();
    },
  };
}

claim("a refused connect says so, and whom it asked; the socket can be used again", async () => {
  const gone = listening();
  const address = gone.localAddr;
  gone.close();
  using client = socket(AF_INET, SOCK_STREAM);
  const error = await rejectsWith(client.connect(address), "ECONNREFUSED");
  assert(error instanceof Deno.errors.ConnectionRefused);
  const { syscall, address: told } = error as unknown as { syscall: string; address: string };
  assertEquals([syscall, told], ["connect", `127.0.0.1:${(address as { port: number }).port}`]);
  using listener = listening();
  await client.connect(listener.localAddr);
  assertEquals(client.remoteAddr, listener.localAddr);
});

claim("a host without a route is ENETUNREACH", async () => {
  const codes = await runJson<string[]>(
    `
    import { AF_INET, AF_INET6, SOCK_DGRAM, SOCK_STREAM, socket } from "$/ffi/mod.ts";
    const codes = [];
    for (const [family, hostname] of [[AF_INET, "192.0.2.1"], [AF_INET6, "2001:db8::1"]]) {
      for (const type of [SOCK_STREAM, SOCK_DGRAM]) {
        using own = socket(family, type);
        codes.push(await own.connect({ hostname, port: 9 }).catch(({ code }) => code));
      }
    }
    console.log(JSON.stringify(codes));
  `,
    { prefix: inNamespace("ip link set lo up") },
  );
  assertEquals(codes, Array(4).fill("ENETUNREACH"));
}, { netns: true, tools: ["ip"] });

claim("a connect under way ends by time-out and by signal, and can be taken up again", async () => {
  using place = await full();
  using client = socket(AF_INET, SOCK_STREAM);
  await timesOut(client.connect(place.listener.localAddr, { timeoutMs: 20 }));
  const controller = new AbortController();
  const reason = new Error("changed my mind");
  const connecting = client.connect(place.listener.localAddr, { signal: controller.signal });
  assert(await pending(connecting));
  controller.abort(reason);
  assertEquals(await connecting.catch((error) => error), reason);
  assert(client.fd >= 0);
  const again = client.connect(place.listener.localAddr);
  assert(await pending(again));
  const [first] = await place.listener.accept();
  // The kernel sends its SYN again within a second or two.
  await again;
  const [second] = await place.listener.accept();
  await second.send(bytes("there"));
  assertEquals(text(await client.recv()), "there");
  first.close();
  second.close();
});

claim("close ends a connect under way", async () => {
  using place = await full();
  const client = socket(AF_INET, SOCK_STREAM);
  const connecting = client.connect(place.listener.localAddr);
  assert(await pending(connecting));
  client.close();
  await rejectsWith(connecting, "EBADF");
});

claim("a connect to a full Unix backlog waits for room", async () => {
  const path = freshAbstract();
  using listener = socket(AF_UNIX, SOCK_STREAM);
  listener.bind({ path });
  listener.listen(0);
  using first = socket(AF_UNIX, SOCK_STREAM);
  await first.connect({ path });
  using second = socket(AF_UNIX, SOCK_STREAM);
  await timesOut(second.connect({ path }, { timeoutMs: 10 }));
  const waiting = second.connect({ path });
  assert(await pending(waiting));
  const accepted = [(await listener.accept())[0]];
  await waiting;
  accepted.push((await listener.accept())[0]);
  await second.send(bytes("in"));
  assertEquals(text(await accepted[1].recv()), "in");
  const third = socket(AF_UNIX, SOCK_STREAM);
  using fourth = socket(AF_UNIX, SOCK_STREAM);
  await fourth.connect({ path });
  const closed = third.connect({ path });
  assert(await pending(closed));
  third.close();
  await rejectsWith(closed, "EBADF");
  for (const each of accepted) each.close();
});

claim("a connected stream refuses another connect with EISCONN", async () => {
  using listener = listening();
  using client = socket(AF_INET, SOCK_STREAM);
  await client.connect(listener.localAddr);
  await rejectsWith(client.connect(listener.localAddr), "EISCONN");
  await rejectsWith(listener.connect(listener.localAddr), "EISCONN");
});

claim("the backlog is the one that was asked for", async () => {
  using listener = listening(AF_INET, 7);
  const { stdout } = await new Deno.Command("ss", {
    args: ["-Hlnt", `sport = :${portOf(listener)}`],
  }).output();
  assertEquals(text(stdout).trim().split(/\s+/)[2], "7");
}, { tools: ["ss"] });

claim("a connection reset before it is accepted does not end the accepting", async () => {
  await using python = new Python();
  using listener = listening();
  await python.exec(`
for i in range(10):
    s = socket.create_connection(("127.0.0.1", ${portOf(listener)}))
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()
s = socket.create_connection(("127.0.0.1", ${portOf(listener)})); s.send(b"alive")`);
  for (let resets = 0;; resets++) {
    const [accepted] = await listener.accept();
    using _accepted = accepted;
    try {
      assertEquals(text(await accepted.recv()), "alive");
      assertEquals(resets, 10);
      break;
    } catch (error) {
      if ((error as { code?: string }).code !== "ECONNRESET") throw error;
    }
  }
}, PYTHON);

for (const engine of ["deno", "libc"] as const) {
  claim(`${engine}: connections that were reset before end no loop over a listener`, async () => {
    await using python = new Python();
    const told: (string | undefined)[] = [];
    using listener = await tcp.listen({
      ...LOOPBACK,
      engine,
      onError: (error) => told.push((error as { code?: string }).code),
    });
    await python.exec(`
for i in range(10):
    s = socket.create_connection(("127.0.0.1", ${listener.localAddr.port}))
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()
s = socket.create_connection(("127.0.0.1", ${listener.localAddr.port})); s.send(b"alive")`);
    let resets = 0;
    for await (const connection of listener) {
      using _connection = connection;
      const got = await connection.recv().then(text, (error) => error.code);
      if (got === "alive") break;
      assertEquals(got, "ECONNRESET");
      resets++;
    }
    // Deno's own accept knows no peer of theirs, and says so; libc hands them out.
    assertEquals([resets, told.length], engine === "libc" ? [10, 0] : [0, 10]);
  }, PYTHON);
}

claim("SO_LINGER of 0 resets the peer", async () => {
  await using python = new Python();
  using listener = listening();
  await python.exec(`s = socket.create_connection(("127.0.0.1", ${portOf(listener)}))`);
  const [accepted] = await listener.accept();
  accepted.setOption(SO_LINGER, 0);
  accepted.close();
  await assertRejects(() => python.eval("s.recv(1)"), Error, "ECONNRESET");
}, PYTHON);

claim("an accept that was given up takes no connection away", async () => {
  using listener = listening();
  await timesOut(listener.accept({ timeoutMs: 0 }));
  const controller = new AbortController();
  const given = listener.accept({ signal: controller.signal });
  const other = listener.accept();
  assert(await pending(given));
  controller.abort(new Error("up"));
  await assertRejects(() => given, Error, "up");
  using client = socket(AF_INET, SOCK_STREAM);
  await client.connect(listener.localAddr);
  const [accepted] = await other;
  assertEquals(accepted.remoteAddr, client.localAddr);
  accepted.close();
});

claim("a hundred accepts at once get a connection each", async () => {
  using listener = listening(AF_INET, 200);
  const accepts = Array.from({ length: 100 }, () => listener.accept());
  const clients = Array.from({ length: 100 }, () => socket(AF_INET, SOCK_STREAM));
  await Promise.all(clients.map((client) => client.connect(listener.localAddr)));
  const accepted = await Promise.all(accepts);
  assertEquals(
    new Set(accepted.map(([, from]) => (from as { port: number }).port)),
    new Set(clients.map(portOf)),
  );
  for (const each of [...clients, ...accepted.map(([each]) => each)]) each.close();
});

claim("a datagram socket changes its peer, and unconnected sends are refused", async () => {
  const [a, b, c] = [0, 1, 2].map(() => {
    const own = socket(AF_INET, SOCK_DGRAM);
    own.bind(LOOPBACK);
    return own;
  });
  await rejectsWith(a.send(bytes("x")), "EDESTADDRREQ");
  await a.connect(b.localAddr);
  await a.send(bytes("to b"));
  await a.connect(c.localAddr);
  await a.send(bytes("to c"));
  assertEquals([text(await b.recv()), text(await c.recv())], ["to b", "to c"]);
  for (const each of [a, b, c]) each.close();
});

claim("fromFd refuses files, pipes and bad numbers, and leaves them as they were", async () => {
  const { libc } = await import("../../ffi/abi/library.ts");
  using file = await Deno.open(new URL(import.meta.url));
  const fds = [...Deno.readDirSync("/proc/self/fd")].map(({ name }) => Number(name));
  const own = fds.find((fd) => {
    try {
      return Deno.readLinkSync(`/proc/self/fd/${fd}`).endsWith("connect_test.ts");
    } catch {
      return false;
    }
  })!;
  const code = (fd: number) => {
    try {
      Socket.fromFd(fd);
    } catch (error) {
      return (error as { code?: string }).code ?? (error as Error).name;
    }
  };
  assertEquals(code(own), "ENOTSOCK");
  assertEquals((await file.read(new Uint8Array(1))) !== null, true);
  const eventFd = libc().eventfd(0, 0);
  const flags = libc().fcntl(eventFd, 3, 0);
  assertEquals(code(eventFd), "ENOTSOCK");
  assertEquals(libc().fcntl(eventFd, 3, 0), flags);
  libc().close(eventFd);
  assertEquals(code(eventFd), "EBADF");
  for (const bad of [-1, 1.5, NaN, 2 ** 31, Infinity]) assertEquals(code(bad), "RangeError");
  // deno-lint-ignore no-explicit-any
  for (const bad of ["3", undefined, null, {}, 3n] as any[]) assertEquals(code(bad), "TypeError");
  assertEquals(code(1_000_000), "EBADF");
});

claim("fromFd makes a blocking socket wait without a thread", async () => {
  const { libc } = await import("../../ffi/abi/library.ts");
  const { socketPair } = await import("../../ffi/mod.ts");
  const [a, b] = socketPair();
  const fd = a.detach();
  libc().fcntl(fd, 4, 0); // F_SETFL: blocking
  libc().fcntl(fd, 2, 0); // F_SETFD: inherited
  const again = Socket.fromFd(fd);
  assertEquals([libc().fcntl(fd, 3, 0) & 0x800, libc().fcntl(fd, 1, 0)], [0x800, 1]);
  const receiving = again.recv();
  await loops();
  await b.send(bytes("x"));
  assertEquals(text(await receiving), "x");
  again.close();
  b.close();
});
