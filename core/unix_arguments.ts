/**
 * Checks of Unix socket paths.
 *
 * @module
 */
import { checkBytes } from "./bytes.ts";

/** sun_path holds 108 bytes, one of them the final NUL (`man 7 unix`). */
const MAX_PATH_BYTES = 107;
const MAX_ABSTRACT_BYTES = 108;
const ENCODER = new TextEncoder();
const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The bytes of a path or abstract name.
 *
 * @param address What the caller passed; `pathBytes` wins over `path`.
 * @param action What was to be done, for messages.
 * @returns The bytes; the first is 0 for the abstract namespace.
 * @throws {TypeError} If it is no path, empty, or a path with a NUL in it.
 * @throws {RangeError} If it is longer than 107 bytes (abstract: 108 with its NUL).
 */
export function checkUnixPath(
  address: { path?: string; pathBytes?: Uint8Array },
  action: string,
): Uint8Array {
  const { path, pathBytes } = address;
  if (pathBytes !== undefined) checkBytes(pathBytes, action, "pathBytes");
  else if (typeof path !== "string") throw new TypeError(`Cannot ${action}: path is not a string`);
  const bytes = pathBytes ?? ENCODER.encode(path);
  if (bytes.length === 0) throw new TypeError(`Cannot ${action}: path is empty`);
  const abstract = bytes[0] === 0;
  if (!abstract && bytes.includes(0)) throw new TypeError(`Cannot ${action}: path holds a NUL`);
  const most = abstract ? MAX_ABSTRACT_BYTES : MAX_PATH_BYTES;
  if (bytes.length > most) {
    throw new RangeError(`Cannot ${action}: path of ${bytes.length} bytes is over ${most}`);
  }
  return bytes;
}

/** The path as text, or `undefined` when its bytes are no UTF-8, which only libc can pass on. */
export function unixPathText(bytes: Uint8Array): string | undefined {
  try {
    return DECODER.decode(bytes);
  } catch {
    return undefined;
  }
}

/** A path for messages: abstract names begin with `@`, as ss(8) writes them. */
export function unixPathMessage(path: string): string {
  return path.replaceAll("\0", "@");
}
