import type { VsockAddress } from "../core/address.ts";
import { object, oneOf, orElse } from "../core/arguments.ts";
import { openOn } from "../core/engine_choice.ts";
import { connect as connectLibc, makeStream } from "../ffi/engine.ts";
import { connectDeno } from "./_deno.ts";
import { makeMessages } from "./_message.ts";
import { PEER_SHAPE, prefersLibc, vsockAddress, vsockText } from "./_request.ts";
import type { VsockConnectOptions, VsockMessageEndpoint, VsockStream } from "./types.ts";

const ACTION = "connect";
const REQUEST = object({
  ...PEER_SHAPE,
  type: orElse(oneOf("stream", "seqpacket", "dgram"), "stream"),
});

/**
 * Connects to a VSOCK address (`man 7 vsock`). The kernel gives up after 2 seconds, or after
 * {@linkcode SO_VM_SOCKETS_CONNECT_TIMEOUT}.
 *
 * Needs `--allow-ffi` and `--allow-net=vsock:CID:PORT`, or the whole of `--allow-net`. With
 * `engine: "deno"` it needs Deno's `--unstable-vsock` in place of `--allow-ffi`: without that flag
 * Deno ends the process.
 *
 * @example To this machine itself, where its kernel has vsock_loopback
 * ```ts ignore
 * import { vsock } from "@berkeley/sockets";
 *
 * using listener = await vsock.listen({ port: 5000 });
 * using client = await vsock.connect({ cid: 1, port: 5000 });
 * using server = await listener.accept();
 * await client.sendAll(Uint8Array.of(1, 2, 3));
 * console.log(await server.recvExact(3));
 * ```
 *
 * @param options Whom to reach, and how.
 * @returns The connection.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {RangeError} If a number is out of range.
 * @throws {SocketError} `ECONNRESET`: nobody listens; `ENODEV`, `ENETUNREACH`: no such context.
 * @throws {Deno.errors.NotSupported} Code `EAFNOSUPPORT`: the kernel lacks the module vsock.
 * @throws {Deno.errors.NotCapable} If a permission is missing.
 */
export function connect(
  options: VsockConnectOptions & { type: "seqpacket" | "dgram" },
): Promise<VsockMessageEndpoint>;
/** As above, for a stream. */
export function connect(options: VsockConnectOptions & { type?: "stream" }): Promise<VsockStream>;
/** As above, for either. */
export function connect(options: VsockConnectOptions): Promise<VsockStream | VsockMessageEndpoint>;
export async function connect(
  options: VsockConnectOptions,
): Promise<VsockStream | VsockMessageEndpoint> {
  const request = REQUEST(options, ACTION, "options");
  const { type, options: settings } = request;
  const address = vsockAddress(request);
  return await openOn<VsockStream | VsockMessageEndpoint>(request, {
    action: ACTION,
    where: `to ${vsockText(address)}`,
    needsLibc: type === "stream" ? undefined : `type "${type}"`,
    prefersLibc,
    deno: (wait) => connectDeno(address, settings, wait),
    libc: (wait) => {
      const libc = { address, options: settings, wait };
      return type === "stream"
        ? connectLibc(libc, type, makeStream<VsockAddress>)
        : connectLibc(libc, type, makeMessages);
    },
  });
}
