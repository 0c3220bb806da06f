/**
 * The sending and receiving of bytes on the BSD face.
 *
 * @module
 */
import type { Address, AddressInput } from "../../core/address.ts";
import { checkBytes, checkInteger } from "../../core/bytes.ts";
import { isSocketError } from "../../core/errors.ts";
import type { Wait } from "../../core/wait.ts";
import {
  MSG_DONTWAIT,
  MSG_PEEK,
  MSG_TRUNC,
  MSG_WAITALL,
  SOCK_STREAM,
} from "../abi/socket_constants.ts";
import { destinationText, encodeDestination } from "../messages/destination.ts";
import type { Libc } from "../abi/library.ts";
import { allocate } from "../abi/memory.ts";
import { sender } from "../messages/msghdr.ts";
import { checkMayWait } from "../messages/msghdr_checks.ts";
import { copyOf } from "../messages/msghdr_memory.ts";
import { SOCKADDR_STORAGE_BYTES } from "../families/sockaddr.ts";
import {
  exact,
  type FlagOptions,
  MAX_BYTES,
  receiveFlags,
  same,
  sendFlags,
  waiting,
} from "./socket_arguments.ts";
import { type AddressText, type Descriptor, namedLength, nameRoom } from "./descriptor.ts";
import { MessageCalls } from "./socket_messages.ts";

const DEFAULT_RECV_BYTES = 65536;
/**
 * Receives that allocate go here first, so that each costs memory by what came. The calls are
 * synchronous: what they leave is copied out before anything else runs.
 */
const ROOM = allocate(DEFAULT_RECV_BYTES);
/** The address of a send, likewise. */
const DESTINATION = allocate(SOCKADDR_STORAGE_BYTES);
const NOTHING = new Uint8Array(0);

/** The calls of `Socket` that move bytes: send, sendto, recv and recvfrom. */
export abstract class ByteCalls extends MessageCalls {
  readonly #core: Descriptor;
  /** Whether the last receive brought so much that the next one had better go to memory of its own. */
  #filledRoom = false;

  /** Over a socket that `Socket` owns. */
  constructor(core: Descriptor) {
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
      const length = encodeDestination(DESTINATION, 0, to);
      const size = data.length;
      let kept: Uint8Array | undefined;
      const sent = this.#call(
        "writable",
        flags,
        "sendto",
        (lib, fd) => {
          if (kept !== undefined) DESTINATION.set(kept);
          return lib.sendto(fd, same(data, size, "send"), size, flags, DESTINATION, length);
        },
        wait,
        () => destinationText(DESTINATION, 0, length),
      );
      // One that has to wait leaves the room to others.
      if (typeof sent !== "number") kept = copyOf(DESTINATION, 0, length);
      return sent;
    });
  }

  /** Receives at most `size` bytes (`man 2 recv`); empty at the end of a stream, and for an empty datagram. */
  recv(
    size: number = DEFAULT_RECV_BYTES,
    options?: FlagOptions,
  ): Promise<Uint8Array<ArrayBuffer>> {
    return waiting(options, (wait) => {
      checkInteger(size, 0, MAX_BYTES, "receive", "size");
      const flags = receiveFlags(options);
      const buffer = this.#roomFor(size, flags);
      if (size === 0 || this.#fills(flags)) {
        const own = buffer === ROOM ? new Uint8Array(size) : buffer;
        const got = this.#into(own, flags, wait);
        return typeof got === "number" ? exact(own, got) : got.then((count) => exact(own, count));
      }
      let data = NOTHING;
      const got = this.#call("readable", flags, "recv", (lib, fd) => {
        const count = lib.recv(fd, buffer, size, flags);
        if (count >= 0) data = this.#taken(buffer, Math.min(count, size));
        return count;
      }, wait);
      return typeof got === "number" ? data : got.then(() => data);
    });
  }

  /** Receives into `buffer`; resolves to the number of bytes. */
  recvInto(buffer: Uint8Array, options?: FlagOptions): Promise<number> {
    return waiting(options, (wait) => {
      checkBytes(buffer, "receive", "buffer");
      return this.#into(buffer, receiveFlags(options), wait);
    });
  }

  /** Receives with the sender's address (`man 2 recvfrom`). */
  recvFrom(
    size: number = DEFAULT_RECV_BYTES,
    options?: FlagOptions,
  ): Promise<[Uint8Array<ArrayBuffer>, Address]> {
    return waiting(options, (wait) => {
      checkInteger(size, 0, MAX_BYTES, "receive", "size");
      const flags = receiveFlags(options);
      const buffer = this.#roomFor(size, flags);
      let received: [Uint8Array<ArrayBuffer>, Address];
      const got = this.#call("readable", flags, "recvfrom", (lib, fd) => {
        const room = nameRoom();
        const count = lib.recvfrom(fd, buffer, size, flags, room.name, room.length);
        if (count < 0) return count;
        const data = this.#taken(buffer, Math.min(count, size));
        received = [data, sender(this.#core, room.name, 0, namedLength())];
        return count;
      }, wait);
      return typeof got === "number" ? received! : got.then(() => received);
    });
  }

  /** Receives without waiting: `null` if nothing is there. */
  tryRecv(
    size: number = DEFAULT_RECV_BYTES,
    options?: { flags?: number },
  ): Uint8Array<ArrayBuffer> | null {
    checkInteger(size, 0, MAX_BYTES, "receive", "size");
    const flags = receiveFlags(options);
    const buffer = this.#roomFor(size, flags);
    const count = this.#core.tryCall("recv", (lib, fd) => lib.recv(fd, buffer, size, flags));
    return count === undefined ? null : this.#taken(buffer, Math.min(count, size));
  }

  /** Sends without waiting: how many bytes were taken, `null` if there is no room. */
  trySend(data: Uint8Array, options?: { flags?: number }): number | null {
    checkBytes(data, "send", "data");
    const flags = sendFlags(options);
    const bytes = data as Uint8Array<ArrayBuffer>;
    const count = this.#core.tryCall("send", (lib, fd) => lib.send(fd, bytes, bytes.length, flags));
    return count ?? null;
  }

  #send(data: Uint8Array, flags: number, wait: Wait | undefined): number | Promise<number> {
    const size = data.length;
    return this.#call(
      "writable",
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

  #into(
    buffer: Uint8Array,
    flags: number,
    wait: Wait | undefined,
  ): number | Promise<number> {
    // recv(2) waits for bytes even then, to give none. Of datagrams it takes one.
    if (buffer.length === 0 && this.#core.typeNumber === SOCK_STREAM) {
      this.#core.checkOpen("recv");
      return 0;
    }
    const got = this.#receive(buffer, flags, wait);
    return this.#fills(flags) ? this.#receiveRest(buffer, got, flags, wait) : got;
  }

  /** Whether a receive goes on until its room is full: on a non-blocking socket the kernel does not. */
  #fills(flags: number): boolean {
    return (flags & (MSG_WAITALL | MSG_PEEK | MSG_DONTWAIT)) === MSG_WAITALL &&
      this.#core.typeNumber === SOCK_STREAM;
  }

  #receive(buffer: Uint8Array, flags: number, wait: Wait | undefined): number | Promise<number> {
    const size = buffer.length;
    return this.#call(
      "readable",
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

  /** Makes a call until it does not block, or once under MSG_DONTWAIT. */
  #call(
    ready: "readable" | "writable",
    flags: number,
    syscall: string,
    run: (libc: Libc, fd: number) => number,
    wait: Wait | undefined,
    address?: AddressText,
  ): number | Promise<number> {
    const core = this.#core;
    return core.attempt(ready, syscall, () => {
      const result = core.tryCall(syscall, run, address);
      if (result === undefined) checkMayWait(flags, syscall);
      return result;
    }, wait);
  }

  /** Memory for a receive. MSG_TRUNC has a stream's bytes thrown away: what is in the room then is not theirs. */
  #roomFor(size: number, flags: number): Uint8Array<ArrayBuffer> {
    const own = size > ROOM.length || (flags & MSG_TRUNC) !== 0 || this.#filledRoom;
    return own ? new Uint8Array(size) : ROOM;
  }

  /** What a receive has put there, as memory of the caller's. */
  #taken(room: Uint8Array<ArrayBuffer>, count: number): Uint8Array<ArrayBuffer> {
    this.#filledRoom = count > ROOM.length / 2;
    return room === ROOM ? copyOf(ROOM, 0, count) : exact(room, count);
  }
}
