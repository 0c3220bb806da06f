/**
 * The libc engine as the families use it: sockets made ready from a request.
 *
 * Permissions are asked for, options are set before bind and connect, and whatever fails leaves no
 * descriptor open.
 *
 * @module
 */
import type { Address, Family, SocketType } from "../core/address.ts";
import type { OptionSetting } from "../core/engine_choice.ts";
import { isSocketError } from "../core/errors.ts";
import type { AcceptErrorHandler } from "../core/listener.ts";
import type { Wait } from "../core/wait.ts";
import { AF_UNIX, SO_REUSEADDR, SO_REUSEPORT, SOL_SOCKET } from "./abi/socket_constants.ts";
import { IPPROTO_MPTCP, IPPROTO_TCP } from "./abi/ip_constants.ts";
import { LibcListener, type MakeEndpoint } from "./endpoints/listener.ts";
import { LibcMessage } from "./endpoints/message.ts";
import { LibcStream } from "./endpoints/stream.ts";
import { addressText, encodeSockaddr } from "./families/sockaddr.ts";
import { TYPE_NUMBERS } from "./families/socket_types.ts";
import { rowNamed } from "./families/table.ts";
import { Peer } from "./guard/peer.ts";
import { checkSocket } from "./guard/permissions.ts";
import type { Descriptor } from "./descriptor/descriptor.ts";
import { openDescriptor, openPair } from "./descriptor/open.ts";
import { INTERFACES } from "./resolver/interface_names.ts";

/** What every request may say. */
export interface EngineRequest {
  /** IPPROTO_*; MPTCP falls back to TCP where the kernel lacks it. Default 0. */
  protocol?: number;
  /** Set in order before bind or connect. */
  options?: readonly OptionSetting[];
}

/** A request to bind. */
export interface BindRequest<A extends Address> extends EngineRequest {
  /** Where to. */
  address: A;
  /** SO_REUSEADDR. */
  reuseAddress?: boolean;
  /** SO_REUSEPORT. */
  reusePort?: boolean;
}

/** A request to listen. */
export interface ListenRequest<A extends Address> extends BindRequest<A> {
  /** Connections that may wait to be accepted. */
  backlog: number;
  /** Hears of errors that accepting survives. */
  onError?: AcceptErrorHandler;
  /** Runs after the socket is closed. */
  onClose?: () => void;
}

/** A request to connect. */
export interface ConnectRequest<A extends Address> extends EngineRequest {
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
}

/** The endpoint of a connected stream socket. */
export function makeStream<A>(
  core: Descriptor,
  local?: Uint8Array,
  remote?: Uint8Array,
): LibcStream<A> {
  return new LibcStream<A>(core, local, remote);
}

/** The endpoint of a connected socket that keeps message boundaries. */
export function makeMessage<A>(
  core: Descriptor,
  local?: Uint8Array,
  remote?: Uint8Array,
): LibcMessage<A> {
  return new LibcMessage<A>(core, { connected: true, local, remote });
}

/** A listener; `make` makes the endpoints of what it accepts. */
export function listen<A extends Address, E>(
  request: ListenRequest<A>,
  type: SocketType,
  make: MakeEndpoint<E>,
): LibcListener<A, E> {
  const core = bound(request, TYPE_NUMBERS[type]);
  return guarded(core, () => {
    const { address, backlog, onError, onClose } = request;
    core.call("listen", (lib, fd) => lib.listen(fd, backlog), addressText(address));
    return new LibcListener(core, make, onError, onClose);
  });
}

/** A bound socket that exchanges messages; `make` makes its endpoint. */
export function bind<A extends Address, E>(
  request: BindRequest<A>,
  type: SocketType,
  make: (core: Descriptor) => E,
): E {
  const core = bound(request, TYPE_NUMBERS[type]);
  return guarded(core, () => make(core));
}

/** A socket that is bound to nothing and connected to nobody; `make` makes its endpoint. */
export function unbound<E>(
  family: Family,
  request: EngineRequest,
  type: SocketType,
  make: (core: Descriptor) => E,
): E {
  checkKind(family, TYPE_NUMBERS[type], request.protocol);
  const core = open(family, TYPE_NUMBERS[type], request.protocol);
  return guarded(core, () => {
    setOptions(core, request.options);
    return make(core);
  });
}

/** A connected socket; `make` makes its endpoint. */
export async function connect<A extends Address, E>(
  request: ConnectRequest<A>,
  type: SocketType,
  make: MakeEndpoint<E>,
): Promise<E> {
  const core = await connected(request, TYPE_NUMBERS[type]);
  // Both now: the kernel forgets the peer once it has gone.
  return guarded(core, () => make(core, core.localName(), core.remoteName()));
}

/** Two sockets that are connected to each other; `make` makes their endpoints. */
export function pair<E>(
  type: SocketType,
  make: MakeEndpoint<E>,
  familyNumber: number = AF_UNIX,
): [E, E] {
  const [a, b] = openPair(familyNumber, TYPE_NUMBERS[type], 0);
  return [make(a, undefined, undefined), make(b, undefined, undefined)];
}

function bound<A extends Address>(request: BindRequest<A>, type: number): Descriptor {
  const { address, protocol } = request;
  checkKind(address.family, type, protocol);
  const peer = Peer.ask(address, "bind", INTERFACES);
  const core = open(address.family, type, protocol);
  return guarded(core, () => {
    if (request.reuseAddress) setFlag(core, SO_REUSEADDR);
    if (request.reusePort) setFlag(core, SO_REUSEPORT);
    setOptions(core, request.options);
    // An address that is its family alone names nothing: bound to it, a unix socket gets a name.
    if (peer.bytes.length > FAMILY_BYTES) core.bind(peer);
    return core;
  });
}

async function connected<A extends Address>(
  request: ConnectRequest<A>,
  type: number,
): Promise<Descriptor> {
  const { address, local, protocol } = request;
  // Before the address, whose encoding may look an interface up.
  checkKind(address.family, type, protocol);
  const peer = Peer.ask(address, "connect", INTERFACES);
  const from = local && localPeer(local);
  const core = open(address.family, type, protocol);
  try {
    if (request.reuseAddress) setFlag(core, SO_REUSEADDR);
    if (request.reusePort) setFlag(core, SO_REUSEPORT);
    setOptions(core, request.options);
    if (from !== undefined) core.bind(from);
    await core.connect(peer, request.wait);
    return core;
  } catch (error) {
    core.close();
    throw error;
  }
}

/** sizeof(sa_family_t). */
const FAMILY_BYTES = 2;

/**
 * Where a connection comes from. An address of IP lets nobody in but the peer, and takes no permission
 * of its own; a path makes a file.
 */
function localPeer(local: Address): Peer {
  if (local.family !== "inet" && local.family !== "inet6") {
    return Peer.ask(local, "bind", INTERFACES);
  }
  return Peer.own(encodeSockaddr(local, "bind", INTERFACES));
}

/** Refuses a kind of socket that takes more than what is asked for its addresses. */
function checkKind(family: Family, type: number, protocol: number | undefined): void {
  checkSocket(rowNamed(family)!.number, type, protocol ?? 0);
}

/** Multipath TCP may be missing from the kernel, or switched off (`net.mptcp.enabled`). */
const NO_MPTCP = ["EPROTONOSUPPORT", "ENOPROTOOPT", "EINVAL"];

function open(name: Family, type: number, protocol: number | undefined): Descriptor {
  const family = rowNamed(name)!.number;
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
