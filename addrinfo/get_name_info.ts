import {
  type NameInfo,
  nameInfo,
  type NameInfoAddress,
  type NameInfoOptions,
} from "../ffi/resolver/name_info.ts";

/**
 * Puts an address and port in words (`man 3 getnameinfo`): the reverse of `getAddrInfo`.
 *
 * Linux. Needs `--allow-ffi`, and `--allow-net` for the address unless `numericHost` is set. With
 * `numericHost` and `numericService` nothing is looked up and, zones aside, nothing needed.
 *
 * At most four lookups run at once, on Deno's pool of threads; the rest waits in order.
 *
 * @example What is spoken at this port?
 * ```ts
 * import { getNameInfo } from "@berkeley/sockets/addrinfo";
 * import { assertEquals } from "@std/assert";
 *
 * const address = { hostname: "127.0.0.1", port: 443 };
 * const { host } = await getNameInfo(address, { numericHost: true, numericService: true });
 * assertEquals(host, "127.0.0.1");
 * ```
 *
 * @param address The address, by number; a zone in `scopeId` or in the text.
 * @param options How to put it, and how the wait may end early.
 * @returns The names; numbers where there are none.
 * @throws {AddrInfoError} Code `EAI_NONAME` if `nameRequired` and there is none, `EAI_AGAIN` if no
 * name server answered.
 * @throws {TypeError} If an argument is malformed or an option unknown.
 * @throws {RangeError} If a number is out of range.
 * @throws {Deno.errors.NotCapable} If a permission is missing.
 * @throws {DOMException} `TimeoutError` when `timeoutMs` is over.
 */
export async function getNameInfo(
  address: NameInfoAddress,
  options: NameInfoOptions = {},
): Promise<NameInfo> {
  return await nameInfo(address, options);
}
