import { fromNetAddr } from "../core/_deno_address.ts";
import { DenoStream } from "../core/_deno_stream.ts";
import type { IpAddress } from "../core/address.ts";
import type { TcpStream } from "./types.ts";

/** The endpoint of a connection of Deno's own networking. */
export function wrapDenoConn(conn: Deno.TcpConn): TcpStream {
  const localAddr = fromNetAddr(conn.localAddr);
  return new DenoStream<IpAddress>({
    conn,
    family: localAddr.family,
    protocol: 6,
    localAddr,
    remoteAddr: fromNetAddr(conn.remoteAddr),
  }) as DenoStream<IpAddress> & { readonly conn: Deno.TcpConn };
}
