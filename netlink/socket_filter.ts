/**
 * Filters of sockets that run in the kernel: conditions as the small programs that inet_diag takes
 * (linux/inet_diag.h, `struct inet_diag_bc_op`).
 *
 * @module
 */
import { parseIp } from "../core/ip/text.ts";
import { AF_INET } from "../ffi/abi/socket_constants.ts";
import * as d from "./abi/sock_diag.ts";
import { parsePrefix } from "./_families.ts";

/** sizeof(struct inet_diag_bc_op). */
const OP_BYTES = 4;

/** A program, in which whatever fails jumps to just behind it, by one operation. */
type Program = Uint8Array<ArrayBuffer>;

/** An operation: where to go on if it holds and if not, in bytes from its own beginning. */
function operation(code: number, yes: number, no: number): number[] {
  return [code, yes, no & 0xff, no >> 8];
}

function leaf(code: number, argument: readonly number[]): Program {
  const size = OP_BYTES + argument.length;
  return Uint8Array.from([...operation(code, size, size + OP_BYTES), ...argument]);
}

/** A port is compared by two operations: the one for equality is newer than most kernels. */
function port(greater: number, less: number, value: number): Program {
  const argument = operation(0, 0, value);
  return and(leaf(greater, argument), leaf(less, argument));
}

/** struct inet_diag_hostcond (linux/inet_diag.h): a port of -1 is any. */
function host(code: number, prefix: string, action: string, what: string): Program {
  const { address, prefixLength, family } = parsePrefix(prefix, action, what);
  return leaf(code, [
    family & 0xff,
    prefixLength,
    0,
    0,
    0xff,
    0xff,
    0xff,
    0xff,
    ...parseIp(address),
  ]);
}

/** Both hold: what fails in the first skips the second too. */
function and(first: Program, second: Program): Program {
  const patched = first.slice();
  for (let at = 0; at < first.length;) {
    const no = first[at + 2] | first[at + 3] << 8;
    if (at + no === first.length + OP_BYTES) {
      patched[at + 2] = no + second.length;
      patched[at + 3] = no + second.length >> 8;
    }
    // The argument of a comparison is behind it.
    at += first[at] === d.INET_DIAG_BC_JMP ? OP_BYTES : first[at + 1];
  }
  return Uint8Array.from([...patched, ...second]);
}

/** Either holds: what fails in the first lands behind the jump, at the second. */
function or(first: Program, second: Program): Program {
  const jump = operation(d.INET_DIAG_BC_JMP, OP_BYTES, OP_BYTES + second.length);
  return Uint8Array.from([...first, ...jump, ...second]);
}

/** Conditions on a socket's addresses. */
export interface AddressConditions {
  /** The local port. */
  localPort?: number;
  /** The peer's port. */
  remotePort?: number;
  /** Either of the ports. */
  port?: number;
  /** The local address, or a prefix of it: `"10.0.0.0/8"`. */
  local?: string;
  /** The peer's address, or a prefix of it. */
  remote?: string;
}

/** The program that lets pass what meets all conditions; `undefined` if there are none. */
export function compileConditions(
  conditions: AddressConditions,
  action: string,
): Program | undefined {
  const programs: Program[] = [];
  const { localPort, remotePort, local, remote } = conditions;
  const source = (value: number) => port(d.INET_DIAG_BC_S_GE, d.INET_DIAG_BC_S_LE, value);
  const destination = (value: number) => port(d.INET_DIAG_BC_D_GE, d.INET_DIAG_BC_D_LE, value);
  if (localPort !== undefined) programs.push(source(localPort));
  if (remotePort !== undefined) programs.push(destination(remotePort));
  if (conditions.port !== undefined) {
    programs.push(or(source(conditions.port), destination(conditions.port)));
  }
  if (local !== undefined) programs.push(host(d.INET_DIAG_BC_S_COND, local, action, "local"));
  if (remote !== undefined) programs.push(host(d.INET_DIAG_BC_D_COND, remote, action, "remote"));
  return programs.length === 0 ? undefined : programs.reduce(and);
}

/** Which family the conditions leave, if they name addresses. */
export function conditionFamily(
  conditions: AddressConditions,
  action: string,
): number | undefined {
  for (const what of ["local", "remote"] as const) {
    const prefix = conditions[what];
    if (prefix !== undefined) {
      const { family } = parsePrefix(prefix, action, what);
      // Sockets of IPv6 also hold mapped addresses of IPv4.
      return family === AF_INET ? undefined : family;
    }
  }
  return undefined;
}
