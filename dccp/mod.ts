/**
 * DCCP (RFC 4340): connections of datagrams with congestion control, over libc. Linux had it up to
 * 6.15.
 *
 * ```ts
 * import { dccp } from "@berkeley/sockets";
 *
 * try {
 *   using listener = await dccp.listen({ hostname: "127.0.0.1", port: 0, service: "echo" });
 *   using client = await dccp.connect({ ...listener.localAddr, service: "echo" });
 *   using server = await listener.accept();
 *   await client.send(Uint8Array.of(1, 2, 3));
 *   console.log(await server.recv()); // Uint8Array(3) [ 1, 2, 3 ]
 * } catch (error) {
 *   // A kernel without DCCP.
 *   if (!(error instanceof Deno.errors.NotSupported)) throw error;
 * }
 * ```
 *
 * @module
 */
export { connect } from "./connect.ts";
export { listen } from "./listen.ts";
export * from "./options.ts";
export { serviceCode, serviceCodeText } from "./service_code.ts";
export type {
  DccpConnection,
  DccpConnectOptions,
  DccpListener,
  DccpListenOptions,
  DccpOptions,
} from "./types.ts";
