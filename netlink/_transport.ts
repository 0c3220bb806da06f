/**
 * A netlink socket with many requests under way: replies find their request by sequence number and
 * port, and what nobody asked for goes to whoever listens to groups.
 *
 * All that depends on how the engine makes and names sockets is in this file.
 *
 * @module
 */
import { closedError, isSocketError, socketError } from "../core/errors.ts";
import type { Wait } from "../core/wait.ts";
import { STRUCTS } from "../ffi/abi/layout.ts";
import { allocate } from "../ffi/abi/memory.ts";
import { AF_NETLINK, SOCK_RAW } from "../ffi/abi/socket_constants.ts";
import { recvFromOnce, sendOnce } from "../ffi/descriptor/byte_calls.ts";
import { type Descriptor, nameRoom } from "../ffi/descriptor/descriptor.ts";
import { openDescriptor } from "../ffi/descriptor/open.ts";
import { Peer } from "../ffi/guard/peer.ts";
import { checkReceived, ReceiveBatch } from "../ffi/messages/receive_batch.ts";
import type { Exchange } from "./_exchange.ts";
import {
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_CAP_ACK,
  NETLINK_DROP_MEMBERSHIP,
  NETLINK_EXT_ACK,
  NETLINK_GET_STRICT_CHK,
  NETLINK_LISTEN_ALL_NSID,
  NLM_F_MULTI,
  NLMSG_DONE,
  NLMSG_ERROR,
  NLMSG_NOOP,
  NLMSG_OVERRUN,
  SOL_NETLINK,
} from "./abi/netlink.ts";
import { ByteSource } from "./_bytes.ts";
import { eachMessage, readAcknowledgement } from "./message.ts";
import { inNamespace } from "./namespace.ts";

const { size: SOCKADDR_NL_BYTES, nl_pid: NL_PID, nl_groups: NL_GROUPS } = STRUCTS.sockaddr_nl;

/**
 * Room for one datagram. The kernel makes none of more than 32 KiB unless one link alone takes more
 * (`min_dump_alloc`); memory that is not written to costs nothing.
 */
const ROOM_BYTES = 1 << 20;
const CONTROL_BYTES = 64;

/** The room of all sockets of this isolate: a datagram is read before the next is received. */
let room: ByteSource | undefined;

function receiveRoom(): ByteSource {
  return room ??= new ByteSource(allocate(ROOM_BYTES));
}

/** MSG_TRUNC (sys/socket.h): the true length is told, however much fits. */
const MSG_TRUNC = 0x20;

/** Who hears of messages that no request has asked for. */
export interface Listener {
  /** A message of a group; `namespaceId` where all namespaces are listened to. */
  event(
    source: ByteSource,
    at: number,
    end: number,
    type: number,
    flags: number,
    portId: number,
    namespaceId: number | undefined,
  ): void;
  /** The kernel has dropped messages for want of room. */
  overrun(): void;
  /** Nothing comes any more: the socket was closed, or cannot be read for `reason`. Who waits is told. */
  closed(reason?: unknown): void;
  /** Whether somebody waits for more. */
  readonly hungry: boolean;
}

/** How a transport is opened. */
export interface TransportOptions {
  /** NETLINK_*. */
  readonly protocol: number;
  /** A descriptor of the namespace, which the caller closes. */
  readonly namespace?: number;
  /** Hear of all namespaces that have an id here. */
  readonly allNamespaces?: boolean;
  /** Datagrams are no netlink messages: each goes to the listener as it is. */
  readonly bare?: boolean;
}

/** See the module. */
export class Transport {
  readonly #core: Descriptor;
  readonly #exchanges: Map<number, Exchange> = new Map();
  readonly #batch: ReceiveBatch | undefined;
  #sequence = 0;
  #listener: Listener | undefined;
  #reading = false;
  #keepsAlive = true;
  readonly #bare: boolean;
  /** This end's nl_pid. */
  readonly portId: number;

  /** Opens the socket. */
  constructor(options: TransportOptions) {
    const { protocol, namespace, bare = false } = options;
    this.#bare = bare;
    const open = () => openDescriptor(AF_NETLINK, SOCK_RAW, protocol);
    this.#core = namespace === undefined ? open() : inNamespace(namespace, open);
    try {
      const local = new Uint8Array(SOCKADDR_NL_BYTES);
      local[0] = AF_NETLINK;
      this.#core.bind(Peer.own(local));
      const name = this.#core.localName();
      this.portId = new DataView(name.buffer).getUint32(NL_PID, true);
      for (const option of [NETLINK_EXT_ACK, NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK]) {
        // Kernels that lack one (before 4.12, 4.3 and 4.20) are served without.
        this.#tryOption(option, 1);
      }
      if (options.allNamespaces) {
        this.#setOption(NETLINK_LISTEN_ALL_NSID, 1);
        this.#batch = new ReceiveBatch(1, ROOM_BYTES / 4, CONTROL_BYTES);
      }
    } catch (error) {
      this.#core.close();
      throw error;
    }
  }

  /** The descriptor, for the endpoint's options. */
  get core(): Descriptor {
    return this.#core;
  }

  /** Whether it was closed. */
  get isClosed(): boolean {
    return this.#core.isClosed;
  }

  /** Joins a multicast group by number. */
  join(group: number): void {
    this.#setOption(NETLINK_ADD_MEMBERSHIP, group);
  }

  /** Leaves a multicast group. */
  leave(group: number): void {
    this.#setOption(NETLINK_DROP_MEMBERSHIP, group);
  }

  /** Tells `listener` of what no request has asked for. */
  listen(listener: Listener | undefined): void {
    this.#listener = listener;
    this.wake();
  }

  /** A sequence number that is not in use. */
  nextSequence(): number {
    do {
      this.#sequence = (this.#sequence + 1) >>> 0 || 1;
    } while (this.#exchanges.has(this.#sequence));
    return this.#sequence;
  }

  /** From now on replies with this number go to `exchange`, until it is over. */
  expect(sequence: number, exchange: Exchange): void {
    this.#exchanges.set(sequence, exchange);
  }

  /** Forgets a request whose message was never sent. */
  forget(sequence: number): void {
    this.#exchanges.delete(sequence);
  }

  /** Sends a datagram to the kernel, which deals with the requests in it before this resolves. */
  async send(datagram: Uint8Array<ArrayBuffer>, wait?: Wait): Promise<void> {
    const core = this.#core;
    await core.attempt(
      "writable",
      "send",
      () => sendOnce(core, datagram, datagram.length, 0),
      wait,
    );
  }

  /** As {@linkcode Transport.send}, for a socket that nothing waits to be sent on. */
  sendNow(datagram: Uint8Array<ArrayBuffer>): void {
    if (sendOnce(this.#core, datagram, datagram.length, 0) === undefined) {
      throw socketError("EAGAIN", { syscall: "send" });
    }
  }

  /** Takes all that is there, without waiting. */
  drain(): void {
    for (;;) {
      try {
        if (this.#tryReceive() === undefined) return;
      } catch (error) {
        if (!isSocketError(error, "ENOBUFS")) throw error;
        this.#overrun(error);
      }
    }
  }

  /** Whether waits on this socket keep the process alive (the default). */
  keepAlive(on: boolean): void {
    this.#keepsAlive = on;
    this.wake();
  }

  /** Reads on if somebody waits. */
  wake(): void {
    if (this.#core.isClosed) return;
    const hungry = this.#hungry;
    this.#core.setReferenced(hungry && this.#keepsAlive);
    if (hungry && !this.#reading) {
      this.#reading = true;
      this.#read();
    }
  }

  /** Closes the socket; what is under way fails. */
  close(): void {
    if (this.#core.isClosed) return;
    this.#core.close();
    this.#batch?.[Symbol.dispose]();
    this.#failAll(closedError("netlink"));
    this.#listener?.closed();
  }

  get #hungry(): boolean {
    if (this.#core.isClosed) return false;
    if (this.#listener?.hungry) return true;
    for (const exchange of this.#exchanges.values()) if (exchange.hungry) return true;
    return false;
  }

  async #read(): Promise<void> {
    try {
      while (this.#hungry) {
        try {
          const got = this.#core.attempt("readable", "recvmsg", this.#tryReceive);
          if (typeof got !== "number") await got;
        } catch (error) {
          if (this.#core.isClosed) return;
          if (!isSocketError(error, "ENOBUFS")) throw error;
          this.#overrun(error);
        }
        // Whoever was hungry takes what came before more is read.
        await undefined;
      }
    } catch (error) {
      this.#failAll(error);
      // Whoever waits must be told: a listener left hungry has this read for ever.
      this.#listener?.closed(error);
    } finally {
      this.#reading = false;
    }
    if (this.#hungry) this.wake();
    else this.#core.setReferenced(false);
  }

  #tryReceive = (): number | undefined =>
    this.#batch === undefined ? this.#receive() : this.#receiveWithId(this.#batch);

  /** One receive. What came is dealt with before this returns: the room is everybody's. */
  #receive(): number | undefined {
    const source = receiveRoom();
    const received = recvFromOnce(this.#core, source.bytes, ROOM_BYTES, MSG_TRUNC);
    if (received === undefined || received.count === 0) return received?.count;
    const { count, nameLength } = received;
    const { name } = nameRoom();
    // Any process may send to this port: only what the kernel says counts.
    if (nameLength < SOCKADDR_NL_BYTES || !isZero(name, NL_PID)) return count;
    this.#datagram(source, count, ROOM_BYTES, !isZero(name, NL_GROUPS), undefined);
    return count;
  }

  #receiveWithId(batch: ReceiveBatch): number | undefined {
    const received = batch.receive(this.#core, 1, 0);
    checkReceived(received);
    if (received < 0) return undefined;
    const data = batch.data(0);
    const from = batch.from(0);
    // Any process may send to this port: only what the kernel says counts.
    if (from.family !== "netlink" || from.portId !== 0) return data.length;
    const control = new DataView(batch.controlMemory.buffer, batch.controlAt(0));
    let id: number | undefined;
    // struct cmsghdr: length, level, type (sys/socket.h).
    if (
      batch.controlLength(0) >= 20 && control.getInt32(8, true) === SOL_NETLINK &&
      control.getInt32(12, true) === NETLINK_LISTEN_ALL_NSID
    ) id = control.getInt32(16, true);
    const length = batch.truncated(0) ? Infinity : data.length;
    this.#datagram(new ByteSource(data), length, data.length, from.groups !== 0, id);
    return data.length;
  }

  #datagram(
    source: ByteSource,
    length: number,
    size: number,
    multicast: boolean,
    namespaceId: number | undefined,
  ): void {
    if (length > size) {
      this.#overrun(socketError("EMSGSIZE", { syscall: "recvmsg" }));
      return;
    }
    if (this.#bare) {
      this.#listener?.event(source, 0, length, 0, 0, 0, namespaceId);
      return;
    }
    try {
      eachMessage(source, length, (type, flags, sequence, portId, at, end) => {
        // What a request of this socket has changed is told to the groups under its own number.
        const exchange = portId === this.portId && !multicast
          ? this.#exchanges.get(sequence)
          : undefined;
        if (exchange !== undefined) {
          this.#reply(exchange, source, type, flags, sequence, portId, at, end);
        } else if (type > NLMSG_OVERRUN) {
          this.#listener?.event(source, at, end, type, flags, portId, namespaceId);
        } else if (type === NLMSG_OVERRUN) {
          this.#listener?.overrun();
        }
      });
    } catch (error) {
      // A datagram that is no chain of messages: whose the rest was cannot be told.
      this.#failAll(error);
      this.#listener?.overrun();
    }
  }

  #reply(
    exchange: Exchange,
    source: ByteSource,
    type: number,
    flags: number,
    sequence: number,
    portId: number,
    at: number,
    end: number,
  ): void {
    try {
      if (type === NLMSG_ERROR) {
        this.#exchanges.delete(sequence);
        exchange.finish(readAcknowledgement(source, flags, at, end, false));
      } else if (type === NLMSG_DONE) {
        this.#exchanges.delete(sequence);
        exchange.finish(readAcknowledgement(source, flags & ~NLM_F_MULTI, at, end, true));
      } else if (type === NLMSG_OVERRUN) {
        throw socketError("ENOBUFS", { syscall: "recvmsg" });
      } else if (type !== NLMSG_NOOP) {
        exchange.reply(source, at, end, type, flags, portId);
      }
    } catch (error) {
      this.#exchanges.delete(sequence);
      exchange.fail(error);
    }
  }

  #overrun(reason: unknown): void {
    this.#failAll(reason);
    this.#listener?.overrun();
  }

  #failAll(reason: unknown): void {
    const all = [...this.#exchanges.values()];
    this.#exchanges.clear();
    for (const exchange of all) exchange.fail(reason);
  }

  #setOption(option: number, value: number): void {
    const bytes = new Uint8Array(Int32Array.of(value).buffer);
    this.#core.call(
      "setsockopt",
      (lib, fd) => lib.setsockopt(fd, SOL_NETLINK, option, bytes, bytes.length),
    );
  }

  #tryOption(option: number, value: number): void {
    try {
      this.#setOption(option, value);
    } catch (error) {
      if (!isSocketError(error, "ENOPROTOOPT")) throw error;
    }
  }
}

/** Whether a field of 32 bits is 0. */
function isZero(name: Uint8Array, at: number): boolean {
  return name[at] === 0 && name[at + 1] === 0 && name[at + 2] === 0 && name[at + 3] === 0;
}
