/**
 * Classic BPF as text: the syntax of the kernel's bpf_asm (Documentation/networking/filter.rst).
 *
 * @module
 */
import {
  BPF_ALU,
  BPF_CLASS,
  BPF_JMP,
  BPF_MISC,
  BPF_MODE,
  BPF_RET_A,
  BPF_SIZE,
  BPF_X,
  type BpfInstruction,
  type BpfProgram,
  checkBpf,
  SKF_AD_OFF,
} from "./bpf.ts";

/** Names of what the kernel knows of a packet (SKF_AD_*). */
const EXTENSIONS: Readonly<Record<string, number>> = {
  proto: 0,
  type: 4,
  ifidx: 8,
  nla: 12,
  nlan: 16,
  mark: 20,
  queue: 24,
  hatype: 28,
  rxhash: 32,
  cpu: 36,
  vlan_tci: 44,
  vlan_avail: 48,
  pay_offset: 52,
  rand: 56,
  vlan_tpid: 60,
};

const LOAD_SIZES: Readonly<Record<string, number>> = {
  ld: BPF_SIZE.W,
  ldh: BPF_SIZE.H,
  ldb: BPF_SIZE.B,
};
const ALU_NAMES: Readonly<Record<string, number>> = lower(BPF_ALU);
const JUMP_NAMES: Readonly<Record<string, number>> = lower(BPF_JMP);
/** Jumps that are others with the branches exchanged. */
const INVERSE: Readonly<Record<string, string>> = {
  jne: "jeq",
  jneq: "jeq",
  jle: "jgt",
  jlt: "jge",
};

/** One statement before its jumps are known. */
interface Statement {
  at: number;
  name: string;
  operands: string[];
}

/**
 * Assembles a program. Statements stand on lines or between semicolons; `;` may also start a
 * comment line in bpf_asm, so comments here are `#` at a line's start or C comments.
 *
 * @example A filter for ARP
 * ```ts
 * import { raw } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * const program = raw.assembleBpf(`
 *   ldh [12]
 *   jne #0x806, drop
 *   ret #-1
 *   drop: ret #0
 * `);
 * assertEquals(program.length, 4);
 * ```
 *
 * @param text The program.
 * @returns The instructions, checked.
 * @throws {SyntaxError} If a statement is not understood or a label does not exist.
 * @throws {RangeError} As {@linkcode checkBpf}.
 */
export function assembleBpf(text: string): BpfInstruction[] {
  if (typeof text !== "string") {
    throw new TypeError("Cannot assemble BPF program: text is not a string");
  }
  const labels = new Map<string, number>();
  const statements: Statement[] = [];
  const clean = text.replace(/\/\*[^]*?\*\//g, " ").replace(/^\s*#.*$/gm, "");
  for (const piece of clean.split(/[;\n]/)) {
    let rest = piece.trim();
    for (let label; (label = /^([A-Za-z_]\w*):\s*/.exec(rest)) !== null;) {
      if (labels.has(label[1])) {
        throw new SyntaxError(`Cannot assemble: label ${label[1]} is twice`);
      }
      labels.set(label[1], statements.length);
      rest = rest.slice(label[0].length);
    }
    if (rest === "") continue;
    const [, name, operands] = /^(\S+)\s*(.*)$/s.exec(rest)!;
    statements.push({
      at: statements.length,
      name: name.toLowerCase(),
      operands: operands === "" ? [] : operands.split(",").map((o) => o.trim()),
    });
  }
  const program = statements.map((statement) => assembleOne(statement, labels));
  checkBpf(program);
  return program;
}

function assembleOne(s: Statement, labels: Map<string, number>): BpfInstruction {
  const [first, ...rest] = s.operands;
  if (Object.hasOwn(LOAD_SIZES, s.name)) return loadA(s, LOAD_SIZES[s.name], first);
  switch (s.name) {
    case "ldi":
      return instruction(BPF_CLASS.LD | BPF_MODE.IMM, number(s, first));
    case "ldx":
    case "ldxi":
    case "ldxb":
      return loadX(s, first);
    case "st":
      return instruction(BPF_CLASS.ST, memory(s, first));
    case "stx":
      return instruction(BPF_CLASS.STX, memory(s, first));
    case "tax":
      return instruction(BPF_CLASS.MISC | BPF_MISC.TAX, 0);
    case "txa":
      return instruction(BPF_CLASS.MISC | BPF_MISC.TXA, 0);
    case "ret":
      return /^%?a$/i.test(first ?? "")
        ? instruction(BPF_CLASS.RET | BPF_RET_A, 0)
        : instruction(BPF_CLASS.RET, number(s, first));
    case "jmp":
    case "ja":
      return instruction(BPF_CLASS.JMP | BPF_JMP.JA, target(s, first, labels));
    case "neg":
      return instruction(BPF_CLASS.ALU | BPF_ALU.NEG, 0);
  }
  if (Object.hasOwn(ALU_NAMES, s.name)) {
    return isX(first)
      ? instruction(BPF_CLASS.ALU | ALU_NAMES[s.name] | BPF_X, 0)
      : instruction(BPF_CLASS.ALU | ALU_NAMES[s.name], number(s, first));
  }
  return branch(s, first, rest, labels);
}

function branch(
  s: Statement,
  operand: string,
  targets: string[],
  labels: Map<string, number>,
): BpfInstruction {
  const inverted = Object.hasOwn(INVERSE, s.name);
  const name = inverted ? INVERSE[s.name] : s.name;
  const op = Object.hasOwn(JUMP_NAMES, name) ? JUMP_NAMES[name] : undefined;
  if (op === undefined || targets.length < 1 || targets.length > 2) throw misread(s);
  const [yes, no = 0] = targets.map((t) => target(s, t, labels));
  if (Math.max(yes, no) > 255) throw new SyntaxError(`Cannot assemble: ${s.name} jumps over 255`);
  const [jt, jf] = inverted ? [no, yes] : [yes, no];
  return isX(operand)
    ? { code: BPF_CLASS.JMP | op | BPF_X, jt, jf, k: 0 }
    : { code: BPF_CLASS.JMP | op, jt, jf, k: number(s, operand) };
}

function loadA(s: Statement, size: number, operand = ""): BpfInstruction {
  const named = operand.replace(/^#/, "").toLowerCase();
  if (size === BPF_SIZE.W && named === "len") return instruction(BPF_CLASS.LD | BPF_MODE.LEN, 0);
  if (Object.hasOwn(EXTENSIONS, named)) {
    return instruction(BPF_CLASS.LD | BPF_MODE.ABS | size, SKF_AD_OFF + EXTENSIONS[named]);
  }
  if (size === BPF_SIZE.W && operand.startsWith("#")) {
    return instruction(BPF_CLASS.LD | BPF_MODE.IMM, number(s, operand));
  }
  if (size === BPF_SIZE.W && /^m/i.test(operand)) {
    return instruction(BPF_CLASS.LD | BPF_MODE.MEM, memory(s, operand));
  }
  const indirect = /^\[\s*%?x\s*(?:\+\s*([^\]]+?))?\s*\]$/i.exec(operand);
  if (indirect !== null) {
    return instruction(BPF_CLASS.LD | BPF_MODE.IND | size, number(s, indirect[1] ?? "0"));
  }
  const absolute = /^\[\s*([^\]]+?)\s*\]$/.exec(operand);
  if (absolute === null) throw misread(s);
  return instruction(BPF_CLASS.LD | BPF_MODE.ABS | size, number(s, absolute[1]));
}

function loadX(s: Statement, operand = ""): BpfInstruction {
  const header = /^4\s*\*\s*\(\s*\[\s*([^\]]+?)\s*\]\s*&\s*0xf\s*\)$/i.exec(operand);
  if (header !== null) {
    return instruction(BPF_CLASS.LDX | BPF_MODE.MSH | BPF_SIZE.B, number(s, header[1]));
  }
  if (s.name === "ldxb") throw misread(s);
  if (/^#?len$/i.test(operand)) return instruction(BPF_CLASS.LDX | BPF_MODE.LEN, 0);
  if (/^m/i.test(operand)) return instruction(BPF_CLASS.LDX | BPF_MODE.MEM, memory(s, operand));
  return instruction(BPF_CLASS.LDX | BPF_MODE.IMM, number(s, operand));
}

function instruction(code: number, k: number): BpfInstruction {
  return { code, jt: 0, jf: 0, k };
}

function isX(operand: string | undefined): boolean {
  return /^%?x$/i.test(operand ?? "");
}

function number(s: Statement, text: string | undefined): number {
  const digits = /^#?(-?)(0x[0-9a-f]+|0b[01]+|\d+)$/i.exec(text ?? "");
  if (digits === null) throw misread(s);
  const value = Number(digits[2]);
  if (value > 0xffffffff) throw new SyntaxError(`Cannot assemble: ${text} is over 32 bits`);
  return digits[1] === "-" ? -value >>> 0 : value;
}

function memory(s: Statement, text: string | undefined): number {
  const index = /^m\[\s*(\d+)\s*\]$/i.exec(text ?? "");
  if (index === null) throw misread(s);
  return Number(index[1]);
}

function target(s: Statement, text: string | undefined, labels: Map<string, number>): number {
  const at = labels.get(text ?? "");
  if (at === undefined) throw new SyntaxError(`Cannot assemble: no label ${text}`);
  if (at <= s.at) throw new SyntaxError(`Cannot assemble: label ${text} lies before its jump`);
  return at - s.at - 1;
}

function misread(s: Statement): SyntaxError {
  return new SyntaxError(`Cannot assemble: ${s.name} ${s.operands.join(", ")} is not understood`);
}

function lower(names: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(names).map(([n, v]) => [n.toLowerCase(), v]));
}

/**
 * The program as text that {@linkcode assembleBpf} reads, a line an instruction, jumps as labels.
 *
 * @example Accept everything
 * ```ts
 * import { raw } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(raw.disassembleBpf([{ code: 6, jt: 0, jf: 0, k: 65535 }]), "l0: ret #65535");
 * ```
 *
 * @param program The instructions.
 * @returns The text.
 * @throws As {@linkcode checkBpf}.
 */
export function disassembleBpf(program: BpfProgram): string {
  checkBpf(program);
  return program.map((i, at) => `l${at}: ${statementOf(i, at)}`).join("\n");
}

function statementOf(i: BpfInstruction, at: number): string {
  const name = (names: Record<string, number>, op: number) =>
    Object.keys(names).find((key) => names[key] === op);
  const operand = (i.code & BPF_X) !== 0 ? "x" : `#${i.k}`;
  const op = i.code & 0xf0;
  switch (i.code & 7) {
    case BPF_CLASS.RET:
      return (i.code & BPF_RET_A) !== 0 ? "ret a" : `ret #${i.k}`;
    case BPF_CLASS.MISC:
      return (i.code & 0xf8) === BPF_MISC.TXA ? "txa" : "tax";
    case BPF_CLASS.ST:
      return `st M[${i.k}]`;
    case BPF_CLASS.STX:
      return `stx M[${i.k}]`;
    case BPF_CLASS.ALU:
      return op === BPF_ALU.NEG ? "neg" : `${name(ALU_NAMES, op)} ${operand}`;
    case BPF_CLASS.JMP:
      return op === BPF_JMP.JA
        ? `ja l${at + 1 + i.k}`
        : `${name(JUMP_NAMES, op)} ${operand}, l${at + 1 + i.jt}, l${at + 1 + i.jf}`;
    default:
      return loadStatement(i);
  }
}

function loadStatement(i: BpfInstruction): string {
  const toX = (i.code & 7) === BPF_CLASS.LDX;
  const size = Object.keys(LOAD_SIZES).find((key) => LOAD_SIZES[key] === (i.code & 0x18));
  switch (i.code & 0xe0) {
    case BPF_MODE.IMM:
      return `${toX ? "ldx" : "ld"} #${i.k}`;
    case BPF_MODE.LEN:
      return `${toX ? "ldx" : "ld"} len`;
    case BPF_MODE.MEM:
      return `${toX ? "ldx" : "ld"} M[${i.k}]`;
    case BPF_MODE.MSH:
      return `ldxb 4*([${i.k}]&0xf)`;
    case BPF_MODE.IND:
      return `${size} [x + ${i.k}]`;
    default:
      return `${size} [${i.k}]`;
  }
}
