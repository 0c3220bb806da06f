/**
 * The libc engine as the families use it: sockets made ready from a request.
 *
 * Permissions are asked for, options are set before bind and connect, and whatever fails leaves no
 * descriptor open.
 *
 * @module
 */
import type { Address } from "../core/address.ts";
import type { OptionSetting } from "../core/engine_choice.ts";
import { isSocketError } from "../core/errors.ts";
import type { AcceptErrorHandler } from "../core/listener.ts";
import type { Wait } from "../core/wait.ts";
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  SO_REUSEADDR,
  SO_REUSEPORT,
  SOCK_DGRAM,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  SOL_SOCKET,
} from "./abi/socket_constants.ts";
import { IPPROTO_MPTCP, IPPROTO_TCP } from "./abi/ip_constants.ts";
import { addressText } from "./address_text.ts";
import { LibcListener } from "./endpoints/listener.ts";
import { LibcMessage } from "./endpoints/message.ts";
import { LibcStream } from "./endpoints/stream.ts";
import { checkAddress } from "./permissions.ts";
import { encodeSockaddr } from "./sockaddr.ts";
import type { SocketCore } from "./socket_core.ts";
import { openCore, openPair } from "./socket_open.ts";

/** Addresses that a family of this engine takes. */
export type EngineAddress = Extract<Address, { family: "inet" | "inet6" | "unix" }>;

/** What every request may say. */
export interface EngineRequest {
  /** IPPROTO_*; MPTCP falls back to TCP where the kernel lacks it. Default 0. */
  protocol?: number;
  /** Set in order before bind or connect. */
  options?: readonly OptionSetting[];
}

/** A request to bind. */
export interface BindRequest<A extends EngineAddress> extends EngineRequest {
  /** Where to. */
  address: A;
  /** SO_REUSEADDR. */
  reuseAddress?: boolean;
  /** SO_REUSEPORT. */
  reusePort?: boolean;
  /** The permission for this address was granted under a name already. */
  permitted?: boolean;
  /** Runs after the socket is closed. */
  onClose?: () => void;
}

/** A request to listen. */
export interface ListenRequest<A extends EngineAddress> extends BindRequest<A> {
  /** Connections that may wait to be accepted. */
  backlog: number;
  /** Hears of errors that accepting survives. */
  onError?: AcceptErrorHandler;
}

/** A request to connect. */
export interface ConnectRequest<A extends EngineAddress> extends EngineRequest {
  /** Where to. */
  address: A;
  /** Where from. */
  local?: A;
  /** SO_REUSEADDR, for `local`. */
  reuseAddress?: boolean;
  /** SO_REUSEPORT, for `local`. */
  reusePort?: boolean;
  /** Signal and deadline. */
  wait?: Wait;
  /** The permission for this address was granted under a name already. */
  permitted?: boolean;
}

const FAMILY_NUMBERS = { inet: AF_INET, inet6: AF_INET6, unix: AF_UNIX } as const;

/** A listener of streams. SO_REUSEADDR is what Deno's own listeners set on internet sockets. */
export function listenStream<A extends EngineAddress>(
  request: ListenRequest<A>,
): LibcListener<A, LibcStream<A>> {
  const core = listening(request, SOCK_STREAM);
  return guarded(core, () =>
    new LibcListener(
      core,
      (core, local, remote) => new LibcStream<A>(core, local, remote),
      request.onError,
      request.onClose,
    ));
}

/** A listener of connections that keep message boundaries: unix, SOCK_SEQPACKET. */
export function listenMessages<A extends EngineAddress>(
  request: ListenRequest<A>,
): LibcListener<A, LibcMessage<A>> {
  const core = listening(request, SOCK_SEQPACKET);
  return guarded(core, () =>
    new LibcListener(
      core,
      (core, local, remote) => new LibcMessage<A>(core, { connected: true, local, remote }),
      request.onError,
      request.onClose,
    ));
}

/** A connected stream. */
export async function connectStream<A extends EngineAddress>(
  request: ConnectRequest<A>,
): Promise<LibcStream<A>> {
  const core = await connected(request, SOCK_STREAM);
  return guarded(core, () => new LibcStream<A>(core, core.localName()));
}

/** A bound datagram socket. */
export function bindMessage<A extends EngineAddress>(request: BindRequest<A>): LibcMessage<A> {
  return bindWith(request, (core) => new LibcMessage<A>(core, { onClose: request.onClose }));
}

/** A bound datagram socket, as an endpoint of the caller's making. */
export function bindWith<A extends EngineAddress, E>(
  request: BindRequest<A>,
  make: (core: SocketCore) => E,
): E {
  const core = bound(request, SOCK_DGRAM);
  return guarded(core, () => make(core));
}

/** A connected datagram or sequenced-packet socket. */
export function connectMessage<A extends EngineAddress>(
  request: ConnectRequest<A>,
  type: "dgram" | "seqpacket",
): Promise<LibcMessage<A>> {
  return connectWith(
    request,
    type,
    (core) => new LibcMessage<A>(core, { connected: true, local: core.localName() }),
  );
}

/** As {@linkcode connectMessage}, as an endpoint of the caller's making. */
export async function connectWith<A extends EngineAddress, E>(
  request: ConnectRequest<A>,
  type: "dgram" | "seqpacket",
  make: (core: SocketCore) => E,
): Promise<E> {
  const core = await connected(request, type === "dgram" ? SOCK_DGRAM : SOCK_SEQPACKET);
  return guarded(core, () => make(core));
}

/** Two streams that are connected to each other. */
export function pairStreams<A extends EngineAddress>(): [LibcStream<A>, LibcStream<A>] {
  const [a, b] = openPair(AF_UNIX, SOCK_STREAM, 0);
  return [new LibcStream<A>(a), new LibcStream<A>(b)];
}

/** Two message endpoints that are connected to each other. */
export function pairMessages<A extends EngineAddress>(
  type: "dgram" | "seqpacket",
): [LibcMessage<A>, LibcMessage<A>] {
  const [a, b] = openPair(AF_UNIX, type === "dgram" ? SOCK_DGRAM : SOCK_SEQPACKET, 0);
  return [
    new LibcMessage<A>(a, { connected: true }),
    new LibcMessage<A>(b, { connected: true }),
  ];
}

function listening<A extends EngineAddress>(
  request: ListenRequest<A>,
  type: number,
): SocketCore {
  const core = bound(request, type);
  return guarded(core, () => {
    core.call(
      "listen",
      (lib, fd) => lib.listen(fd, request.backlog),
      addressText(request.address),
    );
    return core;
  });
}

function bound<A extends EngineAddress>(request: BindRequest<A>, type: number): SocketCore {
  const { address } = request;
  const sockaddr = encodeSockaddr(address, "bind");
  if (!request.permitted) checkAddress(address, "bind");
  const core = open(address, type, request.protocol);
  return guarded(core, () => {
    if (request.reuseAddress) setFlag(core, SO_REUSEADDR);
    if (request.reusePort) setFlag(core, SO_REUSEPORT);
    setOptions(core, request.options);
    core.call("bind", (lib, fd) => lib.bind(fd, sockaddr, sockaddr.length), addressText(address));
    return core;
  });
}

async function connected<A extends EngineAddress>(
  request: ConnectRequest<A>,
  type: number,
): Promise<SocketCore> {
  const { address, local } = request;
  const sockaddr = encodeSockaddr(address, "connect");
  const from = local && encodeSockaddr(local, "bind");
  if (!request.permitted) checkAddress(address, "connect");
  if (local !== undefined && local.family === "unix") checkAddress(local, "bind");
  const core = open(address, type, request.protocol);
  try {
    if (request.reuseAddress) setFlag(core, SO_REUSEADDR);
    if (request.reusePort) setFlag(core, SO_REUSEPORT);
    setOptions(core, request.options);
    if (from !== undefined) {
      core.call("bind", (lib, fd) => lib.bind(fd, from, from.length), addressText(local!));
    }
    await core.connect(sockaddr, request.wait, addressText(address));
    return core;
  } catch (error) {
    core.close();
    throw error;
  }
}

/** Multipath TCP may be missing from the kernel, or switched off (`net.mptcp.enabled`). */
const NO_MPTCP = ["EPROTONOSUPPORT", "ENOPROTOOPT", "EINVAL"];

function open(address: EngineAddress, type: number, protocol: number | undefined): SocketCore {
  const family = FAMILY_NUMBERS[address.family];
  try {
    return openCore(family, type, protocol ?? 0);
  } catch (error) {
    const fallBack = protocol === IPPROTO_MPTCP && isSocketError(error) &&
      NO_MPTCP.includes(error.code);
    if (!fallBack) throw error;
    return openCore(family, type, IPPROTO_TCP);
  }
}

function setOptions(core: SocketCore, options: readonly OptionSetting[] | undefined): void {
  for (const [option, value] of options ?? []) core.setOption(option, value);
}

function setFlag(core: SocketCore, option: number): void {
  const on = new Uint8Array([1, 0, 0, 0]);
  core.call("setsockopt", (lib, fd) => lib.setsockopt(fd, SOL_SOCKET, option, on, on.length));
}

/** Runs `use`, and closes the socket if it throws. */
function guarded<T>(core: SocketCore, use: () => T): T {
  try {
    return use();
  } catch (error) {
    core.close();
    throw error;
  }
}
