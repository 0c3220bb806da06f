/** WebSockets of serveHttp by Deno's own means: npm's `ws` and the platform's client at the other end. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { once } from "node:events";
import { WebSocket as WsClient } from "ws";
import { type HttpServer, serveHttp, type ServeHttpOptions } from "../../bridge/mod.ts";
import * as tcp from "../../tcp/mod.ts";
import * as unix from "../../unix/mod.ts";
import { bytes, noise, sha256, text } from "../contract/_helpers.ts";
import { testWith } from "../_tools.ts";

const LOOSE = { sanitizeOps: false, sanitizeResources: false };
const PLACE = { hostname: "127.0.0.1", port: 0, engine: "libc" } as const;

async function serving(options: ServeHttpOptions, protocol?: "mptcp"): Promise<HttpServer<Inet>> {
  const listener = await tcp.listen({ ...PLACE, ...(protocol && { protocol }) });
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

for (const protocol of [undefined, "mptcp"] as const) {
  testWith({}, `${protocol ?? "tcp"}: ws talks to a WebSocket of the platform`, async () => {
    const asked: unknown[] = [];
    await using server = await serving({
      webSocketProtocols: ["chat.v2", "chat.v1"],
      onWebSocket(socket, request, { remoteAddress }) {
        const { pathname, search } = new URL(request.url);
        asked.push([pathname + search, request.headers.get("x-token"), remoteAddress]);
        echo(socket);
      },
    }, protocol);
    const url = `ws://127.0.0.1:${server.localAddr.port}/room?n=1`;
    const client = new WsClient(url, ["chat.v1", "chat.v2"], { headers: { "x-token": "t" } });
    await once(client, "open");
    assertEquals(client.protocol, "chat.v2");
    for (const size of [1, 125, 126, 70_000, 2_000_000]) {
      const data = noise(size, size);
      const answer = once(client, "message");
      client.send(data);
      assertEquals(sha256(new Uint8Array((await answer)[0])), sha256(data));
    }
    const said = once(client, "message");
    client.send("text, ÿ");
    const [data, isBinary] = await said;
    assertEquals([String(data), isBinary], ["text, ÿ", false]);
    const closed = once(client, "close");
    client.close(1000, "done");
    assertEquals((await closed)[0], 1000);
    assertEquals(asked, [["/room?n=1", "t", "127.0.0.1"]]);
    // What is no upgrade is a request like others.
    const plain = await fetch(`http://127.0.0.1:${server.localAddr.port}/`);
    assertEquals(await plain.text(), "plain");
  }, LOOSE);
}

testWith({}, "bytes that come with the request are the WebSocket's first", async () => {
  await using server = await serving({ onWebSocket: echo });
  using client = await tcp.connect({ ...server.localAddr, engine: "libc" });
  const head = "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
  // A masked text frame "hi", by a mask of zeros (RFC 6455 section 5.2).
  const frame = Uint8Array.of(0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69);
  await client.sendAll(new Uint8Array([...bytes(head), ...frame]));
  const answer = text((await client.recvUntil("\r\n\r\n"))!);
  // RFC 6455 section 1.3 has the key and its answer.
  assert(/^HTTP\/1\.1 101 [^]*s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=/i.test(answer), answer);
  assertEquals(await client.recvExact(4), Uint8Array.of(0x81, 2, 0x68, 0x69));
}, LOOSE);

testWith({}, "a shutdown tells WebSockets that it goes, and waits for their close", async () => {
  const server = await serving({ onWebSocket: echo });
  const client = new WsClient(`ws://127.0.0.1:${server.localAddr.port}/`);
  await once(client, "open");
  const closed = once(client, "close");
  await server.shutdown();
  const [code, reason] = await closed;
  assertEquals([code, String(reason)], [1001, "the server shuts down"]);
}, LOOSE);

testWith(
  {},
  "an upgrade to something else, or a bad one, is refused and the server goes on",
  async () => {
    const failures: unknown[] = [];
    const server = await serving({
      onWebSocket: echo,
      onConnectionError: (error) => failures.push(error),
    });
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

testWith({}, "a handler that throws has its WebSocket closed with 1011", async () => {
  const failures: unknown[] = [];
  await using server = await serving({
    onWebSocket: () => {
      throw new Error("no room");
    },
    onConnectionError: (error) => failures.push(error),
  });
  const client = new WsClient(`ws://127.0.0.1:${server.localAddr.port}/`);
  const [code] = await once(client, "close");
  assertEquals([code, failures.map(String)], [1011, ["Error: no room"]]);
}, LOOSE);

testWith({}, "a listener whose connections Deno cannot take over is refused at once", async () => {
  using onDeno = await tcp.listen({ hostname: "127.0.0.1", port: 0, engine: "deno" });
  using onUnix = await unix.listen({ path: `\0ws-${Deno.pid}`, engine: "libc" });
  for (const listener of [onDeno, onUnix] as Parameters<typeof serveHttp>[0][]) {
    const serve = () => serveHttp(listener, () => new Response(), { onWebSocket: echo });
    assertThrows(serve, TypeError, "npm:ws");
  }
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
