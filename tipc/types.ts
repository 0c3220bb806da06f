import type { TipcAddress } from "../core/address.ts";
import type { ListenerEndpoint, MessageEndpoint, StreamEndpoint } from "../core/endpoint.ts";
import type { OpenOptions } from "../core/engine_choice.ts";
import type { AcceptErrorHandler } from "../core/listener.ts";
import type { WaitOptions } from "../core/wait.ts";
import type { TipcGroup } from "./options.ts";

/** A TIPC socket that exchanges messages: reliable ones, datagrams, or those of a connection. */
export type TipcMessageEndpoint = MessageEndpoint<TipcAddress>;
/** A TIPC stream. */
export type TipcStream = StreamEndpoint<TipcAddress>;
/** A listener for TIPC streams. */
export type TipcListener = ListenerEndpoint<TipcAddress, TipcStream>;
/** A listener for TIPC connections that keep message boundaries. */
export type TipcMessageListener = ListenerEndpoint<TipcAddress, TipcMessageEndpoint>;

/** What a socket is bound to. */
export interface TipcBound extends OpenOptions {
  /** Always `"tipc"`; may be left out. */
  family?: "tipc";
  /** The service, 64 to 2^32 - 1. */
  service: number;
  /** The instance, 0 to 2^32 - 1; or `lower` and `upper`. */
  instance?: number;
  /** The first instance of a range. */
  lower?: number;
  /** The last instance of a range. */
  upper?: number;
  /** How far it is known. Default `"cluster"`. */
  scope?: "cluster" | "node";
}

/** Options of {@linkcode bind}. */
export interface TipcBindOptions extends Omit<TipcBound, "service"> {
  /** The service, 64 to 2^32 - 1. Default: none, a socket that only calls others. */
  service?: number;
  /** `"rdm"` is reliable, `"dgram"` may lose messages when links are congested. Default `"rdm"`. */
  type?: "rdm" | "dgram";
}

/** Options of {@linkcode listen}. */
export interface TipcListenOptions extends TipcBound {
  /** `"seqpacket"` keeps message boundaries. Default `"stream"`. */
  type?: "stream" | "seqpacket";
  /** Hears of errors that accepting survives. */
  onError?: AcceptErrorHandler;
}

/** Options of {@linkcode connect}. */
export interface TipcConnectOptions extends OpenOptions {
  /** Always `"tipc"`; may be left out. */
  family?: "tipc";
  /** The service. */
  service: number;
  /** The instance. */
  instance: number;
  /** The node it is looked for on. Default 0: the whole cluster. */
  domain?: number;
  /** `"seqpacket"` keeps message boundaries. Default `"stream"`. */
  type?: "stream" | "seqpacket";
}

/** Options of {@linkcode joinGroup}. */
export interface TipcGroupOptions extends TipcGroup, OpenOptions {}

/** Options of {@linkcode watch}. */
export interface TipcWatchOptions extends WaitOptions {
  /** The service; 0 for the nodes themselves, 2 for links. */
  service: number;
  /** The first instance. Default 0. */
  lower?: number;
  /** The last instance. Default 2^32 - 1. */
  upper?: number;
  /**
   * `"each"` tells of every binding, `"edges"` only of the first and the last of a range.
   * Default `"each"`.
   */
  report?: "each" | "edges";
  /** Ends the watching after so many milliseconds, 0 to 2^32 - 2. Default: never. */
  durationMs?: number;
}

/** What the topology server tells (`struct tipc_event`). */
export interface TipcEvent {
  /** Whether a binding came or went. */
  type: "published" | "withdrawn";
  /** The service. */
  service: number;
  /** The first instance of the binding. */
  lower: number;
  /** Its last instance. */
  upper: number;
  /** The socket that is bound. */
  socket: { ref: number; node: number };
}
