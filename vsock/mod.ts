/**
 * VSOCK sockets between virtual machines and their hypervisor (`man 7 vsock`), over libc or, with
 * `engine: "deno"`, over Deno's own networking.
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
