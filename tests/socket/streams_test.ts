/** Streams and openers of both engines under what callers do to them. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { StreamEndpoint } from "../../core/endpoint.ts";
import type { IpAddress } from "../../core/address.ts";
import { AF_INET, SOCK_STREAM, socket } from "../../ffi/mod.ts";
import * as tcp from "../../tcp/mod.ts";
import * as unix from "../../unix/mod.ts";
import { inNamespace, runJson } from "./_program.ts";
import {
  bytes,
  claim,
  freshAbstract,
  listening,
  loops,
  pending,
  text,
  timesOut,
} from "./_tools.ts";

const ENGINES = ["libc", "deno"] as const;
const hostname = "127.0.0.1";

interface Pair extends Disposable {
  client: StreamEndpoint<IpAddress>;
  server: StreamEndpoint<IpAddress>;
}

async function connected(engine: "libc" | "deno"): Promise<Pair> {
  using listener = await tcp.listen({ hostname, port: 0, engine });
  const client = await tcp.connect({ ...listener.localAddr, engine });
  const server = await listener.accept();
  return {
    client,
    server,
    [Symbol.dispose]() {
      client.close();
      server.close();
    },
  };
}

function leave(data: Uint8Array): void {
  structuredClone(data.buffer, { transfer: [data.buffer as ArrayBuffer] });
}

for (const engine of ENGINES) {
  claim(
    `${engine}: memory transferred away in a send is a TypeError, and no short send`,
    async () => {
      using pair = await connected(engine);
      const data = new Uint8Array(20_000_000);
      const sending = pair.client.sendAll(data);
      await loops(3);
      leave(data);
      const failed = assertRejects(() => sending, TypeError);
      // The peer takes what was sent until then, so that the send goes on.
      const taking = (async () => {
        for (;;) {
          const got = await pair.server.recv(1_000_000, { timeoutMs: 200 }).catch(() => undefined);
          if (got === undefined || got.length === 0) return;
        }
      })();
      await failed;
      await taking;
    },
  );
}

claim("libc: memory transferred away in a receive is a TypeError, and no end of file", async () => {
  using pair = await connected("libc");
  for (const options of [undefined, { timeoutMs: 10_000 }]) {
    const room = new Uint8Array(8);
    const receiving = pair.server.recvInto(room, options);
    assert(await pending(receiving));
    leave(room);
    const failed = assertRejects(() => receiving, TypeError, "detached");
    await pair.client.sendAll(bytes("kept"));
    await failed;
    assertEquals(text(await pair.server.recvExact(4)), "kept");
  }
});

claim("libc: a connect that is given up leaves no descriptor", async () => {
  using listener = listening(AF_INET, 0);
  using first = socket(AF_INET, SOCK_STREAM);
  await first.connect(listener.localAddr);
  const { port } = listener.localAddr as { port: number };
  await timesOut(tcp.connect({ hostname, port, engine: "libc", timeoutMs: 20 }));
  const controller = new AbortController();
  const connecting = tcp.connect({ hostname, port, engine: "libc", signal: controller.signal });
  assert(await pending(connecting));
  const reason = new Error("enough");
  controller.abort(reason);
  assertEquals(await connecting.catch((error) => error), reason);
  const path = freshAbstract();
  using crowded = await unix.listen({ path, engine: "libc", backlog: 0 });
  using inside = await unix.connect({ path, engine: "libc" });
  await timesOut(unix.connect({ path, engine: "libc", timeoutMs: 20 }));
  assertEquals([crowded.engine, inside.engine], ["libc", "libc"]);
  // claim() counts the descriptors.
});

claim("libc: openers that fail half-way leave no descriptor", async () => {
  const { IP_TTL, SO_RCVBUF, TCP_MAXSEG } = await import("../../ffi/options/mod.ts");
  const engine = "libc" as const;
  // The kernel refuses the values.
  await assertRejects(() => tcp.listen({ hostname, port: 0, options: [[TCP_MAXSEG, 1]] }));
  await assertRejects(() =>
    tcp.connect({ hostname, port: 1, options: [[SO_RCVBUF, 9999], [TCP_MAXSEG, 1]] })
  );
  await assertRejects(() => tcp.connect({ hostname, port: 1, engine }));
  await assertRejects(() => tcp.listen({ hostname: "192.0.2.1", port: 0, engine }));
  await assertRejects(() =>
    tcp.connect({ hostname, port: 1, localAddress: { hostname: "192.0.2.1" } })
  );
  await assertRejects(() => unix.connect({ path: "\0nobody is here", engine }));
  await assertRejects(() => unix.listen({ path: "/nonexistent/x", engine }));
  await assertRejects(() =>
    unix.listen({ path: freshAbstract(), type: "seqpacket", options: [[IP_TTL, 1]] })
  );
});

claim("a broken connection is an error in the process and not its end", async () => {
  const codes = await runJson<string[]>(`
    import * as tcp from "$/tcp/mod.ts";
    import * as unix from "$/unix/mod.ts";
    const codes = [];
    const listener = await tcp.listen({ hostname: "127.0.0.1", port: 0, engine: "libc" });
    const client = await tcp.connect({ ...listener.localAddr, engine: "libc" });
    (await listener.accept()).close();
    for (let i = 0; i < 100 && codes.length === 0; i++) {
      await client.sendAll(new Uint8Array(10)).catch(({ code }) => codes.push(code));
    }
    const [a, b] = unix.pair();
    b.close();
    codes.push(await a.sendAll(new Uint8Array(1)).catch(({ code }) => code));
    const [c, d] = unix.pair({ type: "seqpacket" });
    d.close();
    codes.push(await c.send(new Uint8Array(1)).catch(({ code }) => code));
    console.log(JSON.stringify(codes));
    Deno.exit();
  `);
  assert(["EPIPE", "ECONNRESET"].includes(codes[0]), codes[0]);
  assertEquals(codes.slice(1), ["EPIPE", "EPIPE"]);
});

claim("a host that vanishes is noticed by TCP_USER_TIMEOUT", async () => {
  const code = await runJson<string>(
    `
    import * as tcp from "$/tcp/mod.ts";
    import { TCP_USER_TIMEOUT } from "$/ffi/options/mod.ts";
    const listener = await tcp.listen({ hostname: "10.1.1.1", port: 0, engine: "libc" });
    const client = await tcp.connect(
      { ...listener.localAddr, options: [[TCP_USER_TIMEOUT, 300]], engine: "libc" });
    const server = await listener.accept();
    const drop = new Deno.Command("ip", { args: ["link", "set", "lo", "down"] });
    if (!(await drop.output()).success) throw new Error("ip");
    await client.sendAll(new Uint8Array(10)).catch(() => {});
    console.log(JSON.stringify(await client.recv(1, { timeoutMs: 20000 }).then(
      () => "received", ({ code, name }) => code ?? name)));
    Deno.exit();
  `,
    { prefix: inNamespace("ip link set lo up; ip addr add 10.1.1.1/32 dev lo") },
  );
  assert(["ETIMEDOUT", "ENETUNREACH", "EHOSTUNREACH"].includes(code), code);
}, { netns: true, tools: ["ip"] });
