import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { tcp, unix } from "../../mod.ts";
import { testWith } from "../_tools.ts";
import { runSock, runTool, Sock } from "./_sock.ts";

const BIG_BYTES = 200_000_000;

/** A socat client of that address. */
function socatTarget(address: string): string {
  return address.replace(/^tcp:/, "TCP:").replace(/^unix:@/, "ABSTRACT-CONNECT:")
    .replace(/^unix:/, "UNIX-CONNECT:");
}

Deno.test("connect sends standard input, prints the answer, and half-closes at the end of input", async () => {
  using listener = await tcp.listen({ hostname: "127.0.0.1", port: 0 });
  const running = runSock(["connect", `tcp:127.0.0.1:${listener.localAddr.port}`], "question");
  using peer = await listener.accept();
  const chunks: string[] = [];
  for (;;) {
    const data = await peer.recv();
    if (data.length === 0) break;
    chunks.push(new TextDecoder().decode(data));
  }
  // Only now, after its sending direction has ended, does it get an answer.
  await peer.sendAll(new TextEncoder().encode("answer"));
  peer.close();
  assertEquals(await running, { code: 0, out: "answer", err: "" });
  assertEquals(chunks.join(""), "question");
});

Deno.test("connect goes on sending after the peer has ended its sending direction", async () => {
  using listener = await tcp.listen({ hostname: "127.0.0.1", port: 0 });
  const input = new Uint8Array(5_000_000).fill(7);
  const running = runSock(["connect", `tcp:127.0.0.1:${listener.localAddr.port}`], input);
  using peer = await listener.accept();
  await peer.shutdown("write");
  const got = await peer.recvExact(input.length);
  assertEquals((await peer.recv()).length, 0);
  peer.close();
  assertEquals((await running).code, 0);
  assert(got.every((byte) => byte === 7));
});

Deno.test("connect ends soon after the peer though standard input stays open", async () => {
  using listener = await tcp.listen({ hostname: "127.0.0.1", port: 0 });
  await using sock = new Sock([
    "connect",
    `tcp:127.0.0.1:${listener.localAddr.port}`,
    "--linger",
    "10ms",
  ]);
  const peer = await listener.accept();
  await peer.sendAll(new TextEncoder().encode("bye"));
  peer.close();
  assertEquals(await sock.result(), { code: 0, out: "bye", err: "" });
});

for (const address of ["tcp:127.0.0.1:0", "tcp:[::1]:0", "unix:FILE", "unix:@NAME"]) {
  testWith({ tools: ["socat"] }, `listen serves one socat client on ${address}`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      const name = `sock-test-${crypto.randomUUID()}`;
      const where = address.replace("FILE", `${folder}/s`).replace("NAME", name);
      await using sock = new Sock(["listen", where]);
      const told = await sock.address();
      await sock.write("from the server");
      await sock.end();
      const { out } = await runTool("socat", ["-t10", "-", socatTarget(told)], "from the client");
      const result = await sock.result();
      assertEquals([result.code, result.out, out], [0, "from the client", "from the server"]);
      if (address === "unix:FILE") assertEquals(Array.from(Deno.readDirSync(folder)), []);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

testWith({ tools: ["ncat"] }, "connect talks to an ncat server, both ways to the end", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/ncat`;
  const serving = runTool("ncat", ["-l", "-U", path], "from ncat");
  while (await Deno.lstat(path).then(() => false, () => true)) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assertEquals(await runSock(["connect", `unix:${path}`], "from sock"), {
    code: 0,
    out: "from ncat",
    err: "",
  });
  assertEquals((await serving).out, "from sock");
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a large transfer is streamed both ways: memory stays bounded, every byte arrives", async () => {
  using listener = await tcp.listen({ hostname: "127.0.0.1", port: 0 });
  await using sock = new Sock(["connect", `tcp:127.0.0.1:${listener.localAddr.port}`, "--json"]);
  using peer = await listener.accept();
  const chunk = crypto.getRandomValues(new Uint8Array(65536));
  const total = Math.ceil(BIG_BYTES / chunk.length) * chunk.length;
  const echo = (async () => {
    const buffer = new Uint8Array(65536);
    let count = 0;
    for (let n; (n = await peer.recvInto(buffer)) > 0; count += n) {
      await peer.sendAll(buffer.subarray(0, n));
    }
    await peer.shutdown("write");
    return count;
  })();
  let peakKb = 0;
  let got = 0;
  let differs = false;
  const reading = (async () => {
    for await (const data of sock.child.stdout) {
      for (let i = 0; i < data.length; i += 997) {
        differs ||= data[i] !== chunk[(got + i) % chunk.length];
      }
      got += data.length;
    }
  })();
  for (let sent = 0; sent < total; sent += chunk.length) {
    await sock.write(chunk);
    if (sent % (64 * chunk.length) === 0) {
      const status = await Deno.readTextFile(`/proc/${sock.child.pid}/status`);
      peakKb = Math.max(peakKb, Number(status.match(/VmHWM:\s+(\d+)/)![1]));
    }
  }
  await sock.end();
  await reading;
  assertEquals([await echo, got, differs], [total, total, false]);
  assertEquals((await sock.child.status).code, 0);
  // What was moved is thrice this.
  assert(peakKb * 1024 < BIG_BYTES * 0.66, `peak of ${peakKb} KB`);
});

Deno.test("a reader of standard output that is slow slows the peer down, not gathers", async () => {
  using listener = await tcp.listen({ hostname: "127.0.0.1", port: 0 });
  await using _sock = new Sock(["connect", `tcp:127.0.0.1:${listener.localAddr.port}`]);
  using peer = await listener.accept();
  const chunk = new Uint8Array(65536);
  let sent = 0;
  // Nobody reads standard output: sending must come to a halt within what kernel buffers hold.
  try {
    while (sent < BIG_BYTES) {
      await peer.sendAll(chunk, { timeoutMs: 1000 });
      sent += chunk.length;
    }
  } catch (error) {
    assert(error instanceof DOMException && error.name === "TimeoutError");
  }
  assert(sent < BIG_BYTES / 4, `${sent} bytes were taken`);
});

Deno.test("connect ends quietly with 141 when the reader of standard output goes away", async () => {
  using listener = await tcp.listen({ hostname: "127.0.0.1", port: 0 });
  await using sock = new Sock(["connect", `tcp:127.0.0.1:${listener.localAddr.port}`]);
  const peer = await listener.accept();
  await sock.child.stdout.cancel();
  const flood = (async () => {
    const chunk = new Uint8Array(65536);
    for (;;) await peer.sendAll(chunk);
  })().catch(() => {});
  const { code } = await sock.child.status;
  peer.close();
  await flood;
  assertEquals([code, sock.errorText], [141, ""]);
});

Deno.test("listen --keep-open prints what all clients send and sends standard input to all", async () => {
  const path = `\0sock-test-${crypto.randomUUID()}`;
  await using sock = new Sock(["listen", `unix:@${path.slice(1)}`, "--keep-open"]);
  await sock.address();
  using one = await unix.connect({ path });
  using two = await unix.connect({ path });
  const reader = sock.child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  await one.sendAll(new TextEncoder().encode("one\n"));
  assertEquals((await reader.read()).value, "one\n");
  await two.sendAll(new TextEncoder().encode("two\n"));
  assertEquals((await reader.read()).value, "two\n");
  await sock.write("to all\n");
  assertEquals(new TextDecoder().decode(await one.recvExact(7)), "to all\n");
  assertEquals(new TextDecoder().decode(await two.recvExact(7)), "to all\n");
  one.close();
  using three = await unix.connect({ path });
  await three.sendAll(new TextEncoder().encode("three\n"));
  assertEquals((await reader.read()).value, "three\n");
  await sock.write("still\n");
  assertEquals(new TextDecoder().decode(await two.recvExact(6)), "still\n");
  assertEquals(new TextDecoder().decode(await three.recvExact(6)), "still\n");
  await sock.end();
  assertEquals((await two.recv()).length, 0);
  sock.child.kill("SIGINT");
  assertEquals((await sock.child.status).code, 130);
  await sock.told(/received 14 B, sent \d+ B/);
  await reader.cancel();
});

Deno.test("listen serves one client and refuses the next", async () => {
  await using sock = new Sock(["listen", "tcp:127.0.0.1:0"]);
  const port = await sock.port();
  using one = await tcp.connect({ hostname: "127.0.0.1", port });
  await one.sendAll(new TextEncoder().encode("x"));
  const reader = sock.child.stdout.getReader();
  await reader.read();
  const error = await tcp.connect({ hostname: "127.0.0.1", port }).then(
    () => undefined,
    (error) => error,
  );
  assertStringIncludes(String(error), "ECONNREFUSED");
  await sock.end();
  one.close();
  assertEquals((await sock.child.status).code, 0);
  await reader.cancel();
});
