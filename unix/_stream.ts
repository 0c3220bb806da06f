import { fromUnixAddr } from "../deno/address.ts";
import { DenoDatagram } from "../deno/datagram.ts";
import { DenoStream } from "../deno/stream.ts";
import type { UnixAddress } from "../core/address.ts";
import type { ReceivedFds, UnixMessageEndpoint, UnixStream } from "./types.ts";

function needsLibc(action: string): Error {
  return new Deno.errors.NotSupported(
    `Cannot ${action}: the deno engine has no call for it, open with engine: "libc"`,
  );
}

class DenoUnixStream extends DenoStream<UnixAddress> {
  peerCredentials(): never {
    throw needsLibc("get the peer's credentials");
  }

  sendFds(): Promise<number> {
    return Promise.reject(needsLibc("send descriptors"));
  }

  recvFds(): Promise<ReceivedFds> {
    return Promise.reject(needsLibc("receive descriptors"));
  }
}

/** Messages over Deno's own networking. */
export class DenoUnixDatagram extends DenoDatagram<UnixAddress> implements UnixMessageEndpoint {
  peerCredentials(): never {
    throw needsLibc("get the peer's credentials");
  }
}

/** The endpoint of a connection of Deno's own networking. */
export function wrapDenoConn(conn: Deno.UnixConn): UnixStream {
  return new DenoUnixStream({
    conn,
    family: "unix",
    protocol: 0,
    fromAddr: fromUnixAddr,
  }) as DenoUnixStream & { readonly conn: Deno.UnixConn };
}
