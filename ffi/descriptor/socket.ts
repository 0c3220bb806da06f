/**
 * The BSD face: a thin, honest socket. One method, one call of the C library.
 *
 * @module
 */
import type { Address, AddressInput, Family, SocketType } from "../../core/address.ts";
import { checkInteger } from "../../core/bytes.ts";
import type { SocketOption } from "../../core/option.ts";
import type { WaitOptions } from "../../core/wait.ts";
import { AF_INET, AF_UNIX, SOCK_STREAM, SOMAXCONN } from "../abi/socket_constants.ts";
import { F_DUPFD_CLOEXEC } from "../abi/event_constants.ts";
import { INTERFACES } from "../resolver/interface_names.ts";
import { familyName } from "../families/table.ts";
import { typeName } from "../families/socket_types.ts";
import { checkSockaddr, checkSocket } from "../guard/permissions.ts";
import { addressText, decodeSockaddr, encodeSockaddr } from "../families/sockaddr.ts";
import { ByteCalls } from "./socket_bytes.ts";
import type { Descriptor } from "./descriptor.ts";
import { MAX_BYTES, waiting } from "./socket_arguments.ts";
import { acceptedDescriptor, descriptorFromFd, openDescriptor, openPair } from "./open.ts";

const SHUTDOWN_HOW = { read: 0, write: 1, both: 2 } as const;

/**
 * A socket of any family and type. Non-blocking underneath: a method that would block waits without
 * a thread; {@linkcode Socket.tryRecv} and {@linkcode Socket.trySend} never wait.
 *
 * The kernel's errors come as `SocketError`, with `code` and `syscall`. bind, connect and sends to an
 * address need the permissions that Deno's own networking needs: `--allow-net`, and for paths
 * `--allow-read` and `--allow-write`.
 *
 * @example An echo server and its client, as in every tutorial
 * ```ts
 * import { AF_INET, SOCK_STREAM, socket } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * using server = socket(AF_INET, SOCK_STREAM, 0);
 * server.bind({ hostname: "127.0.0.1", port: 0 });
 * server.listen();
 *
 * using client = socket(AF_INET, SOCK_STREAM, 0);
 * await client.connect(server.localAddr);
 * await client.sendAll(new TextEncoder().encode("Hello, world"));
 *
 * const [connection, address] = await server.accept();
 * await connection.sendAll(await connection.recv(1024));
 * connection.close();
 *
 * assertEquals(new TextDecoder().decode(await client.recv(1024)), "Hello, world");
 * assertEquals(address, client.localAddr);
 * ```
 */
export class Socket extends ByteCalls implements Disposable, AsyncDisposable {
  readonly #core: Descriptor;

  /** Wraps a core. Use {@linkcode socket}, {@linkcode socketPair} or {@linkcode Socket.fromFd}. */
  constructor(core: Descriptor) {
    super(core);
    this.#core = core;
  }

  /**
   * Takes over an open descriptor: its family, type and protocol are asked of the kernel, and it is
   * made non-blocking and close-on-exec. The socket closes it from now on.
   *
   * @param fd The descriptor.
   * @returns The socket.
   * @throws {SocketError} `ENOTSOCK` if it is no socket, `EBADF` if it is not open.
   */
  static fromFd(fd: number): Socket {
    return new Socket(descriptorFromFd(fd));
  }

  /** The address family. */
  get family(): Family {
    return familyName(this.#core.familyNumber);
  }

  /** The socket type. */
  get type(): SocketType {
    return typeName(this.#core.typeNumber);
  }

  /** The protocol number (IPPROTO_*), 0 where the family has none. */
  get protocol(): number {
    return this.#core.protocol;
  }

  /** The descriptor's number, -1 once closed. Reading it takes nothing: the socket still owns it. */
  get fd(): number {
    return this.#core.fd;
  }

  /** The address of this end (`man 2 getsockname`). */
  get localAddr(): Address {
    const name = this.#core.localName();
    return decodeSockaddr(name, name.length, INTERFACES);
  }

  /** The address of the other end (`man 2 getpeername`); `undefined` while not connected. */
  get remoteAddr(): Address | undefined {
    const name = this.#core.remoteName();
    return name && decodeSockaddr(name, name.length, INTERFACES);
  }

  /** Gives the socket a local address (`man 2 bind`). */
  bind(address: AddressInput<Address>): void {
    const { sockaddr, text } = this.#name(address, "bind");
    this.#core.call("bind", (lib, fd) => lib.bind(fd, sockaddr, sockaddr.length), text);
  }

  /** Lets the socket accept connections (`man 2 listen`). `backlog` is 0 to 2^31 - 1, default SOMAXCONN. */
  listen(backlog: number = SOMAXCONN): void {
    checkInteger(backlog, 0, MAX_BYTES, "listen", "backlog");
    const local = this.#core.localName();
    // listen(2) binds what is not bound yet, to every address of the machine.
    const address = decodeSockaddr(local, local.length);
    if ("port" in address && address.port === 0) checkSockaddr(local, 0, local.length, "listen");
    this.#core.call("listen", (lib, fd) => lib.listen(fd, backlog));
  }

  /** Waits for a connection (`man 2 accept`): its socket and the peer's address. */
  accept(options?: WaitOptions): Promise<[Socket, Address]> {
    return waiting(options, async (wait) => {
      const core = this.#core;
      const accepted = await core.attempt("readable", "accept", () => core.tryAccept(), wait);
      const { fd, address } = accepted;
      return [new Socket(acceptedDescriptor(core, fd)), decodeSockaddr(address, address.length)];
    });
  }

  /** Connects (`man 2 connect`); for datagrams, sets the peer. */
  async connect(address: AddressInput<Address>, options?: WaitOptions): Promise<void> {
    const { sockaddr, text } = this.#name(address, "connect");
    await waiting(options, (wait) => this.#core.connect(sockaddr, wait, text));
  }

  /** Ends one or both directions (`man 2 shutdown`). */
  shutdown(how: "read" | "write" | "both"): void {
    if (!Object.hasOwn(SHUTDOWN_HOW, how)) {
      throw new TypeError(`Cannot shutdown: how ${how} is not "read", "write" or "both"`);
    }
    this.#core.call("shutdown", (lib, fd) => lib.shutdown(fd, SHUTDOWN_HOW[how]));
  }

  /** Reads a socket option (`man 2 getsockopt`). */
  getOption<T>(option: SocketOption<T>): T {
    return this.#core.getOption(option);
  }

  /** Sets a socket option (`man 2 setsockopt`). */
  setOption<T>(option: SocketOption<T>, value: T): void {
    this.#core.setOption(option, value);
  }

  /** Another descriptor of the same socket (`man 2 dup`), close-on-exec. */
  dup(): Socket {
    const fd = this.#core.call("fcntl", (lib, fd) => lib.fcntl(fd, F_DUPFD_CLOEXEC, 0));
    return new Socket(acceptedDescriptor(this.#core, fd));
  }

  /** Hands the descriptor over: the caller must close it. It stays non-blocking; this socket counts as closed. */
  detach(): number {
    return this.#core.detach();
  }

  /** Closes the socket. Pending waits reject with code `EBADF`. May be called again. */
  close(): void {
    this.#core.close();
  }

  /** Lets pending waits keep the process alive (the default). */
  ref(): void {
    this.#core.setReferenced(true);
  }

  /** Lets the process end though waits are pending. */
  unref(): void {
    this.#core.setReferenced(false);
  }

  /** As {@linkcode Socket.close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** As {@linkcode Socket.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
  }

  /** Checks and encodes an address, and asks for the permission to use it. */
  #name(
    address: AddressInput<Address>,
    action: string,
  ): { sockaddr: Uint8Array<ArrayBuffer>; text: string } {
    const sockaddr = encodeSockaddr(address, action, INTERFACES);
    const exact = decodeSockaddr(sockaddr, sockaddr.length, INTERFACES);
    this.#core.checkOpen(action);
    checkSockaddr(sockaddr, 0, sockaddr.length, action);
    return { sockaddr, text: addressText(exact) };
  }
}

/**
 * Opens a socket (`man 2 socket`). Needs `--allow-ffi`; raw, packet and netlink sockets need the
 * whole of `--allow-net` too, others for the addresses that they bind, connect and send to.
 *
 * @param family AF_* (default AF_INET).
 * @param type SOCK_* (default SOCK_STREAM); SOCK_NONBLOCK and SOCK_CLOEXEC are always set.
 * @param protocol IPPROTO_* (default 0: the type's usual one).
 * @returns The socket.
 * @throws {Deno.errors.NotCapable} Without `--allow-ffi`.
 * @throws {SocketError} `EAFNOSUPPORT` if the kernel lacks the family, `EPERM` without the privilege.
 */
export function socket(
  family: number = AF_INET,
  type: number = SOCK_STREAM,
  protocol: number = 0,
): Socket {
  checkSocket(family, type);
  return new Socket(openDescriptor(family, type, protocol));
}

/**
 * Opens two sockets that are connected to each other (`man 2 socketpair`). Needs `--allow-ffi`.
 *
 * @example Without waiting
 * ```ts
 * import { socketPair } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * const [a, b] = socketPair();
 * assertEquals(b.tryRecv(), null); // would block
 * a.trySend(Uint8Array.of(7));
 * assertEquals(b.tryRecv(), Uint8Array.of(7));
 * a.close();
 * b.close();
 * ```
 *
 * @param family AF_UNIX (the default) or AF_TIPC.
 * @param type SOCK_* (default SOCK_STREAM).
 * @param protocol 0.
 * @returns Both ends.
 */
export function socketPair(
  family: number = AF_UNIX,
  type: number = SOCK_STREAM,
  protocol: number = 0,
): [Socket, Socket] {
  const [a, b] = openPair(family, type, protocol);
  return [new Socket(a), new Socket(b)];
}
