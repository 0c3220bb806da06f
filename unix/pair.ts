import { PAIR } from "./_arguments.ts";
import { pairMessages, pairStreams } from "./_libc.ts";
import type { LibcUnixMessageEndpoint, LibcUnixStream, UnixPairOptions } from "./types.ts";

/**
 * Two Unix sockets that are connected to each other (`man 2 socketpair`): unnamed, and reachable by
 * nobody else.
 *
 * Needs `--allow-ffi`.
 *
 * @example A conversation with oneself
 * ```ts
 * import { unix } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * const [a, b] = unix.pair();
 * await a.sendAll(Uint8Array.of(1, 2, 3));
 * assertEquals(await b.recvExact(3), Uint8Array.of(1, 2, 3));
 * assertEquals(b.peerCredentials().pid, Deno.pid);
 * a.close();
 * b.close();
 * ```
 *
 * @param options Which type: `"stream"` (default), `"dgram"` or `"seqpacket"`.
 * @returns Both ends.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {Deno.errors.NotCapable} Without `--allow-ffi`.
 */
export function pair(options: { type: "dgram" | "seqpacket" }): [
  LibcUnixMessageEndpoint,
  LibcUnixMessageEndpoint,
];
/** As above, for streams. */
export function pair(options?: { type?: "stream" }): [LibcUnixStream, LibcUnixStream];
export function pair(
  options: UnixPairOptions = {},
): [LibcUnixStream, LibcUnixStream] | [LibcUnixMessageEndpoint, LibcUnixMessageEndpoint] {
  const { type } = PAIR(options, "pair", "options");
  return type === "stream" ? pairStreams() : pairMessages(type);
}
