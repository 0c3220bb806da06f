/**
 * An echo server under load: `server.ts libc | deno | bare`. It says `port N`; to each line on its
 * input it says how many descriptors, how much heap and how much memory it has, in bytes: resident,
 * and resident once glibc's allocator has given back what it keeps free.
 */
import type { Engine } from "../../../core/engine_choice.ts";
import { tcp } from "../../../mod.ts";
import { openFds } from "../../_tools.ts";
import { heapBytes, residentBytes, trimmedBytes } from "../_memory.ts";

const [make] = Deno.args;

function bare(): number {
  const listener = Deno.listen({ port: 0, tcpBacklog: 4096 });
  (async () => {
    for await (const connection of listener) echoBare(connection);
  })();
  return (listener.addr as Deno.NetAddr).port;
}

async function echoBare(connection: Deno.TcpConn): Promise<void> {
  const room = new Uint8Array(64);
  try {
    for (let count; (count = await connection.read(room)) !== null;) {
      await connection.write(room.subarray(0, count));
    }
  } catch {
    // reset
  }
  connection.close();
}

async function ours(engine: Engine): Promise<number> {
  const listener = await tcp.listen({ hostname: "0.0.0.0", port: 0, engine });
  (async () => {
    for await (const connection of listener) echo(connection).catch(() => {});
  })();
  return listener.localAddr.port;
}

async function echo(accepted: tcp.TcpStream): Promise<void> {
  using connection = accepted;
  const room = new Uint8Array(64);
  for (let count; (count = await connection.recvInto(room)) > 0;) {
    await connection.sendAll(room.subarray(0, count));
  }
}

console.log("port", make === "bare" ? bare() : await ours(make as Engine));
for await (const _ of Deno.stdin.readable) {
  const heap = await heapBytes();
  console.log("has", openFds().size, heap, residentBytes(), trimmedBytes());
}
