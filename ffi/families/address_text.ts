/**
 * Addresses for error messages.
 *
 * @module
 */
import type { Address } from "../../core/address.ts";

/** An address as text. */
export function addressText(address: Address): string {
  switch (address.family) {
    case "inet":
      return `${address.hostname}:${address.port}`;
    case "inet6":
      return `[${address.hostname}]:${address.port}`;
    case "unix":
      return address.path.replaceAll("\0", "@");
    case "packet":
      return address.interface;
    case "other":
      return `family ${address.familyNumber}`;
  }
}
