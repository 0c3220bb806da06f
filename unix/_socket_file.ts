/**
 * The file of a Unix socket: a stale one is replaced, and the owner removes its own.
 *
 * @module
 */
import { checkInteger } from "../core/arguments.ts";
import { isSocketError } from "../core/errors.ts";

/** The socket file that a listener made, and by which marks it is known again. */
export interface UnixSocketFile {
  readonly path: string;
  readonly dev: number;
  readonly ino: number | null;
}

/**
 * Binds a socket to a path. A socket file that no process serves any more is removed first;
 * anything else at the path (a live socket, a regular file, a folder) is left alone and is the
 * `EADDRINUSE` that bind(2) gives.
 *
 * @param path The path; a leading NUL or an empty path means there is no file.
 * @param mode Permission bits of the file, 0 to 0o777; the umask decides when undefined.
 * @param bind Binds; throws an error with code `EADDRINUSE` if the path is taken.
 * @returns What `bind` returned, and the file if there is one.
 */
export async function bindUnixSocketFile<T extends { close(): void }>(
  path: string,
  mode: number | undefined,
  bind: () => T,
): Promise<{ socket: T; file: UnixSocketFile | undefined }> {
  if (mode !== undefined) checkInteger(mode, 0, 0o777, "bind", "mode");
  if (path === "" || path.startsWith("\0")) {
    if (mode !== undefined) {
      throw new TypeError("Cannot bind: mode is for a socket file, this has none");
    }
    return { socket: bind(), file: undefined };
  }
  let socket: T;
  try {
    socket = bindWithMode(mode, bind);
  } catch (error) {
    if (!isSocketError(error, "EADDRINUSE")) throw error;
    const stale = await staleFile(path);
    // Another server may have replaced it while it was probed.
    if (stale === undefined || !ownsUnixSocketFile(stale)) throw error;
    Deno.removeSync(path);
    socket = bindWithMode(mode, bind);
  }
  try {
    if (mode !== undefined) Deno.chmodSync(path, mode);
    return { socket, file: markOf(path) };
  } catch (error) {
    socket.close();
    throw error;
  }
}

/** Whether the file at the path is still the one that was made. */
export function ownsUnixSocketFile(file: UnixSocketFile): boolean {
  try {
    const { dev, ino } = Deno.lstatSync(file.path);
    return dev === file.dev && ino === file.ino;
  } catch {
    return false;
  }
}

/** Removes the file, if it is still the one that was made. */
export function removeUnixSocketFile(file: UnixSocketFile): void {
  if (!ownsUnixSocketFile(file)) return;
  try {
    Deno.removeSync(file.path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Where allowed, the umask keeps the file closed from its first moment; chmod then sets the rest. */
function bindWithMode<T>(mode: number | undefined, bind: () => T): T {
  if (
    mode === undefined ||
    Deno.permissions.querySync({ name: "sys", kind: "umask" as "uid" }).state !== "granted"
  ) return bind();
  const before = Deno.umask(0o777 & ~mode);
  try {
    return bind();
  } finally {
    Deno.umask(before);
  }
}

/** The file at the path, if it is a socket with no process behind it: connect is refused (`man 7 unix`). */
async function staleFile(path: string): Promise<UnixSocketFile | undefined> {
  if (!Deno.lstatSync(path).isSocket) return undefined;
  const file = markOf(path);
  try {
    (await Deno.connect({ transport: "unix", path })).close();
    return undefined;
  } catch (error) {
    // A live socket of another type answers EPROTOTYPE, a full backlog EAGAIN: both are alive.
    return error instanceof Deno.errors.ConnectionRefused ? file : undefined;
  }
}

function markOf(path: string): UnixSocketFile {
  const { dev, ino } = Deno.lstatSync(path);
  // The working directory may change before the file is removed.
  return { path: path.startsWith("/") ? path : `${Deno.cwd()}/${path}`, dev, ino };
}
