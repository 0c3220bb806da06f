/**
 * Numbers and structures of bpf(2): linux/bpf.h, linux/bpf_common.h.
 *
 * @module
 */

// Commands
export const BPF_MAP_CREATE = 0;
export const BPF_MAP_UPDATE_ELEM = 2;
export const BPF_PROG_LOAD = 5;
export const BPF_LINK_CREATE = 28; // Linux 5.7; for XDP 5.9

// Maps, programs, and where these are attached
export const BPF_MAP_TYPE_XSKMAP = 17; // Linux 4.18
export const BPF_PROG_TYPE_SOCKET_FILTER = 1;
export const BPF_PROG_TYPE_XDP = 6;
export const BPF_XDP = 37;

/** What a program of XDP returns to let a frame go on to the network stack. */
export const XDP_PASS = 2;

// Parts of an instruction's opcode
export const BPF_LD = 0x00;
export const BPF_LDX = 0x01;
export const BPF_JMP = 0x05;
export const BPF_ALU64 = 0x07;
export const BPF_W = 0x00;
export const BPF_H = 0x08;
export const BPF_DW = 0x18;
export const BPF_IMM = 0x00;
export const BPF_MEM = 0x60;
export const BPF_ADD = 0x00;
export const BPF_MOV = 0xb0;
export const BPF_JNE = 0x50;
export const BPF_JGT = 0x20;
export const BPF_CALL = 0x80;
export const BPF_EXIT = 0x90;
export const BPF_K = 0x00;
export const BPF_X = 0x08;
/** The immediate is the descriptor of a map. */
export const BPF_PSEUDO_MAP_FD = 1;
/** The helper that sends a frame to where an element of a map says. */
export const BPF_FUNC_redirect_map = 51;

/** The parts of `union bpf_attr` that are used, from its beginning; and what a program of XDP is given. */
export const BPF_STRUCTS = {
  map_create: { map_type: 0, key_size: 4, value_size: 8, max_entries: 12 },
  map_update: { map_fd: 0, key: 8, value: 16, flags: 24 },
  prog_load: {
    prog_type: 0,
    insn_cnt: 4,
    insns: 8,
    license: 16,
    log_level: 24,
    log_size: 28,
    log_buf: 32,
  },
  link_create: { prog_fd: 0, target_ifindex: 4, attach_type: 8, flags: 12 },
  bpf_insn: { size: 8, code: 0, off: 2, imm: 4 },
  xdp_md: { size: 24, data: 0, data_end: 4, rx_queue_index: 16 },
} as const;
