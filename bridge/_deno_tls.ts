import type { StreamEndpoint } from "../core/endpoint.ts";
import type { Wait } from "../core/wait.ts";
import { fromNetAddr } from "../deno/address.ts";
import { fromDenoError } from "../deno/errors.ts";
import { DenoStream } from "../deno/stream.ts";

/** A stream endpoint that speaks TLS by Deno's own means, which tell less than `node:tls` does. */
export interface DenoTlsEndpoint<A> extends StreamEndpoint<A> {
  /** The application protocol that both agreed on (ALPN); `undefined` if none. */
  readonly alpnProtocol: string | undefined;
  /** The name that was asked for. */
  readonly serverName: string;
}

/** What Deno's own TLS can be told. */
export interface DenoTlsRequest {
  hostname: string;
  caCerts?: string[];
  alpnProtocols?: string[];
}

class DenoTlsStream<A> extends DenoStream<A> implements DenoTlsEndpoint<A> {
  readonly alpnProtocol: string | undefined;
  readonly serverName: string;

  constructor(conn: Deno.TlsConn, over: StreamEndpoint<A>, alpn: string | null, name: string) {
    const { family, protocol } = over;
    super({ conn, family, protocol, fromAddr: (addr) => fromNetAddr(addr) as A });
    this.alpnProtocol = alpn ?? undefined;
    this.serverName = name;
  }
}

/** The connection beneath an endpoint of the deno engine. */
function connectionOf(endpoint: StreamEndpoint<unknown>): Deno.TcpConn {
  const conn = (endpoint as { conn?: Deno.Conn }).conn;
  if (conn !== undefined && conn.localAddr.transport === "tcp" && "setNoDelay" in conn) {
    return conn as Deno.TcpConn;
  }
  throw new TypeError(
    'Cannot start TLS: by "deno" takes a TCP connection of the deno engine, as tcp.connect makes it',
  );
}

/**
 * A client's handshake by `Deno.startTls`, which takes the connection over. Whatever fails closes it.
 */
export async function denoHandshake<A>(
  endpoint: StreamEndpoint<A>,
  request: DenoTlsRequest,
  wait: Wait | undefined,
): Promise<DenoTlsEndpoint<A>> {
  const conn = connectionOf(endpoint);
  let tls: Deno.TlsConn | undefined;
  try {
    const { hostname, caCerts, alpnProtocols } = request;
    const shaken = (async () => {
      tls = await Deno.startTls(conn, { hostname, caCerts, alpnProtocols });
      return { tls, info: await tls.handshake() };
    })();
    shaken.catch(() => {}); // one that was given up fails later
    const done = await (wait === undefined ? shaken : wait.race(shaken));
    return new DenoTlsStream(done.tls, endpoint, done.info.alpnProtocol, hostname);
  } catch (error) {
    // A handshake that failed has closed it.
    try {
      (tls ?? conn).close();
    } catch (closing) {
      if (!(closing instanceof Deno.errors.BadResource)) throw closing;
    }
    throw fromDenoError(error, { syscall: "handshake" });
  } finally {
    endpoint.close();
    wait?.end();
  }
}
