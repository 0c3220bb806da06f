/**
 * BSD sockets for Deno: every address family behind one uniform `Endpoint`.
 *
 * Loading this module opens no library and needs no permission.
 *
 * ```ts
 * import { tcp } from "@berkeley/sockets";
 *
 * using listener = await tcp.listen({ hostname: "127.0.0.1", port: 0 });
 * using client = await tcp.connect(listener.localAddr);
 * using server = await listener.accept();
 *
 * await client.sendAll(new TextEncoder().encode("Hello\n"));
 * for await (const line of server.lines()) {
 *   console.log(line, "from port", server.remoteAddr?.port);
 *   break;
 * }
 * ```
 *
 * @module
 */
export * from "./core/mod.ts";
export * from "./ffi/mod.ts";
export * from "./ffi/options/mod.ts";
export * from "./faces/mod.ts";
export * as tcp from "./tcp/mod.ts";
export * as udp from "./udp/mod.ts";
export * as unix from "./unix/mod.ts";
export * as netlink from "./netlink/mod.ts";
export * as vsock from "./vsock/mod.ts";
export * as alg from "./alg/mod.ts";
export * as dccp from "./dccp/mod.ts";
export * as tipc from "./tipc/mod.ts";
export * as can from "./can/mod.ts";
export * as sctp from "./sctp/mod.ts";
export * as bluetooth from "./bluetooth/mod.ts";
export * as addrinfo from "./addrinfo/mod.ts";
export * as raw from "./raw/mod.ts";
export * as wire from "./wire/mod.ts";
export * as ip from "./core/ip/mod.ts";
