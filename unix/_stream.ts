import { fromUnixAddr } from "../core/_deno_address.ts";
import { DenoStream } from "../core/_deno_stream.ts";
import type { UnixAddress } from "../core/address.ts";
import type { UnixStream } from "./types.ts";

/** The endpoint of a connection of Deno's own networking. */
export function wrapDenoConn(conn: Deno.UnixConn): UnixStream {
  return new DenoStream<UnixAddress>({
    conn,
    family: "unix",
    protocol: 0,
    localAddr: fromUnixAddr(conn.localAddr),
    remoteAddr: fromUnixAddr(conn.remoteAddr),
  }) as DenoStream<UnixAddress> & { readonly conn: Deno.UnixConn };
}
