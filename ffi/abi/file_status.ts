/**
 * What an open descriptor is (`man 2 statx`).
 *
 * @module
 */
import type { PassedFdInfo } from "../../core/control.ts";
import { must } from "./library.ts";
import { allocate } from "./memory.ts";

/** asm/unistd_64.h on x86-64, asm-generic/unistd.h on aarch64. */
const SYS_STATX = Deno.build.arch === "x86_64" ? 332 : 291;
/** fcntl.h. */
const AT_EMPTY_PATH = 0x1000;
/** STATX_TYPE, STATX_MODE, STATX_INO and STATX_SIZE, and where they are (linux/stat.h). */
const STATX = {
  size: 256,
  mask: 0x303,
  stx_mode: 0x1c,
  stx_ino: 0x20,
  stx_size: 0x28,
  stx_dev_major: 0x88,
  stx_dev_minor: 0x8c,
} as const;
/** The file type within a mode (S_IFMT, linux/stat.h). */
const KINDS: Readonly<Record<number, PassedFdInfo["kind"]>> = {
  0o140000: "socket",
  0o100000: "file",
  0o060000: "blockDevice",
  0o040000: "directory",
  0o020000: "characterDevice",
  0o010000: "pipe",
};

/** What a descriptor is, and which file it is. */
export interface FileStatus extends PassedFdInfo {
  /** The number of the device, as stat(2) tells it. */
  readonly dev: number;
  /** The number of the file on the device. */
  readonly ino: number;
}

/** Asks the kernel what an open descriptor is. */
export function fileStatus(fd: number): FileStatus {
  const info = allocate(STATX.size);
  const path = allocate(1);
  must("statx", (lib) => lib.syscall_statx(SYS_STATX, fd, path, AT_EMPTY_PATH, STATX.mask, info));
  const view = new DataView(info.buffer);
  const mode = view.getUint16(STATX.stx_mode, true);
  const major = view.getUint32(STATX.stx_dev_major, true);
  const minor = view.getUint32(STATX.stx_dev_minor, true);
  return {
    kind: KINDS[mode & 0o170000] ?? "other",
    sizeBytes: Number(view.getBigUint64(STATX.stx_size, true)),
    mode: mode & 0o7777,
    dev: deviceNumber(major, minor),
    ino: Number(view.getBigUint64(STATX.stx_ino, true)),
  };
}

/** `gnu_dev_makedev` (sys/sysmacros.h). */
function deviceNumber(major: number, minor: number): number {
  const low = ((major & 0xfff) << 8) | (minor & 0xff);
  return low + (minor & 0xffffff00) * 2 ** 12 + (major & 0xfffff000) * 2 ** 32;
}
