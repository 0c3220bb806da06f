/**
 * Interfaces within the values of options: by name or by index everywhere, and where the kernel takes
 * an IPv4 address of the interface, by that too.
 *
 * @module
 */
import { isIpv4, parseIpv4 } from "../../core/ip/text.ts";
import { checkInt, INT_MAX, wrongType } from "./codecs.ts";

/** What knows the interfaces of this machine. */
export interface Interfaces {
  /** The index of a name. */
  toIndex(name: string): number;
  /** The first IPv4 address of an index. */
  toIpv4(index: number): Uint8Array;
}

let interfaces: Interfaces | undefined;

/** Who asks the machine: given by the engine, so that the rows load where there is none. */
export function useInterfaces(known: Interfaces): void {
  interfaces = known;
}

function known(name: string): Interfaces {
  if (interfaces !== undefined) return interfaces;
  throw new TypeError(`Cannot set ${name}: interfaces have no names without the libc engine`);
}

/**
 * An interface's index.
 *
 * @param name What it is for, for messages.
 * @param value Its name or index; `undefined` for none, which is 0.
 * @param least The least index allowed.
 */
export function interfaceIndex(name: string, value: unknown, least = 0): number {
  if (typeof value === "string") return known(name).toIndex(value);
  if (typeof value !== "number" && value !== undefined) {
    throw wrongType(name, value, "an interface's name or index");
  }
  return checkInt(name, value ?? 0, least, INT_MAX);
}

/** An interface as `struct ip_mreqn` has it: by an address of its own, or by its index. */
export function ipv4Interface(
  name: string,
  value: unknown,
): { readonly address: Uint8Array; readonly index: number } {
  if (typeof value === "string" && isIpv4(value)) return { address: parseIpv4(value), index: 0 };
  return { address: new Uint8Array(4), index: interfaceIndex(name, value) };
}

/** An interface as a struct has it that knows addresses only. */
export function ipv4InterfaceAddress(name: string, value: unknown): Uint8Array {
  const { address, index } = ipv4Interface(name, value);
  return index === 0 ? address : known(name).toIpv4(index);
}
