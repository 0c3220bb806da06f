import { checkKeys } from "../core/bytes.ts";
import { fromDenoError } from "../deno/errors.ts";
import { chooseEngine, openWithin } from "../core/engine_choice.ts";
import { checkUnixPath, unixPathMessage, unixPathText } from "../core/unix_arguments.ts";
import { connectLibc } from "./_libc.ts";
import { wrapDenoConn } from "./_stream.ts";
import type { UnixConnectOptions, UnixMessageEndpoint, UnixStream } from "./types.ts";

const KEYS = [
  "family",
  "path",
  "pathBytes",
  "type",
  "engine",
  "options",
  "signal",
  "timeoutMs",
];
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
): Promise<UnixMessageEndpoint>;
/** As above, for a stream. */
export function connect(options: UnixConnectOptions & { type?: "stream" }): Promise<UnixStream>;
/** As above, for either. */
export function connect(options: UnixConnectOptions): Promise<UnixStream | UnixMessageEndpoint>;
export async function connect(
  options: UnixConnectOptions,
): Promise<UnixStream | UnixMessageEndpoint> {
  checkKeys(options, KEYS, ACTION);
  const bytes = checkUnixPath(options, ACTION);
  const path = unixPathText(bytes);
  const engine = chooseEngine(ACTION, options, () => false, libcReason(options, path));
  return await openWithin(options, async (signal, wait) => {
    if (engine === "libc" || path === undefined) return await connectLibc(bytes, options, wait);
    const opening = Deno.connect({ transport: "unix", path });
    if (wait === undefined || signal === undefined) {
      return wrapDenoConn(await explained(opening, path));
    }
    // Deno's connect takes no signal here: one that is abandoned is closed when it comes.
    try {
      return wrapDenoConn(await wait.race(explained(opening, path)));
    } catch (error) {
      opening.then((conn) => conn.close(), () => {});
      throw error;
    }
  });
}

async function explained(opening: Promise<Deno.UnixConn>, path: string): Promise<Deno.UnixConn> {
  try {
    return await opening;
  } catch (error) {
    throw fromDenoError(error, { syscall: ACTION, address: unixPathMessage(path) });
  }
}

function libcReason(options: UnixConnectOptions, path: string | undefined): string | undefined {
  const { type = "stream" } = options;
  if (type !== "stream" && type !== "seqpacket" && type !== "dgram") {
    throw new TypeError(
      `Cannot ${ACTION}: type ${type} is not "stream", "seqpacket" or "dgram"`,
    );
  }
  if (type !== "stream") return `type "${type}"`;
  return path === undefined ? "a path that is no UTF-8" : undefined;
}
