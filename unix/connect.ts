import { openOn } from "../core/engine_choice.ts";
import { CONNECT, placeLibcReason, placeOf } from "./_arguments.ts";
import { connectDeno } from "./_deno.ts";
import { LIBC } from "./_on_demand.ts";
import type {
  LibcUnixMessageEndpoint,
  LibcUnixStream,
  UnixConnectOptions,
  UnixStream,
} from "./types.ts";

const ACTION = "connect";

/**
 * Connects to a Unix socket (`man 7 unix`).
 *
 * Needs `--allow-read`, `--allow-write` and `--allow-net` for the path; the libc engine needs
 * `--allow-ffi` too.
 *
 * @example The abstract namespace
 * ```ts
 * import { unix } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * const path = `\0example-${crypto.randomUUID()}`;
 * using listener = await unix.listen({ path });
 * using client = await unix.connect({ path });
 * assertEquals(client.remoteAddr?.path, path);
 * ```
 *
 * @param options Where to connect to, and how.
 * @returns The connection.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {RangeError} If the path is too long.
 * @throws {Deno.errors.NotFound} Code `ENOENT`: no such file.
 * @throws {Deno.errors.ConnectionRefused} Code `ECONNREFUSED`: nobody listens.
 * @throws {Deno.errors.NotCapable} If a permission is missing.
 */
export function connect(
  options: UnixConnectOptions & { type: "seqpacket" | "dgram" },
): Promise<LibcUnixMessageEndpoint>;
/** As above, for a stream over libc. */
export function connect(
  options: UnixConnectOptions & { type?: "stream"; engine: "libc" },
): Promise<LibcUnixStream>;
/** As above, for a stream. */
export function connect(options: UnixConnectOptions & { type?: "stream" }): Promise<UnixStream>;
/** As above, for either. */
export function connect(options: UnixConnectOptions): Promise<UnixStream | LibcUnixMessageEndpoint>;
export async function connect(
  options: UnixConnectOptions,
): Promise<UnixStream | LibcUnixMessageEndpoint> {
  const request = CONNECT(options, ACTION, "options");
  const { type } = request;
  const place = placeOf(request, ACTION);
  return await openOn<UnixStream | LibcUnixMessageEndpoint>(request, {
    action: ACTION,
    where: `to ${place.shown}`,
    needsLibc: type === "stream" ? placeLibcReason(place) : `type "${type}"`,
    deno: (wait) => connectDeno(place.path!, request, wait),
    libc: (wait) => LIBC(({ connectLibc }) => connectLibc(place, request, wait)),
  });
}
