/**
 * VSOCK over Deno's own networking.
 *
 * @module
 */
import type { VsockAddress } from "../core/address.ts";
import type { OptionSetting } from "../core/engine_choice.ts";
import type { AcceptErrorHandler } from "../core/listener.ts";
import type { Wait } from "../core/wait.ts";
import { callDeno, connect, type DenoTransport, listen } from "../deno/engine.ts";
import { DenoStream } from "../deno/stream.ts";
import { vsockText } from "./_request.ts";
import type { VsockListener, VsockStream } from "./types.ts";

function fromVsockAddr(addr: Deno.Addr): VsockAddress {
  const { cid, port } = addr as Deno.VsockAddr;
  return { family: "vsock", cid, port };
}

const TRANSPORT: DenoTransport<VsockAddress, Deno.VsockConn, VsockStream> = {
  protocol: 0,
  fromAddr: fromVsockAddr,
  wrap(conn) {
    // Deno's connections of all transports have the same calls.
    const parts = { conn: conn as unknown as Deno.UnixConn, fromAddr: fromVsockAddr };
    return new DenoStream<VsockAddress>({ ...parts, family: "vsock", protocol: 0 });
  },
};

/** Listens. */
export function listenDeno(
  address: VsockAddress,
  onError: AcceptErrorHandler | undefined,
): VsockListener {
  const { cid, port } = address;
  const listener = callDeno(
    "listen",
    vsockText(address),
    () => Deno.listen({ transport: "vsock", cid, port }),
  );
  return listen(
    listener as unknown as Deno.Listener & { accept(): Promise<Deno.VsockConn> },
    TRANSPORT,
    { onError },
  );
}

/** Connects. Deno's connect takes no signal here. */
export async function connectDeno(
  address: VsockAddress,
  options: readonly OptionSetting[],
  wait: Wait | undefined,
): Promise<VsockStream> {
  const { cid, port } = address;
  const open = () => Deno.connect({ transport: "vsock", cid, port });
  return await connect(open, TRANSPORT, { address: vsockText(address), options, wait });
}
