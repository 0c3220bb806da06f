/**
 * The index of an interface, which an address tells by its name or as such.
 *
 * @module
 */
import { checkInteger } from "../../core/arguments.ts";
import { type Fields, type InterfaceLookup, refuse } from "./row.ts";

/** The index: that which is told, else that of the name; 0 for an empty one. */
export function indexOf(
  fields: Fields,
  action: string,
  lookup: InterfaceLookup | undefined,
): number {
  const { interface: name = "", interfaceIndex } = fields;
  if (interfaceIndex !== undefined) {
    checkInteger(interfaceIndex, 0, 0x7fffffff, action, "address.interfaceIndex");
    return interfaceIndex;
  }
  if (typeof name !== "string") refuse(action, "address.interface is not a string");
  if (name === "") return 0;
  if (lookup === undefined) refuse(action, "address.interfaceIndex is missing");
  return lookup.toIndex(name);
}
