/**
 * From the BSD face to the endpoints of all families.
 *
 * @module
 */
export { endpointOf } from "./endpoint_of.ts";
export type {
  ConnectionOf,
  Detachable,
  KnownEndpoint,
  OtherFamily,
  SocketConnection,
  SocketEndpoint,
  SocketListener,
} from "./types.ts";
