/**
 * TCP, over Deno's own networking or, with `engine: "libc"`, over libc.
 *
 * @module
 */
export { listen } from "./listen.ts";
export { connect, createConnection } from "./connect.ts";
export { createServer } from "./create_server.ts";
export type {
  TcpConnectionOptions,
  TcpConnectOptions,
  TcpListener,
  TcpListenOptions,
  TcpServerOptions,
  TcpStream,
} from "./types.ts";
