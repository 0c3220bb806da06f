/**
 * Options about BPF filters, level `SOL_SOCKET`: man 7 socket, linux/filter.h.
 *
 * @module
 */

import type { OptionBytes, SocketOption } from "../../core/option.ts";
import * as c from "../abi/constants.ts";
import { STRUCTS } from "../abi/layout.ts";
import {
  action,
  bool,
  checkInt,
  checkObject,
  int,
  outOfRange,
  readOnly,
  row,
  struct,
  UINT_MAX,
  viewOf,
  writeOnly,
  wrongType,
} from "./codecs.ts";

const L = c.SOL_SOCKET;
const { sock_filter: INSTRUCTION, sock_fprog: PROGRAM } = STRUCTS;

/** One instruction of a classic BPF program, `struct sock_filter`. */
export interface BpfInstruction {
  /** The operation, 0 to 65535. */
  readonly code: number;
  /** How many instructions to skip if true, 0 to 255. */
  readonly jt: number;
  /** How many instructions to skip if false, 0 to 255. */
  readonly jf: number;
  /** The operand, 0 to 2 ** 32 - 1. */
  readonly k: number;
}

/** `struct sock_fprog`: a length and the address of the instructions. */
function encodeProgram(program: readonly BpfInstruction[], name: string): OptionBytes {
  if (!Array.isArray(program)) throw wrongType(name, program, "an array of instructions");
  if (program.length < 1 || program.length > c.BPF_MAXINSNS) {
    throw outOfRange(name, `${program.length} instructions`, `1 to ${c.BPF_MAXINSNS}`);
  }
  const code = struct(INSTRUCTION.size * program.length);
  program.forEach((instruction, i) => {
    const label = `${name}[${i}]`;
    checkObject(label, instruction, "an instruction", ["code", "jt", "jf", "k"]);
    const at = INSTRUCTION.size * i;
    code.view.setUint16(
      at + INSTRUCTION.code,
      checkInt(`${label}.code`, instruction.code, 0, 0xffff),
      true,
    );
    code.view.setUint8(at + INSTRUCTION.jt, checkInt(`${label}.jt`, instruction.jt, 0, 0xff));
    code.view.setUint8(at + INSTRUCTION.jf, checkInt(`${label}.jf`, instruction.jf, 0, 0xff));
    code.view.setUint32(
      at + INSTRUCTION.k,
      checkInt(`${label}.k`, instruction.k, 0, UINT_MAX),
      true,
    );
  });
  const header = struct(PROGRAM.size);
  header.view.setUint16(PROGRAM.len, program.length, true);
  return { bytes: header.bytes, pointers: [{ offset: PROGRAM.filter, buffer: code.bytes }] };
}

/**
 * Attaches a classic BPF program of 1 to 4096 instructions: it sees each arriving packet and returns
 * how many bytes of it to keep, 0 to drop it. Replaces an earlier one. Set only.
 */
export const SO_ATTACH_FILTER: SocketOption<readonly BpfInstruction[]> = row(
  "SO_ATTACH_FILTER",
  L,
  c.SO_ATTACH_FILTER,
  "wo",
  writeOnly(encodeProgram),
);

/**
 * Attaches an eBPF program of type SOCKET_FILTER by its file descriptor. Set only. Since Linux
 * 3.19.
 */
export const SO_ATTACH_BPF: SocketOption<number> = row(
  "SO_ATTACH_BPF",
  L,
  c.SO_ATTACH_BPF,
  "wo",
  int(0),
);

/**
 * Attaches a classic BPF program that chooses the socket of a SO_REUSEPORT group, by its index, for
 * each packet. Set only. Since Linux 4.5.
 */
export const SO_ATTACH_REUSEPORT_CBPF: SocketOption<readonly BpfInstruction[]> = row(
  "SO_ATTACH_REUSEPORT_CBPF",
  L,
  c.SO_ATTACH_REUSEPORT_CBPF,
  "wo",
  writeOnly(encodeProgram),
);

/**
 * As {@linkcode SO_ATTACH_REUSEPORT_CBPF} with an eBPF program by its file descriptor. Set only.
 * Since Linux 4.5.
 */
export const SO_ATTACH_REUSEPORT_EBPF: SocketOption<number> = row(
  "SO_ATTACH_REUSEPORT_EBPF",
  L,
  c.SO_ATTACH_REUSEPORT_EBPF,
  "wo",
  int(0),
);

/** How many extensions of classic BPF (SKF_AD_*) the kernel knows. Read only. Since Linux 3.14. */
export const SO_BPF_EXTENSIONS: SocketOption<number> = row(
  "SO_BPF_EXTENSIONS",
  L,
  c.SO_BPF_EXTENSIONS,
  "ro",
  int(),
);

/** Takes the filter off; ENOENT if there is none. Set only. */
export const SO_DETACH_FILTER: SocketOption<true> = row(
  "SO_DETACH_FILTER",
  L,
  c.SO_DETACH_FILTER,
  "wo",
  action,
);

/**
 * Takes the program of a SO_REUSEPORT group off; ENOENT if there is none. Set only. Since Linux
 * 5.3.
 */
export const SO_DETACH_REUSEPORT_BPF: SocketOption<true> = row(
  "SO_DETACH_REUSEPORT_BPF",
  L,
  c.SO_DETACH_REUSEPORT_BPF,
  "wo",
  action,
);

/**
 * The attached classic program, as the kernel was given it; empty if there is none, EACCES for an
 * eBPF program. Read only. Since Linux 3.8.
 */
export const SO_GET_FILTER: SocketOption<BpfInstruction[]> = row(
  "SO_GET_FILTER",
  L,
  c.SO_GET_FILTER,
  "ro",
  readOnly(INSTRUCTION.size * c.BPF_MAXINSNS, (bytes, name) => {
    const view = viewOf(name, bytes, 0);
    return Array.from({ length: Math.floor(bytes.length / INSTRUCTION.size) }, (_, i) => {
      const at = INSTRUCTION.size * i;
      return {
        code: view.getUint16(at + INSTRUCTION.code, true),
        jt: view.getUint8(at + INSTRUCTION.jt),
        jf: view.getUint8(at + INSTRUCTION.jf),
        k: view.getUint32(at + INSTRUCTION.k, true),
      };
    });
  }),
);

/**
 * Whether the filter can no longer be taken off or replaced; once true, it stays. Default false.
 * Since Linux 3.9.
 */
export const SO_LOCK_FILTER: SocketOption<boolean> = row(
  "SO_LOCK_FILTER",
  L,
  c.SO_LOCK_FILTER,
  "rw",
  bool,
);
