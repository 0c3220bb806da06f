/**
 * Interface names and indexes, as libc knows them.
 *
 * @module
 */
import { now } from "../../core/clock.ts";
import { socketError } from "../../core/errors.ts";
import { SIOCGIFADDR } from "../abi/event_constants.ts";
import { STRUCTS } from "../abi/layout.ts";
import { attempt, closeFd, failure, libc, must } from "../abi/library.ts";
import { AF_INET, SOCK_CLOEXEC, SOCK_DGRAM } from "../abi/socket_constants.ts";
import { allocate } from "../abi/memory.ts";
import type { InterfaceLookup } from "../families/row.ts";

const { ifreq: IFREQ } = STRUCTS;
/** IFNAMSIZ (net/if.h), the NUL included. */
const IF_NAMESIZE = 16;

/**
 * How old a name may be. libc makes three system calls for one, which is more than a frame costs that
 * carries the index; but a link may be renamed at any time.
 */
const NAME_AGE_MS = 1;
/** Names by index, all of {@linkcode namesSince} or later. */
const NAMES = new Map<number, string>();
let namesSince = -Infinity;

/** `man 3 if_nametoindex`. */
export const INTERFACES: InterfaceLookup = {
  toIndex(name) {
    const bytes = new TextEncoder().encode(name);
    if (bytes.length === 0 || bytes.length >= IF_NAMESIZE || bytes.includes(0)) {
      throw socketError("ENODEV", { syscall: "if_nametoindex", address: JSON.stringify(name) });
    }
    const text = allocate(IF_NAMESIZE);
    text.set(bytes);
    // It fails with 0, where the other calls have -1.
    const index = attempt((lib) => lib.if_nametoindex(text) || -1);
    if (index < 0) throw failure("if_nametoindex", -index, name);
    return index;
  },
  toName(index) {
    const at = now();
    if (at - namesSince > NAME_AGE_MS) {
      NAMES.clear();
      namesSince = at;
    }
    let name = NAMES.get(index);
    if (name === undefined) NAMES.set(index, name = nameOf(index));
    return name;
  },
};

function nameOf(index: number): string {
  const text = allocate(IF_NAMESIZE);
  if (BigInt(libc().if_indextoname(index, text)) === 0n) return "";
  return new TextDecoder().decode(text.subarray(0, text.indexOf(0)));
}

/** The first IPv4 address of an interface (`man 7 netdevice`, SIOCGIFADDR): 4 bytes. */
export function interfaceIpv4(index: number): Uint8Array<ArrayBuffer> {
  const name = INTERFACES.toName(index);
  const request = allocate(IFREQ.size);
  request.set(new TextEncoder().encode(name), IFREQ.ifr_name);
  const fd = must("socket", (lib) => lib.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  try {
    must("ioctl", (lib) => lib.ioctl(fd, SIOCGIFADDR, request), name);
  } finally {
    closeFd(fd);
  }
  const at = IFREQ.ifr_ifru + STRUCTS.sockaddr_in.sin_addr;
  return request.slice(at, at + 4);
}
