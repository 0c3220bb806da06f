/**
 * VSOCK sockets between virtual machines and their hypervisor (`man 7 vsock`), over libc or, with
 * `engine: "deno"`, over Deno's own networking.
 *
 * ```ts ignore
 * import { vsock } from "@berkeley/sockets";
 *
 * // In a guest: whoever listens at port 5000 of the host.
 * using connection = await vsock.connect({ cid: 2, port: 5000, timeoutMs: 1000 });
 * await connection.sendAll(new TextEncoder().encode("Hello, host\n"));
 * ```
 *
 * @module
 */
export { bind } from "./bind.ts";
export { connect } from "./connect.ts";
export { listen } from "./listen.ts";
export { localCid } from "./local_cid.ts";
export * from "./options.ts";
export type {
  VsockBindOptions,
  VsockConnectOptions,
  VsockListener,
  VsockListenOptions,
  VsockMessageEndpoint,
  VsockMessageListener,
  VsockStream,
} from "./types.ts";
