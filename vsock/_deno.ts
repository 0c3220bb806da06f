/**
 * VSOCK over Deno's own networking.
 *
 * @module
 */
import type { VsockAddress } from "../core/address.ts";
import type { AcceptErrorHandler } from "../core/listener.ts";
import type { Wait } from "../core/wait.ts";
import { fromDenoError } from "../deno/errors.ts";
import { DenoListener } from "../deno/listener.ts";
import { DenoStream } from "../deno/stream.ts";
import type { VsockListener, VsockStream } from "./types.ts";

function fromVsockAddr(addr: Deno.Addr): VsockAddress {
  const { cid, port } = addr as Deno.VsockAddr;
  return { family: "vsock", cid, port };
}

function wrap(conn: Deno.VsockConn): VsockStream {
  // Deno's connections of all transports have the same calls.
  const parts = { conn: conn as unknown as Deno.UnixConn, fromAddr: fromVsockAddr };
  return new DenoStream<VsockAddress>({ ...parts, family: "vsock", protocol: 0 });
}

function explained(error: unknown, syscall: string, { cid, port }: VsockAddress): unknown {
  return fromDenoError(error, { syscall, address: `vsock:${cid}:${port}` });
}

/** Listens. */
export function listenDeno(address: VsockAddress, onError?: AcceptErrorHandler): VsockListener {
  const { cid, port } = address;
  let listener: Deno.VsockListener;
  try {
    listener = Deno.listen({ transport: "vsock", cid, port });
  } catch (error) {
    throw explained(error, "listen", address);
  }
  return new DenoListener<VsockAddress, Deno.VsockConn, VsockStream>({
    listener: listener as unknown as Deno.Listener & { accept(): Promise<Deno.VsockConn> },
    family: "vsock",
    protocol: 0,
    localAddr: fromVsockAddr(listener.addr),
    wrap,
    onError,
  });
}

/** Connects. Deno's connect takes no signal here: one that is abandoned is closed when it comes. */
export async function connectDeno(
  address: VsockAddress,
  wait: Wait | undefined,
): Promise<VsockStream> {
  const { cid, port } = address;
  const opening = Deno.connect({ transport: "vsock", cid, port });
  try {
    return wrap(await (wait === undefined ? opening : wait.race(opening)));
  } catch (error) {
    opening.then((conn) => conn.close(), () => {});
    throw explained(error, "connect", address);
  }
}
