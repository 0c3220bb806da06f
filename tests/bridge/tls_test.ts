/** startTls and listenTls against each other and against OpenSSL's own client and server. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  fetchOver,
  listenTls,
  serveHttp,
  type StartDenoTlsOptions,
  startTls,
  type StartTlsClientOptions,
  type StartTlsServerOptions,
  type TlsEndpoint,
} from "../../bridge/mod.ts";
import * as tcp from "../../tcp/mod.ts";
import { assertCode, assertReason, assertTimeout, bytes, text } from "../contract/_helpers.ts";
import { assertFds, openFds, testWith } from "../_tools.ts";
import { makeSelfSigned, pki } from "./_certificates.ts";
import { HTTP_KINDS } from "./_http.ts";
import { PAIRS, type Stream } from "./_pairs.ts";

const NEEDS = { tools: ["openssl"] };
// deno-lint-ignore no-explicit-any
type Tls = TlsEndpoint<any>;
type Client = StartTlsClientOptions;
type Server = Omit<StartTlsServerOptions, "side">;

const serverKeys = (): Server => ({ cert: pki.server.cert, key: pki.server.key });
const trusting = (more: Client = {}): Client => ({
  hostname: "localhost",
  caCerts: [pki.ca.cert],
  ...more,
});

const byDeno = (): StartDenoTlsOptions => ({
  by: "deno",
  hostname: "localhost",
  caCerts: [pki.ca.cert],
});

function test(name: string, fn: () => Promise<void>): void {
  testWith(NEEDS, name, fn, { sanitizeOps: false });
}

/** Both sides' handshakes over a pair. */
async function secured(
  open: () => Promise<[Stream, Stream]>,
  client: Client,
  server: Server,
): Promise<[PromiseSettledResult<Tls>, PromiseSettledResult<Tls>, () => void]> {
  const [c, s] = await open();
  const results = await Promise.allSettled([
    startTls(c, client),
    startTls(s, { ...server, side: "server" }),
  ]);
  return [...results, () => {
    for (const result of results) if (result.status === "fulfilled") result.value.close();
    c.close();
    s.close();
  }];
}

async function withTls(
  client: Client,
  server: Server,
  use: (client: Tls, server: Tls) => Promise<void> | void,
  open: () => Promise<[Stream, Stream]> = PAIRS[0][1],
): Promise<void> {
  const [c, s, close] = await secured(open, client, server);
  try {
    if (c.status === "rejected") throw c.reason;
    if (s.status === "rejected") throw s.reason;
    await use(c.value, s.value);
  } finally {
    close();
  }
}

for (const [kind, open] of PAIRS) {
  for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
    test(`${kind}: ${version} with ALPN, SNI and certificates of both sides`, async () => {
      const before = openFds();
      const { cert, key } = pki.client;
      const server: Server = {
        ...serverKeys(),
        caCerts: [pki.ca.cert],
        clientCerts: "require",
        alpnProtocols: ["second", "first"],
        certFor: (name) => name === "other.test" ? pki.other : undefined,
        maxVersion: version,
      };
      for (const hostname of ["localhost", "other.test"]) {
        const client = trusting({ hostname, cert, key, alpnProtocols: ["first", "second"] });
        await withTls(client, server, async (c, s) => {
          for (const end of [c, s]) {
            assertEquals(end.tlsVersion, version);
            assertEquals(end.alpnProtocol, "second");
            assertEquals(end.serverName, hostname);
            assertEquals(end.peerVerified, true);
            assert(end.cipher.startsWith("TLS_"), end.cipher);
          }
          assertEquals(c.peerCertificate!.subject, { CN: hostname });
          assertEquals(c.peerCertificate!.subjectAltName, `DNS:${hostname}`);
          assertEquals(s.peerCertificate!.subject, { CN: "client" });
          assertEquals(s.peerCertificate!.issuer, { CN: "test-ca" });
          const digest = await crypto.subtle.digest("SHA-256", s.peerCertificate!.der.slice());
          const hex = [...new Uint8Array(digest)].map((b) => b.toString(16).padStart(2, "0"));
          assertEquals(s.peerCertificate!.fingerprint256, hex.join(":").toUpperCase());
          await c.sendAll(bytes("ping"));
          assertEquals(text(await s.recvExact(4)), "ping");
        }, open);
      }
      await assertFds(before);
    });
  }
}

test("a certificate that is not for the host, or not trusted, is refused by its code", async () => {
  const cases: [Client, string][] = [
    [trusting({ hostname: "wrong.test" }), "ERR_TLS_CERT_ALTNAME_INVALID"],
    [trusting({ hostname: "127.0.0.1" }), "ERR_TLS_CERT_ALTNAME_INVALID"],
    [{ hostname: "localhost" }, "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
    [
      { hostname: "localhost", caCerts: [makeSelfSigned("foreign").cert] },
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    ],
  ];
  const before = openFds();
  for (const [client, code] of cases) {
    const [c, , close] = await secured(PAIRS[0][1], client, serverKeys());
    close();
    assertEquals(c.status === "rejected" && c.reason.code, code);
  }
  await assertFds(before);
  await withTls({ hostname: "localhost", insecure: true }, serverKeys(), (c) => {
    assertEquals(c.peerVerified, false);
  });
});

test("a client without the certificate that is required is refused, a requested one is told", async () => {
  const foreign = makeSelfSigned("foreign");
  const asking: Server = { ...serverKeys(), caCerts: [pki.ca.cert] };
  for (const { cert, key } of [foreign, { cert: undefined, key: undefined }]) {
    for (const maxVersion of ["TLSv1.2", "TLSv1.3"] as const) {
      const client = trusting({ cert, key, maxVersion });
      const required: Server = { ...asking, clientCerts: "require" };
      const [c, s, close] = await secured(PAIRS[0][1], client, required);
      assertEquals(s.status, "rejected", `${maxVersion} ${cert}`);
      if (c.status === "fulfilled") {
        const end = await c.value.recv().catch(() => new Uint8Array(0));
        assertEquals(end.length, 0);
      }
      close();
      await withTls(client, { ...asking, clientCerts: "request" }, (_, server) => {
        assertEquals(server.peerVerified, false);
        assertEquals(server.peerCertificate?.subject.CN, cert && "foreign");
      });
    }
  }
});

test("sides that agree on no version or protocol both fail", async () => {
  const cases: [Client, Server][] = [
    [trusting({ minVersion: "TLSv1.3" }), { ...serverKeys(), maxVersion: "TLSv1.2" }],
    [trusting({ alpnProtocols: ["a"] }), { ...serverKeys(), alpnProtocols: ["b"] }],
  ];
  for (const [client, server] of cases) {
    const [c, s, close] = await secured(PAIRS[0][1], client, server);
    close();
    assertEquals([c.status, s.status], ["rejected", "rejected"]);
  }
});

test("a handshake that is given up, or that the peer leaves, closes the endpoint", async () => {
  const before = openFds();
  for (const side of ["client", "server"] as const) {
    const options = side === "client" ? trusting() : { ...serverKeys(), side };
    const [a, silent] = await PAIRS[0][1]();
    await assertTimeout(() => startTls(a, { ...options, timeoutMs: 10 } as Client));
    await assertCode(() => a.recv(), "EBADF");
    silent.close();
    const [b, leaving] = await PAIRS[0][1]();
    const controller = new AbortController();
    const aborted = startTls(b, { ...options, signal: controller.signal } as Client);
    controller.abort("enough");
    await assertReason(aborted, "enough");
    leaving.close();
    const [c, gone] = await PAIRS[1][1]();
    const left = startTls(c, options as Client);
    gone.close();
    await assertCode(() => left, "ECONNRESET");
  }
  await assertFds(before);
});

test("a protocol may begin in the clear: bytes received before belong to the handshake", async () => {
  const [c, s] = await PAIRS[0][1]();
  const server = (async () => {
    assertEquals(text((await s.recvUntil("\n"))!), "STARTTLS\n");
    // What follows at once is in the endpoint's queue by now, beyond the line.
    return await startTls(s, { ...serverKeys(), side: "server" });
  })();
  await c.sendAll(bytes("STARTTLS\n"));
  using client = await startTls(c, trusting());
  using secure = await server;
  await secure.sendAll(bytes("welcome"));
  assertEquals(text(await client.recvExact(7)), "welcome");
});

test("TLS goes over TLS", () =>
  withTls(trusting(), serverKeys(), async (outer, outerServer) => {
    const [inner, innerServer] = await Promise.all([
      startTls(outer, trusting()),
      startTls(outerServer, { ...serverKeys(), side: "server" }),
    ]);
    await inner.sendAll(bytes("deep"));
    assertEquals(text(await innerServer.recvExact(4)), "deep");
    inner.close();
    innerServer.close();
  }));

test("openssl s_client talks to listenTls, and leaves with close_notify", async () => {
  using listener = listenTls(await tcp.listen({ hostname: "127.0.0.1", port: 0 }), {
    ...serverKeys(),
    alpnProtocols: ["echo"],
  });
  assertEquals(listener.alpnProtocols, ["echo"]);
  const child = new Deno.Command("openssl", {
    args: [
      "s_client",
      "-connect",
      `127.0.0.1:${listener.localAddr.port}`,
      "-CAfile",
      pki.ca.certFile,
    ]
      .concat(["-verify_return_error", "-servername", "localhost", "-alpn", "echo", "-ign_eof"]),
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stdin = child.stdin.getWriter();
  await stdin.write(bytes("from openssl\n"));
  using connection = await listener.accept({ timeoutMs: 20_000 });
  assertEquals([connection.alpnProtocol, connection.serverName], ["echo", "localhost"]);
  assertEquals(text((await connection.recvUntil("\n"))!), "from openssl\n");
  await connection.sendAll(bytes("from us\n"));
  connection.close();
  const { stdout } = await child.output().finally(() => stdin.close().catch(() => {}));
  const said = text(stdout);
  assert(said.includes("from us\n") && said.includes("Verify return code: 0 (ok)"), said);
  assert(said.includes("ALPN protocol: echo"), said);
});

test("startTls talks to openssl s_server, with a client certificate", async () => {
  const [port] = await freePort();
  const child = new Deno.Command("openssl", {
    args: ["s_server", "-accept", `127.0.0.1:${port}`, "-cert", pki.server.certFile]
      .concat(["-key", pki.server.keyFile, "-CAfile", pki.ca.certFile, "-Verify", "1", "-rev"])
      .concat(["-verify_return_error", "-alpn", "rev"]),
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  try {
    await untilPrinted(child.stdout, "ACCEPT");
    const endpoint = await tcp.connect({ hostname: "127.0.0.1", port });
    const { cert, key } = pki.client;
    using client = await startTls(endpoint, trusting({ cert, key, alpnProtocols: ["rev"] }));
    assertEquals(client.alpnProtocol, "rev");
    await client.sendAll(bytes("abcdef\n"));
    assertEquals(text((await client.recvUntil("\n", { timeoutMs: 20_000 }))!), "fedcba\n");
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
});

test("a client that is slow or no TLS at all holds up nobody at a TLS listener", async () => {
  const before = openFds();
  const failures: string[] = [];
  {
    using listener = listenTls(await tcp.listen({ hostname: "127.0.0.1", port: 0 }), {
      ...serverKeys(),
      onError: (error) => failures.push(error.name),
    });
    using _silent = await tcp.connect(listener.localAddr);
    using garbage = await tcp.connect(listener.localAddr);
    await garbage.sendAll(bytes("GET / HTTP/1.1\r\n\r\n"));
    while ((await garbage.recv().catch(() => new Uint8Array(0))).length > 0);
    await assertTimeout(() => listener.accept({ timeoutMs: 1 }));
    const clients = await Promise.all(
      Array.from(
        { length: 5 },
        async () => await startTls(await tcp.connect(listener.localAddr), trusting()),
      ),
    );
    for (const client of clients) {
      using server = await listener.accept();
      await server.sendAll(bytes("x"));
      client.close();
    }
    const waiting = listener.accept();
    listener.close();
    await assertCode(() => waiting, "EBADF");
    await assertCode(() => listener.accept(), "EBADF");
  }
  assertEquals(failures.length, 1);
  await assertFds(before);
});

for (const kind of HTTP_KINDS.filter(({ name }) => !name.includes("mptcp"))) {
  test(`HTTPS by serveHttp over listenTls, ${kind.name}`, async () => {
    const listener = listenTls(await kind.listen(), serverKeys());
    await using server = serveHttp(listener, (request) => new Response(request.url));
    const where = kind.curl(server.localAddr);
    const { stdout, stderr } = await new Deno.Command("curl", {
      args: ["-sS", "--cacert", pki.ca.certFile, ...where.slice(0, -1), "--connect-to"]
        .concat([`localhost:443:127.0.0.1:${server.localAddr.port ?? 443}`, "https://localhost/x"]),
    }).output();
    assertEquals(text(stdout), "https://localhost/x", text(stderr));
    using endpoint = await startTls(await kind.connect(server), trusting());
    for (const path of ["/a", "/b"]) {
      const response = await fetchOver(endpoint, `https://localhost${path}`);
      assertEquals(await response.text(), `https://localhost${path}`);
    }
  });
}

test("by Deno's own TLS: openssl s_server agrees on a protocol and echoes", async () => {
  const [port] = await freePort();
  const child = new Deno.Command("openssl", {
    args: ["s_server", "-accept", `127.0.0.1:${port}`, "-cert", pki.server.certFile]
      .concat(["-key", pki.server.keyFile, "-rev", "-alpn", "rev"]),
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  try {
    await untilPrinted(child.stdout, "ACCEPT");
    const endpoint = await tcp.connect({ hostname: "127.0.0.1", port, engine: "deno" });
    using client = await startTls(endpoint, { ...byDeno(), alpnProtocols: ["other", "rev"] });
    assertEquals([client.alpnProtocol, client.serverName], ["rev", "localhost"]);
    assertEquals(client.remoteAddr, { family: "inet", hostname: "127.0.0.1", port });
    assert("tlsVersion" in client === false);
    await client.sendAll(bytes("abcdef\n"));
    assertEquals(text((await client.recvUntil("\n", { timeoutMs: 20_000 }))!), "fedcba\n");
    await assertCode(() => endpoint.recv(), "EBADF");
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
});

test("by Deno's own TLS: what it cannot do is refused, and a failed handshake leaves nothing", async () => {
  const before = openFds();
  using listener = listenTls(await tcp.listen({ hostname: "127.0.0.1", port: 0 }), serverKeys());
  const accepting = (async () => {
    for await (const connection of listener) connection.close();
  })();
  const connect = () => tcp.connect({ ...listener.localAddr, engine: "deno" });
  const attempt = async (options: object, endpoint?: Stream) =>
    await startTls(endpoint ?? await connect(), { by: "deno", ...options } as StartDenoTlsOptions);
  for (const options of [{ caCerts: [] }, { hostname: "other.example" }]) {
    await assertRejects(() => attempt({ ...byDeno(), ...options }), Deno.errors.InvalidData);
  }
  // Before anything is done, so that the endpoint is whole.
  using whole = await connect();
  const refuse = (options: object, part: string) =>
    assertRejects(() => attempt({ ...byDeno(), ...options }, whole), TypeError, part);
  await refuse({ by: "rustls" }, "by rustls is not");
  await refuse({ side: "server" }, "client");
  for (const key of ["cert", "key", "minVersion", "insecure"]) await refuse({ [key]: "x" }, key);
  const [a, b] = await PAIRS[2][1]();
  await assertRejects(() => attempt(byDeno(), a), TypeError, "deno engine");
  a.close();
  b.close();
  const [silent, peer] = await PAIRS[0][1]();
  await assertTimeout(() => attempt({ ...byDeno(), timeoutMs: 10 }, silent));
  await assertCode(() => silent.recv(), "EBADF");
  const [early, server] = await PAIRS[0][1]();
  await server.sendAll(bytes("line\nmore"));
  await early.recvUntil("\n");
  await assertRejects(() => attempt(byDeno(), early), Deno.errors.Busy, "wait in it");
  for (const each of [peer, early, server]) each.close();
  using good = await startTls(whole, byDeno());
  assertEquals((await good.recv()).length, 0);
  listener.close();
  await accepting;
  good.close();
  await assertFds(before);
});

test("certificates and keys that no handshake could be made with are refused at once", async () => {
  using listener = await tcp.listen({ hostname: "127.0.0.1", port: 0 });
  const { cert, key } = pki.server;
  const wrong: [object, string][] = [
    [{ cert: "garbage", key }, "cert is no certificate as PEM"],
    [{ cert: key, key }, "cert is no certificate as PEM"],
    [{ cert, key: "garbage" }, "key is no private key as PEM"],
    [{ cert, key: cert }, "key is no private key as PEM"],
    [{ cert, key: pki.other.key }, "key is not that of cert"],
    [{ cert, key, caCerts: [cert, "garbage"] }, "caCerts[1] is no certificate as PEM"],
  ];
  for (const [options, text] of wrong) {
    assertThrows(() => listenTls(listener, options), TypeError, text);
    using client = await tcp.connect(listener.localAddr);
    (await listener.accept()).close();
    const starting = startTls(client, { hostname: "localhost", ...options });
    await assertRejects(() => starting, TypeError, text);
  }
});

test("options of the wrong kind are refused", async () => {
  const [a, b] = await PAIRS[2][1]();
  const refuse = (options: object, part: string) =>
    assertRejects(() => startTls(a, options as Client), Error, part);
  await refuse({}, "hostname is not given");
  await refuse({ hostname: "x", port: 1 }, '"port"');
  await refuse({ hostname: "x", side: "both" }, "side both");
  await refuse({ hostname: "x", cert: "y" }, "belong together");
  await refuse({ hostname: "x", caCerts: "y" }, "caCerts");
  await refuse({ hostname: "x", alpnProtocols: [""] }, "ALPN");
  await refuse({ hostname: "x", minVersion: "TLSv1.1" }, "minVersion");
  await refuse({ hostname: "x", minVersion: "TLSv1.3", maxVersion: "TLSv1.2" }, "above");
  await refuse({ hostname: "x", insecure: 1 }, "insecure");
  await refuse({ side: "server" }, "needs cert and key");
  await refuse({ ...serverKeys(), side: "server", clientCerts: "require" }, "needs caCerts");
  await refuse({ ...serverKeys(), side: "server", certFor: 1 }, "certFor");
  await refuse({ ...serverKeys(), side: "server", hostname: "x" }, '"hostname"');
  await refuse({ side: "server", cert: "no PEM", key: "no PEM" }, "");
  assertThrows(() => listenTls({} as never, serverKeys()), TypeError, "listener");
  a.close();
  b.close();
});

async function freePort(): Promise<[number]> {
  using listener = await tcp.listen({ hostname: "127.0.0.1", port: 0 });
  return [listener.localAddr.port];
}

async function untilPrinted(stream: ReadableStream<Uint8Array>, word: string): Promise<void> {
  let said = "";
  for await (const chunk of stream) {
    said += text(chunk);
    if (said.includes(word)) return;
  }
  throw new Error(`no ${word} in ${said}`);
}
