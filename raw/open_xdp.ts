import { object, optional, type Parameter } from "../core/arguments.ts";
import type { MessageEndpoint } from "../core/endpoint.ts";
import type { OptionSetting } from "../core/engine_choice.ts";
import { isSocketError } from "../core/errors.ts";
import type { SocketOption } from "../core/option.ts";
import type { XdpAddress } from "../core/rare_addresses.ts";
import { beginWait, type Wait, type WaitOptions } from "../core/wait.ts";
import { AF_XDP, SOCK_RAW } from "../ffi/abi/socket_constants.ts";
import { XDP_COPY, XDP_USE_NEED_WAKEUP, XDP_ZEROCOPY } from "../ffi/abi/xdp_constants.ts";
import type { Descriptor } from "../ffi/descriptor/descriptor.ts";
import { openDescriptor } from "../ffi/descriptor/open.ts";
import { encodeSockaddr } from "../ffi/families/sockaddr.ts";
import { Peer } from "../ffi/guard/peer.ts";
import { checkNetWhole } from "../ffi/guard/permissions.ts";
import { SO_SNDBUF, SO_SNDBUFFORCE } from "../ffi/options/buffer.ts";
import { INTERFACES } from "../ffi/resolver/interface_names.ts";
import { addToMap, explained, LibcXdpProgram, type XdpProgram } from "./attach_xdp.ts";
import { OPEN_XDP } from "./_xdp_arguments.ts";
import { LibcXdp } from "./_xdp_endpoint.ts";
import { XdpMemory } from "./_xdp_memory.ts";
import type { XdpStatistics } from "./_xdp_statistics.ts";

/** An AF_XDP socket: the frames of one queue of an interface, by rings that are shared with the kernel. */
export interface XdpEndpoint extends MessageEndpoint<XdpAddress> {
  /** Whether the driver reads and writes frames where they are; else the kernel copies them. */
  readonly zeroCopy: boolean;
  /** Where the program that this socket attached runs; `undefined` if it attached none. */
  readonly attached: "native" | "generic" | undefined;
  /** What became of frames that did not come, or go. */
  statistics(): XdpStatistics;
}

/** Options of {@linkcode openXdp}. */
export interface OpenXdpOptions extends WaitOptions {
  /** The interface's name. */
  interface: string;
  /** Which of its queues, 0 to 4095. Default 0. Frames are sent by it, too. */
  queue?: number;
  /**
   * Where the program that hands over the queue's frames is attached: `"native"` (in the driver),
   * `"generic"` (in the network stack, for every driver), `"any"` (default: native if the driver takes
   * it, else generic), or `"none"`: then the socket only sends.
   */
  attach?: "any" | "native" | "generic" | "none";
  /** The EtherType of the frames to get, 1 to 65535; others go to the network stack. Default: all. */
  etherType?: number;
  /** A program of {@linkcode attachXdp} that several sockets share, instead of one of its own. */
  program?: XdpProgram;
  /** The descriptor of an XSKMAP that a program of yours redirects by: the socket is put at `queue`. */
  mapFd?: number;
  /** Bytes of a frame's room, 2048 (default) or 4096. Of a received frame 256 and the headroom are off. */
  frameBytes?: 2048 | 4096;
  /** Frames for receiving: a power of 2 up to 65536. Default 2048. */
  rxFrames?: number;
  /** Frames for sending: a power of 2 up to 65536. Default 1024. */
  txFrames?: number;
  /** Bytes left free before each received frame beside the kernel's own 256, 0 to 1024. Default 0. */
  headroomBytes?: number;
  /** `true`: the kernel copies frames. `false`: the driver must work without. Default: as it can. */
  copy?: boolean;
  /** Whether a driver that needs no calls is spared them (XDP_USE_NEED_WAKEUP). Default true. */
  needWakeup?: boolean;
  /** Socket options, set in order before bind. */
  options?: readonly OptionSetting[];
}

const ACTION = "open an XDP socket";

const PROGRAM: Parameter<LibcXdpProgram> = (value, action, name) => {
  if (value instanceof LibcXdpProgram) return value;
  throw new TypeError(`Cannot ${action}: ${name} is no program of attachXdp`);
};
const ARGUMENTS = object({ ...OPEN_XDP, program: optional(PROGRAM) });

/**
 * Opens an AF_XDP socket (`Documentation/networking/af_xdp.rst`): whole Ethernet frames of one queue of
 * an interface, in memory that the kernel shares. What `recvBatches` shows is lent: it lies where the
 * kernel put it, and stays until the next batch is asked for.
 *
 * **Frames that come here go nowhere else:** the program that the socket attaches takes them before the
 * network stack, so that the machine itself no longer hears them. `etherType` keeps that to a kind of
 * frame. With the socket the program goes, too, also if the process dies.
 *
 * A send is done when the frame is in the queue; one for which there is no room waits. Frames of 14
 * bytes up to `frameBytes` are sent. A received frame that is longer than its room, or finds none, is
 * counted by `statistics()`. Nothing tells when the frames came. When the interface goes away,
 * receiving and sending fail with `ENODEV`.
 *
 * Needs `--allow-ffi`, `--allow-net` (unrestricted), the capability CAP_NET_RAW, and for the program
 * CAP_BPF and CAP_NET_ADMIN. The frames are locked memory: without CAP_IPC_LOCK they count against
 * RLIMIT_MEMLOCK. Linux 5.9; 5.4 without a program.
 *
 * @example A frame to this machine itself
 * ```ts
 * import { raw } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * // EtherType 0x88b5 is for local experiments (IEEE 802).
 * using link = await raw.openXdp({ interface: "lo", attach: "generic", etherType: 0x88b5 });
 * const frame = new Uint8Array([...new Uint8Array(12), 0x88, 0xb5, 1, 2, 3]);
 * await link.send(frame);
 * assertEquals(await link.recv(), frame);
 * ```
 *
 * @param options Which queue, how much memory, and how frames come.
 * @returns The endpoint.
 * @throws {TypeError} If an option is unknown or of the wrong type, or two exclude each other.
 * @throws {RangeError} If a number is out of range.
 * @throws {SocketError} `EPERM` without a capability; `ENODEV`: no such interface; `EINVAL`: no such
 * queue; `EBUSY`: the queue has a socket, or the interface a program; `EOPNOTSUPP`: the driver cannot
 * do without copies; `ENOBUFS` or `ENOMEM`: so much memory cannot be locked.
 * @throws {Deno.errors.NotCapable} If a permission is missing.
 */
export async function openXdp(options: OpenXdpOptions): Promise<XdpEndpoint> {
  const request = ARGUMENTS(options, ACTION, "options");
  checkChoice(request);
  const wait = beginWait(request, ACTION);
  checkNetWhole(ACTION);
  const interfaceIndex = INTERFACES.toIndex(request.interface);
  if (request.program !== undefined && request.program.interfaceIndex !== interfaceIndex) {
    const { interface: other } = request.program;
    throw new TypeError(`Cannot ${ACTION}: program is of the interface ${other}`);
  }
  const core = openDescriptor(AF_XDP, SOCK_RAW, 0);
  let memory: XdpMemory | undefined;
  let program: LibcXdpProgram | undefined;
  try {
    enlargeSendBuffer(core, request.txFrames * TRUE_BYTES);
    for (const [option, value] of request.options) {
      core.setOption(option as SocketOption<unknown>, value);
    }
    memory = allocate(core, request);
    // Before anything is waited for: it goes to the namespace that the thread is in.
    program = ownProgram(request, interfaceIndex);
    const local = encodeSockaddr(addressOf(request, interfaceIndex), "bind");
    await bind(core, local, request.queue, wait);
    if (request.mapFd !== undefined) addToMap(request.mapFd, request.queue, core.fd);
    else (program ?? request.program)?.add(request.queue, core.fd);
    const { frameBytes, needWakeup } = request;
    return new LibcXdp({ core, memory, local, frameBytes, needWakeup, program });
  } catch (error) {
    program?.close();
    memory?.unmap();
    core.close();
    throw error;
  } finally {
    wait?.end();
  }
}

type Request = ReturnType<typeof ARGUMENTS>;

/** What the kernel counts for a frame that is on its way, at most. */
const TRUE_BYTES = 8192;

/** Only one thing can hand over frames. */
function checkChoice({ program, mapFd, attach, etherType }: Request): void {
  const others = { mapFd, attach, etherType };
  for (const [name, value] of Object.entries(others)) {
    if (value !== undefined && program !== undefined) {
      throw new TypeError(`Cannot ${ACTION}: ${name} cannot be had with program`);
    }
    if (value !== undefined && mapFd !== undefined && name !== "mapFd") {
      throw new TypeError(`Cannot ${ACTION}: ${name} cannot be had with mapFd`);
    }
  }
  if (attach === "none" && etherType !== undefined) {
    throw new TypeError(`Cannot ${ACTION}: etherType needs a program, and attach is "none"`);
  }
}

function allocate(core: Descriptor, request: Request): XdpMemory {
  const { frameBytes, rxFrames, txFrames } = request;
  try {
    return new XdpMemory(core, request);
  } catch (error) {
    const kibibytes = (rxFrames + txFrames) * frameBytes / 1024;
    const locked =
      `${kibibytes} KiB cannot be locked: raise RLIMIT_MEMLOCK, or give it CAP_IPC_LOCK`;
    throw explained(error, { ENOBUFS: locked, ENOMEM: locked });
  }
}

function addressOf(request: Request, interfaceIndex: number): XdpAddress {
  const { interface: name, queue, copy, needWakeup } = request;
  const copying = copy === undefined ? 0 : copy ? XDP_COPY : XDP_ZEROCOPY;
  const flags = copying | (needWakeup ? XDP_USE_NEED_WAKEUP : 0);
  return { family: "xdp", interface: name, interfaceIndex, queue, flags };
}

/**
 * Binds the socket. The kernel takes its time to give up a queue whose socket was closed
 * (xp_release_deferred in net/xdp/xsk_buff_pool.c): one that was somebody's just now may be free soon.
 */
async function bind(
  core: Descriptor,
  local: Uint8Array<ArrayBuffer>,
  queue: number,
  wait: Wait | undefined,
): Promise<void> {
  for (let tries = 0;; tries++) {
    try {
      return core.bind(Peer.own(local));
    } catch (error) {
      if (!isSocketError(error, "EBUSY") || tries === MOST_TRIES) {
        throw explained(error, {
          EBUSY: `queue ${queue} has an AF_XDP socket already`,
          EINVAL: `the interface has no queue ${queue}`,
          EOPNOTSUPP: "the driver cannot do without copies",
          ENETDOWN: "the interface is down",
        });
      }
    }
    await core.pause(RETRY_MS, wait);
  }
}

const RETRY_MS = 5;
const MOST_TRIES = 100;

/** The program of a socket that has one of its own. */
function ownProgram(request: Request, interfaceIndex: number): LibcXdpProgram | undefined {
  const { program, mapFd, attach = "any", etherType, interface: name } = request;
  if (program !== undefined || mapFd !== undefined || attach === "none") return undefined;
  return LibcXdpProgram.attach(name, interfaceIndex, attach, etherType);
}

/** Frames that a device has not sent yet must not keep others from it. */
function enlargeSendBuffer(core: Descriptor, bytes: number): void {
  try {
    core.setOption(SO_SNDBUFFORCE, bytes);
  } catch {
    core.setOption(SO_SNDBUF, bytes);
  }
}
