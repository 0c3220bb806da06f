import { openOn } from "../core/engine_choice.ts";
import {
  LISTEN,
  type ListenRequest,
  placeLibcReason,
  placeOf,
  type UnixPlace,
} from "./_arguments.ts";
import { listenDeno } from "./_deno.ts";
import { LIBC } from "./_on_demand.ts";
import type {
  LibcUnixListener,
  UnixListener,
  UnixListenOptions,
  UnixMessageListener,
} from "./types.ts";

const ACTION = "listen";

/**
 * Listens on a Unix socket (`man 7 unix`). The socket file of a server that is gone is replaced, no
 * other file is. Closing removes the file, if it is still the one made here.
 *
 * Needs `--allow-read`, `--allow-write` and `--allow-net` for the path; the libc engine needs
 * `--allow-ffi` too.
 *
 * @example Echo one connection
 * ```ts
 * import { unix } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * const path = `${await Deno.makeTempDir()}/echo.sock`;
 * using listener = await unix.listen({ path, mode: 0o600 });
 * using client = await unix.connect({ path });
 * using server = await listener.accept();
 * await client.sendAll(Uint8Array.of(1, 2, 3));
 * assertEquals(await server.recvExact(3), Uint8Array.of(1, 2, 3));
 * ```
 *
 * @param options Where to listen, and how.
 * @returns The listener.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {RangeError} If the path is too long or a number out of range.
 * @throws {Deno.errors.AddrInUse} Code `EADDRINUSE`: a live server or another file is there.
 * @throws {Deno.errors.NotCapable} If a permission is missing.
 */
export function listen(
  options: UnixListenOptions & { type: "seqpacket" },
): Promise<UnixMessageListener>;
/** As above, for streams over libc. */
export function listen(
  options: UnixListenOptions & { type?: "stream"; engine: "libc" },
): Promise<LibcUnixListener>;
/** As above, for streams. */
export function listen(options: UnixListenOptions & { type?: "stream" }): Promise<UnixListener>;
/** As above, for either. */
export function listen(options: UnixListenOptions): Promise<UnixListener | UnixMessageListener>;
export async function listen(
  options: UnixListenOptions,
): Promise<UnixListener | UnixMessageListener> {
  const request = LISTEN(options, ACTION, "options");
  const place = placeOf(request, ACTION);
  return await openOn<UnixListener | UnixMessageListener>(request, {
    action: ACTION,
    where: `on ${place.shown}`,
    needsLibc: libcReason(place, request),
    deno: () => listenDeno(place.path!, request),
    libc: () => LIBC(({ listenLibc }) => listenLibc(place, request)),
  });
}

function libcReason(place: UnixPlace, { type, backlog }: ListenRequest): string | undefined {
  if (type === "seqpacket") return 'type "seqpacket"';
  return placeLibcReason(place) ?? (backlog === undefined ? undefined : "backlog");
}
