/**
 * All numbers of the Linux socket ABI, by their names in C.
 *
 * @module
 */

export * from "./socket_constants.ts";
export * from "./ip_constants.ts";
export * from "./transport_constants.ts";
export * from "./event_constants.ts";
export * from "./resolver_constants.ts";
export * from "./packet_constants.ts";
export * from "./ring_constants.ts";
