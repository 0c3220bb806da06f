/**
 * The sending and receiving of bytes on the BSD face.
 *
 * @module
 */
import type { Address, AddressInput } from "../core/address.ts";
import { checkBytes, checkInteger } from "../core/bytes.ts";
import { isSocketError } from "../core/errors.ts";
import type { Wait } from "../core/wait.ts";
import { MSG_DONTWAIT, MSG_PEEK, MSG_WAITALL, SOCK_STREAM } from "./abi/socket_constants.ts";
import { destinationText, encodeDestination } from "./destination.ts";
import type { Libc } from "./library.ts";
import { sender } from "./msghdr.ts";
import { SOCKADDR_STORAGE_BYTES } from "./sockaddr.ts";
import {
  exact,
  type FlagOptions,
  MAX_BYTES,
  receiveFlags,
  same,
  sendFlags,
  waiting,
} from "./socket_arguments.ts";
import { type AddressText, namedBytes, nameRoom, type SocketCore } from "./socket_core.ts";
import { MessageCalls } from "./socket_messages.ts";

const DEFAULT_RECV_BYTES = 65536;

/** The calls of `Socket` that move bytes: send, sendto, recv and recvfrom. */
export abstract class ByteCalls extends MessageCalls {
  readonly #core: SocketCore;

  /** Over a socket that `Socket` owns. */
  constructor(core: SocketCore) {
    super(core);
    this.#core = core;
  }

  /** Sends; resolves to how many bytes the kernel took (`man 2 send`). */
  send(data: Uint8Array, options?: FlagOptions): Promise<number> {
    return waiting(options, (wait) => {
      checkBytes(data, "send", "data");
      return this.#send(data, sendFlags(options), wait);
    });
  }

  /** Sends all of `data`, in as many calls as it takes. */
  sendAll(data: Uint8Array, options?: FlagOptions): Promise<void> {
    return waiting(options, (wait) => {
      checkBytes(data, "send", "data");
      const flags = sendFlags(options);
      this.#core.checkOpen("send");
      if (data.length === 0) return;
      const sent = this.#send(data, flags, wait);
      if (sent !== data.length) return this.#sendRest(data, sent, flags, wait);
    });
  }

  /** Sends one message to `to` (`man 2 sendto`). */
  sendTo(data: Uint8Array, to: AddressInput<Address>, options?: FlagOptions): Promise<number> {
    return waiting(options, (wait) => {
      checkBytes(data, "send", "data");
      const flags = sendFlags(options);
      this.#core.checkOpen("sendto");
      const sockaddr = new Uint8Array(SOCKADDR_STORAGE_BYTES);
      const length = encodeDestination(sockaddr, 0, to);
      const size = data.length;
      return this.#write(
        flags,
        "sendto",
        (lib, fd) => lib.sendto(fd, same(data, size, "send"), size, flags, sockaddr, length),
        wait,
        () => destinationText(sockaddr, 0, length),
      );
    });
  }

  /** Receives at most `size` bytes (`man 2 recv`); empty at the end of a stream, and for an empty datagram. */
  async recv(
    size: number = DEFAULT_RECV_BYTES,
    options?: FlagOptions,
  ): Promise<Uint8Array<ArrayBuffer>> {
    checkInteger(size, 0, MAX_BYTES, "receive", "size");
    const buffer = new Uint8Array(size);
    return exact(buffer, await this.recvInto(buffer, options));
  }

  /** Receives into `buffer`; resolves to the number of bytes. */
  recvInto(buffer: Uint8Array, options?: FlagOptions): Promise<number> {
    return waiting(options, (wait) => {
      checkBytes(buffer, "receive", "buffer");
      const flags = receiveFlags(options);
      // recv(2) waits for bytes even then, to give none. Of datagrams it takes one.
      if (buffer.length === 0 && this.#core.typeNumber === SOCK_STREAM) {
        this.#core.checkOpen("recv");
        return 0;
      }
      const got = this.#receive(buffer, flags, wait);
      // On a non-blocking socket the kernel does not wait for all.
      const waits = (flags & (MSG_WAITALL | MSG_PEEK | MSG_DONTWAIT)) === MSG_WAITALL;
      return waits && this.#core.typeNumber === SOCK_STREAM
        ? this.#receiveRest(buffer, got, flags, wait)
        : got;
    });
  }

  /** Receives with the sender's address (`man 2 recvfrom`). */
  async recvFrom(
    size: number = DEFAULT_RECV_BYTES,
    options?: FlagOptions,
  ): Promise<[Uint8Array<ArrayBuffer>, Address]> {
    checkInteger(size, 0, MAX_BYTES, "receive", "size");
    const flags = receiveFlags(options);
    const buffer = new Uint8Array(size);
    let name = buffer;
    const count = await waiting(
      options,
      (wait) =>
        this.#read(flags, "recvfrom", (lib, fd) => {
          const room = nameRoom();
          const count = lib.recvfrom(fd, buffer, size, flags, room.name, room.length);
          if (count >= 0) name = namedBytes();
          return count;
        }, wait),
    );
    return [exact(buffer, count), sender(this.#core, name, 0, name.length)];
  }

  /** Receives without waiting: `null` if nothing is there. */
  tryRecv(
    size: number = DEFAULT_RECV_BYTES,
    options?: { flags?: number },
  ): Uint8Array<ArrayBuffer> | null {
    checkInteger(size, 0, MAX_BYTES, "receive", "size");
    const flags = receiveFlags(options);
    const buffer = new Uint8Array(size);
    const count = this.#core.tryCall("recv", (lib, fd) => lib.recv(fd, buffer, size, flags));
    return count < 0 ? null : exact(buffer, count);
  }

  /** Sends without waiting: how many bytes were taken, `null` if there is no room. */
  trySend(data: Uint8Array, options?: { flags?: number }): number | null {
    checkBytes(data, "send", "data");
    const flags = sendFlags(options);
    const bytes = data as Uint8Array<ArrayBuffer>;
    const count = this.#core.tryCall("send", (lib, fd) => lib.send(fd, bytes, bytes.length, flags));
    return count < 0 ? null : count;
  }

  #send(data: Uint8Array, flags: number, wait: Wait | undefined): number | Promise<number> {
    const size = data.length;
    return this.#write(
      flags,
      "send",
      (lib, fd) => lib.send(fd, same(data, size, "send"), size, flags),
      wait,
    );
  }

  /** Sends what a first send has left. */
  async #sendRest(
    data: Uint8Array,
    first: number | Promise<number>,
    flags: number,
    wait: Wait | undefined,
  ): Promise<void> {
    const size = data.length;
    for (let sent = await first; sent < size;) {
      sent += await this.#send(same(data, size, "send").subarray(sent), flags, wait);
    }
  }

  #receive(buffer: Uint8Array, flags: number, wait: Wait | undefined): number | Promise<number> {
    const size = buffer.length;
    return this.#read(
      flags,
      "recv",
      (lib, fd) => lib.recv(fd, same(buffer, size, "receive"), size, flags),
      wait,
    );
  }

  /** Fills the rest of `buffer`, up to the end of the stream or of the wait. */
  async #receiveRest(
    buffer: Uint8Array,
    first: number | Promise<number>,
    flags: number,
    wait: Wait | undefined,
  ): Promise<number> {
    const size = buffer.length;
    let got = await first;
    try {
      for (let count = got; got < size && count > 0; got += count) {
        count = await this.#receive(same(buffer, size, "receive").subarray(got), flags, wait);
      }
    } catch (error) {
      // The time is over or the signal was aborted: what came is not lost.
      if (isSocketError(error) || error instanceof TypeError) throw error;
    }
    return got;
  }

  /** Makes a receiving call until it does not block, or once under MSG_DONTWAIT. */
  #read(
    flags: number,
    syscall: string,
    run: (libc: Libc, fd: number) => number,
    wait: Wait | undefined,
  ): number | Promise<number> {
    return (flags & MSG_DONTWAIT) === 0
      ? this.#core.whenReadable(syscall, run, wait)
      : this.#core.whenTurn(syscall, run);
  }

  /** Makes a sending call until it does not block, or once under MSG_DONTWAIT. */
  #write(
    flags: number,
    syscall: string,
    run: (libc: Libc, fd: number) => number,
    wait: Wait | undefined,
    address?: AddressText,
  ): number | Promise<number> {
    return (flags & MSG_DONTWAIT) === 0
      ? this.#core.whenWritable(syscall, run, wait, address)
      : this.#core.whenTurn(syscall, run, address);
  }
}
