import type { UnixAddress } from "../core/address.ts";
import type { ListenerEndpoint, MessageEndpoint, StreamEndpoint } from "../core/endpoint.ts";
import type { OpenOptions } from "../core/engine_choice.ts";
import type { AcceptErrorHandler } from "../core/listener.ts";
import type { PassedFd } from "../core/control.ts";
import type { WaitOptions } from "../core/wait.ts";
import type { PeerCredentials } from "../ffi/options/peer.ts";

/** A Unix stream connection. */
export interface UnixStream extends StreamEndpoint<UnixAddress> {
  /** The Deno connection beneath (deno engine; `undefined` on libc). Throws `Deno.errors.Busy` while received bytes wait in the endpoint. */
  readonly conn?: Deno.UnixConn;
  /** As {@linkcode LibcUnixStream.peerCredentials}; `undefined` on the deno engine. */
  peerCredentials?(): PeerCredentials;
  /** As {@linkcode LibcUnixStream.sendFds}; `undefined` on the deno engine. */
  sendFds?(
    data: Uint8Array,
    fds: readonly (number | { readonly fd: number })[],
    options?: WaitOptions,
  ): Promise<number>;
  /** As {@linkcode LibcUnixStream.recvFds}; `undefined` on the deno engine. */
  recvFds?(size?: number, options?: WaitOptions): Promise<ReceivedFds>;
}

/** A Unix stream connection over libc: beside bytes it carries descriptors. */
export interface LibcUnixStream extends UnixStream {
  /** Who the peer was when it connected, listened or made the pair (SO_PEERCRED, `man 7 unix`). */
  peerCredentials(): PeerCredentials;
  /**
   * Sends descriptors along with bytes (SCM_RIGHTS, `man 7 unix`). They stay open here.
   * Resolves to how many bytes of `data`, 1 or more, were taken; the descriptors go with the first.
   */
  sendFds(
    data: Uint8Array,
    fds: readonly (number | { readonly fd: number })[],
    options?: WaitOptions,
  ): Promise<number>;
  /**
   * Receives at most `size` bytes (default 65536) and the descriptors that came with them. Other
   * receives drop descriptors.
   */
  recvFds(size?: number, options?: WaitOptions): Promise<ReceivedFds>;
}

/** Bytes and the descriptors that came with them. */
export interface ReceivedFds {
  /** The bytes; empty at end of file. */
  data: Uint8Array;
  /** The descriptors, close-on-exec. Take each, or close it. */
  fds: PassedFd[];
  /** True when some descriptors found no room and are lost (MSG_CTRUNC). */
  truncated: boolean;
}

/** A listener for Unix stream connections. */
export type UnixListener = ListenerEndpoint<UnixAddress, UnixStream>;

/** A listener for Unix stream connections over libc. */
export type LibcUnixListener = ListenerEndpoint<UnixAddress, LibcUnixStream>;

/** A Unix socket that keeps message boundaries. */
export interface UnixMessageEndpoint extends MessageEndpoint<UnixAddress> {
  /** As {@linkcode LibcUnixMessageEndpoint.peerCredentials}; `undefined` on the deno engine. */
  peerCredentials?(): PeerCredentials;
  /** As {@linkcode LibcUnixMessageEndpoint.shutdown}; `undefined` on the deno engine. */
  shutdown?(how: "read" | "write" | "both"): void;
}

/**
 * A Unix socket that keeps message boundaries, over libc. Descriptors and credentials travel in the
 * `control` of its messages.
 */
export interface LibcUnixMessageEndpoint extends UnixMessageEndpoint {
  /** Who the peer was when it connected, listened or made the pair (SO_PEERCRED, `man 7 unix`). */
  peerCredentials(): PeerCredentials;
  /**
   * Ends one or both directions (`man 2 shutdown`). The peer of a `seqpacket` socket receives what was
   * sent before, and then the end.
   */
  shutdown(how: "read" | "write" | "both"): void;
}

/** A listener for Unix connections that keep message boundaries (libc engine). */
export type UnixMessageListener = ListenerEndpoint<UnixAddress, LibcUnixMessageEndpoint>;

/** Where a Unix socket is: text or bytes; a leading NUL is the abstract namespace. */
export interface UnixPathOptions {
  /** Always `"unix"`; may be left out. */
  family?: "unix";
  /** The path, 1 to 107 bytes in UTF-8. */
  path?: string;
  /** The path as bytes (wins over `path`); other than UTF-8 needs the libc engine. */
  pathBytes?: Uint8Array;
}

/** Options of {@linkcode listen}. */
export interface UnixListenOptions extends OpenOptions, UnixPathOptions {
  /** `"seqpacket"` accepts connections that keep message boundaries (libc engine). Default `"stream"`. */
  type?: "stream" | "seqpacket";
  /** Permission bits of the socket file, 0 to 0o777. Default: what the umask leaves. */
  mode?: number;
  /** Connections that may wait to be accepted, 0 to 2^31 - 1 (libc engine). Default 4096 there; Deno's own is 1024. */
  backlog?: number;
  /** Hears of errors that accepting survives: an aborted connection, a full fd table. */
  onError?: AcceptErrorHandler;
}

/** Options of {@linkcode connect}. */
export interface UnixConnectOptions extends OpenOptions, UnixPathOptions {
  /** `"seqpacket"` or `"dgram"` for messages (libc engine). Default `"stream"`. */
  type?: "stream" | "seqpacket" | "dgram";
}

/** Options of {@linkcode bind}. */
export interface UnixBindOptions extends OpenOptions, UnixPathOptions {
  /** Permission bits of the socket file, 0 to 0o777. Default: what the umask leaves. */
  mode?: number;
}

/** Options of {@linkcode pair}. */
export interface UnixPairOptions {
  /** Default `"stream"`. */
  type?: "stream" | "dgram" | "seqpacket";
}
