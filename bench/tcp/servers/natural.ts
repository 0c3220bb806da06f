/**
 * This module over libc, as people write it: the argument says by which calls. The messages that are
 * echoed have the size that the second argument says, and no structure: frames begin with their length
 * and lines end only where the load's own bytes do.
 */
import { tcp } from "../../../mod.ts";

const [calls, size = "64"] = Deno.args;
const messageBytes = Number(size);
const listener = await tcp.listen({
  hostname: "127.0.0.1",
  port: 0,
  engine: "libc",
  backlog: 4096,
});
console.log(listener.localAddr.port);
const never = new AbortController().signal;

/** Echoes until the peer ends, by the calls of one kind. */
const KINDS: Record<string, (conn: tcp.TcpStream) => Promise<void>> = {
  async recvInto(conn) {
    const buffer = new Uint8Array(65536);
    for (let count; (count = await conn.recvInto(buffer)) > 0;) {
      await conn.sendAll(buffer.subarray(0, count));
    }
  },
  async recv(conn) {
    for (let data; (data = await conn.recv()).length > 0;) await conn.sendAll(data);
  },
  async recvExact(conn) {
    for (;;) await conn.sendAll(await conn.recvExact(messageBytes));
  },
  async recvUntil(conn) {
    for (let data; (data = await conn.recvUntil("\n"));) await conn.sendAll(data);
  },
  async lines(conn) {
    for await (const line of conn.lines()) await conn.sendAll(ENCODER.encode(`${line}\n`));
  },
  async recvFrame(conn) {
    for (let data; (data = await conn.recvFrame());) await conn.sendFrame(data);
  },
  async timeoutMs(conn) {
    const buffer = new Uint8Array(65536);
    for (let count; (count = await conn.recvInto(buffer, { timeoutMs: 30_000 })) > 0;) {
      await conn.sendAll(buffer.subarray(0, count), { timeoutMs: 30_000 });
    }
  },
  async signal(conn) {
    const buffer = new Uint8Array(65536);
    for (let count; (count = await conn.recvInto(buffer, { signal: never })) > 0;) {
      await conn.sendAll(buffer.subarray(0, count), { signal: never });
    }
  },
  async readable(conn) {
    for await (const chunk of conn.readable) await conn.sendAll(chunk);
  },
  async pipeTo(conn) {
    await conn.readable.pipeTo(conn.writable);
  },
};
const ENCODER = new TextEncoder();

const serve = KINDS[calls];
for await (const conn of listener) {
  serve(conn).catch(() => {}).finally(() => conn.close());
}
