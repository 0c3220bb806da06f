import type { IpAddress } from "../core/address.ts";
import { hostPort } from "../core/ip_arguments.ts";
import type { Wait } from "../core/wait.ts";
import { fromNetAddr } from "../deno/address.ts";
import { callDeno, connect, type DenoTransport, listen, onlyCancelling } from "../deno/engine.ts";
import { DenoStream } from "../deno/stream.ts";
import type { ConnectRequest, ListenRequest } from "./_arguments.ts";
import type { TcpListener, TcpStream } from "./types.ts";

const IPPROTO_TCP = 6;

const TRANSPORT: DenoTransport<IpAddress, Deno.TcpConn, TcpStream> = {
  protocol: IPPROTO_TCP,
  fromAddr: fromNetAddr,
  wrap: (conn) =>
    new DenoStream<IpAddress>({
      conn,
      family: conn.localAddr.hostname.includes(":") ? "inet6" : "inet",
      protocol: IPPROTO_TCP,
      fromAddr: fromNetAddr,
    }) as DenoStream<IpAddress> & { readonly conn: Deno.TcpConn },
};

/** Deno.listen({ reusePort: true }) ends the process without this unstable feature. */
export function denoHasReusePort(): boolean {
  return typeof (Deno as { listenDatagram?: unknown }).listenDatagram === "function";
}

/** Listens over Deno's own networking. */
export function listenDeno(hostname: string, request: ListenRequest): TcpListener {
  const { port, scopeId, backlog, reusePort, onError } = request;
  const listener = callDeno("listen", hostPort(hostname, port), () =>
    Deno.listen({
      hostname: zoned(hostname, scopeId),
      port,
      tcpBacklog: backlog,
      ...(reusePort && { reusePort }),
    } as Deno.TcpListenOptions));
  return listen(listener, TRANSPORT, { onError });
}

/** Connects over Deno's own networking, which races the addresses of a name. */
export async function connectDeno(
  request: ConnectRequest,
  wait: Wait | undefined,
): Promise<TcpStream> {
  const { hostname, port, scopeId, attemptDelayMs, options } = request;
  const open = () =>
    Deno.connect({
      hostname: zoned(hostname, scopeId),
      port,
      signal: wait && onlyCancelling(wait.signal),
      autoSelectFamilyAttemptDelay: attemptDelayMs,
    });
  return await connect(open, TRANSPORT, { address: hostPort(hostname, port), options, wait });
}

function zoned(hostname: string, scopeId: number | undefined): string {
  return scopeId ? `${hostname}%${scopeId}` : hostname;
}
