/**
 * Unix domain sockets, over Deno's own networking or, with `engine: "libc"`, over libc.
 *
 * @module
 */
export { listen } from "./listen.ts";
export { connect } from "./connect.ts";
export { bind } from "./datagram.ts";
export type {
  UnixBindOptions,
  UnixConnectOptions,
  UnixListener,
  UnixListenOptions,
  UnixMessageEndpoint,
  UnixPathOptions,
  UnixStream,
} from "./types.ts";
