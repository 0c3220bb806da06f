/**
 * What a family is to this library: one row.
 *
 * @module
 */
import type { Address, Family } from "../../core/address.ts";

/** The fields any address may have, before they are checked. */
export type Fields = { readonly [name: string]: unknown };

/** Names and indexes of interfaces (`man 3 if_nametoindex`), for zones and packet addresses. */
export interface InterfaceLookup {
  /** The index of a name. Throws if there is none. */
  toIndex(name: string): number;
  /** The name of an index; empty if there is none. */
  toName(index: number): string;
}

/** A permission of Deno's that an address can take. */
export type GrantName = "net" | "read" | "write";

/** Sockets of a family, by SOCK_* without flags and by protocol. */
export interface SocketKinds {
  readonly types: readonly number[];
  readonly protocols: readonly number[];
}

/** What must be granted. Where Deno has no words for the host, it is the whole of the permission. */
export interface Need {
  readonly name: GrantName;
  /** For `net`: what Deno's permissions call the address. */
  readonly host?: string;
  /** For `read` and `write`. */
  readonly path?: string;
  /** A path that takes all permissions (`--allow-all`), as Deno's own calls have it. */
  readonly special?: boolean;
  /** A grant of which parts are denied will do, since no denial can name this. Default false. */
  readonly partly?: boolean;
}

/** A protocol of a family: what it is called, and the kernel module that has it. */
export interface ProtocolRow {
  readonly name: string;
  readonly module?: string;
}

/**
 * A family. Its functions get memory whose length was checked: `encode` has room for any address
 * (`sizeof(struct sockaddr_storage)`), the others read within `size` bytes from `offset`, of which
 * the first two are the family.
 */
export interface FamilyRow<A extends Address = Address> {
  /** AF_* (sys/socket.h). */
  readonly number: number;
  /** What `family` says in its addresses. */
  readonly name: Family;
  /** The kernel module that has the family; `undefined` where every kernel has it. */
  readonly module?: string;
  /**
   * The sockets that reach nobody, and are reached by nobody, but by addresses that are asked for one
   * by one. All others, and all of a family without these, need the whole of `--allow-net`.
   */
  readonly asked?: SocketKinds;
  /** Its protocols by number, as far as they have names or modules of their own. */
  readonly protocols?: Readonly<Record<number, ProtocolRow>>;
  /** The keys of its addresses, beside `family`. */
  readonly keys: readonly string[];
  /** The permissions that together cover every address of it. */
  readonly grants: readonly GrantName[];
  /** Its sockets cannot tell their addresses: getsockname(2), and accept(2) with one, are refused. */
  readonly nameless?: boolean;
  /** Its sends are refused with any flag but MSG_DONTWAIT, so also with MSG_NOSIGNAL. */
  readonly plainSends?: boolean;
  /** A connection without room for sends makes shutdown(2) and close(2) wait for its peer. */
  readonly endsSlowly?: boolean;
  /** Once the end of a connection was told, a receive would block for ever: poll(2) knows (POLLHUP). */
  readonly hidesEnd?: boolean;
  /** Whether an address that does not name its family is of this one. */
  recognises?(fields: Fields): boolean;
  /** Writes an address whose keys are known; every byte of the structure. Returns its length. */
  encode(
    target: Uint8Array,
    offset: number,
    fields: Fields,
    action: string,
    lookup: InterfaceLookup | undefined,
  ): number;
  /**
   * Whether the fields of an address say these very bytes. Where there is none, or it is not sure,
   * they are encoded anew.
   */
  says?(fields: Fields, bytes: Uint8Array, offset: number): boolean;
  /**
   * Reads an address as the kernel wrote it; `undefined` if it is too short. The socket's protocol,
   * where that is known, is for families whose protocols have addresses of one length.
   */
  decode(
    bytes: Uint8Array,
    offset: number,
    size: number,
    lookup: InterfaceLookup | undefined,
    protocol?: number,
  ): A | undefined;
  /**
   * Whether each connection that is accepted at a bound address has that very address for its own, as
   * none has of a wildcard. Where there is none, each is asked.
   */
  isExact?(bytes: Uint8Array, offset: number): boolean;
  /** An address as text, for errors. */
  text(address: A): string;
  /**
   * Whether the grants of the whole cover encoded bytes, and nothing is to be settled about them.
   * Looked at for every message; where there is none, they always do.
   */
  isOrdinary?(bytes: Uint8Array, offset: number, size: number): boolean;
  /**
   * Rewrites encoded bytes to what the permissions decide about, where the kernel would read them
   * otherwise than Deno does. Returns their length.
   */
  settle?(target: Uint8Array, offset: number, size: number, action: string): number;
  /** What must be granted to reach, or to be reached at, encoded bytes: all of it. */
  permissions(
    bytes: Uint8Array,
    offset: number,
    size: number,
    action: string,
  ): readonly Need[];
  /** The capability that a socket takes, and what else may give it, for the error without it. */
  capability?(type: number, protocol: number): string | undefined;
}

/** What an address takes that can reach anything. */
export const WHOLE_NET: readonly Need[] = [{ name: "net" }];

/** A malformed address. */
export function refuse(action: string, state: string): never {
  throw new TypeError(`Cannot ${action}: ${state}`);
}
