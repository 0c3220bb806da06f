/**
 * Deno's own errors in the one shape of {@linkcode SocketError}.
 *
 * @module
 */
import { eaiNameOf } from "../core/addrinfo_errors.ts";
import {
  AddrInfoError,
  closedError,
  type ErrorContext,
  isSocketError,
  socketError,
} from "../core/errors.ts";
import { errnoName, errnoNumber } from "../core/errno.ts";

/**
 * Turns an error of Deno's networking into the error that both engines promise. Errors that are no
 * failures of a call (NotCapable, TypeError, abort reasons) pass unchanged.
 */
export function fromDenoError(error: unknown, context: ErrorContext): unknown {
  if (!(error instanceof Error) || error instanceof Deno.errors.NotCapable) return error;
  // One of ours already; Node's have negative numbers.
  if (error instanceof AddrInfoError || (isSocketError(error) && error.errno > 0)) return error;
  const lookup = /^failed to lookup address information: (.*)$/.exec(error.message);
  if (lookup !== null) {
    const code = eaiNameOf(lookup[1]) ?? "EAI_FAIL";
    return lookupError(code, lookup[1], context, error);
  }
  // No host that Deno's permissions have words for, and none that a lookup would find.
  if (error instanceof URIError) {
    return lookupError("EAI_NONAME", "Name or service not known", context, error);
  }
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  if (code !== undefined && errnoNumber(code) !== undefined) {
    return socketError(code, { ...context, cause: error });
  }
  if (error instanceof Deno.errors.BadResource) return closedError(context.syscall);
  const os = /\(os error (\d+)\)/.exec(error.message);
  return os === null ? error : socketError(errnoName(Number(os[1])), { ...context, cause: error });
}

/** As {@linkcode fromDenoError}, but says "closed" for whatever a close of the endpoint caused. */
export function fromDenoWait(error: unknown, syscall: string, closed: boolean): unknown {
  return closed ? closedError(syscall) : fromDenoError(error, { syscall });
}

function lookupError(code: string, text: string, { address }: ErrorContext, cause: Error): Error {
  return new AddrInfoError(code, text, {
    syscall: "getaddrinfo",
    address: address?.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1"),
    cause,
  });
}
