/**
 * What the endpoint of a socket is, by what the kernel says of it: a row for each kind whose endpoints
 * have methods of their own. Families bring the rows, `faces/` has them all.
 *
 * @module
 */
import type { Descriptor } from "../descriptor/descriptor.ts";
import type { MakeEndpoint } from "./listener.ts";

/** A kind of socket, and how its endpoint is made. */
export interface EndpointKind<E = unknown> {
  /** AF_*. */
  readonly families: readonly number[];
  /** SOCK_*, without flags. */
  readonly types: readonly number[];
  /** The protocols, as the kernel tells them. Default: all. */
  readonly protocols?: readonly number[];
  /** What else tells it from others. */
  is?(core: Descriptor): boolean;
  /** Makes the endpoint. */
  readonly make: MakeEndpoint<E>;
  /** What must be set on a socket that was opened by others, a listener too. */
  prepare?(core: Descriptor): void;
}

/** Whether a socket that keeps message boundaries has a peer. */
export function isConnected(core: Descriptor, remote: Uint8Array | undefined): boolean {
  return (remote ?? core.remoteName()) !== undefined;
}
