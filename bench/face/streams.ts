/**
 * What the uniform face costs over bare Deno.connect and Deno.listen: round trips, bulk and
 * connections, by turns in one run. Both ends of a connection are of the same make, in one thread,
 * so that all of the face's work counts. Prints ratios of ours to bare: 1.00 means free.
 */
import * as tcp from "../../tcp/mod.ts";
import * as unix from "../../unix/mod.ts";
import type { ListenerEndpoint, StreamEndpoint } from "../../core/mod.ts";
import { byTurns, print } from "./_turns.ts";

const ROUNDS = Number(Deno.env.get("BENCH_ROUNDS") ?? 15);
const scratch = await Deno.makeTempDir();

/** One end of a connection, as a program uses it. */
interface End {
  send(data: Uint8Array): Promise<unknown>;
  recvInto(buffer: Uint8Array): Promise<number>;
  close(): void;
}

/** How connections are made. */
type Pair = () => Promise<[End, End]>;

function bareEnd(conn: Deno.Conn): End {
  return {
    // Deno's write may be partial.
    send: async (data) => {
      for (let sent = 0; sent < data.length;) {
        sent += await conn.write(sent === 0 ? data : data.subarray(sent));
      }
    },
    recvInto: async (buffer) => await conn.read(buffer) ?? 0,
    close: () => conn.close(),
  };
}

function ourEnd(stream: StreamEndpoint<unknown>): End {
  return {
    send: (data) => stream.sendAll(data),
    recvInto: (buffer) => stream.recvInto(buffer),
    close: () => stream.close(),
  };
}

async function recvAll(end: End, buffer: Uint8Array, size: number): Promise<void> {
  for (let got = 0; got < size;) got += await end.recvInto(buffer);
}

/** Messages there and back. */
async function roundTrips(
  [client, server]: [End, End],
  size: number,
  count: number,
): Promise<void> {
  const [there, back] = [new Uint8Array(size), new Uint8Array(size)];
  const echo = (async () => {
    for (let i = 0; i < count; i++) {
      await recvAll(server, there, size);
      await server.send(there);
    }
  })();
  for (let i = 0; i < count; i++) {
    await client.send(back);
    await recvAll(client, back, size);
  }
  await echo;
}

/** Messages one way; the receiver takes what is there. */
async function bulk([client, server]: [End, End], size: number, count: number): Promise<void> {
  const message = new Uint8Array(size);
  const receiving = recvAll(server, new Uint8Array(Math.max(size, 65536)), size * count);
  for (let i = 0; i < count; i++) await client.send(message);
  await receiving;
}

async function compare(kind: string, makes: Record<"bare" | "ours", Pair>): Promise<void> {
  const names = ["bare", "ours"] as const;
  for (
    const [what, size, count, work] of [
      ["round trips", 64, 4000, roundTrips],
      ["round trips", 65536, 1500, roundTrips],
      ["bulk", 64, 15000, bulk],
      ["bulk", 65536, 6000, bulk],
    ] as const
  ) {
    const rates = await byTurns(names, ROUNDS, async (name) => {
      // A connection anew each time: the kernel tunes buffers to each one's luck.
      const pair = await makes[name]();
      await work(pair, size, count >> 3);
      const start = performance.now();
      await work(pair, size, count);
      const rate = count / (performance.now() - start) * 1000;
      for (const end of pair) end.close();
      return rate;
    });
    print(`${kind} ${what}, ${size} B messages/s`, rates, "bare");
  }
  const count = 400;
  const rates = await byTurns(names, ROUNDS, async (name) => {
    const start = performance.now();
    for (let i = 0; i < count; i++) for (const end of await makes[name]()) end.close();
    return count / (performance.now() - start) * 1000;
  });
  print(`${kind} connections/s`, rates, "bare");
}

function pairOf<A>(
  listener: ListenerEndpoint<A, StreamEndpoint<A>>,
  connect: () => Promise<StreamEndpoint<A>>,
): Pair {
  return async () => {
    const [client, server] = await Promise.all([connect(), listener.accept()]);
    return [ourEnd(client), ourEnd(server)];
  };
}

{
  using bare = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const to = { hostname: "127.0.0.1", port: bare.addr.port };
  using ours = await tcp.listen({ hostname: "127.0.0.1", port: 0 });
  await compare("tcp", {
    bare: async () => {
      const [client, server] = await Promise.all([Deno.connect(to), bare.accept()]);
      return [bareEnd(client), bareEnd(server)];
    },
    ours: pairOf(ours, () => tcp.connect({ hostname: "127.0.0.1", port: ours.localAddr.port })),
  });
}
{
  const path = `${scratch}/bare.sock`;
  using bare = Deno.listen({ transport: "unix", path });
  using ours = await unix.listen({ path: `${scratch}/ours.sock` });
  await compare("unix", {
    bare: async () => {
      const connecting = Deno.connect({ transport: "unix", path });
      const [client, server] = await Promise.all([connecting, bare.accept()]);
      return [bareEnd(client), bareEnd(server)];
    },
    ours: pairOf(ours, () => unix.connect({ path: `${scratch}/ours.sock` })),
  });
}
await Deno.remove(scratch, { recursive: true });
