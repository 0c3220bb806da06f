/**
 * Where a message goes: encoded, and allowed by the permissions.
 *
 * @module
 */
import type { Address, AddressInput } from "../../core/address.ts";
import { AF_UNIX } from "../abi/socket_constants.ts";
import { addressText } from "../families/address_text.ts";
import { INTERFACES } from "../resolver/interface_names.ts";
import { checkAddress } from "../guard/permissions.ts";
import { decodeSockaddr, encodeSockaddrInto } from "../families/sockaddr.ts";

/**
 * The status of the whole permissions. Deno keeps these objects up to date when a permission is
 * revoked, and reading one costs nothing; a query costs more than a datagram.
 */
let whole: readonly Deno.PermissionStatus[] | undefined;

/**
 * Whether all it takes to reach a family is granted with nothing denied, so that no address need be
 * asked for.
 */
export function allGranted(unix: boolean): boolean {
  whole ??= (["net", "read", "write"] as const).map((name) => Deno.permissions.querySync({ name }));
  for (let i = 0; i < (unix ? 3 : 1); i++) {
    if (whole[i].state !== "granted" || whole[i].partial === true) return false;
  }
  return true;
}

/**
 * Encodes the address a message is sent to, and asks for the permission to send there.
 *
 * @param target Memory with room for any address.
 * @param offset Where in it the address goes.
 * @param to The address.
 * @returns The length of the address in bytes.
 * @throws {TypeError} If the address is malformed.
 * @throws {Deno.errors.NotCapable} If no permission covers it.
 */
export function encodeDestination(
  target: Uint8Array,
  offset: number,
  to: AddressInput<Address>,
): number {
  const length = encodeSockaddrInto(target, offset, to, "send", INTERFACES);
  if (!allGranted(target[offset] === AF_UNIX)) {
    checkAddress(decodeSockaddr(target, length, INTERFACES, offset), "send");
  }
  return length;
}

/** An encoded address as text, for errors; `undefined` if there is none. */
export function destinationText(
  target: Uint8Array,
  offset: number,
  length: number,
): string | undefined {
  return length === 0 ? undefined : addressText(decodeSockaddr(target, length, INTERFACES, offset));
}
