/** Endpoints as Node streams and back, beyond what the contract suite claims of both at once. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { once } from "node:events";
import * as net from "node:net";
import { Duplex, PassThrough, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fromNodeDuplex, toNodeDuplex } from "../../bridge/mod.ts";
import { TCP_NODELAY } from "../../ffi/options/mod.ts";
import { assertCode, bytes, noise, pending, sha256, text } from "../contract/_helpers.ts";
import { assertFds, openFds } from "../_tools.ts";
import { PAIRS, type Stream, tcpPair } from "./_pairs.ts";

function claim(name: string, fn: (client: Stream, server: Stream) => Promise<void>): void {
  for (const [kind, open] of PAIRS) {
    Deno.test(`${kind}: ${name}`, async () => {
      const before = openFds();
      const [client, server] = await open();
      try {
        await fn(client, server);
      } finally {
        client.close();
        server.close();
      }
      await assertFds(before);
    });
  }
}

claim("a pipeline of Node moves 16 MiB each way at once unchanged", async (client, server) => {
  const data = noise(16 << 20, 3);
  const echo = toNodeDuplex(server);
  const stream = toNodeDuplex(client);
  const got: Uint8Array[] = [];
  const collect = (async () => {
    for await (const chunk of stream) got.push(chunk);
  })();
  await Promise.all([
    pipeline(echo, echo),
    pipeline(Readable.from(slices(data, 10_007)), stream, { end: true }).catch(() => {}),
    collect,
  ]);
  assertEquals(sha256(join(got)), sha256(data));
  assertEquals([stream.bytesWritten, stream.bytesRead], [data.length, data.length]);
});

claim("a Duplex that nobody reads makes the peer wait", async (client, server) => {
  const stream = toNodeDuplex(server);
  const sending = client.sendAll(new Uint8Array(32 << 20));
  stream.once("readable", () => {});
  assert(await pending(sending), "nobody read, and yet all was sent");
  assert(stream.readableLength <= 2 * stream.readableHighWaterMark);
  stream.resume();
  await sending;
});

claim("a Duplex whose peer does not receive asks its writer to wait", async (client, server) => {
  const stream = toNodeDuplex(client);
  const block = noise(1 << 20);
  let written = 0;
  while (stream.write(block)) written++;
  while (!await pending(once(stream, "drain"))) while (stream.write(block)) written++;
  assert(stream.writableLength > 0 && written < 64);
  const left = stream.writableLength;
  const drained = once(stream, "drain");
  let received = 0;
  while (received < left) received += (await server.recv()).length;
  await drained;
});

claim("end() ends one direction, and the other goes on", async (client, server) => {
  const stream = toNodeDuplex(client);
  stream.end("question");
  assertEquals(text(await server.recvExact(8)), "question");
  assertEquals((await server.recv()).length, 0);
  await server.sendAll(bytes("answer"));
  await server.closeWrite();
  let answer = "";
  for await (const chunk of stream) answer += text(chunk);
  assertEquals(answer, "answer");
  await assertCode(() => client.recv(), "EBADF");
});

claim("destroy() closes the endpoint, also while it receives and sends", async (client, server) => {
  const stream = toNodeDuplex(client);
  stream.on("data", () => {});
  stream.write(new Uint8Array(32 << 20), () => {});
  await server.recvExact(1);
  stream.destroy();
  await once(stream, "close");
  await assertCode(() => client.recv(), "EBADF");
});

claim("an endpoint that is closed destroys its Duplex without an error", async (client) => {
  const stream = toNodeDuplex(client);
  stream.on("data", () => {});
  const closed = once(stream, "close");
  await new Promise((resolve) => setImmediate(resolve));
  client.close();
  await closed;
});

claim("a write to a peer that has gone fails with its code", async (client, server) => {
  const stream = toNodeDuplex(client);
  const failed = once(stream, "error");
  server.close();
  stream.write(new Uint8Array(8 << 20));
  stream.write(new Uint8Array(8 << 20));
  const [error] = await failed;
  assert(["EPIPE", "ECONNRESET"].includes(error.code), String(error));
});

claim(
  "a send that a close ends arrives as far as it says, also at a peer that is slow to read",
  async (client, server) => {
    const endpoint = fromNodeDuplex(toNodeDuplex(client), { over: client });
    const sending = endpoint.sendAll(new Uint8Array(32 << 20)).catch((error) => error.bytesSent);
    await pending(sending);
    endpoint.close();
    // Longer than anybody is used to wait for a peer that is about to read.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const sent = await sending;
    let received = 0;
    for (let count; (count = (await server.recv(1 << 20)).length) > 0;) received += count;
    assertEquals([received, sent > 65536], [sent, true]);
  },
);

claim("an idle Duplex says so once, and again after it was busy", async (client, server) => {
  const stream = toNodeDuplex(client);
  let count = 0;
  stream.on("timeout", () => count++);
  stream.resume(); // receiving keeps the process, the timer does not
  stream.setTimeout(5);
  assertEquals(stream.timeout, 5);
  await once(stream, "timeout");
  assert(await pending(once(stream, "timeout")));
  stream.write("x");
  await server.recvExact(1);
  await once(stream, "timeout");
  stream.setTimeout(0);
  stream.write("y");
  assert(await pending(once(stream, "timeout")));
  assertEquals(count, 2);
  stream.destroy();
});

for (const engine of ["deno", "libc"] as const) {
  Deno.test(`a Duplex over TCP by ${engine} is a socket to drivers`, async () => {
    const [client, server] = await tcpPair(engine);
    const stream = toNodeDuplex(client);
    stream.setNoDelay(true).setKeepAlive(true).unref().ref();
    assertEquals(client.getOption(TCP_NODELAY), true);
    assertEquals(stream.remoteAddress, "127.0.0.1");
    assertEquals(stream.remotePort, client.remoteAddr.port);
    assertEquals(stream.remoteFamily, "IPv4");
    assertEquals(stream.address(), {
      address: "127.0.0.1",
      port: client.localAddr.port,
      family: "IPv4",
    });
    const connected = once(stream, "connect");
    assertEquals(stream.connect().connecting, false);
    await connected;
    stream.destroy();
    stream.setNoDelay(false); // a hint, too late
    server.close();
  });
}

/** A Node server on loopback that runs `serve` for its one connection. */
async function withNode(
  serve: (socket: net.Socket) => void,
  use: (endpoint: ReturnType<typeof fromNodeDuplex>) => Promise<void>,
): Promise<void> {
  const server = net.createServer({ allowHalfOpen: true }, serve).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  const socket = net.connect(port, "127.0.0.1");
  await once(socket, "connect");
  try {
    using endpoint = fromNodeDuplex(socket);
    await use(endpoint);
  } finally {
    server.close();
    await once(server, "close");
  }
}

Deno.test("a net.Socket is an endpoint: addresses, half-close, the end", () =>
  withNode((socket) => socket.pipe(socket), async (endpoint) => {
    assertEquals(endpoint.role, "stream");
    assertEquals(endpoint.family, "inet");
    assertEquals((endpoint.remoteAddr as { hostname: string }).hostname, "127.0.0.1");
    const data = noise(5 << 20, 8);
    const [back] = await Promise.all([
      endpoint.recvExact(data.length),
      endpoint.sendAll(data).then(() => endpoint.closeWrite()),
    ]);
    assertEquals(sha256(back), sha256(data));
    assertEquals((await endpoint.recv()).length, 0);
    assertThrows(() => endpoint.getOption(TCP_NODELAY), Deno.errors.NotSupported, "TCP_NODELAY");
    await assertCode(() => endpoint.sendAll(bytes("x")), "EPIPE");
  }));

Deno.test("a net.Socket that is reset gives ECONNRESET, again and again", () =>
  withNode((socket) => socket.once("data", () => socket.resetAndDestroy()), async (endpoint) => {
    await endpoint.sendAll(bytes("x"));
    await assertCode(() => endpoint.recv(), "ECONNRESET");
    await assertCode(() => endpoint.recv(), "ECONNRESET");
    await assertCode(() => endpoint.sendAll(bytes("x")), "ECONNRESET");
  }));

Deno.test("what was sent before close() arrives", () => {
  let got = 0;
  let ended: (() => void) | undefined;
  const end = new Promise<void>((resolve) => ended = resolve);
  return withNode((socket) => {
    socket.on("data", (chunk) => got += chunk.length);
    socket.on("end", () => (socket.end(), ended!()));
  }, async (endpoint) => {
    await endpoint.sendAll(new Uint8Array(3 << 20));
    endpoint.close();
    await end;
    assertEquals(got, 3 << 20);
  });
});

Deno.test("any byte stream of Node is an endpoint", async () => {
  const stream = new PassThrough();
  using endpoint = fromNodeDuplex(stream);
  assertEquals(endpoint.localAddr, {
    family: "other",
    familyNumber: 0,
    data: new Uint8Array(0),
  });
  await endpoint.sendFrame(bytes("round"));
  assertEquals(text((await endpoint.recvFrame())!), "round");
});

Deno.test("a stream that is destroyed by another is no end of file", async () => {
  const stream = new PassThrough();
  using endpoint = fromNodeDuplex(stream);
  const receiving = endpoint.recv();
  stream.destroy();
  await assertCode(() => receiving, "ECONNRESET");
  await assertCode(() => endpoint.send(bytes("x")), "ECONNRESET");
});

Deno.test("what is no byte stream is refused", async () => {
  const wrong = [
    undefined,
    {},
    new Readable(),
    new Duplex({ objectMode: true }),
    new PassThrough().setEncoding("utf8"),
  ];
  for (const value of wrong) {
    assertThrows(() => fromNodeDuplex(value as Duplex), TypeError, "Cannot make an endpoint");
  }
  const options = { beneath: 1 } as object;
  assertThrows(() => fromNodeDuplex(new PassThrough(), options), TypeError, '"beneath"');
  assertThrows(() => toNodeDuplex({} as Stream), TypeError, "Cannot make a Duplex");
  using endpoint = fromNodeDuplex(new PassThrough());
  await assertRejects(() => endpoint.send("text" as unknown as Uint8Array), TypeError);
});

function* slices(data: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < data.length; at += size) yield data.subarray(at, at + size);
}

function join(chunks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
