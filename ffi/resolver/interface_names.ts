/**
 * Interface names and indexes, as libc knows them.
 *
 * @module
 */
import { socketError } from "../../core/errors.ts";
import { attempt, failure, libc } from "../abi/library.ts";
import { allocate } from "../abi/memory.ts";
import type { InterfaceLookup } from "../families/row.ts";

/** IFNAMSIZ (net/if.h), the NUL included. */
const IF_NAMESIZE = 16;

/** `man 3 if_nametoindex`. */
export const INTERFACES: InterfaceLookup = {
  toIndex(name) {
    const bytes = new TextEncoder().encode(name);
    if (bytes.length === 0 || bytes.length >= IF_NAMESIZE || bytes.includes(0)) {
      throw socketError("ENODEV", { syscall: "if_nametoindex", address: JSON.stringify(name) });
    }
    const text = allocate(IF_NAMESIZE);
    text.set(bytes);
    // It fails with 0, where the other calls have -1.
    const index = attempt((lib) => lib.if_nametoindex(text) || -1);
    if (index < 0) throw failure("if_nametoindex", -index, name);
    return index;
  },
  toName(index) {
    const text = allocate(IF_NAMESIZE);
    if (BigInt(libc().if_indextoname(index, text)) === 0n) return "";
    return new TextDecoder().decode(text.subarray(0, text.indexOf(0)));
  },
};
