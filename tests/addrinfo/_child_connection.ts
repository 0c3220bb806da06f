/** Connects by names of several addresses, some of them dead, in a network of its own. */
import { getAddrInfo } from "../../addrinfo/mod.ts";
import { createConnection, listen, type TcpConnectOptions } from "../../tcp/mod.ts";
import { openFds } from "../_tools.ts";

/** Kernel's number of a connection that waits for its first answer. */
const SYN_SENT = "02";

function connecting(): number {
  let count = 0;
  for (const file of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    const lines = Deno.readTextFileSync(file).trim().split("\n").slice(1);
    count += lines.filter((line) => line.trim().split(/\s+/)[3] === SYN_SENT).length;
  }
  return count;
}

/** Deno opens files of its own at any time: only sockets are counted. */
function sockets(): number {
  let count = 0;
  for (const fd of openFds()) {
    try {
      if (Deno.readLinkSync(`/proc/self/fd/${fd}`).startsWith("socket:")) count++;
    } catch {
      // Closed since.
    }
  }
  return count;
}

async function attempt(options: Omit<TcpConnectOptions, "engine">) {
  try {
    using stream = await createConnection({ ...options, engine: "libc" });
    return { remote: stream.remoteAddr?.hostname, local: stream.localAddr.hostname };
  } catch (error) {
    const { name, code } = error as { name: string; code?: string };
    const { cause } = error as Error;
    const errors = cause instanceof AggregateError
      ? cause.errors.map((each) => `${each.code} ${each.address}`)
      : undefined;
    return { name, code: typeof code === "string" ? code : undefined, errors };
  }
}

using listener = await listen({ hostname: "127.0.0.1", port: 0 });
const { port } = listener.localAddr;
const order = (await getAddrInfo("dual.test", 80, { type: "stream" }))
  .map(({ address }) => address.hostname);
const before = sockets();
const results = {
  order,
  // The first address never answers.
  dead: await attempt({ hostname: "dual.test", port, attemptDelayMs: 20 }),
  // The first refuses: the delay, which nobody would wait for, is not waited for.
  refused: await attempt({ hostname: "both.test", port, attemptDelayMs: 60_000 }),
  all: await attempt({ hostname: "both.test", port: 1, attemptDelayMs: 60_000 }),
  local: await attempt({
    hostname: "dual.test",
    port,
    attemptDelayMs: 60_000,
    localAddress: { hostname: "127.0.0.9" },
  }),
  foreign: await attempt({ hostname: "127.0.0.1", port, localAddress: { hostname: "::1" } }),
  late: await attempt({ hostname: "dead.test", port, timeoutMs: 50 }),
  unknown: await attempt({ hostname: "unknown.test", port }),
};
// A loser ends when its own wait has heard of it.
for (let i = 0; i < 200 && (connecting() > 0 || sockets() > before); i++) {
  await new Promise((resolve) => setTimeout(resolve, 10));
}
console.log(JSON.stringify({
  ...results,
  connecting: connecting(),
  leaked: sockets() - before,
}));
