/**
 * What `node:dgram` says, in POSIX names.
 *
 * @module
 */
import { AddrInfoError, closedError, type ErrorContext, socketError } from "../core/errors.ts";
import { errnoNumber } from "../core/errno.ts";
import { fromDenoError } from "../deno/errors.ts";

/** libuv's names that are none of POSIX (uv.h), and Node's own for misuse (doc/api/errors.md). */
const POSIX_NAMES: Readonly<Record<string, string>> = {
  ENOTSUP: "EOPNOTSUPP",
  EOF: "ENODATA",
  ECHARSET: "EILSEQ",
  EFTYPE: "EINVAL",
  ERR_BUFFER_OUT_OF_BOUNDS: "EINVAL",
  ERR_INVALID_ADDRESS_FAMILY: "EAFNOSUPPORT",
  ERR_INVALID_ARG_TYPE: "EINVAL",
  ERR_INVALID_ARG_VALUE: "EINVAL",
  ERR_INVALID_IP_ADDRESS: "EINVAL",
  ERR_IP_BLOCKED: "EACCES",
  ERR_MISSING_ARGS: "EINVAL",
  ERR_OUT_OF_RANGE: "EINVAL",
  ERR_SOCKET_ALREADY_BOUND: "EINVAL",
  ERR_SOCKET_BAD_BUFFER_SIZE: "EINVAL",
  ERR_SOCKET_BAD_PORT: "EINVAL",
  ERR_SOCKET_BAD_TYPE: "EPROTOTYPE",
  ERR_SOCKET_BUFFER_SIZE: "EINVAL",
  ERR_SOCKET_DGRAM_IS_CONNECTED: "EISCONN",
  ERR_SOCKET_DGRAM_NOT_CONNECTED: "ENOTCONN",
};

/** The names of {@linkcode POSIX_NAMES}, for the test that Node has no others. */
export const NODE_NAMES: readonly string[] = Object.keys(POSIX_NAMES);

/**
 * The error that both engines promise, of one that `node:dgram` has thrown, emitted or called back with.
 *
 * @param error What it said.
 * @param context The call and the address.
 * @param hostname Whom a failed send was to.
 */
export function fromNodeError(error: unknown, context: ErrorContext, hostname?: string): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (typeof code !== "string") return fromDenoError(error, context);
  if (code === "ERR_SOCKET_DGRAM_NOT_RUNNING") return closedError(context.syscall);
  if (code.startsWith("EAI_")) {
    return new AddrInfoError(code, (error as Error).message, {
      syscall: "getaddrinfo",
      address: hostname ?? context.address,
      cause: error,
    });
  }
  if (code === "UNKNOWN") {
    // Deno (2.9) forgets most errors of a send: what is left is that there is no way to there.
    const unknown = hostname === undefined ? "EIO" : "ENETUNREACH";
    return socketError(unknown, { ...context, cause: error });
  }
  const name = errnoNumber(code) === undefined ? POSIX_NAMES[code] : code;
  return name === undefined
    ? fromDenoError(error, context)
    : socketError(name, { ...context, cause: error });
}
