/** WebSockets of serveHttp: npm's `ws` and the platform's client at the other end. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { once } from "node:events";
import { WebSocket as WsClient } from "ws";
import {
  type HttpServer,
  listenTls,
  serveHttp,
  type ServeHttpOptions,
  startTls,
  toNodeDuplex,
} from "../../bridge/mod.ts";
import { replaceClock } from "../../core/clock.ts";
import * as tcp from "../../tcp/mod.ts";
import { pki } from "./_certificates.ts";
import { HTTP_KINDS, type HttpKind } from "./_http.ts";
import { bytes, noise, sha256, text } from "../contract/_helpers.ts";
import { testWith } from "../_tools.ts";

const LOOSE = { sanitizeOps: false, sanitizeResources: false };
const UPGRADE = "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
const PLACE = { hostname: "127.0.0.1", port: 0, engine: "libc" } as const;

async function serving(
  options: ServeHttpOptions,
  engine: "deno" | "libc" = "libc",
): Promise<HttpServer<Inet>> {
  const listener = await tcp.listen({ ...PLACE, engine });
  return serveHttp(listener, () => new Response("plain"), options) as HttpServer<Inet>;
}

interface Inet {
  hostname: string;
  port: number;
}

/** Sends back what comes. */
function echo(socket: WebSocket): void {
  socket.binaryType = "arraybuffer";
  socket.onmessage = ({ data }) => socket.send(data);
}

function tlsKind(beneath: HttpKind): HttpKind {
  const { cert, key } = pki.server;
  return {
    ...beneath,
    name: `TLS over ${beneath.name}`,
    listen: async () => listenTls(await beneath.listen(), { cert, key }),
    connect: async (server) =>
      await startTls(await beneath.connect(server), {
        hostname: "localhost",
        caCerts: [pki.ca.cert],
      }),
  };
}

const KINDS = [...HTTP_KINDS, tlsKind(HTTP_KINDS[0]), tlsKind(HTTP_KINDS[4])];

/** A client of npm's `ws` over a connection of its own. */
async function wsClient(
  kind: HttpKind,
  server: HttpServer<unknown>,
  path: string,
  options: { protocols?: string[]; headers?: Record<string, string> } = {},
): Promise<WsClient> {
  const stream = toNodeDuplex(await kind.connect(server));
  return new WsClient(`ws://localhost${path}`, options.protocols ?? [], {
    headers: options.headers,
    createConnection: () => stream,
  });
}

for (const kind of KINDS) {
  testWith({ tools: ["openssl"] }, `${kind.name}: ws talks to a WebSocket`, async () => {
    const asked: unknown[] = [];
    const server = serveHttp(await kind.listen(), () => new Response("plain"), {
      webSocketProtocols: ["chat.v2", "chat.v1"],
      onWebSocket(socket, request) {
        const { pathname, search, protocol } = new URL(request.url);
        asked.push([pathname + search, request.headers.get("x-token"), protocol]);
        assertEquals([socket.url, socket.binaryType], ["", "arraybuffer"]);
        echo(socket);
      },
    });
    const client = await wsClient(kind, server, "/room?n=1", {
      protocols: ["chat.v1", "chat.v2"],
      headers: { "x-token": "t" },
    });
    await once(client, "open");
    assertEquals(client.protocol, "chat.v2");
    for (const size of [0, 1, 125, 126, 65_535, 65_536, 2_000_000]) {
      const data = noise(size, size);
      const answer = once(client, "message");
      client.send(data);
      assertEquals(sha256(new Uint8Array((await answer)[0])), sha256(data));
    }
    const said = once(client, "message");
    client.send("text, ÿ");
    const [data, isBinary] = await said;
    assertEquals([String(data), isBinary], ["text, ÿ", false]);
    const ponged = once(client, "pong");
    client.ping("still there?");
    assertEquals(String((await ponged)[0]), "still there?");
    const closed = once(client, "close");
    client.close(1000, "done");
    assertEquals((await closed)[0], 1000);
    const scheme = kind.name.startsWith("TLS") ? "https:" : "http:";
    assertEquals(asked, [["/room?n=1", "t", scheme]]);
    await server.shutdown();
  }, LOOSE);

  testWith(
    { tools: ["openssl"] },
    `${kind.name}: a shutdown tells WebSockets that it goes`,
    async () => {
      const closes: unknown[] = [];
      const server = serveHttp(await kind.listen(), () => new Response(), {
        onWebSocket(socket) {
          socket.onclose = ({ code, wasClean }) => closes.push([code, wasClean]);
        },
      });
      const client = await wsClient(kind, server, "/");
      await once(client, "open");
      const closed = once(client, "close");
      await server.shutdown();
      const [code, reason] = await closed;
      assertEquals([code, String(reason)], [1001, "the server shuts down"]);
      assertEquals(closes, [[1001, true]]);
    },
    LOOSE,
  );
}

for (const engine of ["deno", "libc"] as const) {
  testWith({}, `tcp by ${engine}: the platform's client talks to a WebSocket`, async () => {
    const listener = await tcp.listen({ hostname: "127.0.0.1", port: 0, engine });
    await using server = serveHttp(listener, () => new Response("plain"), {
      webSocketProtocols: ["chat"],
      onWebSocket: echo,
    });
    const { port } = server.localAddr;
    const client = new WebSocket(`ws://127.0.0.1:${port}/`, ["other", "chat"]);
    client.binaryType = "arraybuffer";
    await once(client, "open");
    assertEquals(client.protocol, "chat");
    for (const data of ["text, ÿ", "", "x".repeat(1_000_000)]) {
      const answer = once(client, "message");
      client.send(data);
      assertEquals((await answer)[0].data, data);
    }
    const data = noise(300_000);
    const answer = once(client, "message");
    client.send(data);
    assertEquals(sha256(new Uint8Array((await answer)[0].data)), sha256(data));
    const closed = once(client, "close");
    client.close(3001, "done");
    const [{ code, reason, wasClean }] = await closed;
    assertEquals([code, reason, wasClean], [3001, "done", true]);
    // What is no upgrade is a request like others.
    assertEquals(await (await fetch(`http://127.0.0.1:${port}/`)).text(), "plain");
  }, LOOSE);
}

testWith(
  {},
  "what is sent after a Blob comes after it, and bytes are those of the call",
  async () => {
    const kind = HTTP_KINDS[0];
    await using server = serveHttp(await kind.listen(), () => new Response(), {
      onWebSocket(socket) {
        socket.onopen = () => {
          const bytes = Uint8Array.of(1, 2, 3, 4);
          socket.send(bytes.subarray(1, 3));
          bytes.fill(9);
          socket.send(new Blob(["blob"]));
          socket.send("after");
          assert(socket.bufferedAmount >= 4);
          socket.close(1000, "all said");
          socket.send("never");
        };
      },
    });
    const client = await wsClient(kind, server, "/");
    const got: string[] = [];
    client.on("message", (data: Uint8Array, isBinary: boolean) => {
      got.push(isBinary && data.length === 2 ? `${[...data]}` : String(data));
    });
    const [code, reason] = await once(client, "close");
    assertEquals([code, String(reason), ...got], [1000, "all said", "2,3", "blob", "after"]);
  },
  LOOSE,
);

testWith(
  {},
  "codes and reasons that may not be sent are refused, and so is none after",
  async () => {
    const kind = HTTP_KINDS[0];
    const names: string[] = [];
    const attempt = (run: () => void) => {
      try {
        run();
        names.push("nothing");
      } catch (error) {
        names.push((error as Error).name);
      }
    };
    await using server = serveHttp(await kind.listen(), () => new Response(), {
      onWebSocket(socket) {
        socket.onopen = () => {
          attempt(() => socket.close(1005));
          attempt(() => socket.close(999));
          attempt(() => socket.close(1000, "x".repeat(124)));
          socket.close();
          attempt(() => socket.send("late"));
          attempt(() => socket.close());
        };
      },
    });
    const client = await wsClient(kind, server, "/");
    await once(client, "close");
    assertEquals(names, [
      "InvalidAccessError",
      "InvalidAccessError",
      "SyntaxError",
      "nothing",
      "nothing",
    ]);
  },
  LOOSE,
);

/** Frames of a client that break the rules, by hand: the mask is zeros (RFC 6455 section 5). */
const BROKEN: readonly [what: string, frames: number[], code: number][] = [
  ["a frame without a mask", [0x81, 0x01, 0x61], 1002],
  ["a reserved bit", [0xc1, 0x80, 0, 0, 0, 0], 1002],
  ["an unknown opcode", [0x83, 0x80, 0, 0, 0, 0], 1002],
  ["a ping that is cut", [0x09, 0x80, 0, 0, 0, 0], 1002],
  ["a ping of 126 bytes", [0x89, 0xfe, 0, 126, 0, 0, 0, 0], 1002],
  ["a continuation of nothing", [0x80, 0x80, 0, 0, 0, 0], 1002],
  ["a message in a message", [0x01, 0x80, 0, 0, 0, 0, 0x81, 0x80, 0, 0, 0, 0], 1002],
  ["text that is no UTF-8", [0x81, 0x81, 0, 0, 0, 0, 0xff], 1007],
  ["2^63 bytes", [0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 1009],
  ["65 MiB", [0x82, 0xff, 0, 0, 0, 0, 4, 16, 0, 0, 0, 0, 0, 0], 1009],
  ["half a code", [0x88, 0x81, 0, 0, 0, 0, 3], 1002],
  ["a code that stays at home", [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xed], 1002],
  ["a reason that is no UTF-8", [0x88, 0x83, 0, 0, 0, 0, 0x03, 0xe8, 0xff], 1007],
];

testWith(
  {},
  "a client that breaks the rules is told the code, closed, and costs nobody else",
  async () => {
    const kind = HTTP_KINDS[0];
    const closes: unknown[] = [];
    let closed = Promise.withResolvers<void>();
    await using server = serveHttp(await kind.listen(), () => new Response(), {
      onWebSocket(socket) {
        // Who listens to no errors loses nothing.
        if (closes.length > 0) socket.onerror = () => closes.push("error");
        socket.onclose = ({ code, wasClean }) => {
          closes.push([code, wasClean]);
          closed.resolve();
        };
      },
    });
    for (const [what, frames, code] of BROKEN) {
      closed = Promise.withResolvers<void>();
      const client = await kind.connect(server);
      await client.sendAll(bytes(UPGRADE));
      await client.recvUntil("\r\n\r\n");
      // Byte by byte, and all at once.
      for (const byte of frames.slice(0, -1)) await client.sendAll(Uint8Array.of(byte));
      await client.sendAll(Uint8Array.from(frames.slice(-1)));
      const [opcode, length, high, low] = await client.recvExact(4);
      assertEquals([opcode, high << 8 | low], [0x88, code], what);
      await client.recvExact(length - 2);
      assertEquals((await client.recv()).length, 0, what);
      client.close();
      await closed.promise;
    }
    const [first, ...others] = BROKEN.map(() => [1006, false]);
    assertEquals(closes, [first, ...others.flatMap((close) => ["error", close])]);
  },
  LOOSE,
);

testWith({}, "one that goes without a word is an unclean close", async () => {
  const kind = HTTP_KINDS[0];
  const closed = Promise.withResolvers<CloseEvent>();
  await using server = serveHttp(await kind.listen(), () => new Response(), {
    onWebSocket(socket) {
      socket.onclose = closed.resolve;
    },
  });
  {
    using client = await kind.connect(server);
    await client.sendAll(bytes(UPGRADE));
    await client.recvUntil("\r\n\r\n");
  }
  const { code, wasClean } = await closed.promise;
  assertEquals([code, wasClean], [1006, false]);
}, LOOSE);

testWith(
  {},
  "a client that says nothing is asked, and one that does not answer is given up",
  async () => {
    let nowMs = 0;
    const timers: { at: number; due: () => void }[] = [];
    /** Lets time pass for whoever goes by the clock. */
    const pass = (ms: number) => {
      nowMs += ms;
      for (const timer of timers.splice(0)) timer.at <= nowMs ? timer.due() : timers.push(timer);
    };
    const restore = replaceClock({
      now: () => nowMs,
      after(ms, due) {
        const timer = { at: nowMs + ms, due };
        timers.push(timer);
        return () => void (timers.includes(timer) && timers.splice(timers.indexOf(timer), 1));
      },
    });
    try {
      const kind = HTTP_KINDS[0];
      const codes: number[] = [];
      const closed = Promise.withResolvers<CloseEvent>();
      await using server = serveHttp(await kind.listen(), () => new Response(), {
        onWebSocket(socket) {
          socket.onerror = () => {};
          socket.onclose = closed.resolve;
          socket.onmessage = ({ data }) => codes.push(data.byteLength);
        },
      });
      using client = await kind.connect(server);
      await client.sendAll(bytes(UPGRADE));
      await client.recvUntil("\r\n\r\n");
      pass(30_000);
      assertEquals(await client.recvExact(2), Uint8Array.of(0x89, 0));
      await client.sendAll(Uint8Array.of(0x8a, 0x80, 0, 0, 0, 0, 0x89, 0x80, 0, 0, 0, 0));
      assertEquals(await client.recvExact(2), Uint8Array.of(0x8a, 0)); // it has heard both
      pass(30_000);
      assertEquals(await client.recvExact(2), Uint8Array.of(0x89, 0));
      pass(30_000);
      assertEquals((await closed.promise).code, 1006);
      assertEquals(codes, []);
    } finally {
      restore();
    }
  },
  LOOSE,
);

testWith({}, "a client that floods with pings and reads nothing fills no memory", async () => {
  const kind = HTTP_KINDS[0];
  let buffered = 0;
  let server_socket: WebSocket | undefined;
  await using server = serveHttp(await kind.listen(), () => new Response(), {
    onWebSocket: (socket) => {
      server_socket = socket;
      socket.onerror = () => {};
    },
  });
  using client = await kind.connect(server);
  await client.sendAll(bytes(UPGRADE));
  await client.recvUntil("\r\n\r\n");
  const pings = new Uint8Array(131 * 1000);
  for (let at = 0; at < pings.length; at += 131) pings.set([0x89, 0xfd], at);
  let sent = 0;
  // Until neither end takes any more.
  while (sent < 64_000_000) {
    try {
      await client.sendAll(pings, { timeoutMs: 500 });
    } catch {
      break;
    }
    sent += pings.length;
    buffered = Math.max(buffered, server_socket!.bufferedAmount);
  }
  assert(sent < 64_000_000, "all pings were taken");
  assert(buffered < 1_000_000, `${buffered} bytes wait`);
}, LOOSE);

for (const engine of ["deno", "libc"] as const) {
  testWith(
    {},
    `${engine}: bytes that come with the request are the WebSocket's first`,
    async () => {
      await using server = await serving({ onWebSocket: echo }, engine);
      using client = await tcp.connect({ ...server.localAddr, engine: "libc" });
      // A masked text frame "hi", by a mask of zeros (RFC 6455 section 5.2).
      const frame = Uint8Array.of(0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69);
      await client.sendAll(new Uint8Array([...bytes(UPGRADE), ...frame]));
      const answer = text((await client.recvUntil("\r\n\r\n"))!);
      // RFC 6455 section 1.3 has the key and its answer.
      assert(/^HTTP\/1\.1 101 [^]*s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=/i.test(answer), answer);
      assertEquals(await client.recvExact(4), Uint8Array.of(0x81, 2, 0x68, 0x69));
    },
    LOOSE,
  );

  testWith(
    {},
    `${engine}: an upgrade to something else, or a bad one, is refused and the server goes on`,
    async () => {
      const failures: unknown[] = [];
      const server = await serving({
        onWebSocket: echo,
        onConnectionError: (error) => failures.push(error),
      }, engine);
      const bad = ["Upgrade: echo\r\n", "Upgrade: websocket\r\n"];
      for (const field of bad) {
        using client = await tcp.connect({ ...server.localAddr, engine: "libc" });
        const head = `GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n${field}\r\n`;
        await client.sendAll(bytes(head));
        const answer = text((await client.recvUntil("\r\n\r\n"))!);
        assert(answer.startsWith("HTTP/1.1 400 "), answer);
        assertEquals((await client.recv()).length, 0);
      }
      assertEquals(failures.length, 2);
      await server.shutdown();
    },
    LOOSE,
  );

  testWith({}, `${engine}: a handler that throws has its WebSocket closed with 1011`, async () => {
    const failures: unknown[] = [];
    await using server = await serving({
      onWebSocket: () => {
        throw new Error("no room");
      },
      onConnectionError: (error) => failures.push(error),
    }, engine);
    const client = new WsClient(`ws://127.0.0.1:${server.localAddr.port}/`);
    const [code] = await once(client, "close");
    assertEquals([code, failures.map(String)], [1011, ["Error: no room"]]);
  }, LOOSE);
}

testWith({}, "options that exclude each other, and lists that are none, are refused", async () => {
  using listener = await tcp.listen(PLACE);
  const both = { onWebSocket: echo, onUpgrade: () => {} };
  assertThrows(() => serveHttp(listener, () => new Response(), both), TypeError, "exclude");
  const list = { onWebSocket: echo, webSocketProtocols: "chat" as never };
  assertThrows(
    () => serveHttp(listener, () => new Response(), list),
    TypeError,
    "array of strings",
  );
}, LOOSE);
