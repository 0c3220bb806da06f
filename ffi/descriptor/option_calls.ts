/**
 * getsockopt and setsockopt of an option row, whoever made it: the memory is ours, and as long as the
 * kernel may write.
 *
 * @module
 */
import { checkInteger } from "../../core/arguments.ts";
import { checkBytes, lengthOf, partOf } from "../../core/bytes.ts";
import {
  MAX_OPTION_BYTES,
  type OptionBytes,
  readRow,
  type SocketOption,
} from "../../core/option.ts";
import { IP_MSFILTER, MCAST_MSFILTER } from "../abi/ip_constants.ts";
import { STRUCTS } from "../abi/layout.ts";
import { addressOf, allocate } from "../abi/memory.ts";
import {
  SO_GET_FILTER,
  SO_LINGER,
  SOL_IP,
  SOL_IPV6,
  SOL_SOCKET,
  SOL_TCP,
} from "../abi/socket_constants.ts";
import { TCP_ULP, TCP_ZEROCOPY_RECEIVE } from "../abi/transport_constants.ts";
import { SOL_XDP, XDP_UMEM_REG } from "../abi/xdp_constants.ts";
import { interfaceIpv4, INTERFACES } from "../resolver/interface_names.ts";
import { useInterfaces } from "../options/interface.ts";
import { type Allowed, checkOption, checkReadOption } from "../guard/options.ts";
import type { Libc } from "../abi/library.ts";

/** The socket that has the options: a `Descriptor`. */
export interface OptionTarget {
  /** Throws if it was closed. */
  checkOpen(syscall: string): void;
  /** Makes a call that must succeed. */
  call(syscall: string, run: (libc: Libc, fd: number) => number, address?: string): number;
  /** Whether a receive of less than was asked for has emptied the socket. */
  shortReceiveDrains: boolean;
  /** Whether SO_LINGER may be on. */
  mayLinger: boolean;
}

useInterfaces({ toIndex: (name) => INTERFACES.toIndex(name), toIpv4: interfaceIpv4 });

/** How the kernel is told of room otherwise than by its length in bytes. */
interface Room {
  /** Bytes that one of what it counts takes: SO_GET_FILTER counts instructions (sk_get_filter). */
  readonly unitBytes?: number;
  /** Where the question itself says how many entries there is room for, and where they lie. */
  readonly entries?: { readonly countAt: number; readonly firstAt: number; readonly bytes: number };
  /** It writes to an address within the value. */
  readonly elsewhere?: boolean;
}

const { sock_filter: INSTRUCTION, ip_msfilter: SOURCES, group_filter: GROUPS } = STRUCTS;
const GROUP_SOURCES: Room = {
  entries: {
    countAt: GROUPS.gf_numsrc,
    firstAt: GROUPS.gf_slist,
    bytes: STRUCTS.sockaddr_storage.size,
  },
};

/** All options of which that is so, by level and number. */
const ROOMS: ReadonlyMap<string, Room> = new Map<string, Room>([
  [`${SOL_SOCKET}/${SO_GET_FILTER}`, { unitBytes: INSTRUCTION.size }],
  [`${SOL_IP}/${IP_MSFILTER}`, {
    entries: { countAt: SOURCES.imsf_numsrc, firstAt: SOURCES.imsf_slist, bytes: 4 },
  }],
  [`${SOL_IP}/${MCAST_MSFILTER}`, GROUP_SOURCES],
  [`${SOL_IPV6}/${MCAST_MSFILTER}`, GROUP_SOURCES],
  [`${SOL_TCP}/${TCP_ZEROCOPY_RECEIVE}`, { elsewhere: true }],
  [`${SOL_XDP}/${XDP_UMEM_REG}`, { elsewhere: true }],
]);

/** Reads an option (`man 2 getsockopt`). */
export function readOption<T>(core: OptionTarget, option: SocketOption<T>): T {
  const { level, option: number, name, access, codec } = readRow(option, "getsockopt", "option");
  if (access === "wo") throw new TypeError(`Cannot getsockopt: ${name} can only be set`);
  core.checkOpen("getsockopt");
  checkReadOption(level, number, name);
  const { size, query, decode } = codec;
  // Read again by the destructuring: a getter may answer differently.
  checkInteger(size, 0, MAX_OPTION_BYTES, "getsockopt", "option.codec.size");
  if (query !== undefined) checkBytes(query, "getsockopt", "option.codec.query");
  const asked = query === undefined ? 0 : lengthOf(query);
  const value = allocate(Math.max(size, asked));
  if (query !== undefined) value.set(partOf(query, 0));
  const unit = roomFor(value, level, number, name);
  const length = new Uint32Array([Math.floor(value.length / unit)]);
  core.call("getsockopt", (lib, fd) => lib.getsockopt(fd, level, number, value, length), name);
  return decode.call(codec, value.subarray(0, Math.min(unit * length[0], value.length)));
}

/** How many bytes one of what the option's length counts takes. */
function roomFor(
  value: Uint8Array<ArrayBuffer>,
  level: number,
  number: number,
  name: string,
): number {
  const room = ROOMS.get(`${level}/${number}`);
  if (room === undefined) return 1;
  if (room.elsewhere && value.some((byte) => byte !== 0)) {
    throw new TypeError(`Cannot getsockopt: ${name} has the kernel write to an address`);
  }
  const { entries, unitBytes = 1 } = room;
  if (entries !== undefined && value.length >= entries.firstAt) {
    // The kernel believes it, and writes as many.
    const most = Math.floor((value.length - entries.firstAt) / entries.bytes);
    const view = new DataView(value.buffer);
    const count = view.getUint32(entries.countAt, true);
    if (count > most) view.setUint32(entries.countAt, most, true);
  }
  return unitBytes;
}

/**
 * Sets an option (`man 2 setsockopt`). One that could send packets elsewhere than their address says
 * takes the whole of `--allow-net`, or what was `allowed`.
 */
export function writeOption<T>(
  core: OptionTarget,
  option: SocketOption<T>,
  value: T,
  allowed?: Allowed,
): void {
  const { level, option: number, name, access, codec } = readRow(option, "setsockopt", "option");
  if (access === "ro") throw new TypeError(`Cannot setsockopt: ${name} can only be read`);
  const encoded = codec.encode(value);
  core.checkOpen("setsockopt");
  const bytes = withPointers(encoded, name);
  checkOption(level, number, name, bytes, allowed);
  if (ROOMS.get(`${level}/${number}`)?.elsewhere) {
    throw new TypeError(`Cannot setsockopt: ${name} has the kernel write to an address`);
  }
  if (level === SOL_TCP && number === TCP_ULP) core.shortReceiveDrains = false;
  if (level === SOL_SOCKET && number === SO_LINGER) core.mayLinger = true;
  _keptAlive = encoded;
  core.call(
    "setsockopt",
    (lib, fd) => lib.setsockopt(fd, level, number, bytes, lengthOf(bytes)),
    name,
  );
  _keptAlive = undefined;
}

/** Memory that the kernel is being shown by address must not be collected meanwhile. */
let _keptAlive: OptionBytes | undefined;

/** The bytes of an encoded option, with the addresses of other memory filled in. */
function withPointers(encoded: OptionBytes, name: string): Uint8Array<ArrayBuffer> {
  const what = `${name} as its codec encodes it`;
  if (encoded === null || typeof encoded !== "object" || !("pointers" in encoded)) {
    checkBytes(encoded, "setsockopt", what);
    return encoded;
  }
  const { bytes: given, pointers } = encoded;
  checkBytes(given, "setsockopt", what);
  const bytes = partOf(given, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const { offset, buffer } of pointers) {
    checkInteger(offset, 0, bytes.length - POINTER_BYTES, "setsockopt", `a pointer of ${what}`);
    checkBytes(buffer, "setsockopt", `memory of ${what}`);
    view.setBigUint64(offset, addressOf(buffer), true);
  }
  return bytes;
}

const POINTER_BYTES = 8;
