import { assert, assertEquals } from "@std/assert";
import { testWith } from "../_tools.ts";
import { Program } from "./_programs.ts";

function openssl(...args: string[]): void {
  const { success, stderr } = new Deno.Command("openssl", { args }).outputSync();
  assert(success, new TextDecoder().decode(stderr));
}

testWith(
  { tools: ["openssl"] },
  "tls/client.ts talks TLS over endpoint.conn to a server whose certificate was made here",
  async () => {
    const dir = await Deno.makeTempDir();
    try {
      const [caKey, ca, key, request, cert, extensions] = [
        "ca.key",
        "ca.pem",
        "server.key",
        "server.csr",
        "server.pem",
        "extensions",
      ].map((name) => `${dir}/${name}`);
      await Deno.writeTextFile(extensions, "subjectAltName=DNS:localhost\n");
      const subject = ["-newkey", "rsa:2048", "-nodes", "-subj"];
      openssl("req", "-x509", ...subject, "/CN=test CA", "-keyout", caKey, "-out", ca);
      openssl("req", ...subject, "/CN=localhost", "-keyout", key, "-out", request);
      const signed = ["-CA", ca, "-CAkey", caKey, "-CAcreateserial", "-extfile", extensions];
      openssl("x509", "-req", "-in", request, ...signed, "-out", cert);

      using listener = Deno.listenTls({
        hostname: "127.0.0.1",
        port: 0,
        key: await Deno.readTextFile(key),
        cert: await Deno.readTextFile(cert),
      });
      await using client = new Program("tls/client.ts", [`${listener.addr.port}`, ca]);
      using conn = await listener.accept();
      const buffer = new Uint8Array(1024);
      const count = await conn.read(buffer);
      assertEquals(new TextDecoder().decode(buffer.subarray(0, count!)), "Hello over TLS\n");
      await conn.write(buffer.subarray(0, count!));
      assertEquals(await client.rest(), ["received Hello over TLS"]);
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
);
