import { assert, assertEquals, assertMatch } from "@std/assert";
import { testWith } from "../_tools.ts";
import { closedPort, runSock, runTool, Sock } from "./_sock.ts";

/** Certificates by openssl: a root, one for localhost and one for a client. */
class Certificates implements Disposable {
  readonly folder: string;
  readonly ca: string;
  readonly server: readonly string[];
  readonly client: readonly string[];

  constructor() {
    this.folder = Deno.makeTempDirSync();
    this.ca = `${this.folder}/ca.pem`;
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
    this.#openssl(
      "req",
      "-x509",
      ...key,
      "-keyout",
      this.#path("ca.key"),
      "-out",
      this.ca,
      "-subj",
      "/CN=root",
    );
    for (const [name, alternative] of [["server", "DNS:localhost"], ["client", "email:a@b"]]) {
      this.#openssl(
        ...["req", "-x509", ...key, "-CA", this.ca, "-CAkey", this.#path("ca.key")],
        ...["-keyout", this.#path(`${name}.key`), "-out", this.#path(`${name}.pem`)],
        ...["-subj", `/CN=${name}`, "-addext", `subjectAltName=${alternative}`],
        ...["-addext", "basicConstraints=critical,CA:FALSE"],
      );
    }
    this.server = ["--cert", this.#path("server.pem"), "--key", this.#path("server.key")];
    this.client = ["--cert", this.#path("client.pem"), "--key", this.#path("client.key")];
  }

  #path(name: string): string {
    return `${this.folder}/${name}`;
  }

  #openssl(...args: string[]): void {
    const { success, stderr } = new Deno.Command("openssl", { args, stdout: "null" }).outputSync();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.folder, { recursive: true });
  }
}

const needs = { tools: ["openssl"] };

testWith(
  needs,
  "sock echo tls: answers openssl s_client, which trusts its certificate",
  async () => {
    using certificates = new Certificates();
    await using server = new Sock(["echo", "tls:127.0.0.1:0", ...certificates.server, "--json"]);
    const port = await server.port();
    for (const version of ["-tls1_2", "-tls1_3"]) {
      const client = new Deno.Command("openssl", {
        args: [
          ...["s_client", "-connect", `127.0.0.1:${port}`, "-servername", "localhost", version],
          ...["-CAfile", certificates.ca, "-verify_return_error", "-verify_hostname", "localhost"],
          "-quiet",
        ],
        stdin: "piped",
        stdout: "piped",
        stderr: "null",
      }).spawn();
      const writer = client.stdin.getWriter();
      await writer.write(new TextEncoder().encode("hello\n"));
      const reader = client.stdout.getReader();
      assertEquals(new TextDecoder().decode((await reader.read()).value), "hello\n");
      await writer.close();
      await reader.cancel();
      client.kill();
      await client.status;
    }
    await server.told(/TLSv1\.3/);
    const tls = server.events.filter(({ event }) => event === "open").map(({ tls }) => tls);
    assertMatch(tls[0], /^TLSv1\.2 TLS_/);
    assertMatch(tls[1], /^TLSv1\.3 TLS_/);
  },
);

testWith(
  needs,
  "sock connect tls: talks to openssl s_server, and says why it does not trust one",
  async () => {
    using certificates = new Certificates();
    const port = closedPort();
    const [, cert, , key] = certificates.server;
    await using _server = {
      child: new Deno.Command("openssl", {
        args: [
          "s_server",
          "-accept",
          `127.0.0.1:${port}`,
          "-cert",
          cert,
          "-key",
          key,
          "-rev",
          "-quiet",
        ],
        stdin: "null",
        stdout: "null",
        stderr: "null",
      }).spawn(),
      async [Symbol.asyncDispose]() {
        this.child.kill();
        await this.child.status;
      },
    };
    const at = `tls:localhost:${port}`;
    const connect = (...args: string[]) => runSock(["connect", ...args], "hello\n");
    while ((await runSock(["connect", "-z", `tcp:127.0.0.1:${port}`])).code !== 0);
    const ca = ["--ca", certificates.ca];
    assertEquals((await connect(at, ...ca, "-t", "5", "-q")).out, "olleh\n");
    const untrusted = await connect(at);
    assertEquals([untrusted.code, untrusted.out], [1, ""]);
    assertMatch(
      untrusted.err,
      /^sock: TLS with tls:localhost:\d+ failed: .*--ca names whom to trust/,
    );
    assertEquals((await connect(at, "--insecure", "-t", "5")).out, "olleh\n");
    // The certificate is for localhost alone.
    const other = await connect(`tls:127.0.0.1:${port}`, ...ca);
    assertEquals([other.code, other.out], [1, ""]);
    assertMatch(other.err, /ERR_TLS_CERT_ALTNAME_INVALID/);
    const named = await connect(`tls:127.0.0.1:${port}`, ...ca, "--sni", "localhost", "-t", "5");
    assertEquals([named.code, named.out], [0, "olleh\n"]);
  },
);

testWith(
  { tools: ["openssl", "socat"] },
  "relay takes TLS off and puts it on; socat is on both ends",
  async () => {
    using certificates = new Certificates();
    await using echo = new Sock(["echo", "tcp:127.0.0.1:0"]);
    await using off = new Sock([
      "relay",
      "tls:127.0.0.1:0",
      await echo.address(),
      ...certificates.server,
    ]);
    const port = await off.port();
    const direct = await runTool("socat", [
      "-t5",
      "-",
      `OPENSSL:127.0.0.1:${port},cafile=${certificates.ca},commonname=localhost`,
    ], "through socat");
    assertEquals(direct.out, "through socat");
    await using on = new Sock([
      ...["relay", "tcp:127.0.0.1:0", `tls:127.0.0.1:${port}`],
      ...["--ca", certificates.ca, "--sni", "localhost"],
    ]);
    const clear = await runTool(
      "socat",
      ["-t5", "-", `TCP:127.0.0.1:${await on.port()}`],
      "in the clear",
    );
    assertEquals(clear.out, "in the clear");
    await using both = new Sock([
      ...["relay", "tls:127.0.0.1:0", `tls:127.0.0.1:${port}`],
      ...[...certificates.server, "--ca", certificates.ca, "--sni", "localhost"],
    ]);
    const again = await runSock([
      ...["connect", `tls:localhost:${await both.port()}`, "--ca", certificates.ca],
    ], "twice");
    assertEquals([again.code, again.out], [0, "twice"]);
  },
);

testWith(
  needs,
  "a server with --ca serves clients that show a certificate of it, and no others",
  async () => {
    using certificates = new Certificates();
    const ca = ["--ca", certificates.ca];
    await using server = new Sock(["echo", "tls:127.0.0.1:0", ...certificates.server, ...ca, "-j"]);
    const at = `tls:127.0.0.1:${await server.port()}`;
    const args = ["connect", at, ...ca, "--sni", "localhost"];
    const without = await runSock(args, "hello");
    // It hears of the refusal only if it is quick: the server hangs up on it.
    assertEquals(without.out, "");
    await server.told(/"event":"warning"/);
    const shown = await runSock([...args, ...certificates.client], "hello");
    assertEquals([shown.code, shown.out], [0, "hello"]);
  },
);

testWith(needs, "listen and connect chat over TLS, each end passed on by itself", async () => {
  using certificates = new Certificates();
  await using server = new Sock(["listen", "tls:127.0.0.1:0", ...certificates.server]);
  const port = await server.port();
  const running = runSock([
    ...["connect", `tls:localhost:${port}`, "--ca", certificates.ca, "--alpn", "chat"],
  ], "from the client");
  await server.write("from the server");
  await server.end();
  const [client, { code, out }] = await Promise.all([running, server.result()]);
  assertEquals([client.code, client.out], [0, "from the server"]);
  assertEquals([code, out], [0, "from the client"]);
});

Deno.test("options of TLS that make no sense are refused", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/no.pem`, "hello");
  for (
    const args of [
      ["echo", "tls:0"],
      ["echo", "tls:0", "--cert", "a"],
      ["echo", "tls:0", "--insecure", "--cert", "a", "--key", "b"],
      ["echo", "tcp:0", "--cert", "a", "--key", "b"],
      ["connect", "tls:127.0.0.1:1", "--ca", `${folder}/none.pem`],
      ["connect", "tls:127.0.0.1:1", "--ca", `${folder}/no.pem`],
      ["connect", "tls:127.0.0.1:1", "--ca", "a", "--insecure"],
      ["connect", "tcp:127.0.0.1:1", "--insecure"],
    ]
  ) {
    const { code, err } = await runSock(args);
    assertEquals(code, 2, args.join(" "));
    assert(err.startsWith("sock: "));
  }
  await Deno.remove(folder, { recursive: true });
});
