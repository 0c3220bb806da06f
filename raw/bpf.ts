/**
 * Classic BPF programs as data: instructions, their checks and their bytes (linux/filter.h,
 * Documentation/networking/filter.rst).
 *
 * @module
 */
import { show } from "../core/arguments.ts";
import type { BpfInstruction } from "../ffi/options/filter.ts";

export type { BpfInstruction };

/** A program: 1 to 4096 instructions that end in a return. */
export type BpfProgram = readonly BpfInstruction[];

/** The most instructions of a program (BPF_MAXINSNS). */
export const MAX_BPF_INSTRUCTIONS = 4096;
/** Words of scratch memory (BPF_MEMWORDS). */
export const BPF_MEMORY_WORDS = 16;

/** Instruction classes (BPF_CLASS). */
export const BPF_CLASS = { LD: 0, LDX: 1, ST: 2, STX: 3, ALU: 4, JMP: 5, RET: 6, MISC: 7 } as const;
/** Load sizes (BPF_SIZE). */
export const BPF_SIZE = { W: 0x00, H: 0x08, B: 0x10 } as const;
/** Address modes (BPF_MODE). */
export const BPF_MODE = {
  IMM: 0x00,
  ABS: 0x20,
  IND: 0x40,
  MEM: 0x60,
  LEN: 0x80,
  MSH: 0xa0,
} as const;
/** ALU operations (BPF_OP of BPF_ALU). */
export const BPF_ALU = {
  ADD: 0x00,
  SUB: 0x10,
  MUL: 0x20,
  DIV: 0x30,
  OR: 0x40,
  AND: 0x50,
  LSH: 0x60,
  RSH: 0x70,
  NEG: 0x80,
  MOD: 0x90,
  XOR: 0xa0,
} as const;
/** Jumps (BPF_OP of BPF_JMP). */
export const BPF_JMP = { JA: 0x00, JEQ: 0x10, JGT: 0x20, JGE: 0x30, JSET: 0x40 } as const;
/** Operand is X instead of K (BPF_SRC). */
export const BPF_X = 0x08;
/** Return A (BPF_RVAL). */
export const BPF_RET_A = 0x10;
/** TAX and TXA (BPF_MISCOP). */
export const BPF_MISC = { TAX: 0x00, TXA: 0x80 } as const;
/** Offsets from here on read what the kernel knows of the packet (SKF_AD_OFF). */
export const SKF_AD_OFF = 0xfffff000;
/** Offsets from here on count from the network header (SKF_NET_OFF). */
export const SKF_NET_OFF = 0xfff00000;
/** Offsets from here on count from the link header (SKF_LL_OFF). */
export const SKF_LL_OFF = 0xffe00000;

const LOADS = [BPF_SIZE.W, BPF_SIZE.H, BPF_SIZE.B].flatMap((size) => [
  BPF_CLASS.LD | BPF_MODE.ABS | size,
  BPF_CLASS.LD | BPF_MODE.IND | size,
]);

/** The codes the kernel takes (bpf_check_classic in net/core/filter.c). */
const KNOWN_CODES: ReadonlySet<number> = new Set([
  ...LOADS,
  BPF_CLASS.LD | BPF_MODE.IMM,
  BPF_CLASS.LD | BPF_MODE.LEN,
  BPF_CLASS.LD | BPF_MODE.MEM,
  BPF_CLASS.LDX | BPF_MODE.IMM,
  BPF_CLASS.LDX | BPF_MODE.LEN,
  BPF_CLASS.LDX | BPF_MODE.MEM,
  BPF_CLASS.LDX | BPF_MODE.MSH | BPF_SIZE.B,
  BPF_CLASS.ST,
  BPF_CLASS.STX,
  ...Object.values(BPF_ALU).filter((op) => op !== BPF_ALU.NEG).flatMap((op) => [
    BPF_CLASS.ALU | op,
    BPF_CLASS.ALU | op | BPF_X,
  ]),
  BPF_CLASS.ALU | BPF_ALU.NEG,
  BPF_CLASS.JMP | BPF_JMP.JA,
  ...[BPF_JMP.JEQ, BPF_JMP.JGT, BPF_JMP.JGE, BPF_JMP.JSET].flatMap((op) => [
    BPF_CLASS.JMP | op,
    BPF_CLASS.JMP | op | BPF_X,
  ]),
  BPF_CLASS.RET,
  BPF_CLASS.RET | BPF_RET_A,
  BPF_CLASS.MISC | BPF_MISC.TAX,
  BPF_CLASS.MISC | BPF_MISC.TXA,
]);

/**
 * Checks a program as the kernel does before it attaches one.
 *
 * @example A program without a return
 * ```ts
 * import { raw } from "@berkeley/sockets";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(() => raw.checkBpf([{ code: 0, jt: 0, jf: 0, k: 0 }]), RangeError, "no return");
 * ```
 *
 * @param program The instructions.
 * @throws {TypeError} If it is no array of instructions.
 * @throws {RangeError} If a field is out of range, a code unknown, a jump leaves the program, a
 * constant divisor is 0, a shift is over 31, a scratch word does not exist or is read before it is
 * written, or the last instruction is no return.
 */
export function checkBpf(program: BpfProgram): void {
  if (!Array.isArray(program)) throw new TypeError("Cannot use BPF program: not an array");
  if (program.length < 1 || program.length > MAX_BPF_INSTRUCTIONS) {
    throw new RangeError(`Cannot use BPF program: length ${program.length} is not in 1 to 4096`);
  }
  program.forEach((instruction, at) => checkInstruction(program, instruction, at));
  const last = program[program.length - 1];
  if ((last.code & 7) !== BPF_CLASS.RET) {
    throw new RangeError("Cannot use BPF program: the last instruction is no return");
  }
  checkMemoryWrites(program);
}

function checkInstruction(program: BpfProgram, i: BpfInstruction, at: number): void {
  const bad = (what: string) =>
    new RangeError(`Cannot use BPF program: instruction ${at}: ${what}`);
  const ranges = [["code", 0xffff], ["jt", 0xff], ["jf", 0xff], ["k", 0xffffffff]] as const;
  for (const [field, most] of ranges) {
    const value = i?.[field];
    if (!Number.isInteger(value) || value < 0 || value > most) {
      throw bad(`${field} ${show(value)} is not in 0 to ${most}`);
    }
  }
  if (!KNOWN_CODES.has(i.code)) throw bad(`code 0x${i.code.toString(16)} is unknown`);
  const kind = i.code & 7;
  const op = i.code & 0xf0;
  if (kind === BPF_CLASS.ALU && (i.code & BPF_X) === 0) {
    if ((op === BPF_ALU.DIV || op === BPF_ALU.MOD) && i.k === 0) throw bad("divides by 0");
    if ((op === BPF_ALU.LSH || op === BPF_ALU.RSH) && i.k > 31) throw bad(`shifts by ${i.k}`);
  }
  const usesMemory = kind === BPF_CLASS.ST || kind === BPF_CLASS.STX ||
    (kind <= BPF_CLASS.LDX && (i.code & 0xe0) === BPF_MODE.MEM);
  if (usesMemory && i.k >= BPF_MEMORY_WORDS) throw bad(`scratch word ${i.k} does not exist`);
  if (kind === BPF_CLASS.JMP) {
    const farthest = op === BPF_JMP.JA ? i.k : Math.max(i.jt, i.jf);
    if (at + 1 + farthest >= program.length) throw bad("jumps beyond the end");
  }
  const ancillary = kind === BPF_CLASS.LD && (i.code & 0xe0) === BPF_MODE.ABS && i.k >= SKF_AD_OFF;
  const word = i.k - SKF_AD_OFF;
  if (ancillary && (word > SKF_AD_MAX || word % 4 !== 0)) throw bad("ancillary word is unknown");
}

/** The highest ancillary word (SKF_AD_VLAN_TPID is 60, SKF_AD_MAX 64). */
const SKF_AD_MAX = 60;

/** A scratch word must have been written on every way to its read (check_load_and_stores). */
function checkMemoryWrites(program: BpfProgram): void {
  const written = new Uint16Array(program.length).fill(0xffff);
  let known = 0;
  program.forEach((i, at) => {
    known &= written[at];
    const kind = i.code & 7;
    if (kind === BPF_CLASS.ST || kind === BPF_CLASS.STX) {
      known |= 1 << i.k;
    } else if (kind <= BPF_CLASS.LDX && (i.code & 0xe0) === BPF_MODE.MEM) {
      if ((known & (1 << i.k)) === 0) {
        throw new RangeError(
          `Cannot use BPF program: instruction ${at}: scratch word ${i.k} is read before it is written`,
        );
      }
    } else if (kind === BPF_CLASS.JMP) {
      const isAlways = (i.code & 0xf0) === BPF_JMP.JA;
      for (const skip of isAlways ? [i.k] : [i.jt, i.jf]) written[at + 1 + skip] &= known;
      known = 0xffff;
    }
  });
}
