/**
 * The counters of a link's driver: their names by netlink, their values by ioctl, since netlink tells
 * only those that are alike for all drivers (`ethtool -S`; linux/ethtool.h `struct ethtool_stats`).
 *
 * @module
 */
import { isSocketError, socketError } from "../core/errors.ts";
import { STRUCTS } from "../ffi/abi/layout.ts";
import { addressOf, allocate } from "../ffi/abi/memory.ts";
import type { Transport } from "./_transport.ts";
import { ETHTOOL_GSTATS, SIOCETHTOOL } from "./abi/ethtool.ts";

const { ifreq: IFREQ } = STRUCTS;
/** cmd and n_stats. */
const HEADER_BYTES = 8;
/**
 * The kernel writes as many counters as there are by now, however many are expected: the room is for
 * all that any driver has. What is not written to costs nothing.
 */
const ROOM_BYTES = 1 << 22;
const MOST_COUNTERS = 1 << 16;

/**
 * The values, in the order of the names.
 *
 * @param transport A socket of the link's namespace.
 * @param dev The link, by name.
 * @param count How many names there are.
 * @returns The values; `undefined` if the driver has them no longer, or another number of them.
 */
export function readCounters(
  transport: Transport,
  dev: string,
  count: number,
): BigUint64Array | undefined {
  if (count > MOST_COUNTERS) {
    throw socketError("EMSGSIZE", { syscall: "ioctl", message: `${count} counters` });
  }
  const stats = allocate(ROOM_BYTES);
  const view = new DataView(stats.buffer);
  view.setUint32(0, ETHTOOL_GSTATS, true);
  view.setUint32(4, count, true);
  const request = allocate(IFREQ.size);
  request.set(new TextEncoder().encode(dev), IFREQ.ifr_name);
  // ifr_data is the first of the union.
  new DataView(request.buffer).setBigUint64(IFREQ.ifr_ifru, addressOf(stats), true);
  try {
    transport.core.call("ioctl", (lib, fd) => lib.ioctl(fd, SIOCETHTOOL, request));
  } catch (error) {
    if (isSocketError(error, "EOPNOTSUPP")) return undefined;
    throw error;
  }
  // `stats` is read behind the call, and so it is kept for as long.
  if (view.getUint32(4, true) !== count) return undefined;
  return new BigUint64Array(stats.buffer, HEADER_BYTES, count).slice();
}
