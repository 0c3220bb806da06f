/**
 * bpf(2): maps, programs and links, each a descriptor of its own that its caller closes.
 *
 * @module
 */
import { EACCES, EPERM } from "../../core/errno.ts";
import { socketError } from "../../core/errors.ts";
import {
  BPF_LINK_CREATE,
  BPF_MAP_CREATE,
  BPF_MAP_UPDATE_ELEM,
  BPF_PROG_LOAD,
  BPF_STRUCTS,
} from "../abi/bpf_constants.ts";
import { attempt, failure } from "../abi/library.ts";
import { addressOf, allocate } from "../abi/memory.ts";

const { map_create, map_update, prog_load, link_create, bpf_insn } = BPF_STRUCTS;

/** The number of the system call, which libc has no wrapper of: asm/unistd.h. */
const BPF = { x86_64: 321, aarch64: 280 }[Deno.build.arch];
/** All the parts that are used fit; what a newer kernel knows beyond is 0 for it. */
const ATTR_BYTES = 48;
const LOG_BYTES = 16384;
/** No helper that is called asks for more (`gpl_only`). */
const LICENSE = new TextEncoder().encode("MIT\0");

/** Attributes of a command: the numbers are 32 bits, bigints are addresses. */
function attributes(fields: readonly [at: number, value: number | bigint][]) {
  const bytes = allocate(ATTR_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [at, value] of fields) {
    if (typeof value === "bigint") view.setBigUint64(at, value, true);
    else view.setUint32(at, value, true);
  }
  return bytes;
}

/** Makes the call; what it returned, or `-errno`. */
function bpf(command: number, attr: Uint8Array<ArrayBuffer>): number {
  return attempt((lib) => lib.syscall_bpf(BPF, command, attr, attr.length));
}

function refused(syscall: string, result: number, capabilities: string): Error {
  if (result !== -EPERM && result !== -EACCES) return failure(syscall, -result);
  const message =
    `needs the capabilities ${capabilities}, or CAP_SYS_ADMIN; those of a user namespace will not do`;
  return socketError("EPERM", { syscall, message });
}

/**
 * Makes a map of 32-bit numbers by 32-bit numbers.
 *
 * @param type BPF_MAP_TYPE_*.
 * @param entries How many it holds at most.
 * @returns Its descriptor.
 * @throws {SocketError} `EPERM` without CAP_BPF.
 */
export function createMap(type: number, entries: number): number {
  const attr = attributes([
    [map_create.map_type, type],
    [map_create.key_size, 4],
    [map_create.value_size, 4],
    [map_create.max_entries, entries],
  ]);
  const fd = bpf(BPF_MAP_CREATE, attr);
  if (fd < 0) throw refused("bpf BPF_MAP_CREATE", fd, "CAP_BPF and CAP_NET_ADMIN");
  return fd;
}

/** A key and its value: the kernel reads them by their address, which keeps no memory from being collected. */
const PAIR = allocate(8);

/** Puts a number into such a map; 0, or `-errno`. */
export function updateMap(map: number, key: number, value: number): number {
  new Uint32Array(PAIR.buffer).set([key, value]);
  const address = addressOf(PAIR);
  return bpf(
    BPF_MAP_UPDATE_ELEM,
    attributes([
      [map_update.map_fd, map],
      [map_update.key, address],
      [map_update.value, address + 4n],
    ]),
  );
}

/**
 * Loads a program. Where the kernel's verifier refuses it, the error's cause is what that says.
 *
 * @param type BPF_PROG_TYPE_*.
 * @param program Its bytes, by `encodeEbpf`.
 * @returns Its descriptor.
 * @throws {SocketError} `EPERM` without CAP_BPF; `EINVAL` or `EACCES` if the verifier refuses it.
 */
export function loadProgram(type: number, program: Uint8Array<ArrayBuffer>): number {
  const load = (log: Uint8Array<ArrayBuffer> | undefined) =>
    bpf(
      BPF_PROG_LOAD,
      attributes([
        [prog_load.prog_type, type],
        [prog_load.insn_cnt, program.length / bpf_insn.size],
        [prog_load.insns, addressOf(program)],
        [prog_load.license, addressOf(LICENSE)],
        [prog_load.log_level, log === undefined ? 0 : 1],
        [prog_load.log_size, log?.length ?? 0],
        [prog_load.log_buf, log === undefined ? 0n : addressOf(log)],
      ]),
    );
  const fd = load(undefined);
  if (fd >= 0) return fd;
  if (fd === -EPERM) throw refused("bpf BPF_PROG_LOAD", fd, "CAP_BPF and CAP_NET_ADMIN");
  const log = allocate(LOG_BYTES);
  const again = load(log);
  if (again >= 0) return again;
  const text = new TextDecoder().decode(log.subarray(0, Math.max(0, log.indexOf(0)))).trim();
  const error = failure("bpf BPF_PROG_LOAD", -again);
  if (text !== "") error.cause = new Error(`The verifier: ${text}`);
  throw error;
}

/**
 * Attaches a program to an interface, for as long as the link's descriptor is open; the link's
 * descriptor, or `-errno`.
 */
export function linkProgram(
  program: number,
  interfaceIndex: number,
  attachType: number,
  flags: number,
): number {
  return bpf(
    BPF_LINK_CREATE,
    attributes([
      [link_create.prog_fd, program],
      [link_create.target_ifindex, interfaceIndex],
      [link_create.attach_type, attachType],
      [link_create.flags, flags],
    ]),
  );
}
