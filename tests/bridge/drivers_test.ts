/** npm's drivers over endpoints, against the real servers. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Redis } from "ioredis";
import pg from "pg";
import ssh2 from "ssh2";
import { WebSocket as WsClient, WebSocketServer } from "ws";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import type { Duplex } from "node:stream";
import { serveHttp, toNodeDuplex } from "../../bridge/mod.ts";
import * as tcp from "../../tcp/mod.ts";
import * as unix from "../../unix/mod.ts";
import { noise, sha256 } from "../contract/_helpers.ts";
import { testWith } from "../_tools.ts";
import { type Daemon, postgresProgram, startPostgres, startRedis, startSshd } from "./_daemons.ts";
import { HTTP_KINDS } from "./_http.ts";
import type { Stream } from "./_pairs.ts";

/** The ways to a server. */
const WAYS: readonly [string, (daemon: Daemon) => Promise<Stream>][] = [
  ["a Unix socket", async ({ path }) => await unix.connect({ path }) as unknown as Stream],
  [
    "a Unix socket by libc",
    async ({ path }) => await unix.connect({ path, engine: "libc" }) as unknown as Stream,
  ],
  ["MPTCP", ({ port }) => tcp.connect({ hostname: "127.0.0.1", port, protocol: "mptcp" })],
];
const LOOSE = { sanitizeOps: false, sanitizeResources: false };

testWith(
  {
    tools: ["runuser"],
    root: true,
    other: () => postgresProgram("initdb") ? undefined : "PostgreSQL is not installed",
  },
  "pg queries PostgreSQL over Unix sockets and MPTCP",
  async (t) => {
    await using server = await startPostgres();
    for (const [name, open] of WAYS) {
      await t.step(name, async () => {
        const endpoint = await open(server);
        const client = new pg.Client({
          user: "tester",
          database: "postgres",
          stream: () => toNodeDuplex(endpoint) as never,
        });
        await client.connect();
        const { rows } = await client.query("select $1::int + 1 as sum, $2::text as word", [
          41,
          "ü",
        ]);
        assertEquals(rows, [{ sum: 42, word: "ü" }]);
        const many = await client.query("select i, md5(i::text) from generate_series(1, 50000) i");
        assertEquals([many.rows.length, many.rows[49_999].i], [50_000, 50_000]);
        const large = "x".repeat(3_000_000);
        const echoed = await client.query("select $1::text as back", [large]);
        assertEquals(echoed.rows[0].back, large);
        const error = await assertRejects(() => client.query("select * from missing"));
        assertEquals((error as { code?: string }).code, "42P01");
        const notified = once(client, "notification");
        await client.query("listen news");
        await client.query("notify news, 'fresh'");
        assertEquals((await notified)[0].payload, "fresh");
        await client.end();
        await endpoint.recv().then(
          () => assert(false, "the endpoint is open"),
          (error) => assertEquals(error.code, "EBADF"),
        );
      });
    }
  },
  LOOSE,
);

testWith(
  { tools: ["redis-server"] },
  "ioredis talks to Redis over Unix sockets and MPTCP",
  async (t) => {
    await using server = await startRedis();
    for (const [name, open] of WAYS) {
      await t.step(name, async () => {
        // Redis ends first; the driver leaves its own direction to a net.Socket to end.
        using endpoint = await open(server);
        const client = new Redis({ Connector: connectorOf(endpoint), retryStrategy: () => null });
        const value = Buffer.from(noise(2_000_000, 6).buffer);
        await client.set("key", value);
        assertEquals(sha256((await client.getBuffer("key"))!), sha256(value));
        const sums = await Promise.all(Array.from({ length: 1000 }, () => client.incr("count")));
        assertEquals(sums.length, 1000);
        const results = await client.multi().incr("count").del("count").exec();
        assertEquals(results, [[null, 1001], [null, 1]]);
        await client.quit();
      });
    }
  },
  LOOSE,
);

/** What ioredis connects with, for a connection that exists. */
function connectorOf(endpoint: Stream): never {
  return class {
    readonly stream: Duplex = toNodeDuplex(endpoint);
    firstError: Error | undefined;
    check(): boolean {
      return true;
    }
    disconnect(): void {
      this.stream.end();
    }
    connect(): Promise<Duplex> {
      return Promise.resolve(this.stream);
    }
  } as never;
}

testWith(
  { tools: ["/usr/sbin/sshd", "ssh-keygen"], root: true },
  "ssh2 runs a command of OpenSSH over MPTCP",
  async () => {
    await using server = await startSshd();
    const endpoint = await tcp.connect({
      hostname: "127.0.0.1",
      port: server.port,
      protocol: "mptcp",
    });
    const client = new ssh2.Client();
    const ready = once(client, "ready");
    client.connect({
      sock: toNodeDuplex(endpoint),
      username: "root",
      privateKey: await Deno.readTextFile(`${server.directory}/user`),
    });
    await ready;
    const channel = await new Promise<ssh2.ClientChannel>((resolve, reject) => {
      client.exec(
        "wc -c; echo over ssh",
        (error: Error | undefined, stream: ssh2.ClientChannel) =>
          error ? reject(error) : resolve(stream),
      );
    });
    channel.end(noise(1_000_000));
    let said = "";
    for await (const chunk of channel) said += chunk;
    assertEquals(said, "1000000\nover ssh\n");
    const closed = once(client, "close");
    client.end();
    await closed;
  },
  LOOSE,
);

for (const kind of HTTP_KINDS) {
  testWith(
    {},
    `${kind.name}: ws upgrades a request of serveHttp, and connects over an endpoint`,
    async () => {
      const sockets = new WebSocketServer({ noServer: true });
      sockets.on("connection", (socket: WsClient) => {
        socket.on(
          "message",
          (data: Uint8Array, isBinary: boolean) => socket.send(data, { binary: isBinary }),
        );
      });
      const listener = await kind.listen();
      await using server = serveHttp(listener, () => new Response("plain"), {
        onUpgrade: (message, socket, head) =>
          sockets.handleUpgrade(
            message,
            socket,
            head,
            (ws: WsClient) => sockets.emit("connection", ws, message),
          ),
      });
      const endpoint = await kind.connect(server);
      const client = new WsClient("ws://localhost/chat", {
        createConnection: () => toNodeDuplex(endpoint) as never,
      });
      await once(client, "open");
      for (const size of [1, 200, 70_000, 2_000_000]) {
        const data = noise(size, size);
        const answer = once(client, "message");
        client.send(data);
        assertEquals(sha256(new Uint8Array((await answer)[0])), sha256(data));
      }
      const closed = once(client, "close");
      client.close(1000, "done");
      assertEquals((await closed)[0], 1000);
      if (server.localAddr.port === undefined) {
        return;
      }
      // The platform's own client, too.
      const own = new WebSocket(`ws://127.0.0.1:${server.localAddr.port}/`);
      await once(own as never, "open");
      const answer = new Promise<string>((resolve) => own.onmessage = ({ data }) => resolve(data));
      own.send("from Deno");
      assertEquals(await answer, "from Deno");
      const ended = new Promise((resolve) => own.onclose = resolve);
      own.close();
      await ended;
    },
    LOOSE,
  );
}
