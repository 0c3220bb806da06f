/**
 * UDP sockets, over Deno's own networking or, with `engine: "libc"`, over libc.
 *
 * @module
 */
export { bind } from "./bind.ts";
export { connect } from "./connect.ts";
export type {
  MulticastOptions,
  UdpBindOptions,
  UdpConnectOptions,
  UdpEndpoint,
  UdpOpenOptions,
} from "./types.ts";
