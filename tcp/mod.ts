/**
 * TCP, over Deno's own networking or, with `engine: "libc"`, over libc.
 *
 * @module
 */
export { createServer, listen } from "./listen.ts";
export { connect, createConnection } from "./connect.ts";
export type { TcpConnectOptions, TcpListener, TcpListenOptions, TcpStream } from "./types.ts";
