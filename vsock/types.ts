import type { VsockAddress } from "../core/address.ts";
import type { ListenerEndpoint, MessageEndpoint, StreamEndpoint } from "../core/endpoint.ts";
import type { OpenOptions } from "../core/engine_choice.ts";
import type { AcceptErrorHandler } from "../core/listener.ts";

/** A VSOCK stream connection. */
export type VsockStream = StreamEndpoint<VsockAddress>;

/** A listener for VSOCK stream connections. */
export type VsockListener = ListenerEndpoint<VsockAddress, VsockStream>;

/**
 * A VSOCK socket that keeps message boundaries. The kernel sends no empty messages: they go nowhere.
 *
 * Of a message for which the peer has room in part only, Linux (6.12) takes that part and does not
 * say how much: such a send rejects with `ENOBUFS` and ends the sending direction. What the peer has
 * not received yet must stay below the size of its buffer ({@linkcode SO_VM_SOCKETS_BUFFER_SIZE},
 * 256 KiB), as protocols of requests and answers do by themselves. A stream has no such trouble.
 */
export type VsockMessageEndpoint = MessageEndpoint<VsockAddress>;

/** A listener for VSOCK connections that keep message boundaries. */
export type VsockMessageListener = ListenerEndpoint<VsockAddress, VsockMessageEndpoint>;

/** Options of {@linkcode bind}. */
export interface VsockBindOptions extends OpenOptions {
  /** Always `"vsock"`; may be left out. */
  family?: "vsock";
  /** The context to be reached by, 0 to 2^32 - 1. Default 2^32 - 1: any of this machine's. */
  cid?: number;
  /** The port, 0 to 2^32 - 1. Default 2^32 - 1: the kernel chooses. */
  port?: number;
}

/** Options of {@linkcode listen}. */
export interface VsockListenOptions extends VsockBindOptions {
  /** `"seqpacket"` accepts connections that keep message boundaries (Linux 5.14). Default `"stream"`. */
  type?: "stream" | "seqpacket";
  /** Connections that may wait to be accepted, 0 to 2^31 - 1. Default 4096. */
  backlog?: number;
  /** Hears of errors that accepting survives: an aborted connection, a full fd table. */
  onError?: AcceptErrorHandler;
}

/** Options of {@linkcode connect}. */
export interface VsockConnectOptions extends OpenOptions {
  /** Always `"vsock"`; may be left out. */
  family?: "vsock";
  /** The context of the peer: 1 this machine (Linux 5.6), 2 the host, others the guests. */
  cid: number;
  /** The peer's port, 0 to 2^32 - 1. */
  port: number;
  /** `"seqpacket"` keeps message boundaries (Linux 5.14), `"dgram"` exists on VMware. Default `"stream"`. */
  type?: "stream" | "seqpacket" | "dgram";
}
