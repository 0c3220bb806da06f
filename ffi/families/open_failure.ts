/**
 * Why a socket could not be made: the missing privilege, or the missing kernel module.
 *
 * @module
 */
import { EACCES, EAFNOSUPPORT, EPERM, EPROTONOSUPPORT, ESOCKTNOSUPPORT } from "../../core/errno.ts";
import { type SocketError, socketError } from "../../core/errors.ts";
import { failure } from "../abi/library.ts";
import { typeName } from "./socket_types.ts";
import { familyLabel, rowOf } from "./table.ts";

/**
 * The error of socket(2) or socketpair(2).
 *
 * @param syscall Which of them.
 * @param errno What it set.
 * @param family AF_*.
 * @param type SOCK_*, without flags.
 * @param protocol The protocol that was asked for.
 * @returns The error, which names the capability or the module that is missing.
 */
export function openFailure(
  syscall: string,
  errno: number,
  family: number,
  type: number,
  protocol: number,
): SocketError {
  if (errno === EPERM || errno === EACCES) {
    const message = rowOf(family).capability?.(type, protocol);
    return message === undefined
      ? failure(syscall, errno)
      : socketError("EPERM", { syscall, message });
  }
  const lacks = lacking(errno, family, type, protocol);
  if (lacks === undefined) return failure(syscall, errno);
  const [code, what, module] = lacks;
  const hint = module === undefined ? "" : `: load the module ${module}`;
  return socketError(code, { syscall, message: `this kernel lacks ${what}${hint}` });
}

function lacking(
  errno: number,
  family: number,
  type: number,
  protocol: number,
): [code: string, what: string, module: string | undefined] | undefined {
  const row = rowOf(family);
  const label = familyLabel(family);
  const named = row.protocols?.[protocol];
  switch (errno) {
    case EAFNOSUPPORT:
      return ["EAFNOSUPPORT", `the address family ${label}`, row.module];
    case EPROTONOSUPPORT: {
      const name = named === undefined ? `protocol ${protocol}` : `the protocol ${named.name}`;
      return ["EPROTONOSUPPORT", `${name} of the family ${label}`, named?.module];
    }
    case ESOCKTNOSUPPORT: {
      const what = `sockets of type ${typeName(type)} in the family ${label}`;
      return ["ESOCKTNOSUPPORT", what, named?.module];
    }
  }
}
