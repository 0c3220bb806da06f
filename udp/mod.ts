/**
 * UDP sockets, over Deno's own networking or, with `engine: "libc"`, over libc.
 *
 * ```ts
 * import { udp } from "@berkeley/sockets";
 *
 * using server = await udp.bind({ hostname: "127.0.0.1" });
 * using client = await udp.connect(server.localAddr);
 *
 * await client.send(new TextEncoder().encode("ping"));
 * const { data, from } = await server.recvFrom({ timeoutMs: 1000 });
 * await server.sendTo(data, from);
 * console.log(new TextDecoder().decode(await client.recv({ timeoutMs: 1000 }))); // ping
 * ```
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
