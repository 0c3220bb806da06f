/**
 * TCP, over Deno's own networking or, with `engine: "libc"`, over libc.
 *
 * ```ts
 * import { tcp } from "@berkeley/sockets";
 *
 * using listener = await tcp.listen({ hostname: "127.0.0.1", port: 0 });
 * using client = await tcp.connect(listener.localAddr);
 * using server = await listener.accept({ timeoutMs: 1000 });
 *
 * await client.sendFrame(Uint8Array.of(1, 2, 3));
 * console.log(await server.recvFrame()); // Uint8Array(3) [ 1, 2, 3 ]
 * ```
 *
 * @module
 */
export { createServer, listen } from "./listen.ts";
export { connect, createConnection } from "./connect.ts";
export type { TcpConnectOptions, TcpListener, TcpListenOptions, TcpStream } from "./types.ts";
