/**
 * BSD sockets for Deno: every address family behind one uniform `Endpoint`.
 *
 * Loading this module opens no library and needs no permission.
 *
 * @module
 */
export * from "./core/mod.ts";
export * as tcp from "./tcp/mod.ts";
export * as udp from "./udp/mod.ts";
export * as unix from "./unix/mod.ts";
