/**
 * TIPC: services of a cluster by number, whoever and wherever they are bound (`man 8 tipc`), over libc.
 *
 * ```ts
 * import { tipc } from "@berkeley/sockets";
 *
 * try {
 *   using server = await tipc.bind({ service: 18888, instance: 7, scope: "node" });
 *   using client = await tipc.bind();
 *   const to = { family: "tipc", kind: "service", service: 18888, instance: 7 } as const;
 *   await client.sendTo(new TextEncoder().encode("Hello"), to);
 *   console.log(new TextDecoder().decode(await server.recv())); // Hello
 * } catch (error) {
 *   // A kernel without the module tipc.
 *   if (!(error instanceof Deno.errors.NotSupported)) throw error;
 * }
 * ```
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
