/**
 * Peers that the permissions allow: the one place where an address becomes bytes for the kernel.
 *
 * bind, connect and every send of `Descriptor` take what is made here and nothing else. What is
 * decided about is the encoded bytes, by the row that decodes them; what no row decodes takes the
 * whole of `--allow-net`.
 *
 * The room `guard/` is all that asks for Deno's permissions on behalf of this engine. Begin here.
 *
 * @module
 */
import type { Address, AddressInput, IpAddress } from "../../core/address.ts";
import { formatIp } from "../../core/ip/text.ts";
import { STRUCTS } from "../abi/layout.ts";
import { familyAt } from "../families/bytes.ts";
import { OTHER } from "../families/other.ts";
import type { FamilyRow, Fields, InterfaceLookup } from "../families/row.ts";
import {
  addressText,
  decodeSockaddr,
  encodeSockaddr,
  encodeSockaddrInto,
  SOCKADDR_STORAGE_BYTES,
} from "../families/sockaddr.ts";
import { rowOf } from "../families/table.ts";
import { INTERFACES } from "../resolver/interface_names.ts";
import {
  allGranted,
  checkNet,
  checkNetHost,
  checkResolved,
  demand,
  isWhole,
} from "./permissions.ts";

/**
 * Rewrites encoded bytes to what is decided about, and refuses them unless the permissions cover
 * them, or the name that `source`, the address that they encode, has come from. Returns their length.
 */
function decide(
  target: Uint8Array,
  offset: number,
  given: number,
  action: string,
  source: object | undefined,
): number {
  const row = rowOf(given < 2 ? OTHER.number : familyAt(target, offset));
  const ordinary = row.isOrdinary?.(target, offset, given) ?? true;
  if (ordinary && allGranted(row)) return given;
  const size = row.settle?.(target, offset, given, action) ?? given;
  const grant = source && GRANTS.get(source);
  if (grant !== undefined) {
    grant.confirm(source!, action);
    return size;
  }
  // Too short for its family, as the row knows it: the kernel may take it all the same.
  const address = row.decode(target, offset, size, undefined);
  const needs = (address === undefined ? OTHER : row).permissions(target, offset, size, action);
  const about = address && row.text(address);
  for (const need of needs) demand(need, action, about);
  return size;
}

/** Addresses that names which were granted have resolved to; frozen, so that they stay what they are. */
const GRANTS = new WeakMap<object, NameGrant>();

/** A host that was asked for by the name that was written, as Deno's own calls ask. */
export class NameGrant {
  readonly #host: string;
  readonly #port: number | undefined;

  private constructor(host: string, port: number | undefined) {
    this.#host = host;
    this.#port = port;
  }

  /**
   * Asks for a host.
   *
   * @param host A name, or an address without a zone.
   * @param port The port; `undefined` for protocols without ports, which take the host at every port.
   * @param action What it is for.
   * @throws {Deno.errors.NotCapable} If it is not granted.
   */
  static ask(host: string, port: number | undefined, action: string): NameGrant {
    const grant = new NameGrant(host, port);
    grant.check(action);
    return grant;
  }

  /** Asks again: a permission may have been revoked. */
  check(action: string): void {
    if (isWhole("net")) return;
    if (this.#port === undefined) checkNetHost(this.#host, action);
    else checkNet(this.#host, this.#port, action);
  }

  /**
   * Lets an address that the name resolved to be used, unless it is denied as such.
   *
   * @param later Whether that is looked at only when it is used.
   * @returns The address, which changes no more.
   */
  admit<A extends IpAddress>(address: A, action: string, later = false): Readonly<A> {
    // Nobody will be asked about it; should the grant be revoked until then, it speaks for itself.
    if (isWhole("net")) return address;
    if (!later) this.#refuseDenied(address.hostname, action);
    GRANTS.set(address, this);
    return Object.freeze(address);
  }

  /** Asks again, and for an address of the name as such. */
  confirm(address: object, action: string): void {
    this.check(action);
    this.#refuseDenied((address as IpAddress).hostname, action);
  }

  #refuseDenied(hostname: string, action: string): void {
    if (hostname === this.#host || isWhole("net")) return;
    checkResolved(hostname, this.#port, action);
  }
}

/** Asks again for an address that a name which was granted has resolved to. */
export function checkAgain(address: Readonly<IpAddress>, action: string): void {
  if (isWhole("net")) return;
  const grant = GRANTS.get(address);
  if (grant === undefined) checkNetHost(address.hostname, action);
  else grant.check(action);
}

/** An address that may be used: the very bytes that the kernel gets. */
export class Peer {
  /** The sockaddr. Nobody changes it. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The address that they encode; `undefined` if nobody need be asked. */
  readonly #source: object | undefined;

  private constructor(bytes: Uint8Array<ArrayBuffer>, source: object | undefined) {
    this.bytes = bytes;
    this.#source = source;
  }

  /**
   * An address that the permissions are asked for, if the name that it comes from was not.
   *
   * @param address The address.
   * @param action What it is for.
   * @param lookup Resolves interface names.
   * @throws {TypeError} If the address is malformed.
   * @throws {Deno.errors.NotCapable} If no permission covers it.
   */
  static ask(address: AddressInput<Address>, action: string, lookup?: InterfaceLookup): Peer {
    const room = new Uint8Array(SOCKADDR_STORAGE_BYTES);
    const size = encodeSockaddrInto(room, 0, address, action, lookup);
    return new Peer(room.slice(0, decide(room, 0, size, action, address)), address);
  }

  /** As {@linkcode Peer.ask}, for another port than that of the address. */
  static askPort(address: IpAddress, port: number, action: string): Peer {
    const grant = GRANTS.get(address);
    const other = { ...address, port };
    if (grant !== undefined) GRANTS.set(other, grant);
    return Peer.ask(other, action);
  }

  /**
   * What reaches nobody that was not asked for: a socket's own end, or one that sends to itself. Each
   * use is on the list of the guard's test.
   */
  static own(bytes: Uint8Array): Peer {
    return new Peer(bytes.slice() as Uint8Array<ArrayBuffer>, undefined);
  }

  /** The address as text, for errors. */
  get text(): string {
    return addressText(decodeSockaddr(this.bytes, this.bytes.length));
  }

  /** Asks again: a permission may have been revoked since. */
  check(action: string): void {
    if (this.#source === undefined) return;
    decide(this.bytes, 0, this.bytes.length, action, this.#source);
  }
}

/** One IP address after another in the same memory, for senders of many; they have no ports. */
export class PeerRoom {
  /** The sockaddr. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #at: number;
  readonly #addressBytes: number;

  /** Of one family. */
  constructor(family: "inet" | "inet6") {
    const any = { family, hostname: family === "inet" ? "0.0.0.0" : "::", port: 0 } as IpAddress;
    this.bytes = encodeSockaddr(any, "send");
    this.#at = family === "inet" ? STRUCTS.sockaddr_in.sin_addr : STRUCTS.sockaddr_in6.sin6_addr;
    this.#addressBytes = family === "inet" ? 4 : 16;
  }

  /**
   * Puts an address in, if the permissions cover its host.
   *
   * @param address Its 4 or 16 bytes.
   * @param host The name that it was looked up by, which is asked for in its place.
   * @param action What it is for.
   */
  put(address: Uint8Array, host: string | undefined, action: string): void {
    if (!isWhole("net")) checkNetHost(host ?? formatIp(address), action);
    // Byte by byte: a call of set() costs more than these few.
    for (let i = 0; i < this.#addressBytes; i++) this.bytes[this.#at + i] = address[i];
  }
}

/** One port after another of the same IP address in the same memory, for those who ask many. */
export class PortRoom {
  /** The sockaddr. */
  readonly bytes: Uint8Array<ArrayBuffer>;

  /** Of one address; its port matters not. */
  constructor(address: IpAddress, action: string) {
    this.bytes = encodeSockaddr({ ...address, port: 0 }, action, INTERFACES);
  }

  /** Puts a port in, if the permissions cover the address at it. */
  put(port: number, action: string): void {
    const { bytes } = this;
    // sin_port and sin6_port, in network order.
    bytes[2] = port >> 8;
    bytes[3] = port;
    decide(bytes, 0, bytes.length, action, undefined);
  }

  /** Whether a sockaddr says the same port of the same address. */
  is(sockaddr: Uint8Array): boolean {
    const { bytes } = this;
    const [at, size] = bytes.length === STRUCTS.sockaddr_in.size
      ? [STRUCTS.sockaddr_in.sin_addr, 4]
      : [STRUCTS.sockaddr_in6.sin6_addr, 16];
    for (let i = 0; i < 4; i++) if (sockaddr[i] !== bytes[i]) return false;
    for (let i = at; i < at + size; i++) if (sockaddr[i] !== bytes[i]) return false;
    return true;
  }
}

declare const CHECKED: unique symbol;
/** The length of an address that {@linkcode encodePeerInto} has written. */
export type PeerLength = number & { readonly [CHECKED]: true };

/** No address: to the peer that the socket is connected to. */
export const NO_PEER = 0 as PeerLength;

/**
 * Encodes the address that a message goes to into memory of the caller's, and asks for the
 * permission.
 *
 * @param target Memory with room for any address.
 * @param offset Where in it the address goes.
 * @param to The address, or a peer that was asked for before.
 * @param lookup Resolves interface names; by default as libc knows them.
 * @returns Its length.
 * @throws {TypeError} If the address is malformed.
 * @throws {Deno.errors.NotCapable} If no permission covers it.
 */
export function encodePeerInto(
  target: Uint8Array,
  offset: number,
  to: AddressInput<Address> | Peer,
  lookup: InterfaceLookup = INTERFACES,
): PeerLength {
  if (to instanceof Peer) {
    to.check("send");
    target.set(to.bytes, offset);
    return to.bytes.length as PeerLength;
  }
  const size = encodeSockaddrInto(target, offset, to, "send", lookup);
  return decide(target, offset, size, "send", to) as PeerLength;
}

/**
 * Asks again for an address that {@linkcode encodePeerInto} has written, before a send that has waited: a
 * permission may have been revoked meanwhile.
 *
 * @param to What was written.
 */
export function confirmPeer(
  target: Uint8Array,
  offset: number,
  length: PeerLength,
  to: unknown,
): void {
  if (length === 0) return;
  if (to instanceof Peer) return to.check("send");
  // A path is looked at anew, and the bytes that the kernel gets stay what they are.
  const room = new Uint8Array(SOCKADDR_STORAGE_BYTES);
  room.set(target.subarray(offset, offset + length));
  decide(room, 0, length, "send", to as object | undefined);
}

/** The address of a length that {@linkcode encodePeerInto} gave as text, for errors; `undefined` if there is none. */
export function peerText(target: Uint8Array, offset: number, length: number): string | undefined {
  return length === 0 ? undefined : addressText(decodeSockaddr(target, length, INTERFACES, offset));
}

/**
 * Memory for the one recipient that a socket names at a time. Most name the same one again and again,
 * which then costs neither an encoding nor a decision.
 */
export class Recipient {
  /** The sockaddr, of {@linkcode Recipient.length} bytes. */
  readonly bytes: Uint8Array<ArrayBuffer> = new Uint8Array(SOCKADDR_STORAGE_BYTES);
  /** How long it is; 0 while there is none. */
  length: PeerLength = NO_PEER;
  #row: FamilyRow | undefined;

  /** Whether an address says the very bytes that are here, and all that its family takes is granted. */
  is(to: object): boolean {
    const row = this.#row;
    if (row?.says === undefined || !allGranted(row)) return false;
    for (const key in to) if (key !== "family" && !row.keys.includes(key)) return false;
    const fields = to as Fields;
    const { family } = fields;
    return (family === undefined || family === row.name) && row.says(fields, this.bytes, 0);
  }

  /**
   * Puts an address in, and asks for the permission.
   *
   * @throws {TypeError} If the address is malformed.
   * @throws {Deno.errors.NotCapable} If no permission covers it.
   */
  set(to: AddressInput<Address>): void {
    this.#row = undefined; // if it throws, part of it may be written
    this.length = encodePeerInto(this.bytes, 0, to);
    this.#row = rowOf(familyAt(this.bytes, 0));
  }

  /** Asks again, for the address that was put in. */
  confirm(to: unknown): void {
    confirmPeer(this.bytes, 0, this.length, to);
  }

  /** It as text, for errors. */
  get text(): string | undefined {
    return peerText(this.bytes, 0, this.length);
  }
}

/** Refuses a socket that listens without having been bound to what its own address says. */
export function checkListen(sockaddr: Uint8Array<ArrayBuffer>): void {
  decide(sockaddr, 0, sockaddr.length, "listen", undefined);
}
