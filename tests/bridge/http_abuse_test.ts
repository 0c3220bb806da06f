/** What clients may do to a server by mistake or ill will: each is answered, or closed, and costs nobody else. */
import { assert, assertEquals } from "@std/assert";
import { isSocketError, type StreamEndpoint } from "../../core/mod.ts";
import { bytes, text } from "../contract/_helpers.ts";
import { httpTest, withServer } from "./_http.ts";

/** What is sent, and the status lines and bodies of what comes back; "" where nothing does. */
const ABUSES: readonly [what: string, request: string, answers: string[]][] = [
  ["requests in one piece", three(), ["200 GET /1 0", "200 POST /2 3", "200 GET /3 0"]],
  ["a header of 100 KB", `GET / HTTP/1.1\r\nHost: x\r\nX: ${"a".repeat(100_000)}\r\n\r\n`, ["431"]],
  ["two lengths", post("Content-Length: 3\r\nContent-Length: 4", "abcd"), ["400"]],
  [
    "a length and chunks",
    post(
      "Content-Length: 3\r\nTransfer-Encoding: chunked",
      "0\r\n\r\nGET /hidden HTTP/1.1\r\n\r\n",
    ),
    ["400"],
  ],
  ["a chunk that is none", post("Transfer-Encoding: chunked", "zz\r\nabc\r\n0\r\n\r\n"), ["400"]],
  ["a length below zero", post("Content-Length: -1", ""), ["400"]],
  ["no host", "GET / HTTP/1.1\r\n\r\n", ["400"]],
  ["TLS", "\x16\x03\x01\x02\x00\x01\x00\x01", ["400"]],
  ["a NUL in the path", "GET /a\0b HTTP/1.1\r\nHost: x\r\n\r\n", ["400"]],
  ["lines without CR", "GET / HTTP/1.1\nHost: x\n\n", ["400"]],
  ["a folded header", "GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n", ["400"]],
  ["space before a colon", "GET / HTTP/1.1\r\nHost: x\r\nContent-Length : 3\r\n\r\nabc", ["400"]],
  ["CONNECT", "CONNECT a:80 HTTP/1.1\r\nHost: x\r\n\r\n", []],
  [
    "an upgrade nobody takes",
    "GET /up HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n",
    ["200 GET /up 0"],
  ],
  ["an unknown expectation", post("Expect: magic\r\nContent-Length: 2", "hi"), ["417"]],
  ["half a request", "GET / HTTP/1.1\r\nHo", []],
  ["a path for a host", "GET /p HTTP/1.1\r\nHost: a/b?\r\n\r\n", ["200 GET /p 0"]],
];

function three(): string {
  const first = "GET /1 HTTP/1.1\r\nHost: x\r\n\r\n";
  const second = "POST /2 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc";
  return first + second + "GET /3 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
}

function post(head: string, body: string): string {
  return `POST /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${head}\r\n\r\n${body}`;
}

/** All that comes, be the end a reset: the server closes with bytes unread. */
// deno-lint-ignore no-explicit-any
async function all(client: StreamEndpoint<any>): Promise<string> {
  let got = "";
  try {
    for (let data; (data = await client.recv()).length > 0;) got += text(data);
  } catch (error) {
    if (!isSocketError(error)) throw error;
  }
  return got;
}

/** The status of each answer, and its body where it has one. */
function answersOf(got: string): string[] {
  return got.split("HTTP/1.1 ").slice(1).map((answer) => {
    const body = answer.split("\r\n\r\n")[1];
    return answer.slice(0, 3) + (body === "" || body === "0" ? "" : ` ${body}`);
  });
}

async function echo(request: Request): Promise<Response> {
  const body = await request.text();
  return new Response(`${request.method} ${new URL(request.url).pathname} ${body.length}`);
}

httpTest(
  "malformed, cut, smuggled and pipelined requests get what they deserve",
  (kind) =>
    withServer(kind, echo, async (_server, connect) => {
      for (const [what, request, answers] of ABUSES) {
        using client = await connect();
        // Latin-1, so that each character is a byte.
        await client.sendAll(Uint8Array.from(request, (character) => character.charCodeAt(0)))
          .catch(() => {});
        await client.shutdown("write").catch(() => {}); // half-closed clients are answered, too
        assertEquals(answersOf(await all(client)), answers, what);
      }
    }, { onConnectionError: () => {} }),
);

httpTest(
  "a client that has ended its direction waits for its answers all the same",
  (kind) =>
    withServer(kind, async (request) => {
      await new Promise((resolve) => setTimeout(resolve, 20)); // the end has come by then
      return await echo(request);
    }, async (_server, connect) => {
      using client = await connect();
      await client.sendAll(bytes(three()));
      await client.shutdown("write");
      assertEquals(answersOf(await all(client)), ABUSES[0][2]);
    }),
);

httpTest(
  "a head that comes byte by byte has a limit, and others are served meanwhile",
  (kind) =>
    withServer(kind, echo, async (_server, connect) => {
      using slow = await connect();
      let ended = false;
      const answer = all(slow).finally(() => ended = true);
      const head = "GET / HTTP/1.1\r\nHost: x\r\nX: ";
      let served = 0;
      for (let i = 0; !ended; i++) {
        await slow.sendAll(bytes(head[i] ?? "a")).catch(() => {});
        using other = await connect();
        await other.sendAll(bytes("GET /o HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
        if (answersOf(await all(other))[0] === "200 GET /o 0") served++;
      }
      assertEquals(answersOf(await answer), ["408"]);
      assert(served > 0);
    }, { headersTimeoutMs: 300, requestTimeoutMs: 300, onConnectionError: () => {} }),
);

httpTest(
  "a body that is broken off is the connection's failure, not the handler's",
  async (kind) => {
    const failures: string[] = [];
    const told = Promise.withResolvers<void>();
    await withServer(kind, echo, async (_server, connect) => {
      using client = await connect();
      await client.sendAll(bytes("POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc"));
      await client.shutdown("write");
      assertEquals(await all(client), "");
      await told.promise;
    }, {
      onError: (error) => {
        failures.push(`handler: ${error}`);
        return new Response(null, { status: 500 });
      },
      onConnectionError: () => told.resolve(),
    });
    assertEquals(failures, []);
  },
);

httpTest(
  "HEAD has the length of the body that it does not have",
  (kind) =>
    withServer(kind, () => new Response("12345"), async (_server, connect) => {
      using client = await connect();
      await client.sendAll(bytes("HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
      const got = await all(client);
      assert(/\r\ncontent-length: 5\r\n[^]*\r\n\r\n$/i.test(got), got);
    }),
);

httpTest("a client that goes while it waits aborts the signal of its request", async (kind) => {
  const told = Promise.withResolvers<unknown>();
  const asked = Promise.withResolvers<void>();
  await withServer(kind, (request) => {
    const { signal } = request;
    signal.addEventListener("abort", () => told.resolve(signal.reason));
    asked.resolve();
    return told.promise.then(() => new Response("nobody hears"));
  }, async (_server, connect) => {
    {
      using client = await connect();
      await client.sendAll(bytes("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
      await asked.promise;
    }
    assert(isSocketError(await told.promise, "ECONNRESET"));
  }, { onConnectionError: () => {} });
});
