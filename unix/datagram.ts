import type { AddressInput, UnixAddress } from "../core/address.ts";
import { checkKeys } from "../core/bytes.ts";
import { denoListenDatagram, openDenoUnixDatagram } from "../deno/datagram_conn.ts";
import { chooseEngine } from "../core/engine_choice.ts";
import { checkUnixPath, unixPathMessage, unixPathText } from "../core/unix_arguments.ts";
import { bindUnixSocketFile, removeUnixSocketFile } from "./_socket_file.ts";
import { beginWait } from "../core/wait.ts";
import { bindLibc } from "./_libc.ts";
import { DenoUnixDatagram } from "./_stream.ts";
import type { UnixBindOptions, UnixMessageEndpoint } from "./types.ts";

const KEYS = [
  "family",
  "path",
  "pathBytes",
  "mode",
  "engine",
  "options",
  "signal",
  "timeoutMs",
];
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
export async function bind(options: UnixBindOptions = {}): Promise<UnixMessageEndpoint> {
  checkKeys(options, KEYS, ACTION);
  const named = options.path !== undefined || options.pathBytes !== undefined;
  const bytes = named ? checkUnixPath(options, ACTION) : new Uint8Array(0);
  const path = unixPathText(bytes);
  const engine = chooseEngine(ACTION, options, () => false, libcReason(path));
  beginWait(options)?.end(); // binding does not wait, but an aborted signal stops it
  if (engine === "libc" || path === undefined) return await bindLibc(bytes, path, options);
  const { socket, file } = await bindUnixSocketFile(
    path,
    options.mode,
    () => openDenoUnixDatagram(named ? path : undefined),
  );
  const { close } = socket;
  socket.close = () => {
    close.call(socket);
    if (file !== undefined) removeUnixSocketFile(file);
  };
  return new DenoUnixDatagram({
    carrier: socket,
    family: "unix",
    protocol: 0,
    resolve: resolveUnix,
    same: (a, b) => a.path === b.path,
    text: ({ path }) => unixPathMessage(path),
  });
}

function libcReason(path: string | undefined): string | undefined {
  if (path === undefined) return "a path that is no UTF-8";
  return denoListenDatagram() === undefined ? "a Unix datagram socket" : undefined;
}

function resolveUnix(to: AddressInput<UnixAddress>, action: string): UnixAddress {
  const pathBytes = checkUnixPath(to, action);
  const path = unixPathText(pathBytes);
  if (path === undefined) {
    throw new Deno.errors.NotSupported(
      `Cannot ${action}: a path that is no UTF-8 needs engine: "libc" (and --allow-ffi)`,
    );
  }
  return { family: "unix", path, pathBytes };
}
