/**
 * DCCP (RFC 4340): connections of datagrams with congestion control, over libc. Linux had it up to
 * 6.15.
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
