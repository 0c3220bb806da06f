import type { WaitOptions } from "../core/wait.ts";
import { type AddrInfo, type AddrInfoHints, resolve } from "../ffi/resolver/resolver.ts";

/** Hints, and how the wait may end early. */
export interface GetAddrInfoOptions extends AddrInfoHints, WaitOptions {}

/**
 * Looks a host and a service up as the C library does (`man 3 getaddrinfo`): hosts file, name
 * servers and whatever else nsswitch.conf says; the results in its order (RFC 6724, gai.conf).
 *
 * It neither blocks the event loop nor takes a thread from Deno's pool: glibc runs up to 20 lookups
 * on threads of its own (elsewhere up to 4 run on Deno's 32), the rest waits in order. Equal lookups
 * at the same time share one. An address in text with a port in digits is answered at once.
 * `signal` and `timeoutMs` free the caller at once, and a lookup that nobody waits for keeps neither
 * the process alive nor its memory beyond the next lookup.
 *
 * A name is used as it is: neither lower-cased nor, without `idn`, encoded. Where the system has no
 * table of services, the common ones are known from the IANA registry.
 *
 * Linux. Needs `--allow-ffi`, and `--allow-net` for the host (with the port, where that is a
 * number) unless it is an address in text or `null`.
 *
 * @example Where is this machine's own web server?
 * ```ts
 * import { getAddrInfo } from "@berkeley/sockets/addrinfo";
 * import { assertEquals } from "@std/assert";
 *
 * const [{ address }] = await getAddrInfo("127.0.0.1", "http", { type: "stream" });
 * assertEquals(address, { family: "inet", hostname: "127.0.0.1", port: 80 });
 * ```
 *
 * @param host A name or an address, with a zone if need be (`"fe80::1%eth0"`); `null` for this
 * machine: the loopback, or with `passive` the wildcard.
 * @param service A name (`"https"`) or a port, 0 to 65535; `null` (default) for none, port 0.
 * @param options What to look for, and how the wait may end early.
 * @returns At least one entry, the best first. Yours to change.
 * @throws {AddrInfoError} Code `EAI_NONAME` for an unknown name, `EAI_AGAIN` if no name server
 * answered, `EAI_SERVICE` for a service that is unknown or not spoken over this type, `EAI_FAMILY`,
 * `EAI_SOCKTYPE`, `EAI_BADFLAGS`, `EAI_ADDRFAMILY`, `EAI_NODATA`, `EAI_FAIL`, `EAI_MEMORY`,
 * `EAI_SYSTEM`. For the last, `errno` tells more. A lookup runs on another thread, whose errno cannot
 * be read: then it is what opening a socket says right after (EMFILE, ENFILE, ENOMEM), or 0.
 * @throws {TypeError} If an argument is of the wrong type or unknown, or a text holds a NUL.
 * @throws {RangeError} If a port is not in 0 to 65535, or `timeoutMs` is negative.
 * @throws {Deno.errors.NotCapable} If a permission is missing.
 * @throws {DOMException} `TimeoutError` when `timeoutMs` is over.
 */
export async function getAddrInfo(
  host: string | null,
  service: string | number | null = null,
  options: GetAddrInfoOptions = {},
): Promise<AddrInfo[]> {
  return await resolve(host, service, options, options);
}
