/**
 * Unix domain sockets, over Deno's own networking or, with `engine: "libc"`, over libc.
 *
 * @module
 */
export { listen } from "./listen.ts";
export { connect } from "./connect.ts";
export { bind } from "./bind.ts";
export { pair } from "./pair.ts";
export type { PeerCredentials } from "../ffi/options/peer.ts";
export type {
  LibcUnixListener,
  LibcUnixMessageEndpoint,
  LibcUnixStream,
  ReceivedFds,
  UnixBindOptions,
  UnixConnectOptions,
  UnixListener,
  UnixListenOptions,
  UnixMessageEndpoint,
  UnixMessageListener,
  UnixPairOptions,
  UnixPathOptions,
  UnixStream,
} from "./types.ts";
