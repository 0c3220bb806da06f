/**
 * Ids of network namespaces: what `ip netns list-id` lists.
 *
 * @module
 */
import { checkQuery, dumpOnce, NETLINK_KEYS, type NetlinkOptions } from "./_session.ts";
import { NETLINK_ROUTE } from "./abi/netlink.ts";
import { NETNSA_NSID, RTM_GETNSID } from "./abi/rtnetlink.ts";
import { attributes } from "./attributes.ts";
import { s32 } from "./_codecs.ts";
import type { Dump } from "./dump.ts";

/** sizeof(struct rtgenmsg) (linux/rtnetlink.h), padded. */
const RTGENMSG_BYTES = 4;
const NETNSA = attributes("NETNSA_", { nsid: [NETNSA_NSID, s32] });

/**
 * The ids by which this network namespace, or another, knows others: those that a link's `link_netnsid`
 * and an event's `namespaceId` tell.
 *
 * Linux. Needs `--allow-ffi` and `--allow-sys=networkInterfaces`; another namespace needs the whole of
 * `--allow-net`.
 *
 * @example All of them
 * ```ts
 * import { netnsIds } from "@berkeley/sockets/netlink";
 *
 * console.log(await netnsIds().toArray());
 * ```
 *
 * @param options Where to look.
 * @returns The ids, as a table to iterate over or to take whole.
 * @throws {TypeError} If an option is unknown or of the wrong kind.
 */
export function netnsIds(options: NetlinkOptions = {}): Dump<number> {
  const action = "list namespace ids";
  checkQuery(options, NETLINK_KEYS, action);
  return dumpOnce(NETLINK_ROUTE, options, "tables", action, () => [{
    type: RTM_GETNSID,
    payload: (sink) => void sink.reserve(RTGENMSG_BYTES),
    read: (source, at, end) =>
      NETNSA.decode(source, at + RTGENMSG_BYTES, end - at - RTGENMSG_BYTES).nsid,
    action,
    shape: { headerBytes: RTGENMSG_BYTES, attributes: NETNSA },
  }]);
}
