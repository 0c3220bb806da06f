/** fetchOver: what it refuses, how it ends early, and CPython's server on the other end. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { fetchOver, serveHttp } from "../../bridge/mod.ts";
import * as tcp from "../../tcp/mod.ts";
import {
  assertCode,
  assertReason,
  bytes,
  noise,
  pending,
  sha256,
  text,
} from "../contract/_helpers.ts";
import { assertFds, openFds, PYTHON, testWith } from "../_tools.ts";
import { PAIRS, tcpPair } from "./_pairs.ts";

const SERVER = `
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        size = self.headers["Content-Length"]
        if size is None:
            body = b""
            while True:
                count = int(self.rfile.readline(), 16)
                body += self.rfile.read(count)
                self.rfile.readline()
                if count == 0: break
        else:
            body = self.rfile.read(int(size))
        self.send_response(203, "Seen")
        self.send_header("X-Framing", "chunked" if size is None else "length")
        self.send_header("X-Host", self.headers["Host"])
        self.send_header("Set-Cookie", "a=1")
        self.send_header("Set-Cookie", "b=2")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def do_GET(self):
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/there")
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            self.send_response(200)
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(b"until the end")
            self.close_connection = True
    do_HEAD = do_GET
    def log_message(self, *args): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
`;

testWith(
  { tools: ["python3"] },
  "CPython's server and fetchOver understand each other",
  async () => {
    const child = new Deno.Command(PYTHON, {
      args: ["-c", SERVER],
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const reader = child.stdout.getReader();
    try {
      const port = Number(text((await reader.read()).value!));
      for (const engine of ["deno", "libc"] as const) {
        using endpoint = await tcp.connect({ hostname: "127.0.0.1", port, engine });
        const data = noise(300_000, 2);
        const streamed = ReadableStream.from(slowly(data));
        for (const [body, framing] of [[data, "length"], [streamed, "chunked"]] as const) {
          const response = await fetchOver(endpoint, "http://example.com:8080/a", {
            method: "POST",
            body,
          });
          assertEquals([response.status, response.statusText], [203, "Seen"]);
          assertEquals(response.headers.get("x-framing"), framing);
          assertEquals(response.headers.get("x-host"), "example.com:8080");
          assertEquals(response.headers.getSetCookie(), ["a=1", "b=2"]);
          assertEquals(sha256(await response.bytes()), sha256(data));
        }
        const moved = await fetchOver(endpoint, "http://localhost/moved");
        assertEquals([moved.status, moved.headers.get("location")], [302, "/there"]);
        await moved.body?.pipeTo(new WritableStream());
        const last = await fetchOver(endpoint, "http://localhost/x");
        assertEquals(await last.text(), "until the end");
        await assertCode(() => fetchOver(endpoint, "http://localhost/x"), "ECONNRESET");
      }
    } finally {
      child.kill("SIGKILL");
      reader.releaseLock();
      await child.stdout.cancel();
      await child.status;
    }
  },
  { sanitizeOps: false },
);

for (const [kind, open] of PAIRS) {
  Deno.test(`${kind}: an aborted request rejects with its reason and closes the endpoint`, async () => {
    const before = openFds();
    const [client, server] = await open();
    const controller = new AbortController();
    const asking = fetchOver(client, "http://localhost/", { signal: controller.signal });
    assert(
      text((await server.recvUntil("\r\n\r\n"))!).startsWith("GET / HTTP/1.1\r\nHost: localhost"),
    );
    assert(await pending(asking));
    controller.abort("enough");
    await assertReason(asking, "enough");
    await assertCode(() => client.recv(), "EBADF");
    const signal = AbortSignal.abort("before");
    await assertReason(fetchOver(client, "http://localhost/", { signal }), "before");
    server.close();
    await assertFds(before);
  });

  Deno.test(`${kind}: a server that ends, breaks off or speaks no HTTP is an error`, async () => {
    const answers: [string, string | undefined][] = [
      ["", "ECONNRESET"],
      ["HTTP/1.1 200 OK\r\n", "ECONNRESET"],
      ["SSH-2.0-OpenSSH\r\n\r\n", undefined],
    ];
    for (const [answer, code] of answers) {
      const [client, server] = await open();
      const asking = fetchOver(client, "http://localhost/");
      await server.recvUntil("\r\n\r\n");
      await server.sendAll(bytes(answer));
      server.close();
      const error = await assertRejects(() => asking, Error);
      if (code !== undefined) assertEquals((error as { code?: string }).code, code);
      client.close();
    }
    const [client, server] = await open();
    const asking = fetchOver(client, "http://localhost/");
    await server.recvUntil("\r\n\r\n");
    await server.sendAll(bytes("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\npart"));
    server.close();
    const response = await asking;
    await assertCode(() => response.text(), "ECONNRESET");
    client.close();
  });
}

Deno.test("a body that is cancelled closes the endpoint, and the server hears of it", async () => {
  const listener = await tcp.listen({ hostname: "127.0.0.1", port: 0 });
  const cancelled = Promise.withResolvers<void>();
  await using server = serveHttp(listener, () =>
    new Response(
      new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(1000)),
        cancel: () => cancelled.resolve(),
      }),
    ));
  using endpoint = await tcp.connect(server.localAddr);
  const response = await fetchOver(endpoint, "http://localhost/");
  await response.body!.cancel();
  await cancelled.promise;
});

Deno.test("what is no request over a stream is refused", async () => {
  const [client, server] = await tcpPair("deno");
  await assertRejects(() => fetchOver({} as never, "http://x/"), TypeError, "no stream endpoint");
  await assertRejects(() => fetchOver(client, "ftp://x/"), TypeError, "ftp:");
  await assertRejects(() => fetchOver(client, "no URL"), TypeError);
  client.close();
  server.close();
});

/** The bytes in two parts, an event apart. */
async function* slowly(data: Uint8Array): AsyncGenerator<Uint8Array> {
  for (const part of [data.subarray(0, 1000), data.subarray(1000)]) {
    yield part;
    await new Promise((resolve) => setTimeout(resolve));
  }
}
