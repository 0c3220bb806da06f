/** TCP over IPv4, over IPv6, and both by one listener. */
import { tcp } from "../../mod.ts";
import { exchangeStream, handled } from "./exchange.ts";
import type { DemoRow, Outcome } from "./row.ts";

/** linux/in.h */
const IPPROTO_MPTCP = 262;

type Engine = "deno" | "libc";

async function overListener(
  listener: tcp.TcpListener,
  to: tcp.TcpConnectOptions,
): Promise<Outcome> {
  using _listener = listener;
  const accepting = handled(listener.accept({ timeoutMs: 5000 }));
  using client = await tcp.connect(to);
  using server = await accepting;
  return await exchangeStream(client, server);
}

function row(family: "inet" | "inet6", engine: Engine): DemoRow {
  const hostname = family === "inet" ? "127.0.0.1" : "::1";
  return {
    family,
    type: "stream",
    what: "tcp",
    engine,
    async run() {
      const listener = await tcp.listen({ hostname, port: 0, engine });
      return await overListener(listener, { hostname, port: listener.localAddr.port, engine });
    },
  };
}

function dualStack(family: "inet" | "inet6", engine: Engine): DemoRow {
  return {
    family,
    type: "stream",
    what: "tcp, dual stack",
    engine,
    async run() {
      const listener = await tcp.createServer({ port: 0, dualStack: true, engine });
      const hostname = family === "inet" ? "127.0.0.1" : "::1";
      return await overListener(listener, { hostname, port: listener.localAddr.port, engine });
    },
  };
}

/** Multipath TCP; a kernel without it gives TCP, and the note says so. */
const multipath: DemoRow = {
  family: "inet",
  type: "stream",
  what: "mptcp",
  engine: "libc",
  async run() {
    const hostname = "127.0.0.1";
    const listener = await tcp.listen({ hostname, port: 0, protocol: "mptcp" });
    const { port } = listener.localAddr;
    const outcome = await overListener(listener, { hostname, port, protocol: "mptcp" });
    return listener.protocol === IPPROTO_MPTCP ? outcome : { ...outcome, note: "fell back to TCP" };
  },
};

/** The rows. */
export const tcpRows: readonly DemoRow[] = (["deno", "libc"] as const).flatMap((engine) => [
  row("inet", engine),
  row("inet6", engine),
  dualStack("inet", engine),
  dualStack("inet6", engine),
]).concat(multipath);
