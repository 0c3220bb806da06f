/**
 * The endpoint of an AF_XDP socket: messages are frames, which come and go by the rings.
 *
 * @module
 */
import type { AddressInput } from "../core/address.ts";
import { after } from "../core/clock.ts";
import { checkBytes, lengthOf } from "../core/bytes.ts";
import { EAGAIN, EBUSY, ENETDOWN, ENOBUFS, ENXIO } from "../core/errno.ts";
import { isSocketError, socketError } from "../core/errors.ts";
import { DEFAULT_BATCH, MAX_BATCH, MAX_MESSAGE_BYTES } from "../core/limits.ts";
import type {
  Message,
  MessageBatch,
  OutgoingMessage,
  RecvBatchesOptions,
  RecvOptions,
  SendOptions,
} from "../core/message.ts";
import { checkMessage } from "../core/message_arguments.ts";
import { MessageBase } from "../core/message_base.ts";
import type { XdpAddress } from "../core/rare_addresses.ts";
import type { Wait } from "../core/wait.ts";
import { attempt, failure } from "../ffi/abi/library.ts";
import { MSG_DONTWAIT } from "../ffi/abi/socket_constants.ts";
import type { Descriptor } from "../ffi/descriptor/descriptor.ts";
import { LibcSocket } from "../ffi/endpoints/socket.ts";
import { poller } from "../ffi/loop/poller.ts";
import type { LibcXdpProgram } from "./attach_xdp.ts";
import { XdpBatch } from "./_xdp_batch.ts";
import type { XdpMemory } from "./_xdp_memory.ts";
import { readXdpStatistics, readZeroCopy, type XdpStatistics } from "./_xdp_statistics.ts";

/** An Ethernet header: what the kernel takes for granted in a frame. */
const LEAST_BYTES = 14;
/** Frames that the kernel sends of one call, by default (TX_BATCH_SIZE in net/xdp/xsk.c). */
const TX_BATCH = 32;
/** Between looks for frames that were sent, of which nothing tells. */
const RETRY_MS = 1;
/** Between looks whether an interface has gone away, of which nothing tells either. */
const RECHECK_MS = 500;

/** What an endpoint is made of. */
export interface XdpParts {
  readonly core: Descriptor;
  readonly memory: XdpMemory;
  /** The sockaddr that it is bound to. */
  readonly local: Uint8Array;
  readonly frameBytes: number;
  /** Whether the kernel tells when it is to be called. */
  readonly needWakeup: boolean;
  /** A program that is this socket's own. */
  readonly program: LibcXdpProgram | undefined;
}

/** An AF_XDP socket. */
export class LibcXdp extends MessageBase<XdpAddress> {
  declare protected readonly socket: LibcSocket<XdpAddress>;
  readonly #parts: XdpParts;
  readonly #local: XdpAddress;
  /** What the last receive used. */
  #batch: XdpBatch | undefined;
  #forgetRecheck: (() => void) | undefined;
  #forgetDrain: (() => void) | undefined;

  /** Takes the parts over. */
  constructor(parts: XdpParts) {
    const socket = new LibcSocket<XdpAddress>(parts.core, {
      connected: false,
      local: parts.local,
    });
    super(socket);
    this.#parts = parts;
    this.#local = socket.localAddr; // while the interface has its name
  }

  get zeroCopy(): boolean {
    this.checkOpen("getsockopt");
    return readZeroCopy(this.#parts.core);
  }

  get attached(): "native" | "generic" | undefined {
    return this.#parts.program?.attach;
  }

  statistics(): XdpStatistics {
    this.checkOpen("getsockopt");
    return readXdpStatistics(this.#parts.core);
  }

  protected override async receive(
    options: RecvOptions,
    wait: Wait | undefined,
  ): Promise<Message<XdpAddress> | undefined> {
    return (await this.receiveMany(1, options, wait))[0];
  }

  protected override async receiveMany(
    max: number,
    options: RecvOptions,
    wait: Wait | undefined,
  ): Promise<Message<XdpAddress>[]> {
    refuseFlags(options, "receive");
    const batch = this.#batch ??= this.#newBatch(MAX_BATCH);
    batch.size = options.size ?? MAX_MESSAGE_BYTES;
    const filling = this.#fill(batch, max, wait);
    if (typeof filling !== "number") await filling;
    const messages = batch.toMessages();
    batch.clear();
    return messages;
  }

  protected override async *batches(
    options: RecvBatchesOptions,
    wait: Wait | undefined,
  ): AsyncGenerator<MessageBatch<XdpAddress>, void, void> {
    refuseFlags(options, "receive");
    const { max = DEFAULT_BATCH, size } = options;
    // Frames of its own: other receives may happen while the caller looks at these.
    using batch = this.#newBatch(max, size);
    while (!this.closed) {
      const filling = this.#fill(batch, max, wait);
      if (typeof filling !== "number") await filling;
      yield batch;
    }
  }

  #newBatch(slots: number, size = MAX_MESSAGE_BYTES): XdpBatch {
    return new XdpBatch(this.#parts.memory, slots, size, this.#local);
  }

  /** Receives at least one frame into a batch. */
  #fill(batch: XdpBatch, max: number, wait: Wait | undefined): number | Promise<number> {
    const { core } = this.#parts;
    return core.attempt("readable", "recvmsg", () => {
      const count = batch.receive(max);
      if (count > 0) {
        poller.spendMessages(count);
        return count;
      }
      this.#lookForFrames();
      return undefined;
    }, wait);
  }

  /** Calls the kernel where it asks for it, and learns whether the interface is still there. */
  #lookForFrames(): void {
    const { core } = this.#parts;
    const result = attempt((lib) => lib.recv(core.fd, null, 0, MSG_DONTWAIT));
    if (result === -ENXIO) throw gone("recv");
    // It may come up again, and what was sent meanwhile did not come.
    if (result < 0 && result !== -EAGAIN && result !== -ENETDOWN) {
      throw failure("recv", -result);
    }
    this.#forgetRecheck ??= after(RECHECK_MS, () => {
      this.#forgetRecheck = undefined;
      core.ready();
    }, false);
  }

  protected override async transmit(
    message: OutgoingMessage<XdpAddress>,
    options: SendOptions,
    wait: Wait | undefined,
  ): Promise<number> {
    refuseFlags(options, "send");
    this.#checkFrame(message);
    if (!poller.hasBudget) await this.#nextTurn();
    this.#kick();
    const length = await this.#prepare(message, wait);
    this.#go();
    poller.spendMessages(1);
    return length;
  }

  protected override async transmitMany(
    messages: Iterable<OutgoingMessage<XdpAddress>>,
    wait: Wait | undefined,
  ): Promise<number> {
    this.#kick();
    let sent = 0;
    try {
      for (const message of messages) {
        this.checkOpen("sendmmsg"); // the caller's code has run
        checkMessage(message, sent);
        const { data, to, control } = message; // read once
        checkBytes(data, "send", "data");
        const preparing = this.#tryPrepare({ data, to, control });
        if (preparing === 0) await this.#prepare({ data, to, control }, wait);
        if (++sent % DEFAULT_BATCH > 0) continue;
        this.#go();
        poller.spendMessages(DEFAULT_BATCH);
        if (!poller.hasBudget) await this.#nextTurn();
      }
    } catch (error) {
      if (sent === 0 || this.closed || !isSocketError(error)) throw error;
    } finally {
      if (!this.closed) this.#go();
    }
    return sent;
  }

  /** Puts a frame into the queue, once there is room; its length. */
  async #prepare(message: OutgoingMessage<XdpAddress>, wait: Wait | undefined): Promise<number> {
    for (;;) {
      const length = this.#tryPrepare(message);
      if (length > 0) return length;
      this.#go();
      const now = this.#tryPrepare(message);
      if (now > 0) return now;
      await this.#parts.core.pause(RETRY_MS, wait);
      this.checkOpen("send");
      this.#kick();
    }
  }

  /** Puts a frame into the queue; 0 if there is no room. */
  #tryPrepare(message: OutgoingMessage<XdpAddress>): number {
    const length = this.#checkFrame(message);
    return this.#parts.memory.prepare(message.data, length) ? length : 0;
  }

  /** A turn is left to others: who would go on first in each would be the only one who does. */
  async #nextTurn(): Promise<void> {
    await poller.nextTurn();
    await poller.nextTurn();
    this.checkOpen("send");
  }

  /** The length of what can be sent. */
  #checkFrame({ data, to, control }: OutgoingMessage<XdpAddress>): number {
    const length = lengthOf(data);
    const refused = (code: string, message: string) =>
      socketError(code, { syscall: "send", message });
    if (control !== undefined) {
      throw new TypeError("Cannot send: frames of rings have no ancillary data, as control");
    }
    if (to !== undefined) throw refused("EISCONN", "frames go where their headers say");
    const { frameBytes } = this.#parts;
    if (length > frameBytes) {
      throw refused("EMSGSIZE", `the frame has ${length} bytes, and room ${frameBytes}`);
    }
    if (length >= LEAST_BYTES) return length;
    throw new RangeError(`Cannot send: a frame of ${length} bytes has no Ethernet header`);
  }

  /** Shows the kernel what was prepared, and has it send. */
  #go(): void {
    this.#parts.memory.publish();
    try {
      this.#kick();
    } catch {
      // The frames are with the kernel already: the next send tells.
    }
    if (this.#parts.memory.unsent > 0) this.#drainLater();
  }

  /**
   * Has the kernel send what it was shown, as far as it goes: of one call it sends a few frames only.
   * Throws what speaks against sending at all.
   */
  #kick(): void {
    const { core, memory, needWakeup } = this.#parts;
    if (needWakeup && !memory.sendNeedsWakeup) return;
    // What it took it may tell later (6.12): so often that all could have gone.
    for (let calls = Math.ceil(memory.unsent / TX_BATCH) + 1; calls > 0; calls--) {
      const result = attempt((lib) => lib.send(core.fd, null, 0, MSG_DONTWAIT));
      if (result >= 0) return;
      if (result === -ENXIO) throw gone("send");
      const isLater = result === -EAGAIN || result === -EBUSY || result === -ENOBUFS;
      if (!isLater) throw failure("send", -result);
    }
  }

  /** What the device has no room for goes when it has. */
  #drainLater(): void {
    this.#forgetDrain ??= after(RETRY_MS, () => {
      this.#forgetDrain = undefined;
      if (!this.closed) this.#go();
    });
  }

  protected override associate(
    _to: AddressInput<XdpAddress>,
    _wait: Wait | undefined,
  ): Promise<void> {
    const message = "its peer is the network: frames go where their headers say";
    return Promise.reject(socketError("EOPNOTSUPP", { syscall: "connect", message }));
  }

  disconnect(): void {
    this.checkOpen("disconnect"); // it never has a peer
  }

  protected override release(): void {
    const { core, memory, program } = this.#parts;
    this.#forgetRecheck?.();
    this.#forgetDrain?.();
    try {
      if (!core.isClosed) this.#kick();
    } catch {
      // It cannot be sent any more.
    }
    program?.close();
    memory.unmap();
    super.release();
  }
}

function gone(syscall: string): Error {
  return socketError("ENODEV", { syscall, message: "the interface is gone" });
}

/** The rings know no MSG_* flags. */
function refuseFlags({ flags = 0 }: { flags?: number }, action: string): void {
  if (flags === 0) return;
  const message = `frames of rings have no flags, as ${flags}`;
  throw socketError("EOPNOTSUPP", { syscall: action, message });
}
