/**
 * The BSD face: a thin, honest socket. One method, one call of the C library.
 *
 * @module
 */
import { checkHow, SHUTDOWN_HOW } from "../../core/shutdown.ts";
import type { Address, AddressInput, Family, SocketType } from "../../core/address.ts";
import { checkInteger, checkKeys } from "../../core/arguments.ts";
import { DEFAULT_BATCH, DEFAULT_MESSAGE_BYTES, MAX_INT } from "../../core/limits.ts";
import type {
  Message,
  MessageBatch,
  OutgoingMessage,
  RecvBatchesOptions,
} from "../../core/message.ts";
import { showAs } from "../../core/inspect.ts";
import type { SocketOption } from "../../core/option.ts";
import type { FileToSend, SendFileOptions } from "../../core/send_file.ts";
import { beginWait, type WaitOptions } from "../../core/wait.ts";
import { SOMAXCONN } from "../abi/socket_constants.ts";
import { F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, FD_CLOEXEC } from "../abi/event_constants.ts";
import { INTERFACES } from "../resolver/interface_names.ts";
import { familyName } from "../families/table.ts";
import { typeName } from "../families/socket_types.ts";
import { checkListen, Peer } from "../guard/peer.ts";
import { checkSocket } from "../guard/permissions.ts";
import { addressText, decodeSockaddr } from "../families/sockaddr.ts";
import { recvBatches, recvMany, sendMany } from "../messages/mmsg.ts";
import {
  recvMsg,
  recvMsgInto,
  type RecvMsgRequest,
  sendMsg,
  tryRecvMsg,
} from "../messages/message_calls.ts";
import type { ReceivedMessage, ReceivedParts } from "../messages/msghdr.ts";
import type { Descriptor } from "./descriptor.ts";
import { type AddressOrName, isNamed, lookUp, withoutLookUp } from "./named_peer.ts";
import { acceptedDescriptor, descriptorFromFd } from "./open.ts";
import {
  ACCEPT,
  checkTry,
  CONNECT,
  type FlagOptions,
  RECV,
  RECV_BATCHES_KEYS,
  RECV_MANY,
  RECV_MSG,
  type RecvManyOptions,
  type RecvMsgOptions,
  SEND,
  SEND_MANY,
  SEND_MSG,
  type SendMsgOptions,
  TRY_RECV_MSG_KEYS,
  type TryOptions,
  waiting,
  whereOf,
} from "./socket_arguments.ts";
import { sendFile } from "./send_file.ts";
import * as bytes from "./socket_bytes.ts";

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
 *
 * @typeParam A Its addresses: those of the family that {@linkcode socket} was given.
 */
export class Socket<A extends Address = Address> implements Disposable, AsyncDisposable {
  readonly #core: Descriptor;

  /** Wraps a core. Use {@linkcode socket}, {@linkcode socketPair} or {@linkcode Socket.fromFd}. */
  constructor(core: Descriptor) {
    this.#core = core;
  }

  /**
   * Takes over an open descriptor: its family, type and protocol are asked of the kernel, and it is
   * made non-blocking and close-on-exec. The socket closes it from now on.
   *
   * @param fd The descriptor.
   * @returns The socket.
   * @throws {SocketError} `ENOTSOCK` if it is no socket, `EBADF` if it is not open.
   * @throws {Deno.errors.NotCapable} If it is one that takes the whole of `--allow-net`: raw, packet …
   */
  static fromFd(fd: number): Socket {
    const core = descriptorFromFd(fd);
    checkSocket(core.familyNumber, core.typeNumber, core.protocol);
    return new Socket(core);
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
    this.#core.mayBeShared = true;
    return this.#core.fd;
  }

  /** The address of this end (`man 2 getsockname`). */
  get localAddr(): A {
    const name = this.#core.localName();
    return decodeSockaddr(name, name.length, INTERFACES, 0, this.protocol) as A;
  }

  /** The address of the other end (`man 2 getpeername`); `undefined` while not connected. */
  get remoteAddr(): A | undefined {
    const name = this.#core.remoteName();
    return name && decodeSockaddr(name, name.length, INTERFACES, 0, this.protocol) as A;
  }

  /**
   * Gives the socket a local address (`man 2 bind`). The hostname may be `""` for any address, and
   * `"localhost"`; other names have to be looked up before.
   */
  bind(address: AddressOrName): void {
    const core = this.#core;
    core.checkOpen("bind");
    core.bind(
      isNamed(core, address) ? withoutLookUp(core, address, "bind") : this.#peer(address, "bind"),
    );
  }

  /** Lets the socket accept connections (`man 2 listen`). `backlog` is 0 to 2^31 - 1, default SOMAXCONN. */
  listen(backlog: number = SOMAXCONN): void {
    checkInteger(backlog, 0, MAX_INT, "listen", "backlog");
    const local = this.#core.localName();
    // listen(2) binds what is not bound yet, to every address of the machine.
    const address = decodeSockaddr(local, local.length);
    if ("port" in address && address.port === 0) checkListen(local);
    this.#core.call("listen", (lib, fd) => lib.listen(fd, backlog));
  }

  /** Waits for a connection (`man 2 accept`): its socket and the peer's address. */
  accept(options?: WaitOptions): Promise<[Socket<A>, A]> {
    const core = this.#core;
    return waiting(
      this,
      ACCEPT,
      options,
      (wait) => core.attempt("readable", "accept", () => this.tryAccept() ?? undefined, wait),
    );
  }

  /** Takes a connection without waiting: `null` if there is none. */
  tryAccept(): [Socket<A>, A] | null {
    const accepted = this.#core.tryAccept();
    if (accepted === undefined) return null;
    const { fd } = accepted;
    const address = accepted.address.slice();
    const from = decodeSockaddr(address, address.length, INTERFACES) as A;
    return [new Socket<A>(acceptedDescriptor(this.#core, fd)), from];
  }

  /**
   * Connects (`man 2 connect`); for datagrams, sets the peer. A host may be named, and a service: they
   * are looked up in the socket's family, and the first address is taken, as in Python.
   *
   * @example By name
   * ```ts
   * import { AF_INET, SOCK_STREAM, socket } from "@berkeley/sockets";
   *
   * using server = socket(AF_INET, SOCK_STREAM);
   * server.bind({ hostname: "localhost", port: 0 });
   * server.listen();
   * const { port } = server.localAddr;
   * using client = socket(AF_INET, SOCK_STREAM);
   * await client.connect({ hostname: "localhost", port });
   * ```
   */
  connect(address: AddressOrName, options?: WaitOptions): Promise<void> {
    const core = this.#core;
    return waiting(this, CONNECT, options, async (wait) => {
      core.checkOpen("connect");
      const peer = isNamed(core, address)
        ? await lookUp(core, address, "connect", wait)
        : this.#peer(address, "connect");
      await core.connect(peer, wait);
    });
  }

  /** Sends; resolves to how many bytes the kernel took (`man 2 send`). */
  send(data: Uint8Array, options?: FlagOptions): Promise<number> {
    return waiting(this, SEND, options, (wait) => bytes.send(this.#core, data, options, wait));
  }

  /** Sends all of `data`, in as many calls as it takes. */
  sendAll(data: Uint8Array, options?: FlagOptions): Promise<void> {
    return waiting(this, SEND, options, (wait) => bytes.sendAll(this.#core, data, options, wait));
  }

  /**
   * Sends a file, or a part of it, as Python's `sendfile`; resolves to the number of bytes, fewer than
   * `count` where the file ends before. The kernel moves them (`man 2 sendfile`, for a pipe `man 2
   * splice`). The position of an open file is neither used nor changed.
   *
   * A path takes `--allow-read` for it; an open file and a passed descriptor take nothing; a bare
   * descriptor's number takes the whole of `--allow-read`.
   *
   * @example
   * ```ts
   * import { socketPair } from "@berkeley/sockets";
   * import { assertEquals } from "@std/assert";
   *
   * const path = await Deno.makeTempFile();
   * await Deno.writeTextFile(path, "Hello, file");
   * const [a, b] = socketPair();
   * assertEquals(await a.sendFile(path, { offset: 7 }), 4);
   * assertEquals(new TextDecoder().decode(await b.recv()), "file");
   * a.close();
   * b.close();
   * await Deno.remove(path);
   * ```
   *
   * @param file A path, an open file, a descriptor or a passed one.
   * @param options Which part, signal and time limit.
   * @returns How many bytes went.
   * @throws {TypeError} If an argument is of the wrong type, or the socket has messages.
   * @throws {Deno.errors.NotCapable} Without `--allow-read`.
   * @throws {SocketError} What failed; its `bytesSent` says how many bytes went before.
   */
  sendFile(file: FileToSend, options?: SendFileOptions): Promise<number> {
    return sendFile(this.#core, file, options, { where: () => whereOf(this) });
  }

  /** Sends one message to `to` (`man 2 sendto`); who is named is looked up for each, so look up many once. */
  sendTo(data: Uint8Array, to: AddressOrName, options?: FlagOptions): Promise<number> {
    const core = this.#core;
    return waiting(
      this,
      SEND,
      options,
      (wait) =>
        isNamed(core, to)
          ? bytes.sendToName(core, data, to, options, wait)
          : bytes.sendTo(core, data, to, options, wait),
    );
  }

  /** Sends without waiting: how many bytes were taken, `null` if there is no room. */
  trySend(data: Uint8Array, options?: TryOptions): number | null {
    checkTry(options, "send");
    return bytes.trySend(this.#core, data, options) ?? null;
  }

  /** Sends one message to `to` without waiting: its length, `null` if there is no room. */
  trySendTo(data: Uint8Array, to: AddressInput<Address>, options?: TryOptions): number | null {
    checkTry(options, "send");
    return bytes.trySendTo(this.#core, data, to, options) ?? null;
  }

  /** Receives at most `size` bytes (`man 2 recv`); empty at the end of a stream, and for an empty datagram. */
  recv(
    size: number = DEFAULT_MESSAGE_BYTES,
    options?: FlagOptions,
  ): Promise<Uint8Array<ArrayBuffer>> {
    return waiting(this, RECV, options, (wait) => bytes.recv(this.#core, size, options, wait));
  }

  /** Receives into `buffer`; resolves to the number of bytes. */
  recvInto(buffer: Uint8Array, options?: FlagOptions): Promise<number> {
    return waiting(
      this,
      RECV,
      options,
      (wait) => bytes.recvInto(this.#core, buffer, options, wait),
    );
  }

  /** Receives with the sender's address (`man 2 recvfrom`). */
  recvFrom(
    size: number = DEFAULT_MESSAGE_BYTES,
    options?: FlagOptions,
  ): Promise<[Uint8Array<ArrayBuffer>, A]> {
    return waiting(
      this,
      RECV,
      options,
      (wait) => bytes.recvFrom(this.#core, size, options, wait),
    ) as Promise<[Uint8Array<ArrayBuffer>, A]>;
  }

  /** Receives without waiting: `null` if nothing is there. */
  tryRecv(
    size: number = DEFAULT_MESSAGE_BYTES,
    options?: TryOptions,
  ): Uint8Array<ArrayBuffer> | null {
    checkTry(options, "receive");
    return bytes.tryRecv(this.#core, size, options) ?? null;
  }

  /** Receives with the sender's address without waiting: `null` if nothing is there. */
  tryRecvFrom(
    size: number = DEFAULT_MESSAGE_BYTES,
    options?: TryOptions,
  ): [Uint8Array<ArrayBuffer>, A] | null {
    checkTry(options, "receive");
    const received = bytes.tryRecvFrom(this.#core, size, options) ?? null;
    return received as [Uint8Array<ArrayBuffer>, A] | null;
  }

  /**
   * Sends several buffers as one message, with ancillary data (`man 2 sendmsg`).
   *
   * @example Passing an open file
   * ```ts
   * import { socketPair } from "@berkeley/sockets";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = socketPair();
   * await a.sendMsg([new Uint8Array([1])], { control: [{ type: "rights", fds: [0] }] });
   * const { data, control } = await b.recvMsg();
   * assertEquals(data, new Uint8Array([1]));
   * assertEquals(control?.get("rights")?.fds.length, 1);
   * control?.[Symbol.dispose](); // closes what nobody took
   * a.close();
   * b.close();
   * ```
   *
   * @param buffers The payload, up to 1024 parts.
   * @param options Recipient, ancillary data, flags, signal and time limit.
   * @returns How many bytes the kernel took: all of a datagram, on a stream maybe fewer.
   * @throws {TypeError} If an argument is of the wrong type.
   * @throws {RangeError} If a number is out of range.
   * @throws {Deno.errors.NotCapable} Without `--allow-net` for the recipient.
   * @throws {SocketError} What sendmsg(2) fails with.
   */
  sendMsg(buffers: readonly Uint8Array[], options: SendMsgOptions = {}): Promise<number> {
    return waiting(this, SEND_MSG, options, (wait) => sendMsg(this.#core, buffers, options, wait));
  }

  /**
   * Receives one message with its sender, flags and ancillary data (`man 2 recvmsg`); of a stream,
   * what is there. Descriptors that arrive are close-on-exec, and closed unless taken: dispose of
   * `control` as soon as you have what you want.
   *
   * @param size Room for the payload in bytes, 0 to 2^31 - 1. Default: 65536.
   * @param options Flags, room for ancillary data, signal and time limit.
   * @returns The message; on a stream, an empty one means the end.
   * @throws {TypeError} If an argument is of the wrong type.
   * @throws {RangeError} If a number is out of range.
   * @throws {SocketError} What recvmsg(2) fails with.
   */
  recvMsg(
    size: number = DEFAULT_MESSAGE_BYTES,
    options: RecvMsgOptions = {},
  ): Promise<ReceivedMessage<A>> {
    return waiting(
      this,
      RECV_MSG,
      options,
      (wait) => recvMsg(this.#core, size, options, wait),
    ) as Promise<ReceivedMessage<A>>;
  }

  /** As {@linkcode Socket.recvMsg} without waiting: `null` if nothing is there. */
  tryRecvMsg(
    size: number = DEFAULT_MESSAGE_BYTES,
    options: RecvMsgRequest = {},
  ): ReceivedMessage<A> | null {
    checkKeys(options, TRY_RECV_MSG_KEYS, "receive");
    return (tryRecvMsg(this.#core, size, options) ?? null) as ReceivedMessage<A> | null;
  }

  /**
   * As {@linkcode Socket.recvMsg}, into buffers of your own, filled in order.
   *
   * @param buffers Up to 1024 parts.
   * @param options Flags, room for ancillary data, signal and time limit.
   * @returns How many bytes came, and what the kernel said about them.
   */
  recvMsgInto(
    buffers: readonly Uint8Array[],
    options: RecvMsgOptions = {},
  ): Promise<ReceivedParts<A>> {
    return waiting(
      this,
      RECV_MSG,
      options,
      (wait) => recvMsgInto(this.#core, buffers, options, wait),
    ) as Promise<ReceivedParts<A>>;
  }

  /**
   * Sends many messages, 128 a call (`man 2 sendmmsg`).
   *
   * An ICMP error that an earlier datagram met does not cost the message that is told of it: that one
   * is sent again. Only when it is the first of all is the error told, with nothing sent.
   *
   * @param messages The messages; taken as room allows.
   * @param options Signal and time limit.
   * @returns How many went before the first that failed: all of them, unless one did.
   * @throws {SocketError} If the first one failed.
   */
  sendMany(
    messages: Iterable<OutgoingMessage<Address>>,
    options: WaitOptions = {},
  ): Promise<number> {
    return waiting(this, SEND_MANY, options, (wait) => sendMany(this.#core, messages, wait));
  }

  /**
   * Receives what is there, at least one message (`man 2 recvmmsg`). Payloads of up to 2048 bytes
   * share one buffer per call: copy one before transferring it. For datagrams: a connection that has
   * ended brings empty messages.
   *
   * @param max The most messages to take, 1 to 1024. Default: 64.
   * @param options Room, flags, signal and time limit.
   * @returns The messages.
   */
  recvMany(
    max: number = DEFAULT_BATCH,
    options: RecvManyOptions = {},
  ): Promise<Message<A>[]> {
    return waiting(
      this,
      RECV_MANY,
      options,
      (wait) => recvMany(this.#core, max, options, wait),
    ) as Promise<Message<A>[]>;
  }

  /**
   * Receives batch after batch into the same memory, at the rate of C: no copy, and no object per
   * message. What a batch shows is overwritten by the next.
   *
   * @example Counting bytes
   * ```ts
   * import { AF_INET, SOCK_DGRAM, socket } from "@berkeley/sockets";
   * import { assertEquals } from "@std/assert";
   *
   * using receiver = socket(AF_INET, SOCK_DGRAM);
   * receiver.bind({ hostname: "127.0.0.1", port: 0 });
   * const to = receiver.localAddr;
   * using sender = socket(AF_INET, SOCK_DGRAM);
   * await sender.sendMany([1, 2, 3].map((n) => ({ data: new Uint8Array(n), to })));
   * let messages = 0;
   * let bytes = 0;
   * for await (const batch of receiver.recvBatches({ max: 64, size: 1500 })) {
   *   for (let i = 0; i < batch.count; i++) bytes += batch.data(i).length;
   *   if ((messages += batch.count) === 3) break;
   * }
   * assertEquals(bytes, 6);
   * ```
   *
   * @param options Messages a batch, room, flags, signal and a time limit for the whole of it.
   * @returns The batch, filled anew for each turn of the loop.
   */
  async *recvBatches(
    options: RecvBatchesOptions = {},
  ): AsyncGenerator<MessageBatch<A>, void, void> {
    checkKeys(options, RECV_BATCHES_KEYS, "receive");
    const wait = beginWait(options, "receive");
    try {
      yield* recvBatches(this.#core, options, wait) as AsyncGenerator<MessageBatch<A>, void, void>;
    } finally {
      wait?.end();
    }
  }

  /** Ends one or both directions (`man 2 shutdown`). */
  shutdown(how: "read" | "write" | "both"): void {
    checkHow(how);
    this.#core.shutdown(SHUTDOWN_HOW[how]);
  }

  /** Reads a socket option (`man 2 getsockopt`). */
  getOption<T>(option: SocketOption<T>): T {
    return this.#core.getOption(option);
  }

  /**
   * Sets a socket option (`man 2 setsockopt`). What sends packets elsewhere than their address says
   * (IP_OPTIONS, IP_HDRINCL, SO_BINDTODEVICE, SO_MARK …), and what the library does not know, takes
   * the whole of `--allow-net`.
   */
  setOption<T>(option: SocketOption<T>, value: T): void {
    this.#core.setOption(option, value);
  }

  /** Whether programs that this one starts get the descriptor too; false unless set. */
  get inheritable(): boolean {
    const flags = this.#core.call("fcntl", (lib, fd) => lib.fcntl(fd, F_GETFD, 0));
    return (flags & FD_CLOEXEC) === 0;
  }

  /**
   * Lets programs that this one starts have the descriptor, under its number; they share the open
   * socket, which stays non-blocking.
   *
   * @example A child that answers on the parent's socket
   * ```ts
   * import { socketPair } from "@berkeley/sockets";
   * import { assertEquals } from "@std/assert";
   *
   * const [ours, theirs] = socketPair();
   * theirs.inheritable = true;
   * const script = `printf hello >&${theirs.fd}`;
   * await new Deno.Command("bash", { args: ["-c", script] }).output();
   * assertEquals(new TextDecoder().decode(await ours.recv()), "hello");
   * ours.close();
   * theirs.close();
   * ```
   */
  set inheritable(on: boolean) {
    if (typeof on !== "boolean") {
      throw new TypeError("Cannot set inheritable: the value is not a boolean");
    }
    const core = this.#core;
    core.mayBeShared = true;
    const flags = core.call("fcntl", (lib, fd) => lib.fcntl(fd, F_GETFD, 0));
    const wanted = on ? flags & ~FD_CLOEXEC : flags | FD_CLOEXEC;
    core.call("fcntl", (lib, fd) => lib.fcntl(fd, F_SETFD, wanted));
  }

  /** Another descriptor of the same socket (`man 2 dup`), close-on-exec. */
  dup(): Socket<A> {
    const fd = this.#core.call("fcntl", (lib, fd) => lib.fcntl(fd, F_DUPFD_CLOEXEC, 0));
    const core = acceptedDescriptor(this.#core, fd);
    core.mayBeShared = this.#core.mayBeShared = true;
    return new Socket<A>(core);
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

  /** The address to go to, if the permissions cover it. */
  #peer(address: AddressInput<Address>, action: string): Peer {
    this.#core.checkOpen(action);
    return Peer.ask(address, action, INTERFACES);
  }
}

// Deno's hook for what it prints: what the socket is, not what is inside the object.
showAs(Socket.prototype, (socket: Socket) => ({
  family: socket.family,
  type: socket.type,
  fd: socket.fd,
  ...told("localAddr", () => socket.localAddr),
  ...told("remoteAddr", () => socket.remoteAddr),
}));

/** An address as text; nothing where there is none to be had. */
function told(name: string, ask: () => Address | undefined): Record<string, string> {
  try {
    const address = ask();
    return address === undefined ? {} : { [name]: addressText(address) };
  } catch {
    return {};
  }
}
