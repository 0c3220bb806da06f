/**
 * What is done while strace injects faults: `_fault_scenario.ts NAME` says "ready", waits for a line,
 * does it over loopback, and says how it went: `hidden`, `told CODE`, `untold ERROR` or `corrupt WHAT`.
 * What has failed is done again: the fault is over then.
 */
import type { Any } from "../contract/_claim.ts";
import { isSocketError, socketPair, tcp, udp, unix } from "../../mod.ts";

const PATH = `\0sockets-fault-${Deno.pid}`;
const SIZE = 300_000;

class Corrupt extends Error {}

function same(came: Uint8Array, expected: Uint8Array): void {
  if (came.length !== expected.length || came.some((byte, i) => byte !== expected[i])) {
    throw new Corrupt(`${came.length} bytes came for ${expected.length}, or others`);
  }
}

function noise(size: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: size }, (_, i) => (i * 31 + (i >> 8)) & 255);
}

/** Runs both; when one fails, that is told, once the other has ended, too. */
async function both<T>(
  one: Promise<T>,
  other: Promise<unknown>,
  end: (reason: unknown) => void,
): Promise<T> {
  const failures: unknown[] = [];
  const fail = (error: unknown) => {
    failures.push(error);
    end(error);
  };
  await Promise.all([one.catch(fail), other.catch(fail)]);
  if (failures.length > 0) throw failures[0];
  return await one;
}

async function streams(
  open: () => Promise<tcp.TcpListener | unix.UnixListener>,
  connect: (to: Any, signal: AbortSignal) => Promise<tcp.TcpStream | unix.UnixStream>,
): Promise<void> {
  using listener = await open();
  const ended = new AbortController();
  const data = noise(SIZE);
  const serve = async () => {
    using server = await listener.accept({ signal: ended.signal });
    for (;;) {
      const came = await server.recv(65536, { signal: ended.signal });
      if (came.length === 0) break;
      await server.sendAll(came, { signal: ended.signal });
    }
    await server.shutdown("write");
  };
  const ask = async () => {
    using client = await connect(listener.localAddr, ended.signal);
    const sending = async () => {
      await client.sendAll(data, { signal: ended.signal });
      await client.shutdown("write");
    };
    const receiving = client.recvExact(SIZE, { signal: ended.signal });
    const came = await both(receiving, sending(), (reason) => ended.abort(reason));
    same(came, data);
    if ((await client.recv()).length !== 0) throw new Corrupt("more came than was sent");
  };
  await both(ask(), serve(), (reason) => ended.abort(reason));
}

async function datagrams(engine: "deno" | "libc"): Promise<void> {
  using a = await udp.bind({ hostname: "127.0.0.1", engine });
  using b = await udp.bind({ hostname: "127.0.0.1", engine });
  const ended = new AbortController();
  const { signal } = ended;
  for (let round = 0; round < 10; round++) {
    const data = noise(500 + round);
    const sent = round % 2 === 0
      ? a.sendTo(data, b.localAddr, { signal })
      : a.sendMany([{ data, to: b.localAddr }], { signal });
    const received = round % 3 === 0
      ? b.recvMany(4, { signal }).then(([message]) => message)
      : b.recvFrom({ signal });
    const { data: came, from } = await both(received, sent, (reason) => ended.abort(reason));
    same(came, data);
    if (from.port !== a.localAddr.port) throw new Corrupt("another sender");
  }
}

async function packets(): Promise<void> {
  const [a, b] = unix.pair({ type: "seqpacket" });
  using _a: Disposable = a;
  using _b: Disposable = b;
  const ended = new AbortController();
  const { signal } = ended;
  for (let round = 0; round < 10; round++) {
    const data = noise(1 + round * 100);
    const receiving = b.recv({ signal });
    same(await both(receiving, a.send(data, { signal }), (reason) => ended.abort(reason)), data);
  }
}

async function sockets(): Promise<void> {
  const [a, b] = socketPair();
  using _a = a;
  using _b = b;
  const ended = new AbortController();
  const { signal } = ended;
  const data = noise(SIZE);
  const receiving = async () => {
    const came = new Uint8Array(SIZE);
    for (let at = 0; at < SIZE;) {
      const count = await b.recvInto(came.subarray(at), { signal });
      if (count === 0) throw new Corrupt(`the end came after ${at} bytes`);
      at += count;
    }
    return came;
  };
  same(await both(receiving(), a.sendAll(data, { signal }), (reason) => ended.abort(reason)), data);
}

const hostname = "127.0.0.1";
const SCENARIOS: Record<string, () => Promise<void>> = {
  "tcp by libc": () =>
    streams(
      () => tcp.listen({ hostname, port: 0, engine: "libc" }),
      (to, signal) => tcp.connect({ ...to, engine: "libc", signal }),
    ),
  "tcp by deno": () =>
    streams(
      () => tcp.listen({ hostname, port: 0, engine: "deno" }),
      (to, signal) => tcp.connect({ ...to, engine: "deno", signal }),
    ),
  "unix by libc": () =>
    streams(
      () => unix.listen({ path: PATH, engine: "libc" }),
      ({ path }, signal) => unix.connect({ path, engine: "libc", signal }),
    ),
  "udp by libc": () => datagrams("libc"),
  "udp by deno": () => datagrams("deno"),
  "seqpacket": packets,
  "sockets": sockets,
};

const scenario = SCENARIOS[Deno.args[0]];
console.log("ready");
await Deno.stdin.read(new Uint8Array(1));
let outcome = "hidden";
const ATTEMPTS = 4;
for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
  try {
    await scenario();
    break;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error instanceof Corrupt) outcome = `corrupt ${error.message}`;
    else if (attempt === ATTEMPTS) outcome = `untold and lasting: ${error}`;
    else if (!isSocketError(error)) outcome = `untold ${error}`;
    else if (outcome === "hidden") outcome = `told ${error.code}`;
    if (!outcome.startsWith("told")) break;
  }
}
console.log(outcome);
