import { fromNetAddr } from "../deno/address.ts";
import { DenoStream } from "../deno/stream.ts";
import type { IpAddress } from "../core/address.ts";
import type { TcpStream } from "./types.ts";

/** The endpoint of a connection of Deno's own networking. */
export function wrapDenoConn(conn: Deno.TcpConn): TcpStream {
  return new DenoStream<IpAddress>({
    conn,
    family: conn.localAddr.hostname.includes(":") ? "inet6" : "inet",
    protocol: 6,
    fromAddr: fromNetAddr,
  }) as DenoStream<IpAddress> & { readonly conn: Deno.TcpConn };
}
