/** Peers that are killed, controllers and buses that go away: whatever waits is told, and nothing hangs. */
import { assert, assertEquals } from "@std/assert";
import { bluetooth, can, isSocketError, tipc, vsock } from "../../mod.ts";
import { libc } from "../../ffi/abi/library.ts";
import { limitMs, openFds, PYTHON, testWith } from "../_tools.ts";
import { lacksControllers, openControllers } from "../bluetooth/_controllers.ts";
import { lacksCan, withLastingBus } from "../can/_bus.ts";
import { lacksTipc } from "../tipc/_lacks.ts";
import { lacksLoopback } from "../vsock/_lacks.ts";

// Opened here, or the first test to need the library would be told that it leaks it.
libc();

const limit = { timeoutMs: limitMs(4000) };
const BLOCK = new Uint8Array(50_000);
const SERVICE = 4_000_000 + 10 * Deno.pid;

/** Connects to where it is told, says so with a byte, and reads nothing. */
const PEER = `
import socket, sys, time
kind, where = sys.argv[1], int(sys.argv[2])
S, Q = socket.SOCK_STREAM, socket.SOCK_SEQPACKET
s, to = {
  "vsock": lambda: (socket.socket(socket.AF_VSOCK, S), (1, where)),
  "vsockseq": lambda: (socket.socket(socket.AF_VSOCK, Q), (1, where)),
  "tipc": lambda: (socket.socket(socket.AF_TIPC, S), (socket.TIPC_ADDR_NAME, where, 1, 0)),
  "tipcseq": lambda: (socket.socket(socket.AF_TIPC, Q), (socket.TIPC_ADDR_NAME, where, 1, 0)),
}[kind]()
s.connect(to)
s.send(b"x")
time.sleep(1000)`;

/** What an end has in common, whether it carries a stream or messages. */
interface End extends Disposable {
  send(data: Uint8Array): Promise<number>;
  recv(): Promise<Uint8Array>;
}
interface Listening extends Disposable {
  accept(options: { timeoutMs: number }): Promise<End>;
}

interface Row {
  kind: string;
  kernel(): string | undefined;
  listen(): Promise<[listener: Listening, where: number]>;
}

const libcEngine = { engine: "libc" } as const;
const ROWS: readonly Row[] = [
  ...(["stream", "seqpacket"] as const).map((type): Row => ({
    kind: type === "stream" ? "vsock" : "vsockseq",
    kernel: lacksLoopback,
    async listen() {
      const listener = await vsock.listen({ ...libcEngine, type });
      return [listener as unknown as Listening, listener.localAddr.port];
    },
  })),
  ...(["stream", "seqpacket"] as const).map((type, i): Row => ({
    kind: type === "stream" ? "tipc" : "tipcseq",
    kernel: lacksTipc,
    async listen() {
      const at = { service: SERVICE + i, instance: 1, scope: "node", type } as const;
      return [await tipc.listen(at) as unknown as Listening, SERVICE + i];
    },
  })),
];

/** How a wait ends that nobody cancels: with nothing more, or with the kernel's word. */
async function ending(wait: Promise<unknown>): Promise<string> {
  const late = Promise.withResolvers<string>();
  const timer = setTimeout(() => late.resolve("never"), limit.timeoutMs);
  try {
    return await Promise.race([
      wait.then(() => "end", (error) => {
        if (error instanceof Deno.errors.UnexpectedEof) return "end";
        assert(isSocketError(error), String(error));
        return error.code;
      }),
      late.promise,
    ]);
  } finally {
    clearTimeout(timer);
  }
}

async function sendForEver(end: End): Promise<void> {
  for (;;) await end.send(BLOCK);
}

for (const { kind, kernel, listen } of ROWS) {
  testWith(
    { kernel, tools: ["python3"] },
    `${kind}: a peer that is killed ends the receive and the send that wait for it`,
    async () => {
      const before = openFds();
      {
        const [listener, where] = await listen();
        using _listener = listener;
        const child = new Deno.Command(PYTHON, { args: ["-c", PEER, kind, `${where}`] }).spawn();
        using end = await listener.accept(limit);
        assertEquals((await end.recv()).length, 1);
        const receiving = ending(end.recv());
        // Until there is no room: a peer's end is told to who sends, at the latest by the next send.
        const sending = ending(sendForEver(end));
        child.kill("SIGKILL");
        await child.status;
        const told = [await receiving, await sending];
        assert(!told.includes("never") && told[1] !== "end", `${told}`);
      }
      assertEquals(openFds(), before);
    },
    { sanitizeOps: false }, // the libc engine's one waiter outlives an endpoint
  );
}

testWith(
  { root: true, tools: ["gcc", "btvirt"], kernel: lacksControllers },
  "controllers that go away end what waits on their connections",
  async () => {
    const controllers = await openControllers();
    const { near, far } = controllers;
    const waits: Promise<string>[] = [];
    const opened: Disposable[] = [];
    for (
      const at of [
        { kind: "rfcomm", address: far.address, channel: 6 } as const,
        { kind: "l2cap", address: far.address, psm: 0x1031 } as const,
      ]
    ) {
      const listener = await bluetooth.listen(at);
      const accepting = listener.accept(limit);
      const client = await bluetooth.connect({ ...at, localAddress: near.address, ...limit });
      const server = await accepting;
      waits.push(ending(client.recv()), ending(server.recv()));
      opened.push(listener, client, server);
    }
    await controllers[Symbol.asyncDispose]();
    const told = await Promise.all(waits);
    assert(!told.includes("never"), `${told}`);
    for (const endpoint of opened) endpoint[Symbol.dispose]();
  },
  { sanitizeOps: false },
);

testWith(
  { kernel: lacksCan, tools: ["ip"] },
  "a bus that goes away ends what waits on it",
  () =>
    withLastingBus(async (name) => {
      using bus = await can.openRaw({ interface: name });
      using manager = await can.openBroadcastManager({ interface: name });
      await manager.sendCyclic([{ id: 1, data: new Uint8Array(1) }], { intervalMs: 100_000 });
      await bus.recvFrame(limit);
      const receiving = ending(bus.recvFrame());
      const { success } = await new Deno.Command("ip", { args: ["link", "del", name] }).output();
      assert(success);
      const gone = ["ENXIO", "ENODEV", "ENETDOWN"];
      const told = [await receiving, await ending(bus.sendFrame({ id: 2 }))];
      assert(told.every((code) => gone.includes(code)), `${told}`);
    }),
  { sanitizeOps: false },
);
