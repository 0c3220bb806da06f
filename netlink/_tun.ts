/**
 * Tun and tap links, which no message makes: their device does, by ioctl
 * (Documentation/networking/tuntap.rst, linux/if_tun.h).
 *
 * @module
 */
import { boolean, integer, object, oneOf, optional } from "../core/arguments.ts";
import { O_CLOEXEC, O_RDWR } from "../ffi/abi/event_constants.ts";
import { STRUCTS } from "../ffi/abi/layout.ts";
import { closeFd, must } from "../ffi/abi/library.ts";
import { allocate } from "../ffi/abi/memory.ts";
import type { MadeDevice } from "./_change_request.ts";
import * as t from "./abi/tun.ts";

const { ifreq: IFREQ } = STRUCTS;
/** Where the kernel has it, and udev puts it. */
const DEVICE = new TextEncoder().encode("/dev/net/tun\0");

/** The words of `ip -j -d link` that can be given to a new one. */
const SETTINGS = object({
  type: oneOf("tun", "tap"),
  pi: optional(boolean),
  vnet_hdr: optional(boolean),
  multi_queue: optional(boolean),
  user: optional(integer(0, 0x7fffffff)),
  group: optional(integer(0, 0x7fffffff)),
});

/**
 * A tun or tap link that is to be made. It goes with its descriptor until it is settled.
 *
 * @param ifname Its name.
 * @param data Its values.
 * @param action What it is for, in errors.
 * @returns What makes it.
 */
export function tunDevice(ifname: string, data: unknown, action: string): MadeDevice {
  const settings = SETTINGS(data, action, "info_data");
  let fd = -1;
  return {
    make() {
      fd = must("open", (lib) => lib.open(DEVICE, O_RDWR | O_CLOEXEC), "/dev/net/tun");
      try {
        attach(fd, ifname, settings);
      } catch (error) {
        closeFd(fd);
        throw error;
      }
    },
    settle(keep) {
      try {
        if (keep) must("ioctl", (lib) => lib.ioctl_number(fd, t.TUNSETPERSIST, 1), ifname);
      } finally {
        closeFd(fd);
      }
    },
  };
}

function attach(fd: number, ifname: string, settings: ReturnType<typeof SETTINGS>): void {
  const { type, pi, vnet_hdr, multi_queue, user, group } = settings;
  const request = allocate(IFREQ.size);
  request.set(new TextEncoder().encode(ifname), IFREQ.ifr_name);
  let flags = t.IFF_TUN_EXCL | (type === "tun" ? t.IFF_TUN : t.IFF_TAP);
  if (!pi) flags |= t.IFF_NO_PI;
  if (vnet_hdr) flags |= t.IFF_VNET_HDR;
  if (multi_queue) flags |= t.IFF_MULTI_QUEUE;
  // ifr_flags is the first of the union.
  new DataView(request.buffer).setUint16(IFREQ.ifr_ifru, flags, true);
  must("ioctl", (lib) => lib.ioctl(fd, t.TUNSETIFF, request), ifname);
  if (user !== undefined) must("ioctl", (lib) => lib.ioctl_number(fd, t.TUNSETOWNER, user), ifname);
  if (group !== undefined) {
    must("ioctl", (lib) => lib.ioctl_number(fd, t.TUNSETGROUP, group), ifname);
  }
}
