/** The kernel is told the true length of every view, whatever an object claims of itself. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { libc } from "../../ffi/abi/library.ts";
import { AF_INET, AF_UNIX, SOCK_DGRAM, Socket, socket, socketPair } from "../../ffi/mod.ts";
import * as udp from "../../udp/mod.ts";
import * as unix from "../../unix/mod.ts";
import "../_tools.ts"; // binds the C library, which is no leak of the first test that needs it
import { HOSTILE_VIEWS } from "./_hostile_views.ts";

libc();

type UnixStream = ReturnType<typeof unix.pair>[0];

const SIZE = 100;
const SEVENS = new Uint8Array(SIZE).fill(7);

/** A call that sends a view to a peer, and what the peer gets. */
type SendCase = readonly [name: string, run: (view: Uint8Array) => Promise<Uint8Array>];
/** A call that receives into a view what a peer sends. */
type ReceiveCase = readonly [name: string, run: (view: Uint8Array) => Promise<number>];

async function withPair<T>(
  type: number | undefined,
  use: (a: Socket, b: Socket) => Promise<T>,
): Promise<T> {
  const [a, b] = socketPair(AF_UNIX, type);
  try {
    return await use(a, b);
  } finally {
    a.close();
    b.close();
  }
}

async function withStreams<T>(
  use: (a: UnixStream, b: UnixStream) => Promise<T>,
): Promise<T> {
  const [a, b] = unix.pair() as [UnixStream, UnixStream];
  try {
    return await use(a, b);
  } finally {
    a.close();
    b.close();
  }
}

const ROOM = 4 * 1024 * 1024;
const viaSocket = (
  send: (a: Socket, view: Uint8Array) => unknown,
  type?: number,
): (view: Uint8Array) => Promise<Uint8Array> =>
(view) =>
  withPair(type, async (a, b) => {
    await send(a, view);
    return await b.recv(ROOM);
  });
const viaStream = (
  send: (a: UnixStream, view: Uint8Array) => Promise<unknown>,
): (view: Uint8Array) => Promise<Uint8Array> =>
(view) =>
  withStreams(async (a, b) => {
    await send(a, view);
    return await b.recv(ROOM);
  });

async function viaUdp(
  send: (a: udp.UdpEndpoint, view: Uint8Array, to: udp.UdpEndpoint["localAddr"]) => unknown,
  view: Uint8Array,
): Promise<Uint8Array> {
  using a = await udp.bind({ hostname: "127.0.0.1", port: 0, engine: "libc" });
  using b = await udp.bind({ hostname: "127.0.0.1", port: 0, engine: "libc" });
  await send(a, view, b.localAddr);
  return await b.recv();
}

async function viaUdpSocket(
  send: (a: Socket, view: Uint8Array, to: { hostname: string; port: number }) => unknown,
  view: Uint8Array,
): Promise<Uint8Array> {
  using a = socket(AF_INET, SOCK_DGRAM);
  using b = socket(AF_INET, SOCK_DGRAM);
  b.bind({ hostname: "127.0.0.1", port: 0 });
  await send(a, view, b.localAddr as { hostname: string; port: number });
  return await b.recv();
}

const SENDS: readonly SendCase[] = [
  ["Socket.send", viaSocket((a, view) => a.send(view))],
  ["Socket.send of a message", viaSocket((a, view) => a.send(view), SOCK_DGRAM)],
  ["Socket.sendAll", viaSocket((a, view) => a.sendAll(view))],
  ["Socket.trySend", viaSocket(async (a, view) => await a.trySend(view))],
  ["Socket.sendMsg", viaSocket((a, view) => a.sendMsg([view]))],
  ["Socket.sendMany", viaSocket((a, view) => a.sendMany([{ data: view }]), SOCK_DGRAM)],
  ["Socket.sendTo", (view) => viaUdpSocket((a, view, to) => a.sendTo(view, to), view)],
  [
    "Socket.trySendTo",
    (view) => viaUdpSocket(async (a, view, to) => await a.trySendTo(view, to), view),
  ],
  ["stream.send", viaStream((a, view) => a.send(view))],
  ["stream.send with a limit", viaStream((a, view) => a.send(view, { timeoutMs: 60_000 }))],
  ["stream.sendAll", viaStream((a, view) => a.sendAll(view))],
  ["stream.sendAll with a limit", viaStream((a, view) => a.sendAll(view, { timeoutMs: 60_000 }))],
  ["stream.write", viaStream((a, view) => a.write(view))],
  [
    "stream.sendFrame",
    async (view) => (await viaStream((a, view) => a.sendFrame(view))(view)).subarray(4),
  ],
  ["message.sendTo", (view) => viaUdp((a, view, to) => a.sendTo(view, to), view)],
  ["message.sendMany", (view) => viaUdp((a, data, to) => a.sendMany([{ data, to }]), view)],
];

const intoSocket = (
  receive: (b: Socket, view: Uint8Array) => Promise<number>,
): (view: Uint8Array) => Promise<number> =>
(view) =>
  withPair(undefined, async (a, b) => {
    await a.sendAll(new Uint8Array(4096).fill(9));
    return await receive(b, view);
  });
const intoStream = (
  receive: (b: UnixStream, view: Uint8Array) => Promise<number | null>,
): (view: Uint8Array) => Promise<number> =>
(view) =>
  withStreams(async (a, b) => {
    const receiving = receive(b, view);
    await a.sendAll(new Uint8Array(4096).fill(9));
    return await receiving ?? 0;
  });

const RECEIVES: readonly ReceiveCase[] = [
  ["Socket.recvInto", intoSocket((b, view) => b.recvInto(view))],
  [
    "Socket.recvInto with MSG_WAITALL",
    intoSocket((b, view) => b.recvInto(view, { flags: 0x100 })),
  ],
  [
    "Socket.recvMsgInto",
    intoSocket(async (b, view) => (await b.recvMsgInto([view])).lengthBytes),
  ],
  ["stream.recvInto", intoStream((b, view) => b.recvInto(view))],
  [
    "stream.recvInto with a limit",
    intoStream((b, view) => b.recvInto(view, { timeoutMs: 60_000 })),
  ],
  ["stream.read", intoStream((b, view) => b.read(view))],
];

for (const { name, make, refused } of HOSTILE_VIEWS) {
  Deno.test(`${name}: sent as what it is, or refused`, async () => {
    for (const [call, run] of SENDS) {
      const view = make(SIZE);
      if (refused) await assertRejects(() => run(view), TypeError, "Cannot ", call);
      else assertEquals(await run(view), SEVENS, call);
    }
  });

  Deno.test(`${name}: filled as what it is, or refused`, async () => {
    for (const [call, run] of RECEIVES) {
      const view = make(SIZE);
      if (refused) {
        await assertRejects(() => run(view), TypeError, "Cannot ", call);
      } else {
        assertEquals(await run(view), SIZE, call);
        assert(Array.prototype.every.call(copy(view), (byte) => byte === 9), call);
      }
    }
  });
}

/** The true bytes of a view that lies. */
function copy(view: Uint8Array): Uint8Array {
  return new Uint8Array(SIZE).map((_, i) => view[i]);
}

Deno.test("no method of a socket, given hostile views for anything, moves more than there is", async () => {
  const names = Object.getOwnPropertyNames(Socket.prototype).filter((name) =>
    typeof Object.getOwnPropertyDescriptor(Socket.prototype, name)!.value === "function" &&
    !["constructor", "close", "detach", "bind", "listen", "accept", "connect", "shutdown"]
      .includes(name)
  );
  assert(names.length > 20);
  for (const name of names) {
    for (const hostile of HOSTILE_VIEWS) {
      const view = hostile.make(SIZE);
      for (const args of [[view], [[view]], [[{ data: view }]], [view, view], [64, view]]) {
        await withPair(SOCK_DGRAM, async (a, b) => {
          await b.trySend(SEVENS);
          try {
            const method = a[name as "recvInto"] as unknown as (...all: unknown[]) => unknown;
            const result = await method.apply(a, args);
            if (result instanceof Socket) result.close();
          } catch (error) {
            assert(error instanceof Error, name);
            // Worded by the library, not by the runtime; but sendMany passes on what its iterator throws.
            if (
              name !== "sendMany" && (error instanceof TypeError || error instanceof RangeError)
            ) {
              assert(error.message.startsWith("Cannot "), `${name}: ${error.message}`);
            }
          }
          const sent = b.tryRecv(ROOM);
          assert(sent === null || sent.length <= SIZE, `${name} sent ${sent?.length} bytes`);
        });
      }
    }
  }
});

Deno.test("one file makes the calls that take memory by address and length", async () => {
  const root = new URL("../../", import.meta.url);
  const found: string[] = [];
  const walk = async (folder: string): Promise<void> => {
    for await (const entry of Deno.readDir(new URL(folder, root))) {
      if (entry.isDirectory) await walk(`${folder}${entry.name}/`);
      else if (entry.name.endsWith(".ts")) {
        const source = await Deno.readTextFile(new URL(folder + entry.name, root));
        // A call of nothing, as those that have the kernel look at a ring, takes no memory.
        const taking = /\b(?:lib|libc\(\))\.(?:recv|send|recvfrom|sendto)\((?![\w.]+, null, 0,)/;
        if (taking.test(source)) {
          found.push(folder + entry.name);
        }
      }
    }
  };
  for (const { name, isDirectory } of Deno.readDirSync(root)) {
    if (isDirectory && !/^(?:tests|bench|tools|examples|\..*)$/.test(name)) await walk(`${name}/`);
  }
  assertEquals(found, ["ffi/descriptor/byte_calls.ts"]);
});
