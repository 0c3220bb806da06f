/**
 * Unix domain sockets, over Deno's own networking or, with `engine: "libc"`, over libc.
 *
 * ```ts
 * import { unix } from "@berkeley/sockets";
 *
 * const path = `${await Deno.makeTempDir()}/example.sock`;
 * using listener = await unix.listen({ path, mode: 0o600 });
 * using client = await unix.connect({ path });
 * using server = await listener.accept();
 *
 * await client.sendAll(new TextEncoder().encode("Hello\n"));
 * console.log(await server.lines().next()); // { value: "Hello", done: false }
 * ```
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
