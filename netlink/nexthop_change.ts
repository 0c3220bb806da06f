/**
 * Next hop objects added, replaced and deleted: what `ip nexthop add`, `replace` and `delete` do.
 *
 * @module
 */
import { checkInteger } from "../core/arguments.ts";
import { AF_INET, AF_UNSPEC } from "../ffi/abi/socket_constants.ts";
import { checkLinkName, checkWords, newFlags, verbOf } from "./_change_words.ts";
import { RTM_DELNEXTHOP, RTM_NEWNEXTHOP, RTNH_F_ONLINK } from "./abi/rtnetlink.ts";
import type { ChangeContext, ChangeRequest } from "./_change_request.ts";
import { familyOf } from "./_families.ts";
import { NHA, NHMSG } from "./nexthop.ts";
import { PROTOCOLS, SCOPES } from "./_words.ts";

/** A change of a next hop, in the words of the table of next hops. */
export interface NextHopChange {
  /** What to do. */
  do: "add nexthop" | "replace nexthop" | "delete nexthop";
  /** Its id, 1 or more. */
  id: number;
  /** The router's address. */
  gateway?: string;
  /** The link, by name. */
  dev?: string;
  /** The next hops of a group, with weights of 1 to 65535. Default: 1 each. */
  group?: readonly { id: number; weight?: number }[];
  /** Packets vanish. */
  blackhole?: boolean;
  /** It is for a bridge's table. */
  fdb?: boolean;
  /** `"link"`, `"global"`, … Default: what fits. */
  scope?: string | number;
  /** Who made it. */
  protocol?: string | number;
  /** `["onlink"]`: the router is there though no route says so. */
  flags?: readonly string[];
}

const KEYS = [
  "id",
  "gateway",
  "dev",
  "group",
  "blackhole",
  "fdb",
  "scope",
  "protocol",
  "flags",
];
const SHAPE = { headerBytes: NHMSG.size, attributes: NHA };

/** Writes a change of a next hop. */
export function encodeNextHop(change: NextHopChange, context: ChangeContext): ChangeRequest {
  const verb = verbOf(change);
  const action = `${change.do} ${change.id}`;
  checkWords(change, KEYS, ["add", "replace", "delete"], action);
  checkInteger(change.id, 1, 0xffffffff, action, "id");
  const { id, gateway, dev, group, blackhole, fdb, flags = [] } = change;
  for (const { id: member, weight = 1 } of group ?? []) {
    checkInteger(member, 1, 0xffffffff, action, "group.id");
    checkInteger(weight, 1, 65535, action, "group.weight");
  }
  if (dev !== undefined) checkLinkName(dev, action, "dev");
  if (flags.some((name) => name !== "onlink")) {
    throw new TypeError(`Cannot ${action}: only the flag "onlink" can be set`);
  }
  const family = gateway !== undefined
    ? familyOf(gateway, action, "gateway")
    : group !== undefined || verb === "delete"
    ? AF_UNSPEC
    : AF_INET;
  const scope = change.scope === undefined ? 0 : SCOPES.number(change.scope, 255, action, "scope");
  const protocol = change.protocol === undefined
    ? 0
    : PROTOCOLS.number(change.protocol, 255, action, "protocol");
  const oif = dev === undefined ? undefined : context.index(dev);
  return {
    type: verb === "delete" ? RTM_DELNEXTHOP : RTM_NEWNEXTHOP,
    flags: newFlags(verb),
    payload(sink) {
      NHMSG.encode(sink, {
        nh_family: family,
        nh_scope: scope,
        nh_protocol: protocol,
        nh_flags: flags.length > 0 ? RTNH_F_ONLINK : 0,
      });
      NHA.encode(sink, {
        id,
        group: group?.map(({ id: member, weight = 1 }) => ({ id: member, weight })),
        oif,
        gateway,
        blackhole: blackhole ? true : undefined,
        fdb: fdb ? true : undefined,
      });
    },
    action,
    shape: SHAPE,
  };
}
