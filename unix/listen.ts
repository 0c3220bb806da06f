import type { UnixAddress } from "../core/address.ts";
import { checkKeys } from "../core/bytes.ts";
import { fromUnixAddr } from "../deno/address.ts";
import { fromDenoError } from "../deno/errors.ts";
import { DenoListener } from "../deno/listener.ts";
import { chooseEngine } from "../core/engine_choice.ts";
import { checkUnixPath, unixPathMessage, unixPathText } from "../core/unix_arguments.ts";
import {
  bindUnixSocketFile,
  ownsUnixSocketFile,
  removeUnixSocketFile,
  type UnixSocketFile,
} from "./_socket_file.ts";
import { beginWait } from "../core/wait.ts";
import { listenLibc } from "./_libc.ts";
import { wrapDenoConn } from "./_stream.ts";
import type { UnixListener, UnixListenOptions, UnixMessageListener, UnixStream } from "./types.ts";

const KEYS = [
  "family",
  "path",
  "pathBytes",
  "type",
  "mode",
  "backlog",
  "onError",
  "engine",
  "options",
  "signal",
  "timeoutMs",
];
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
/** As above, for streams. */
export function listen(options: UnixListenOptions & { type?: "stream" }): Promise<UnixListener>;
/** As above, for either. */
export function listen(options: UnixListenOptions): Promise<UnixListener | UnixMessageListener>;
export async function listen(
  options: UnixListenOptions,
): Promise<UnixListener | UnixMessageListener> {
  checkKeys(options, KEYS, ACTION);
  const bytes = checkUnixPath(options, ACTION);
  const path = unixPathText(bytes);
  const engine = chooseEngine(ACTION, options, () => false, libcReason(options, path));
  beginWait(options)?.end(); // listening does not wait, but an aborted signal stops it
  if (engine === "libc" || path === undefined) return await listenLibc(bytes, path, options);
  const { socket, file } = await bindUnixSocketFile(path, options.mode, () => {
    try {
      return Deno.listen({ transport: "unix", path });
    } catch (error) {
      throw fromDenoError(error, { syscall: ACTION, address: unixPathMessage(path) });
    }
  });
  return new DenoListener<UnixAddress, Deno.UnixConn, UnixStream>({
    listener: socket,
    family: "unix",
    protocol: 0,
    localAddr: fromUnixAddr(socket.addr),
    wrap: wrapDenoConn,
    onError: options.onError,
    close: (settled) => void closeOwner(socket, file, settled),
  });
}

/**
 * Deno's listener unlinks its path when it goes, whoever's file is there by then. Another's file is
 * moved aside meanwhile.
 */
async function closeOwner(
  socket: Deno.UnixListener,
  file: UnixSocketFile | undefined,
  settled: Promise<void>,
): Promise<void> {
  if (file === undefined || ownsUnixSocketFile(file)) {
    socket.close();
    if (file !== undefined) removeUnixSocketFile(file);
    return;
  }
  const aside = `${file.path}.${crypto.randomUUID()}`;
  let moved = false;
  try {
    Deno.renameSync(file.path, aside);
    moved = true;
  } catch {
    // Nothing is there, or it cannot be moved: then it cannot be unlinked either.
  }
  socket.close();
  await settled; // a pending accept holds the listener until it has failed
  if (moved) Deno.renameSync(aside, file.path);
}

function libcReason(options: UnixListenOptions, path: string | undefined): string | undefined {
  const { type = "stream", backlog } = options;
  if (type !== "stream" && type !== "seqpacket") {
    throw new TypeError(`Cannot ${ACTION}: type ${type} is not "stream" or "seqpacket"`);
  }
  if (type === "seqpacket") return 'type "seqpacket"';
  if (path === undefined) return "a path that is no UTF-8";
  return backlog === undefined ? undefined : "backlog";
}
