/**
 * A classic BPF interpreter that agrees with the kernel's.
 *
 * @module
 */
import { boolean, integer, object, optional } from "../core/arguments.ts";
import { checkBytes } from "../core/bytes.ts";
import {
  BPF_ALU,
  BPF_CLASS,
  BPF_JMP,
  BPF_MEMORY_WORDS,
  BPF_MISC,
  BPF_MODE,
  BPF_RET_A,
  BPF_SIZE,
  BPF_X,
  type BpfInstruction,
  type BpfProgram,
  checkBpf,
  SKF_AD_OFF,
  SKF_LL_OFF,
  SKF_NET_OFF,
} from "./bpf.ts";

/** What the kernel knows of a packet beside its bytes (SKF_AD_*). Numbers default to 0. */
export interface BpfPacketInfo {
  /** Length on the wire, which `len` loads; default: the bytes given. */
  length?: number;
  /** Where the network header starts, for SKF_NET_OFF. Default 0. */
  networkOffset?: number;
  /** Whether the packet begins with a link header, for SKF_LL_OFF; without one such a load drops it. Default true. */
  hasLinkHeader?: boolean;
  /** EtherType. */
  protocol?: number;
  /** Packet type: 0 host, 1 broadcast, 2 multicast, 3 other host, 4 outgoing. */
  packetType?: number;
  /** Interface index. Without one, a program that asks for it or for `hardwareType` ends with A. */
  interfaceIndex?: number;
  /** Firewall mark. */
  mark?: number;
  /** Receive queue. */
  queue?: number;
  /** ARPHRD_* type of the interface. */
  hardwareType?: number;
  /** VLAN tag control information, 0 to 65535. */
  vlanTag?: number;
  /** Whether there is a VLAN tag. Default false. */
  vlanTagPresent?: boolean;
  /** EtherType of the VLAN tag. */
  vlanProtocol?: number;
}

const WORD = optional(integer(0, 0xffffffff));
const PACKET_INFO = object({
  length: WORD,
  networkOffset: WORD,
  hasLinkHeader: optional(boolean),
  protocol: WORD,
  packetType: WORD,
  interfaceIndex: WORD,
  mark: WORD,
  queue: WORD,
  hardwareType: WORD,
  vlanTag: WORD,
  vlanTagPresent: optional(boolean),
  vlanProtocol: WORD,
});

/**
 * Runs a program over a packet.
 *
 * @example Keep IPv4
 * ```ts
 * import { raw } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * const ipv4 = raw.assembleBpf("ldh [12]; jeq #0x800, keep, drop; keep: ret #262144; drop: ret #0");
 * const frame = new Uint8Array(60);
 * frame[12] = 0x08;
 * assertEquals(raw.runBpf(ipv4, frame), 262144);
 * ```
 *
 * @param program A program that {@linkcode checkBpf} accepts.
 * @param packet The bytes.
 * @param info What else the kernel would know.
 * @returns How many bytes of the packet to keep; 0 drops it.
 * @throws As {@linkcode checkBpf}; {@linkcode RangeError} on an ancillary load that has no meaning here.
 */
export function runBpf(program: BpfProgram, packet: Uint8Array, info: BpfPacketInfo = {}): number {
  checkBpf(program);
  checkBytes(packet, "run a BPF program", "packet");
  PACKET_INFO(info, "run a BPF program", "info");
  const state: State = { a: 0, x: 0, memory: new Uint32Array(BPF_MEMORY_WORDS), packet, info };
  for (let at = 0;;) {
    const i = program[at++];
    switch (i.code & 7) {
      case BPF_CLASS.RET:
        return (i.code & BPF_RET_A) !== 0 ? state.a : i.k;
      case BPF_CLASS.JMP:
        at += jump(i, state);
        break;
      case BPF_CLASS.ALU: {
        const value = alu(i, state);
        if (value === undefined) return 0; // a division by zero in X drops the packet
        state.a = value;
        break;
      }
      case BPF_CLASS.ST:
        state.memory[i.k] = state.a;
        break;
      case BPF_CLASS.STX:
        state.memory[i.k] = state.x;
        break;
      case BPF_CLASS.MISC:
        if ((i.code & 0xf8) === BPF_MISC.TXA) state.a = state.x;
        else state.x = state.a;
        break;
      default: {
        // Without an interface the kernel ends the program with what A holds (convert_bpf_extensions).
        if (asksInterface(i) && info.interfaceIndex === undefined) return state.a;
        const value = load(i, state);
        if (value === undefined) return 0; // a read outside the packet drops it
        if ((i.code & 7) === BPF_CLASS.LD) state.a = value;
        else state.x = value;
      }
    }
  }
}

/** Whether an instruction loads the index or the type of the interface (SKF_AD_IFINDEX, SKF_AD_HATYPE). */
function asksInterface({ code, k }: BpfInstruction): boolean {
  return (code & 7) === BPF_CLASS.LD && (code & 0xe0) === BPF_MODE.ABS &&
    (k === SKF_AD_OFF + 8 || k === SKF_AD_OFF + 28);
}

interface State {
  a: number;
  x: number;
  memory: Uint32Array;
  packet: Uint8Array;
  info: BpfPacketInfo;
}

function jump(i: BpfInstruction, { a, x }: State): number {
  const operand = (i.code & BPF_X) !== 0 ? x : i.k;
  switch (i.code & 0xf0) {
    case BPF_JMP.JA:
      return i.k;
    case BPF_JMP.JEQ:
      return a === operand ? i.jt : i.jf;
    case BPF_JMP.JGT:
      return a > operand ? i.jt : i.jf;
    case BPF_JMP.JGE:
      return a >= operand ? i.jt : i.jf;
    default:
      return (a & operand) !== 0 ? i.jt : i.jf;
  }
}

function alu(i: BpfInstruction, { a, x }: State): number | undefined {
  const operand = (i.code & BPF_X) !== 0 ? x : i.k;
  switch (i.code & 0xf0) {
    case BPF_ALU.ADD:
      return (a + operand) >>> 0;
    case BPF_ALU.SUB:
      return (a - operand) >>> 0;
    case BPF_ALU.MUL:
      return Math.imul(a, operand) >>> 0;
    case BPF_ALU.DIV:
      return operand === 0 ? undefined : Math.floor(a / operand);
    case BPF_ALU.MOD:
      return operand === 0 ? undefined : a % operand;
    case BPF_ALU.OR:
      return (a | operand) >>> 0;
    case BPF_ALU.AND:
      return (a & operand) >>> 0;
    case BPF_ALU.XOR:
      return (a ^ operand) >>> 0;
    case BPF_ALU.LSH:
      return (a << (operand & 31)) >>> 0;
    case BPF_ALU.RSH:
      return a >>> (operand & 31);
    default:
      return -a >>> 0;
  }
}

function load(i: BpfInstruction, state: State): number | undefined {
  switch (i.code & 0xe0) {
    case BPF_MODE.IMM:
      return i.k;
    case BPF_MODE.LEN:
      return state.info.length ?? state.packet.length;
    case BPF_MODE.MEM:
      return state.memory[i.k];
    case BPF_MODE.MSH: {
      const byte = at(state, i.k, BPF_SIZE.B);
      return byte === undefined ? undefined : (byte & 0xf) * 4;
    }
    case BPF_MODE.IND:
      return at(state, (state.x + i.k) >>> 0, i.code & 0x18);
    default:
      return i.k >= SKF_AD_OFF ? ancillary(state, i.k - SKF_AD_OFF) : at(state, i.k, i.code & 0x18);
  }
}

/** A load from the packet; offsets that are negative as signed numbers are relative to a header. */
function at(state: State, offset: number, size: number): number | undefined {
  const { packet } = state;
  let from = offset;
  if (offset >= SKF_NET_OFF) from = offset - SKF_NET_OFF + (state.info.networkOffset ?? 0);
  else if (offset >= SKF_LL_OFF && state.info.hasLinkHeader !== false) from = offset - SKF_LL_OFF;
  else if (offset >= 0x80000000) return undefined;
  const width = size === BPF_SIZE.W ? 4 : size === BPF_SIZE.H ? 2 : 1;
  if (from + width > packet.length) return undefined;
  let value = 0;
  for (let n = 0; n < width; n++) value = value * 256 + packet[from + n];
  return value;
}

/** SKF_AD_* words (linux/filter.h). */
function ancillary({ a, x, info, packet }: State, word: number): number | undefined {
  switch (word) {
    case 0:
      return info.protocol ?? 0;
    case 4:
      return info.packetType ?? 0;
    case 8:
      return info.interfaceIndex!;
    case 12:
      return nested(packet, a, x);
    case 20:
      return info.mark ?? 0;
    case 24:
      return info.queue ?? 0;
    case 28:
      return info.hardwareType ?? 0;
    case 44:
      return info.vlanTag ?? 0;
    case 48:
      return info.vlanTagPresent ? 1 : 0;
    case 60:
      return info.vlanProtocol ?? 0;
    default:
      throw new RangeError(`Cannot run BPF program: ancillary word ${word} has no meaning here`);
  }
}

/** SKF_AD_NLATTR: the first netlink attribute of type X at or after offset A, 0 when there is none. */
function nested(packet: Uint8Array, a: number, x: number): number {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  for (let from = a; from + 4 <= packet.length;) {
    const length = view.getUint16(from, true);
    if (length < 4 || from + length > packet.length) return 0;
    if ((view.getUint16(from + 2, true) & 0x3fff) === x) return from;
    from += (length + 3) & ~3;
  }
  return 0;
}
