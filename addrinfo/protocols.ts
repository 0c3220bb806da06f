import { checkInteger } from "../core/arguments.ts";
import { findProtocol, type Protocol } from "../ffi/resolver/service_names.ts";

/**
 * Finds a protocol over IP by its name or an alias (`man 3 getprotobyname`): in /etc/protocols, or as
 * nsswitch.conf says; on a system without such a table in the IANA registry, marked as `fallback`.
 *
 * Linux. Needs `--allow-ffi`.
 *
 * @example The number of TCP
 * ```ts
 * import { getProtocolByName } from "@berkeley/sockets/addrinfo";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals((await getProtocolByName("tcp"))?.number, 6);
 * ```
 *
 * @param name The name, `"tcp"`.
 * @returns The protocol; `undefined` if there is none.
 * @throws {TypeError} If the name is no string or holds a NUL.
 * @throws {Deno.errors.NotCapable} Without `--allow-ffi`.
 */
export async function getProtocolByName(name: string): Promise<Protocol | undefined> {
  if (typeof name !== "string") throw new TypeError("Cannot find a protocol: name is not a string");
  if (name.includes("\0")) throw new TypeError("Cannot find a protocol: name holds a NUL");
  return await findProtocol(name);
}

/**
 * Finds a protocol over IP by its number (`man 3 getprotobynumber`); see {@linkcode getProtocolByName}.
 *
 * Linux. Needs `--allow-ffi`.
 *
 * @example In short
 * ```ts
 * import { addrinfo } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals((await addrinfo.getProtocolByNumber(17))?.name, "udp");
 * ```
 *
 * @param number The number, IPPROTO_*, 0 to 255.
 * @returns The protocol; `undefined` if there is none.
 * @throws {TypeError} If the number is none.
 * @throws {RangeError} If it is out of range.
 * @throws {Deno.errors.NotCapable} Without `--allow-ffi`.
 */
export async function getProtocolByNumber(number: number): Promise<Protocol | undefined> {
  checkInteger(number, 0, 255, "find a protocol", "number");
  return await findProtocol(number);
}
