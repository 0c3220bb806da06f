/**
 * TIPC: services of a cluster by number, whoever and wherever they are bound (`man 8 tipc`), over libc.
 *
 * @module
 */
export { bind } from "./bind.ts";
export { connect } from "./connect.ts";
export { joinGroup } from "./join_group.ts";
export { listen } from "./listen.ts";
export { watch } from "./watch.ts";
export * from "./options.ts";
export type {
  TipcBindOptions,
  TipcBound,
  TipcConnectOptions,
  TipcEvent,
  TipcGroupOptions,
  TipcListener,
  TipcListenOptions,
  TipcMessageEndpoint,
  TipcMessageListener,
  TipcStream,
  TipcWatchOptions,
} from "./types.ts";
