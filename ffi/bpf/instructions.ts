/**
 * Programs of the kernel's machine as data (Documentation/bpf/standardization/instruction-set.rst).
 *
 * The room `bpf/` is what is loaded into the kernel by bpf(2): programs (this file), and the calls
 * (`calls.ts`). Classic filters of sockets are no part of it: `options/filter.ts`.
 *
 * @module
 */
import { BPF_STRUCTS } from "../abi/bpf_constants.ts";

const { bpf_insn: INSTRUCTION } = BPF_STRUCTS;

/** One instruction (`struct bpf_insn`); one with a wide immediate is two, the second with code 0. */
export interface EbpfInstruction {
  /** The opcode. */
  readonly code: number;
  /** The register that is written or compared, 0 to 10. Default 0. */
  readonly dst?: number;
  /** The register that is read, 0 to 10, or a BPF_PSEUDO_*. Default 0. */
  readonly src?: number;
  /** A jump's distance, or an offset in memory. Default 0. */
  readonly off?: number;
  /** The immediate. Default 0. */
  readonly imm?: number;
}

/** The bytes of a program. */
export function encodeEbpf(program: readonly EbpfInstruction[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(program.length * INSTRUCTION.size);
  const view = new DataView(bytes.buffer);
  program.forEach(({ code, dst = 0, src = 0, off = 0, imm = 0 }, i) => {
    const at = i * INSTRUCTION.size;
    bytes[at + INSTRUCTION.code] = code;
    bytes[at + INSTRUCTION.code + 1] = src << 4 | dst;
    view.setInt16(at + INSTRUCTION.off, off, true);
    view.setInt32(at + INSTRUCTION.imm, imm, true);
  });
  return bytes;
}
