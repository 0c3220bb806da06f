/** serveHttp over every kind of listener, with fetchOver, curl, wrk and bare bytes as clients. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { fetchOver, serveHttp } from "../../bridge/mod.ts";
import * as unix from "../../unix/mod.ts";
import { assertCode, bytes, noise, sha256, text } from "../contract/_helpers.ts";
import { curl, HTTP_KINDS, httpTest, type Listener, withServer } from "./_http.ts";

httpTest(
  "requests of all sizes follow each other on one connection",
  (kind) =>
    withServer(kind, async (request) => new Response(await request.bytes()), async (_, connect) => {
      using endpoint = await connect();
      for (const size of [0, 1, 100, 16384, 16385, 70_000, 1_000_000]) {
        const body = noise(size, size + 1);
        const url = `http://localhost/${size}`;
        const response = await fetchOver(endpoint, url, { method: "POST", body });
        assertEquals(response.status, 200);
        assertEquals(sha256(await response.bytes()), sha256(body), `${size} bytes`);
      }
      const asked = [1, 2, 3].map((i) =>
        fetchOver(endpoint, "http://localhost/", { method: "PUT", body: `${i}` })
          .then((response) => response.text())
      );
      assertEquals(await Promise.all(asked), ["1", "2", "3"], "at once, one after another");
    }),
);

httpTest(
  "a handler sees what the client sent, as a Request",
  (kind) =>
    withServer(kind, async (request, connection) => {
      assert(request instanceof Request);
      const { method, url, headers } = request;
      const copy = new Request(request);
      return Response.json({
        method,
        url,
        cookie: headers.get("cookie"),
        repeated: headers.get("x-two"),
        copied: [copy.url, copy.method, copy.headers.get("cookie")],
        form: Object.fromEntries(await copy.formData()),
        again: request.bodyUsed,
        isIp: connection.remoteAddress === "127.0.0.1",
        raw: connection.message.rawHeaders.includes("X-Two"),
      });
    }, async (server) => {
      const args = ["-X", "PATCH", "-H", "X-Two: a", "-H", "X-Two: b", "-H", "Cookie: k=v"];
      args.push("-H", "Host: example.com:81", "-F", "field=value");
      const seen = JSON.parse(await curl(kind, server.localAddr, "/p%20q?x=1", args));
      const url = "http://example.com:81/p%20q?x=1";
      assertEquals(seen, {
        method: "PATCH",
        url,
        cookie: "k=v",
        repeated: "a, b",
        copied: [url, "PATCH", "k=v"],
        form: { field: "value" },
        again: true,
        isIp: kind.name.includes("tcp"),
        raw: true,
      });
    }),
  ["curl"],
);

httpTest(
  "curl gets HEAD, empty, repeated and interim answers right",
  (kind) =>
    withServer(kind, async (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/none") return new Response(null, { status: 204 });
      if (pathname === "/empty") return new Response(null);
      if (pathname === "/same") {
        return new Response(null, { status: 304, headers: { etag: '"x"' } });
      }
      const headers = new Headers({ "content-type": "text/html" });
      headers.append("set-cookie", "a=1");
      headers.append("set-cookie", "b=2");
      const body = `${(await request.text()).length}`;
      return new Response(body, { status: 201, statusText: "Well Made", headers });
    }, async ({ localAddr }) => {
      const get = (path: string, ...args: string[]) => curl(kind, localAddr, path, ["-i", ...args]);
      const made = await get("/", "-d", "x".repeat(3000), "-H", "Expect: 100-continue");
      assert(made.startsWith("HTTP/1.1 100 Continue\r\n"), made);
      assert(made.includes("HTTP/1.1 201 Well Made\r\n"), made);
      assertEquals(made.match(/set-cookie: \w=\d/gi)?.length, 2);
      assert(/content-length: 4\r\n/i.test(made) && made.endsWith("\r\n\r\n3000"), made);
      assertEquals((await get("/", "-d", "y", "-H", "Transfer-Encoding: chunked")).slice(-1), "1");
      const head = await get("/", "-I");
      assert(head.startsWith("HTTP/1.1 201") && head.endsWith("\r\n\r\n"), head);
      assert((await get("/none")).startsWith("HTTP/1.1 204 No Content\r\n"));
      assert((await get("/same")).includes('"x"'));
      assert(/content-length: 0\r\n/i.test(await get("/empty")));
      const traced = await get("/", "-X", "TRACE");
      assert(traced.startsWith("HTTP/1.1 405"), traced);
    }),
  ["curl"],
);

httpTest(
  "bodies stream both ways at once, chunk by chunk",
  (kind) =>
    withServer(kind, (request) => {
      const upper = new TransformStream<Uint8Array, Uint8Array>({
        transform: (chunk, controller) => controller.enqueue(bytes(text(chunk).toUpperCase())),
      });
      return new Response(request.body!.pipeThrough(upper));
    }, async (_, connect) => {
      using endpoint = await connect();
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
      const writer = writable.getWriter();
      writer.write(bytes("first"));
      const response = await fetchOver(endpoint, "http://localhost/", {
        method: "POST",
        body: readable,
      });
      const reader = response.body!.getReader();
      assertEquals(text((await reader.read()).value!), "FIRST");
      for (const word of ["second", "third"]) {
        await writer.write(bytes(word));
        assertEquals(text((await reader.read()).value!), word.toUpperCase());
      }
      await writer.close();
      assertEquals((await reader.read()).done, true);
      const again = await fetchOver(endpoint, "http://localhost/", {
        method: "POST",
        body: "more",
      });
      assertEquals(await again.text(), "MORE");
    }),
);

httpTest("what a handler throws is answered, and the connection goes on", async (kind) => {
  const thrown: unknown[] = [];
  const wrong = new Error("wrong");
  await withServer(kind, (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/sync") throw wrong;
    if (pathname === "/async") return Promise.reject(wrong);
    if (pathname === "/nothing") return undefined as unknown as Response;
    if (pathname === "/length") return new Response("four", { headers: { "content-length": "5" } });
    return new Response("well");
  }, async (_, connect) => {
    using endpoint = await connect();
    for (const path of ["sync", "async", "nothing", "length"]) {
      const response = await fetchOver(endpoint, `http://localhost/${path}`);
      assertEquals([response.status, await response.text()], [500, "sorry"]);
    }
    assertEquals(await (await fetchOver(endpoint, "http://localhost/")).text(), "well");
  }, {
    onError: (error) => {
      thrown.push(error);
      return new Response("sorry", { status: 500 });
    },
  });
  assertEquals(thrown.slice(0, 2), [wrong, wrong]);
  assert(thrown.slice(2).every((error) => error instanceof TypeError), `${thrown}`);
});

httpTest("a body that breaks off breaks the connection, not the server", async (kind) => {
  const failures: unknown[] = [];
  const wrong = new Error("wrong");
  await withServer(kind, (request) => {
    if (new URL(request.url).pathname !== "/broken") return new Response("well");
    let chunks = 0;
    return new Response(
      new ReadableStream({
        async pull(controller) {
          if (chunks++ > 0) throw wrong;
          controller.enqueue(bytes("part"));
          await new Promise((resolve) => setTimeout(resolve));
        },
      }),
    );
  }, async (_, connect) => {
    using broken = await connect();
    const response = await fetchOver(broken, "http://localhost/broken");
    await assertCode(() => response.text(), "ECONNRESET");
    using endpoint = await connect();
    assertEquals(await (await fetchOver(endpoint, "http://localhost/")).text(), "well");
  }, { onConnectionError: (error) => failures.push(error) });
  assertEquals(failures, [wrong]);
});

httpTest("what is no HTTP is answered with 400 and closed", async (kind) => {
  const failures: unknown[] = [];
  await withServer(kind, () => new Response("well"), async (_, connect) => {
    using garbage = await connect();
    await garbage.sendAll(bytes("no HTTP at all\r\n\r\n"));
    let answer = "";
    for (let chunk; (chunk = await garbage.recv()).length > 0;) answer += text(chunk);
    assert(answer.startsWith("HTTP/1.1 400 Bad Request\r\n"), answer);
    using large = await connect();
    await large.sendAll(bytes(`GET / HTTP/1.1\r\nHost: x\r\nX: ${"y".repeat(3000)}\r\n\r\n`));
    assert(text(await large.recv()).startsWith("HTTP/1.1 431 "));
    using endpoint = await connect();
    assertEquals(await (await fetchOver(endpoint, "http://localhost/")).text(), "well");
  }, { onConnectionError: (error) => failures.push(error), maxHeaderBytes: 2000 });
  assert(failures.length >= 2, `${failures}`);
});

httpTest("a client that goes away aborts its request and cancels its answer", async (kind) => {
  const aborted = Promise.withResolvers<unknown>();
  const cancelled = Promise.withResolvers<unknown>();
  await withServer(kind, (request) => {
    request.signal.addEventListener("abort", () => aborted.resolve(request.signal.reason));
    return new Response(
      new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(65536)),
        cancel: (reason) => cancelled.resolve(reason),
      }),
    );
  }, async (_, connect) => {
    const endpoint = await connect();
    const response = await fetchOver(endpoint, "http://localhost/");
    const reader = response.body!.getReader();
    await reader.read();
    await reader.cancel();
    await assertCode(() => endpoint.recv(), "EBADF");
    for (const reason of [await aborted.promise, await cancelled.promise]) {
      assertEquals((reason as { code?: string }).code, "ECONNRESET");
    }
  });
});

httpTest("shutdown lets a request under way be answered and closes idle connections", (kind) => {
  const begun = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  return withServer(kind, async (request) => {
    if (new URL(request.url).pathname === "/quick") return new Response("quick");
    begun.resolve();
    await go.promise;
    return new Response("answered");
  }, async (server, connect) => {
    using idle = await connect();
    await (await fetchOver(idle, "http://localhost/quick")).text();
    using silent = await connect();
    using busy = await connect();
    const response = fetchOver(busy, "http://localhost/slow");
    await begun.promise;
    const ended = server.shutdown();
    assertEquals((await silent.recv()).length, 0);
    await assertCode(() => fetchOver(idle, "http://localhost/quick"), ["ECONNRESET", "EPIPE"]);
    await assertRejects(connect, Deno.errors.ConnectionRefused).catch(() =>
      assertRejects(connect, Deno.errors.NotFound)
    );
    go.resolve();
    assertEquals(await (await response).text(), "answered");
    await ended;
    await server.finished;
    await server.shutdown();
    const { path } = server.localAddr;
    if (path && !path.startsWith("\0")) {
      assertThrows(() => Deno.statSync(path), Deno.errors.NotFound);
    }
  });
});

httpTest("close() and an aborted signal end everything", async (kind) => {
  const begun = Promise.withResolvers<void>();
  const never = new Promise<Response>(() => {});
  await withServer(kind, () => (begun.resolve(), never), async (server, connect) => {
    using endpoint = await connect();
    const response = fetchOver(endpoint, "http://localhost/");
    await begun.promise;
    server.close();
    await assertCode(() => response, "ECONNRESET");
    await server.finished;
  });
  const controller = new AbortController();
  const server = serveHttp(await kind.listen(), () => never, { signal: controller.signal });
  controller.abort();
  await server.finished;
  const aborted = serveHttp(await kind.listen(), () => never, { signal: AbortSignal.abort() });
  await aborted.finished;
});

httpTest(
  "connections that are silent, slow or idle for too long are ended",
  (kind) =>
    withServer(kind, async (request) => new Response(await request.text()), async (_, connect) => {
      const all = async (text_: string) => {
        using endpoint = await connect();
        await endpoint.sendAll(bytes(text_));
        let answer = "";
        for (let chunk; (chunk = await endpoint.recv()).length > 0;) answer += text(chunk);
        return answer;
      };
      const timedOut = "HTTP/1.1 408 Request Timeout\r\n";
      assert((await all("")).startsWith(timedOut), "silent");
      assert((await all("GET / HTTP/1.1\r\nHost: x\r\n")).startsWith(timedOut), "slow head");
      const post = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n";
      // The handler waits for the body: there is no answer to give.
      assert(!(await all(`${post}abc`)).includes("200"), "slow body");
      const idle = await all(`${post}abcd`);
      assert(idle.startsWith("HTTP/1.1 200 OK\r\n") && idle.endsWith("abcd"), idle);
    }, {
      headersTimeoutMs: 100,
      requestTimeoutMs: 200,
      keepAliveTimeoutMs: 50,
      onError: () => new Response("cut short", { status: 400 }),
    }),
);

httpTest(
  "an upgraded connection knows no limits of HTTP, and ends with the server",
  (kind) =>
    withServer(kind, () => new Response("plain"), async (server, connect) => {
      using endpoint = await connect();
      const head = "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n";
      await endpoint.sendAll(bytes(`${head}early `));
      assert(text((await endpoint.recvUntil("\r\n\r\n"))!).startsWith("HTTP/1.1 101 "));
      assertEquals(text(await endpoint.recvExact(6)), "early ");
      using silent = await connect();
      await silent.recvUntil("\r\n\r\n"); // by then the limits have passed
      await endpoint.sendAll(bytes("late"));
      assertEquals(text(await endpoint.recvExact(4)), "late");
      await server.shutdown();
      assertEquals((await endpoint.recv()).length, 0);
    }, {
      headersTimeoutMs: 50,
      requestTimeoutMs: 50,
      keepAliveTimeoutMs: 50,
      onUpgrade: (_message, socket, head) => {
        socket.write(
          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n",
        );
        socket.write(head);
        socket.on("data", (chunk) => socket.write(chunk));
      },
    }),
);

httpTest(
  "wrk with 64 kept connections sees no error",
  (kind) =>
    withServer(kind, () => new Response("Hello"), async ({ localAddr }) => {
      const url = `http://127.0.0.1:${localAddr.port}/`;
      const { stdout } = await new Deno.Command("wrk", {
        args: ["-t1", "-c64", "-d1", url],
      }).output();
      const report = text(stdout);
      assert(Number(/(\d+) requests in/.exec(report)?.[1]) > 100, report);
      assert(!/Socket errors|Non-2xx/.test(report), report);
    }),
  ["wrk"],
  HTTP_KINDS.slice(0, 3),
);

Deno.test("what is no listener, handler or limit is refused", async () => {
  const handler = () => new Response();
  assertThrows(() => serveHttp({} as Listener, handler), TypeError, "listener");
  using packets = await unix.listen({ path: "\0no-streams", type: "seqpacket" });
  assertThrows(() => serveHttp(packets, handler), TypeError, "seqpacket");
  using listener = await HTTP_KINDS[0].listen();
  assertThrows(() => serveHttp(listener, 5 as unknown as typeof handler), TypeError, "handler");
  const refuse = (options: object, text: string) =>
    assertThrows(() => serveHttp(listener, handler, options), Error, text);
  refuse({ port: 5 }, '"port"');
  refuse({ keepAliveTimeoutMs: -1 }, "keepAliveTimeoutMs -1");
  refuse({ maxHeaderBytes: 0 }, "maxHeaderBytes 0");
  refuse({ onError: 1 }, "onError");
  refuse({ signal: 1 }, "signal");
});
