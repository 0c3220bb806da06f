import { object } from "../core/arguments.ts";
import { isSocketError, type SocketError, socketError } from "../core/errors.ts";
import { BPF_MAP_TYPE_XSKMAP, BPF_PROG_TYPE_XDP, BPF_XDP } from "../ffi/abi/bpf_constants.ts";
import { closeFd, failure } from "../ffi/abi/library.ts";
import { XDP_FLAGS_DRV_MODE, XDP_FLAGS_SKB_MODE } from "../ffi/abi/xdp_constants.ts";
import { createMap, linkProgram, loadProgram, updateMap } from "../ffi/bpf/calls.ts";
import { checkNetWhole } from "../ffi/guard/permissions.ts";
import { INTERFACES } from "../ffi/resolver/interface_names.ts";
import { ATTACH_XDP, MAX_QUEUES } from "./_xdp_arguments.ts";
import { redirectProgram } from "./_xdp_bytecode.ts";

/** Options of {@linkcode attachXdp}. */
export interface AttachXdpOptions {
  /** The interface's name. */
  interface: string;
  /**
   * `"native"`: in the driver, which must know how. `"generic"`: in the network stack, slower, for
   * every driver. `"any"` (default): native if the driver takes it, else generic.
   */
  attach?: "any" | "native" | "generic";
  /** The EtherType of the frames that sockets get, 1 to 65535. Default: all. */
  etherType?: number;
}

/** A program on an interface that hands frames to the AF_XDP sockets of its queues. */
export interface XdpProgram extends Disposable {
  /** The interface's name. */
  readonly interface: string;
  /** Where it runs: in the driver, or in the network stack. */
  readonly attach: "native" | "generic";
  /** Takes it off the interface: its frames go to the network stack again. */
  close(): void;
}

const ACTION = "attach an XDP program";

/**
 * Attaches a program to an interface (bpf(2), `Documentation/networking/af_xdp.rst`): frames that come
 * by a queue which a socket of {@linkcode openXdp} has go to that socket and no further, all others on
 * to the network stack. It is for interfaces with several queues, whose sockets share it; a single
 * socket attaches one of its own. It is a BPF link: it is gone with `close()`, and with the process.
 *
 * Needs `--allow-ffi`, `--allow-net` (unrestricted) and the capabilities CAP_BPF and CAP_NET_ADMIN.
 * Linux 5.9.
 *
 * @example Two sockets could share it
 * ```ts
 * import { raw } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * using program = raw.attachXdp({ interface: "lo", attach: "generic", etherType: 0x88b5 });
 * using socket = await raw.openXdp({ interface: "lo", queue: 0, program });
 * assertEquals(socket.localAddr.queue, 0);
 * ```
 *
 * @param options Where, and for which frames.
 * @returns The program.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {RangeError} If a number is out of range.
 * @throws {SocketError} `EPERM` without the capabilities; `EBUSY` if the interface has a program;
 * `EOPNOTSUPP` if it must be native and the driver does not know how; `ENODEV`: no such interface.
 * @throws {Deno.errors.NotCapable} If a permission is missing.
 */
export function attachXdp(options: AttachXdpOptions): XdpProgram {
  const { interface: name, attach, etherType } = ATTACH(options, ACTION, "options");
  checkNetWhole(ACTION);
  return LibcXdpProgram.attach(name, INTERFACES.toIndex(name), attach, etherType);
}

const ATTACH = object(ATTACH_XDP);

/** The program, its map and its link. */
export class LibcXdpProgram implements XdpProgram {
  readonly interface: string;
  /** The interface's index. */
  readonly interfaceIndex: number;
  readonly attach: "native" | "generic";
  readonly #map: number;
  readonly #link: number;
  #closed = false;

  private constructor(
    name: string,
    index: number,
    attach: "native" | "generic",
    map: number,
    link: number,
  ) {
    this.interface = name;
    this.interfaceIndex = index;
    this.attach = attach;
    this.#map = map;
    this.#link = link;
  }

  /** Makes the map, loads the program and attaches it; whatever fails leaves nothing behind. */
  static attach(
    name: string,
    index: number,
    asked: "any" | "native" | "generic",
    etherType: number | undefined,
  ): LibcXdpProgram {
    const map = createMap(BPF_MAP_TYPE_XSKMAP, MAX_QUEUES);
    let program = -1;
    try {
      program = loadProgram(BPF_PROG_TYPE_XDP, redirectProgram(map, etherType));
      const [attach, link] = linkAs(program, name, index, asked);
      return new LibcXdpProgram(name, index, attach, map, link);
    } catch (error) {
      closeFd(map);
      throw error;
    } finally {
      if (program >= 0) closeFd(program); // the link holds it
    }
  }

  /** Gives a bound socket the frames of a queue; the kernel takes it out of the map when it is closed. */
  add(queue: number, fd: number): void {
    if (this.#closed) {
      throw socketError("EBADF", { syscall: "use an XDP program", message: "it is closed" });
    }
    addToMap(this.#map, queue, fd);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    closeFd(this.#link);
    closeFd(this.#map);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** Puts a bound socket into an XSKMAP. */
export function addToMap(map: number, queue: number, fd: number): void {
  const result = updateMap(map, queue, fd);
  if (result >= 0) return;
  const error = failure("bpf BPF_MAP_UPDATE_ELEM", -result);
  throw explained(error, {
    EINVAL: "it is no XSKMAP of 32-bit numbers",
    E2BIG: `it has no room for queue ${queue}`,
    EBADF: "it is no descriptor of a map",
  });
}

function linkAs(
  program: number,
  name: string,
  index: number,
  asked: "any" | "native" | "generic",
): ["native" | "generic", number] {
  const ways = asked === "any" ? ["native", "generic"] as const : [asked];
  for (const way of ways) {
    const flags = way === "native" ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE;
    const link = linkProgram(program, index, BPF_XDP, flags);
    if (link >= 0) return [way, link];
    const error = failure("bpf BPF_LINK_CREATE", -link, name);
    // What concerns the driver alone is no reason not to try without it.
    const isDrivers = way !== asked && !["EPERM", "EBUSY", "EEXIST", "ENODEV"].includes(error.code);
    if (!isDrivers) throw explained(error, LINK_CAUSES);
  }
  throw failure("bpf BPF_LINK_CREATE", 0, name); // not reached: the last way throws
}

const LINK_CAUSES = {
  EPERM: "needs the capabilities CAP_BPF and CAP_NET_ADMIN, or CAP_SYS_ADMIN",
  EBUSY: "the interface has an XDP program already (ip link set dev … xdp off takes it off)",
  EEXIST: "the interface has an XDP program in the other mode already",
  EOPNOTSUPP: "the driver has no native XDP",
  ERANGE: "the driver takes no program while frames may be so large: lower the MTU",
} as const;

/** The error with a text that names the cause, where there is one for its code. */
export function explained(error: unknown, causes: Readonly<Record<string, string>>): Error {
  if (!isSocketError(error) || causes[error.code] === undefined) return error as Error;
  const { code, syscall, address } = error as SocketError;
  return socketError(code, { syscall, address, message: causes[code], cause: error });
}
