/**
 * Where a message goes: encoded, and allowed by the permissions.
 *
 * @module
 */
import type { Address, AddressInput } from "../../core/address.ts";
import { INTERFACES } from "../resolver/interface_names.ts";
import { addressText, decodeSockaddr } from "../families/sockaddr.ts";
import { encodePeerInto, type Peer, type PeerLength } from "../guard/peer.ts";

/**
 * Encodes the address a message is sent to, and asks for the permission to send there.
 *
 * @param target Memory with room for any address.
 * @param offset Where in it the address goes.
 * @param to The address, or a peer that was asked for before.
 * @returns The length of the address in bytes.
 * @throws {TypeError} If the address is malformed.
 * @throws {Deno.errors.NotCapable} If no permission covers it.
 */
export function encodeDestination(
  target: Uint8Array,
  offset: number,
  to: AddressInput<Address> | Peer,
): PeerLength {
  return encodePeerInto(target, offset, to, INTERFACES);
}

/** An encoded address as text, for errors; `undefined` if there is none. */
export function destinationText(
  target: Uint8Array,
  offset: number,
  length: number,
): string | undefined {
  return length === 0 ? undefined : addressText(decodeSockaddr(target, length, INTERFACES, offset));
}
