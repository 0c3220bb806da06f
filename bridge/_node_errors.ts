import { errnoNumber } from "../core/errno.ts";
import { isSocketError, socketError } from "../core/errors.ts";

/** What Node's streams say in words of their own, as the code that a socket gives for the same. */
const STREAM_CODES: Readonly<Record<string, string>> = {
  ERR_STREAM_WRITE_AFTER_END: "EPIPE",
  ERR_STREAM_ALREADY_FINISHED: "EPIPE",
  ERR_SOCKET_CLOSED: "EPIPE",
  ERR_STREAM_DESTROYED: "ECONNRESET",
  ERR_STREAM_PREMATURE_CLOSE: "ECONNRESET",
  ABORT_ERR: "ECONNRESET",
};

/**
 * An error of a Node stream in the one shape of {@linkcode SocketError}. What has neither a POSIX
 * code nor one of the streams' own (a certificate's, say) passes unchanged.
 */
export function fromNodeError(error: unknown, syscall: string): unknown {
  if (!isSocketError(error)) return error;
  if ("syscall" in error && errnoNumber(error.code) === error.errno) return error;
  const code = STREAM_CODES[error.code] ?? error.code;
  return errnoNumber(code) === undefined ? error : socketError(code, { syscall, cause: error });
}
