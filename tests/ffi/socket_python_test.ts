/** The BSD face with CPython on the other side. */
import { assert, assertEquals } from "@std/assert";
import type { InetAddress } from "../../core/address.ts";
import { SO_RCVBUF, SO_SNDBUF } from "../../ffi/options/mod.ts";
import { AF_INET, AF_INET6, SOCK_STREAM, socket } from "../../ffi/mod.ts";
import { PythonPeer } from "./_python.ts";
import { bytes, leakTest, tcpTrio, text } from "./_sockets.ts";

leakTest("a big send arrives whole, against a slow reader", async () => {
  await using peer = new PythonPeer(`
import hashlib
s = socket.create_server(("127.0.0.1", 0))
say(s.getsockname()[1])
c, _ = s.accept()
h, n = hashlib.sha256(), 0
while True:
    data = c.recv(65536)
    if not data: break
    h.update(data); n += len(data)
    if n < 200000: time.sleep(0.001)
say(n, h.hexdigest())
`);
  using client = socket();
  client.setOption(SO_SNDBUF, 65536);
  await client.connect({ hostname: "127.0.0.1", port: Number(await peer.line()) });
  const data = new Uint8Array(20_000_000).map((_, i) => i * 7 >> 3);
  await client.sendAll(data);
  client.shutdown("write");
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", data)).toHex();
  assertEquals(await peer.line(), `${data.length} ${hash}`);
}, ["python3"]);

leakTest("CPython's client and ours understand each other over each family", async () => {
  for (const [family, host] of [[AF_INET, "127.0.0.1"], [AF_INET6, "::1"]] as const) {
    using server = socket(family, SOCK_STREAM, 0);
    server.setOption(SO_RCVBUF, 4096);
    server.bind({ hostname: host, port: 0 });
    server.listen(5);
    await using peer = new PythonPeer(
      `
c = socket.create_connection((sys.argv[1], int(sys.argv[2])))
c.sendall(b"x" * 100000)
c.shutdown(socket.SHUT_WR)
say(c.getsockname()[1], len(c.recv(100, socket.MSG_WAITALL)), c.recv(1))
`,
      [host, String((server.localAddr as InetAddress).port)],
    );
    const [connection, from] = await server.accept();
    let total = 0;
    for (let chunk; (chunk = await connection.recv()).length > 0;) total += chunk.length;
    await connection.sendAll(new Uint8Array(100));
    connection.close();
    assertEquals([total, await peer.line()], [100000, `${(from as InetAddress).port} 100 b''`]);
  }
}, ["python3"]);

leakTest("an interrupted process loses nothing: signals every millisecond", async () => {
  let signals = 0;
  const onSignal = () => signals++;
  Deno.addSignalListener("SIGUSR1", onSignal);
  try {
    await using peer = new PythonPeer(
      `
hear()
pid = int(sys.argv[1])
for _ in range(300):
    os.kill(pid, signal.SIGUSR1)
    time.sleep(0.001)
say("done")
`,
      [String(Deno.pid)],
    );
    const { listener, client, server } = await tcpTrio();
    await peer.tell("go");
    let on = true;
    const done = peer.line().then(() => on = false);
    let rounds = 0;
    const echo = (async () => {
      for (let data; (data = await server.recv()).length > 0;) await server.sendAll(data);
    })();
    while (on) {
      await client.sendAll(bytes(`round ${rounds}`));
      assertEquals(text(await client.recv(100, { timeoutMs: 5000 })), `round ${rounds++}`);
    }
    await done;
    client.close();
    await echo;
    server.close();
    listener.close();
    assert(rounds > 100);
  } finally {
    Deno.removeSignalListener("SIGUSR1", onSignal);
  }
}, ["python3"]);
