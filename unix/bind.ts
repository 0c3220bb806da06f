import { openOn } from "../core/engine_choice.ts";
import { denoListenDatagram } from "../deno/datagram_conn.ts";
import { BIND, placeLibcReason, placeOf, type UnixPlace, UNNAMED } from "./_arguments.ts";
import { bindDeno } from "./_deno.ts";
import { LIBC } from "./_on_demand.ts";
import type { LibcUnixMessageEndpoint, UnixBindOptions, UnixMessageEndpoint } from "./types.ts";

const ACTION = "bind";

/**
 * Binds a Unix datagram socket (`man 7 unix`). Unlike UDP, nothing is lost between Unix sockets: a
 * send waits while the peer's queue is full. Without a path the socket has no name: it can send,
 * but nobody can answer. The socket file of a process that is gone is replaced, no other file is;
 * closing removes the file, if it is still the one made here.
 *
 * Needs `--allow-read`, `--allow-write` and `--allow-net` for the path. The deno engine needs
 * `--unstable-net`; without it, and with `engine: "libc"`, `--allow-ffi` is needed.
 *
 * @example Two sockets exchange messages
 * ```ts
 * import { unix } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * const dir = await Deno.makeTempDir();
 * using server = await unix.bind({ path: `${dir}/server.sock` });
 * using client = await unix.bind({ path: `${dir}/client.sock` });
 * await client.sendTo(Uint8Array.of(1, 2, 3), server.localAddr);
 * const { data, from } = await server.recvFrom();
 * await server.sendTo(data, from);
 * assertEquals(await client.recv(), Uint8Array.of(1, 2, 3));
 * ```
 *
 * @param options Where to bind, and how.
 * @returns The socket.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {RangeError} If the path is too long or the mode out of range.
 * @throws {Deno.errors.AddrInUse} Code `EADDRINUSE`: a live socket or another file is there.
 * @throws {Deno.errors.NotCapable} If a permission is missing.
 */
export function bind(
  options: UnixBindOptions & { engine: "libc" },
): Promise<LibcUnixMessageEndpoint>;
/** As above, on the engine that can do what is asked. */
export function bind(options?: UnixBindOptions): Promise<UnixMessageEndpoint>;
export async function bind(options: UnixBindOptions = {}): Promise<UnixMessageEndpoint> {
  const request = BIND(options, ACTION, "options");
  const named = request.path !== undefined || request.pathBytes !== undefined;
  const place = named ? placeOf(request, ACTION) : UNNAMED;
  return await openOn(request, {
    action: ACTION,
    where: `on ${place.shown}`,
    needsLibc: libcReason(place),
    deno: () => bindDeno(place.path!, request),
    libc: () => LIBC(({ bindLibc }) => bindLibc(place, request)),
  });
}

function libcReason(place: UnixPlace): string | undefined {
  return placeLibcReason(place) ??
    (denoListenDatagram() === undefined ? "a Unix datagram socket" : undefined);
}
