/**
 * A server of datagrams: each sender is a client of its own, until it has been silent for a while.
 *
 * @module
 */
import type { AddressInput } from "../core/address.ts";
import type { Message } from "../core/message.ts";
import type { Channel } from "./channel.ts";
import { TimedOut } from "./exit.ts";
import type { Client, Names, Server, Waiting } from "./server.ts";

/** The parts of a message endpoint that are used here. */
export interface DatagramEndpoint<A> {
  readonly localAddr: A;
  readonly engine: string;
  recvMany(max?: number): Promise<Message<A>[]>;
  sendTo(data: Uint8Array, to: AddressInput<A>): Promise<number>;
  close(): void;
}

/** Messages that wait for a client's taker; beyond, they are dropped, as the kernel would. */
const QUEUE_MESSAGES = 1024;
/** Senders at a time; anyone can forge any number of them. */
const MOST_PEERS = 10_000;

/** A peer, its messages that nobody took yet, and who waits for one. */
interface Peer {
  readonly queue: Uint8Array[];
  wake: (() => void) | undefined;
  lastMs: number;
  ended: boolean;
}

/** Sorts the datagrams of one socket by their sender. */
export class DatagramServer<A> implements Server {
  readonly kind = "message" as const;
  readonly name: string;
  readonly engine: string;
  readonly #endpoint: DatagramEndpoint<A>;
  readonly #names: Names<A>;
  readonly #idleMs: number;
  readonly #peers = new Map<string, Peer>();
  readonly #newcomers: Client[] = [];
  #wake: (() => void) | undefined;
  #failed: { error: unknown } | undefined;
  #accepting = true;
  #sweeper: ReturnType<typeof setInterval> | undefined;

  /** `names` tells senders apart. A peer that neither sent nor was sent anything for `idleMs` is forgotten. */
  constructor(endpoint: DatagramEndpoint<A>, names: Names<A>, idleMs: number) {
    this.#endpoint = endpoint;
    this.#names = names;
    this.#idleMs = idleMs;
    this.name = names.show(endpoint.localAddr);
    this.engine = endpoint.engine;
    this.#receive();
  }

  async next(waiting: Waiting): Promise<Client> {
    const { signal, timeoutMs } = waiting;
    const end = Promise.withResolvers<never>();
    const stop = () => end.reject(signal.reason);
    signal.addEventListener("abort", stop);
    const timer = timeoutMs === undefined
      ? undefined
      : setTimeout(() => end.reject(new TimedOut("Timed out waiting for a client")), timeoutMs);
    try {
      signal.throwIfAborted();
      for (;;) {
        const newcomer = this.#newcomers.shift();
        if (newcomer !== undefined) return newcomer;
        if (this.#failed !== undefined) throw this.#failed.error;
        const { promise, resolve } = Promise.withResolvers<void>();
        this.#wake = resolve;
        await Promise.race([promise, end.promise]);
      }
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
    }
  }

  /** Takes no new peers; the socket closes when the last one has ended. */
  close(): void {
    this.#accepting = false;
    for (const { channel } of this.#newcomers.splice(0)) channel.close();
    if (this.#peers.size === 0) this.#release();
  }

  #release(): void {
    clearInterval(this.#sweeper);
    this.#endpoint.close();
  }

  async #receive(): Promise<void> {
    try {
      for (;;) {
        for (const { data, from, control } of await this.#endpoint.recvMany()) {
          control?.[Symbol.dispose]();
          this.#sort(data, from);
        }
      }
    } catch (error) {
      this.#failed = { error };
      this.#wake?.();
      for (const peer of this.#peers.values()) endPeer(peer);
    }
  }

  #sort(data: Uint8Array, from: A): void {
    const key = this.#names.show(from);
    let peer = this.#peers.get(key);
    if (peer === undefined) {
      if (!this.#accepting || this.#peers.size >= MOST_PEERS) return;
      peer = { queue: [], wake: undefined, lastMs: performance.now(), ended: false };
      this.#peers.set(key, peer);
      this.#sweeper ??= setInterval(() => this.#sweep(), Math.min(this.#idleMs, 1000));
      this.#newcomers.push({
        channel: this.#channel(peer, key, from),
        local: this.name,
        remote: key,
        remoteHost: this.#names.hostOf(from),
        engine: this.engine,
      });
      this.#wake?.();
    }
    peer.lastMs = performance.now();
    if (peer.queue.length < QUEUE_MESSAGES) peer.queue.push(data);
    peer.wake?.();
  }

  #channel(peer: Peer, key: string, to: A): Channel {
    return {
      kind: "message",
      name: key,
      ends: false,
      receive: async () => {
        while (peer.queue.length === 0 && !peer.ended) {
          await new Promise<void>((resolve) => peer.wake = resolve);
        }
        return peer.queue.shift();
      },
      send: async (data) => {
        peer.lastMs = performance.now();
        // Whatever a datagram came from can be sent to; the compiler cannot tell for all A.
        await this.#endpoint.sendTo(data, to as AddressInput<A>);
      },
      endSend: () => Promise.resolve(),
      close: () => {
        endPeer(peer);
        peer.queue.length = 0;
        if (this.#peers.get(key) === peer) this.#peers.delete(key);
        if (!this.#accepting && this.#peers.size === 0) this.#release();
      },
    };
  }

  #sweep(): void {
    const now = performance.now();
    for (const [key, peer] of this.#peers) {
      if (now - peer.lastMs < this.#idleMs) continue;
      // The next datagram of the same sender is a new client's.
      this.#peers.delete(key);
      endPeer(peer);
    }
  }
}

function endPeer(peer: Peer): void {
  peer.ended = true;
  peer.wake?.();
}
