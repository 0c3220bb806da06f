/**
 * What serves: something that gives a client for each peer that comes.
 *
 * @module
 */
import type { Channel } from "./channel.ts";

/** How long to wait, and until when. */
export interface Waiting {
  readonly signal: AbortSignal;
  readonly timeoutMs?: number;
}

/** A connection, and how it is told about. */
export interface Client {
  readonly channel: Channel;
  readonly local: string;
  readonly remote: string;
  /** The IP address of the peer, where it has one. */
  readonly remoteHost: string | undefined;
  readonly engine: string;
  /** What TLS has agreed on, where there is TLS. */
  readonly tls?: string;
}

/** What is told of an address. */
export interface Names<A> {
  /** The address as the command line would have it. */
  show(address: A | undefined): string;
  /** Its IP address, if it has one. */
  hostOf(address: A | undefined): string | undefined;
}

/** Gives a client for each peer that comes. */
export interface Server {
  /** Its address as the command line would have it. */
  readonly name: string;
  readonly engine: string;
  /** What its clients' channels are. */
  readonly kind: "stream" | "message";
  /** Waits for the next peer. */
  next(waiting: Waiting): Promise<Client>;
  /** Takes no more peers. */
  close(): void;
}
