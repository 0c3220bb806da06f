/**
 * Filters added, replaced and deleted: what `tc filter` does.
 *
 * @module
 */
import { checkInteger } from "../core/arguments.ts";
import type { ChangeContext, ChangeRequest } from "./_change_request.ts";
import { checkLinkName, checkText, checkWords, verbOf } from "./_change_words.ts";
import type { FlowerKeys } from "./_flower_keys.ts";
import { filterParent, parseFilterHandle } from "./_handles.ts";
import { trafficRequest } from "./_traffic_request.ts";
import { RTM_DELTFILTER, RTM_NEWTFILTER } from "./abi/rtnetlink.ts";
import type { FilterAction } from "./filter_action.ts";
import { filterWriter } from "./_filter_kinds.ts";
import { Words } from "./_words.ts";

/** A change of a link's filters. */
export interface FilterChange {
  /** What to do. To delete, what is left out may be anything. */
  do: "add filter" | "replace filter" | "set filter" | "delete filter";
  /** The link, by name. */
  dev: string;
  /** The kind: `"u32"`, `"flower"`, `"matchall"`, `"fw"`, `"basic"`. */
  kind?: string;
  /** What it belongs to: `"root"` (the default), a handle, `"ingress"` or `"egress"` of a clsact. */
  parent?: string;
  /** The frames that it looks at: `"ip"`, `"ipv6"`, `"arp"`, `"802.1Q"`, `"all"` (the default), or an EtherType. */
  protocol?: string | number;
  /** Filters are tried from the least on, 1 to 65535. Default: the kernel chooses. */
  pref?: number;
  /** The chain. Default: 0. */
  chain?: number;
  /** Its handle as `tc` has it: `"800::800"` of a u32, else a number; of fw the mark. */
  handle?: string;
  /** What it matches and does, by `tc`'s words. */
  options?: FilterSettings;
}

/** What a filter matches and does. */
export interface FilterSettings {
  /** The class that packets go to: `"1:10"`. */
  classid?: string;
  /** What becomes of packets. */
  actions?: readonly FilterAction[];
  /** Keep it out of the hardware (u32, flower, matchall). */
  skip_hw?: boolean;
  /** Leave it to the hardware (u32, flower, matchall). */
  skip_sw?: boolean;
  /** Of u32: words of the packet, hexadecimal, at offsets in bytes from the network header on. */
  match?: readonly { value: string; mask: string; off: number }[];
  /** Of flower: addresses, ports and so on. */
  keys?: FlowerKeys;
  /** Of fw: the bits of the mark that count. */
  mask?: number;
}

const KEYS = ["dev", "kind", "parent", "protocol", "pref", "chain", "handle", "options"];

/** linux/if_ether.h, ETH_P_*. */
const ETHER_TYPES = new Words([
  [0x0003, "all"],
  [0x0800, "ip"],
  [0x0806, "arp"],
  [0x8100, "802.1Q"],
  [0x86dd, "ipv6"],
]);

/** Writes a change of a filter. */
export function encodeFilter(change: FilterChange, context: ChangeContext): ChangeRequest {
  const verb = verbOf(change);
  const { kind, pref = 0, chain, options = {} } = change;
  const action = `${change.do} ${kind ?? ""}`.trim();
  checkWords(change, KEYS, ["add", "replace", "set", "delete"], action);
  checkLinkName(change.dev, action, "dev");
  if (verb !== "delete") checkText(kind, action, "kind");
  checkInteger(pref, 0, 0xffff, action, "pref");
  if (chain !== undefined) checkInteger(chain, 0, 0x0fffffff, action, "chain");
  const given = change.protocol ?? (verb === "delete" ? 0 : "all");
  const protocol = ETHER_TYPES.number(given, 0xffff, action, "protocol");
  const parent = filterParent(change.parent ?? "root", action);
  const handle = change.handle === undefined ? 0 : parseFilterHandle(change.handle, action);
  const writer = kind === undefined || verb === "delete"
    ? undefined
    : filterWriter(kind, options, protocol, context, action);
  const index = context.index(change.dev);
  return trafficRequest({
    types: [RTM_NEWTFILTER, RTM_DELTFILTER],
    verb,
    header: {
      tcm_ifindex: index,
      tcm_parent: parent,
      tcm_handle: handle,
      // TC_H_MAKE(prio << 16, protocol in network order).
      tcm_info: (pref << 16 | (protocol & 0xff) << 8 | protocol >> 8) >>> 0,
    },
    kind,
    chain,
    write: writer?.write,
    shape: writer,
    action,
  });
}
