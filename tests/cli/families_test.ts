/** The kinds of address that other kernels have: served and connected to, in the guest. */
import { assertEquals, assertMatch } from "@std/assert";
import { parseAddress } from "../../cli/address.ts";
import { mirrorChannel } from "../../cli/channel.ts";
import { exchange } from "../../cli/pump.ts";
import { ClientTraffic, Traffic } from "../../cli/traffic.ts";
import { libc } from "../../ffi/abi/library.ts";
import { lacksControllers, openControllers } from "../bluetooth/_controllers.ts";
import { lacksCan, withBus } from "../can/_bus.ts";
import { lacksDccp } from "../dccp/_lacks.ts";
import { lacksSctp } from "../sctp/_lacks.ts";
import { lacksTipc } from "../tipc/_lacks.ts";
import { limitMs, testWith } from "../_tools.ts";
import { runSock, Sock } from "./_sock.ts";

// Opened here, or the first test to need the library would be told that it leaks it.
libc();

/** Services of this process's own: another job of the same kernel may have its. */
const TIPC = 2_000_000 + 10 * Deno.pid;
const SETTINGS = { options: [] };
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (data: Uint8Array | undefined) => data && new TextDecoder().decode(data);

/**
 * A server that echoes one client: two messages come back, each by itself if they are messages, and
 * the client's end ends the server's side. Gives the server's name.
 */
async function echoes(
  server: string,
  clientOf: (name: string) => string,
  { kind = "message", ends = true }: { kind?: "message" | "stream"; ends?: boolean } = {},
): Promise<string> {
  using timer = deadline(limitMs(4000));
  const { signal } = timer;
  const opened = await parseAddress(server).serve(SETTINGS, limitMs(30_000));
  try {
    assertEquals([opened.kind, opened.engine], [kind, "libc"]);
    const serving = (async () => {
      const { channel } = await opened.next({ signal });
      const counts = new ClientTraffic(new Traffic(), undefined);
      await exchange(channel, mirrorChannel(channel.kind), counts, { signal });
    })();
    serving.catch(() => {});
    const target = clientOf(opened.name);
    const { channel, remote } = await parseAddress(target).connect(SETTINGS, { signal });
    assertEquals([channel.kind, channel.ends], [kind, false]);
    if (server.startsWith("tipc")) assertMatch(remote, /^tipc(seq)?:socket \d+@[0-9a-f]+$/);
    else assertEquals(remote, target.replace(/^(dccp:.*:\d+):\w+$/, "$1"));
    for (const word of ["hello", "again, and longer"]) {
      await channel.send(bytes(word));
      let heard = "";
      while (heard.length < word.length) heard += text(await within(signal, channel.receive()));
      assertEquals(heard, word);
    }
    // There are no halves to end: the sending direction stays.
    await channel.endSend();
    await channel.send(bytes("still"));
    assertEquals(text(await within(signal, channel.receive())), "still");
    channel.close();
    if (ends) await within(signal, serving);
    return opened.name;
  } finally {
    opened.close();
  }
}

/** A signal for a while: one of AbortSignal.timeout() would outlive its test. */
function deadline(ms: number): Disposable & { signal: AbortSignal } {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new Error("Waited in vain")), ms);
  return { signal: controller.signal, [Symbol.dispose]: () => clearTimeout(timer) };
}

/** What a call gives; a channel's knows no limit of its own. */
async function within<T>(signal: AbortSignal, call: Promise<T>): Promise<T> {
  return await Promise.race([
    call,
    new Promise<never>((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    }),
  ]);
}

const LOOPBACKS = ["127.0.0.1", "[::1]"];

testWith({ kernel: lacksSctp }, "sctp: serves and connects, over IPv4 and IPv6", async () => {
  for (const host of LOOPBACKS) await echoes(`sctp:${host}:0`, (name) => name);
  assertMatch(
    await echoes("sctp:0", (name) => name.replace("[::]", "127.0.0.1")),
    /^sctp:\[::\]:\d+$/,
  );
});

testWith(
  { kernel: lacksDccp },
  "dccp: serves and connects, with a service and without",
  async () => {
    for (const host of LOOPBACKS) await echoes(`dccp:${host}:0`, (name) => name);
    assertMatch(await echoes("dccp:127.0.0.1:0:echo", (name) => name), /:\d+:echo$/);
    await echoes("dccp:127.0.0.1:0:42", (name) => name);
  },
);

testWith({ kernel: lacksTipc }, "tipc: and tipcseq: serve and connect", async () => {
  assertEquals(
    await echoes(`tipc:${TIPC}:17`, (name) => name, { kind: "stream" }),
    `tipc:${TIPC}:17`,
  );
  assertEquals(
    await echoes(`tipc:${TIPC + 1}:17-20`, () => `tipc:${TIPC + 1}:19`, { kind: "stream" }),
    `tipc:${TIPC + 1}:17-20`,
  );
  await echoes(`tipcseq:${TIPC + 2}:0`, (name) => name);
});

testWith(
  { root: true, tools: ["gcc", "btvirt"], kernel: lacksControllers },
  "rfcomm:, l2cap: and l2caple: serve and connect; the other's end is one",
  async () => {
    await using controllers = await openControllers();
    const { address } = controllers.far;
    await echoes(`rfcomm:${address}:7`, (name) => name, { kind: "stream" });
    await echoes(`l2cap:${address}:0x1001`, (name) => name);
    await echoes(`l2caple:${address}:0x81`, (name) => name);
  },
);

testWith(
  { root: true, tools: ["ip"], kernel: lacksCan },
  "isotp: serves and connects",
  () =>
    withBus(async (name) => {
      // Who hears an identifier is all that is known of the other: there is no end.
      await echoes(`isotp:${name}:7E8:7E0`, () => `isotp:${name}:7E0:7E8`, { ends: false });
      await echoes(`isotp:${name}:18DAF110:18DA10F1`, () => `isotp:${name}:18DA10F1:18DAF110`, {
        ends: false,
      });
    }),
);

testWith(
  { kernel: () => lacksSctp() ?? lacksTipc() ?? lacksDccp() },
  "sock connect, relay and echo join families: a client of SCTP reaches a service of TIPC",
  async () => {
    await using echo = new Sock(["echo", `tipc:${TIPC + 3}:1`]);
    await using relay = new Sock(["relay", "sctp:127.0.0.1:0", await echo.address()]);
    await using client = new Sock(["connect", await relay.address()]);
    await client.write("hello");
    const reader = client.child.stdout.getReader();
    assertEquals(text((await reader.read()).value), "hello");
    reader.releaseLock();
    await client.end();
    assertEquals((await client.child.status).code, 0);
    const nobody = await runSock(["connect", "dccp:127.0.0.1:9", "-t", `${limitMs(2000)}ms`], "x");
    assertEquals(nobody.code, 1);
    assertMatch(nobody.err, /ECONNREFUSED/);
  },
);
