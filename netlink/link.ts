/**
 * Links: what `ip link` lists.
 *
 * @module
 */
import { checkInteger } from "../core/arguments.ts";
import { INFO, type Link, readLink } from "./_link_entry.ts";
import { IFINFOMSG, readLinkNames, RTEXT_FILTER_SKIP_STATS } from "./_link_names.ts";
import { checkQuery, dumpOnce, NETLINK_KEYS, type NetlinkOptions } from "./_session.ts";
import * as l from "./abi/link.ts";
import { NETLINK_ROUTE } from "./abi/netlink.ts";
import { RTM_GETLINK } from "./abi/rtnetlink.ts";
import { attributes } from "./attributes.ts";
import { u32 } from "./_codecs.ts";
import type { Dump } from "./dump.ts";

export type { LinkCounters } from "./_link_counters.ts";
export type { Link, LinkInfo } from "./_link_entry.ts";

/** Options of {@linkcode links}. */
export interface LinksOptions extends NetlinkOptions {
  /** Tell the counters too (`stats64`). Default: false. */
  stats?: boolean;
  /** Only links of this kind: `"bridge"`. */
  kind?: string;
  /** Only links that belong to this one, by index. */
  master?: number;
}

const KEYS = [...NETLINK_KEYS, "stats", "kind", "master"];
const QUERY = attributes("IFLA_", {
  ext_mask: [l.IFLA_EXT_MASK, u32],
  master: [l.IFLA_MASTER, u32],
  linkinfo: [l.IFLA_LINKINFO, INFO],
});

/**
 * The links (network interfaces) of this network namespace, or of another: what `ip -d link` lists.
 *
 * Linux. Needs `--allow-ffi` and `--allow-sys=networkInterfaces`; another namespace needs the whole of
 * `--allow-net`.
 *
 * @example The loopback
 * ```ts
 * import { links } from "@berkeley/sockets/netlink";
 * import { assertEquals } from "@std/assert";
 *
 * const all = await links().toArray();
 * assertEquals(all.find((link) => link.link_type === "loopback")?.ifname, "lo");
 * ```
 *
 * @param options Filters that the kernel applies, and where to look.
 * @returns The links, as a table to iterate over or to take whole.
 * @throws {TypeError} If an option is unknown or of the wrong kind.
 */
export function links(options: LinksOptions = {}): Dump<Link> {
  const action = "list links";
  checkQuery(options, KEYS, action);
  const { stats = false, kind, master } = options;
  if (master !== undefined) checkInteger(master, 1, 0x7fffffff, action, "master");
  if (kind !== undefined && typeof kind !== "string") {
    throw new TypeError(`Cannot ${action}: kind is not a string`);
  }
  return dumpOnce(NETLINK_ROUTE, options, "tables", action, async (transport, wait) => {
    const linkNames = await readLinkNames(transport, wait);
    return [{
      type: RTM_GETLINK,
      payload(sink) {
        IFINFOMSG.encode(sink, {});
        QUERY.encode(sink, {
          ext_mask: RTEXT_FILTER_SKIP_STATS,
          master,
          linkinfo: kind === undefined ? undefined : { kind },
        });
      },
      read(source, at, end) {
        linkNames.learn(source, at, end);
        return readLink(source, at, end, linkNames, stats);
      },
      action,
      shape: { headerBytes: IFINFOMSG.size, attributes: QUERY },
    }];
  });
}
