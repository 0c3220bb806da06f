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
import { addressText } from "./families/address_text.ts";
import { LibcListener, type MakeEndpoint } from "./endpoints/listener.ts";
import { LibcStream } from "./endpoints/stream.ts";
import { checkAddress } from "./guard/permissions.ts";
import { encodeSockaddr } from "./families/sockaddr.ts";
import type { Descriptor } from "./descriptor/descriptor.ts";
import { openDescriptor, openPair } from "./descriptor/open.ts";

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
}

/** A request to listen. */
export interface ListenRequest<A extends EngineAddress> extends BindRequest<A> {
  /** Connections that may wait to be accepted. */
  backlog: number;
  /** Hears of errors that accepting survives. */
  onError?: AcceptErrorHandler;
  /** Runs after the socket is closed. */
  onClose?: () => void;
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

/** The types of socket that requests name. */
export type EngineType = "stream" | "dgram" | "seqpacket";

const TYPE_NUMBERS = {
  stream: SOCK_STREAM,
  dgram: SOCK_DGRAM,
  seqpacket: SOCK_SEQPACKET,
} as const;

/** The endpoint of a connected stream socket. */
export function makeStream<A>(
  core: Descriptor,
  local?: Uint8Array,
  remote?: Uint8Array,
): LibcStream<A> {
  return new LibcStream<A>(core, local, remote);
}

/** A listener; `make` makes the endpoints of what it accepts. */
export function listen<A extends EngineAddress, E>(
  request: ListenRequest<A>,
  type: EngineType,
  make: MakeEndpoint<E>,
): LibcListener<A, E> {
  const core = bound(request, TYPE_NUMBERS[type]);
  return guarded(core, () => {
    const { address, backlog, onError, onClose } = request;
    core.call("listen", (lib, fd) => lib.listen(fd, backlog), addressText(address));
    return new LibcListener(core, make, onError, onClose);
  });
}

/** A bound datagram socket; `make` makes its endpoint. */
export function bind<A extends EngineAddress, E>(
  request: BindRequest<A>,
  make: (core: Descriptor) => E,
): E {
  const core = bound(request, SOCK_DGRAM);
  return guarded(core, () => make(core));
}

/** A connected socket; `make` makes its endpoint. */
export async function connect<A extends EngineAddress, E>(
  request: ConnectRequest<A>,
  type: EngineType,
  make: MakeEndpoint<E>,
): Promise<E> {
  const core = await connected(request, TYPE_NUMBERS[type]);
  // Both now: the kernel forgets the peer once it has gone.
  return guarded(core, () => make(core, core.localName(), core.remoteName()));
}

/** Two unix sockets that are connected to each other; `make` makes their endpoints. */
export function pair<E>(type: EngineType, make: MakeEndpoint<E>): [E, E] {
  const [a, b] = openPair(AF_UNIX, TYPE_NUMBERS[type], 0);
  return [make(a, undefined, undefined), make(b, undefined, undefined)];
}

function bound<A extends EngineAddress>(request: BindRequest<A>, type: number): Descriptor {
  const { address } = request;
  const sockaddr = encodeSockaddr(address, "bind");
  if (!request.permitted) checkAddress(address, "bind");
  const core = open(address, type, request.protocol);
  return guarded(core, () => {
    if (request.reuseAddress) setFlag(core, SO_REUSEADDR);
    if (request.reusePort) setFlag(core, SO_REUSEPORT);
    setOptions(core, request.options);
    // Without a path there is nothing to bind to: the kernel would make up an abstract name.
    if (address.family !== "unix" || address.pathBytes.length > 0) {
      core.call("bind", (lib, fd) => lib.bind(fd, sockaddr, sockaddr.length), addressText(address));
    }
    return core;
  });
}

async function connected<A extends EngineAddress>(
  request: ConnectRequest<A>,
  type: number,
): Promise<Descriptor> {
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

function open(address: EngineAddress, type: number, protocol: number | undefined): Descriptor {
  const family = FAMILY_NUMBERS[address.family];
  try {
    return openDescriptor(family, type, protocol ?? 0);
  } catch (error) {
    const fallBack = protocol === IPPROTO_MPTCP && isSocketError(error) &&
      NO_MPTCP.includes(error.code);
    if (!fallBack) throw error;
    return openDescriptor(family, type, IPPROTO_TCP);
  }
}

function setOptions(core: Descriptor, options: readonly OptionSetting[] | undefined): void {
  for (const [option, value] of options ?? []) core.setOption(option, value);
}

function setFlag(core: Descriptor, option: number): void {
  const on = new Uint8Array([1, 0, 0, 0]);
  core.call("setsockopt", (lib, fd) => lib.setsockopt(fd, SOL_SOCKET, option, on, on.length));
}

/** Runs `use`, and closes the socket if it throws. */
function guarded<T>(core: Descriptor, use: () => T): T {
  try {
    return use();
  } catch (error) {
    core.close();
    throw error;
  }
}
