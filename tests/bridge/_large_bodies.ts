/**
 * `server ENGINE`: serves 1 GiB at /down, counts what is sent to /up, tells its memory at /peak.
 * `client PORT`: sends and receives 1 GiB by fetchOver, prints both counts and its memory.
 */
import { fetchOver, serveHttp } from "../../bridge/mod.ts";
import * as tcp from "../../tcp/mod.ts";

const SIZE = 1 << 30;
const BLOCK = new Uint8Array(65536);

function gibibyte(): ReadableStream<Uint8Array> {
  let left = SIZE;
  return new ReadableStream({
    pull(controller) {
      controller.enqueue(BLOCK);
      left -= BLOCK.length;
      if (left === 0) controller.close();
    },
  });
}

async function count(stream: ReadableStream<Uint8Array>): Promise<number> {
  let bytes = 0;
  for await (const chunk of stream) bytes += chunk.length;
  return bytes;
}

/** The most memory that this process ever had, in MiB (man 5 proc). */
function peakMebibytes(): number {
  return Number(/VmHWM:\s+(\d+)/.exec(Deno.readTextFileSync("/proc/self/status"))![1]) / 1024;
}

const [role, argument] = Deno.args;
if (role === "server") {
  const engine = argument as "deno" | "libc";
  const listener = await tcp.listen({ hostname: "127.0.0.1", port: 0, engine });
  const server = serveHttp(listener, async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/down") return new Response(gibibyte());
    if (pathname === "/up") return new Response(`${await count(request.body!)}`);
    return new Response(`${peakMebibytes()}`);
  });
  console.log(server.localAddr.port);
} else {
  const endpoint = await tcp.connect({ hostname: "127.0.0.1", port: Number(argument) });
  const down = await fetchOver(endpoint, "http://localhost/down");
  const downBytes = await count(down.body!);
  const up = await fetchOver(endpoint, "http://localhost/up", { method: "POST", body: gibibyte() });
  console.log(`${downBytes} ${await up.text()} ${peakMebibytes()}`);
  endpoint.close();
}
