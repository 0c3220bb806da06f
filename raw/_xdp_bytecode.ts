/**
 * The program that hands frames to AF_XDP sockets: to the socket of the queue that a frame came by if
 * the map has one, else on to the network stack.
 *
 * @module
 */
import * as b from "../ffi/abi/bpf_constants.ts";
import { type EbpfInstruction, encodeEbpf } from "../ffi/bpf/instructions.ts";

const { xdp_md: CONTEXT } = b.BPF_STRUCTS;
/** Where an Ethernet frame has its EtherType, and where its header ends: linux/if_ether.h. */
const ETHER_TYPE_AT = 12;
const HEADER_BYTES = 14;

const LOAD_WORD = b.BPF_LDX | b.BPF_MEM | b.BPF_W;
const LOAD_HALF = b.BPF_LDX | b.BPF_MEM | b.BPF_H;
const MOVE = b.BPF_ALU64 | b.BPF_MOV | b.BPF_K;
const COPY = b.BPF_ALU64 | b.BPF_MOV | b.BPF_X;
const ADD = b.BPF_ALU64 | b.BPF_ADD | b.BPF_K;
const JUMP_IF_ABOVE = b.BPF_JMP | b.BPF_JGT | b.BPF_X;
const JUMP_UNLESS_EQUAL = b.BPF_JMP | b.BPF_JNE | b.BPF_K;
const LOAD_WIDE = b.BPF_LD | b.BPF_IMM | b.BPF_DW;
const CALL = b.BPF_JMP | b.BPF_CALL;
const EXIT: EbpfInstruction = { code: b.BPF_JMP | b.BPF_EXIT };

/**
 * The program's bytes.
 *
 * @param map The descriptor of the XSKMAP.
 * @param etherType The EtherType of the frames that sockets get; all where it is `undefined`.
 */
export function redirectProgram(
  map: number,
  etherType: number | undefined,
): Uint8Array<ArrayBuffer> {
  // return bpf_redirect_map(&map, ctx->rx_queue_index, XDP_PASS), the last being for who is not there.
  const redirect: EbpfInstruction[] = [
    { code: LOAD_WORD, dst: 2, src: 1, off: CONTEXT.rx_queue_index },
    { code: LOAD_WIDE, dst: 1, src: b.BPF_PSEUDO_MAP_FD, imm: map },
    { code: 0 },
    { code: MOVE, dst: 3, imm: b.XDP_PASS },
    { code: CALL, imm: b.BPF_FUNC_redirect_map },
    EXIT,
  ];
  if (etherType === undefined) return encodeEbpf(redirect);
  const pass: EbpfInstruction[] = [{ code: MOVE, dst: 0, imm: b.XDP_PASS }, EXIT];
  // In network order, as it is loaded.
  const wanted = (etherType & 0xff) << 8 | etherType >> 8;
  return encodeEbpf([
    { code: LOAD_WORD, dst: 2, src: 1, off: CONTEXT.data },
    { code: LOAD_WORD, dst: 3, src: 1, off: CONTEXT.data_end },
    { code: COPY, dst: 4, src: 2 },
    { code: ADD, dst: 4, imm: HEADER_BYTES },
    { code: JUMP_IF_ABOVE, dst: 4, src: 3, off: 2 + redirect.length },
    { code: LOAD_HALF, dst: 5, src: 2, off: ETHER_TYPE_AT },
    { code: JUMP_UNLESS_EQUAL, dst: 5, imm: wanted, off: redirect.length },
    ...redirect,
    ...pass,
  ]);
}
