/**
 * Neighbours added, replaced and deleted: what `ip neigh add`, `replace` and `delete` do.
 *
 * @module
 */
import { checkLinkName, checkWords, newFlags, verbOf } from "./_change_words.ts";
import {
  NTF_EXT_LEARNED,
  NTF_PROXY,
  NTF_ROUTER,
  NUD_PERMANENT,
  RTM_DELNEIGH,
  RTM_NEWNEIGH,
} from "./abi/rtnetlink.ts";
import type { ChangeContext, ChangeRequest } from "./_change_request.ts";
import { bitsOf } from "./_codecs.ts";
import { familyOf } from "./_families.ts";
import { NDA, NDMSG, NEIGHBOR_STATES } from "./neighbor.ts";
import { PROTOCOLS } from "./_words.ts";

/** A change of a neighbour, in the words of the table of neighbours. */
export interface NeighborChange {
  /** What to do. */
  do: "add neighbor" | "replace neighbor" | "set neighbor" | "delete neighbor";
  /** Its IP address. */
  dst: string;
  /** The link, by name. */
  dev: string;
  /** Its hardware address. */
  lladdr?: string;
  /** `["PERMANENT"]` (the default), `["REACHABLE"]`, `["STALE"]`, `["NOARP"]`, … */
  state?: readonly string[];
  /** We answer for it. */
  proxy?: boolean;
  /** It is a router. */
  router?: boolean;
  /** Somebody else than the kernel has found it. */
  extern_learn?: boolean;
  /** Who made it. */
  protocol?: string | number;
}

const KEYS = ["dst", "dev", "lladdr", "state", "proxy", "router", "extern_learn", "protocol"];
const SHAPE = { headerBytes: NDMSG.size, attributes: NDA };

/** Writes a change of a neighbour. */
export function encodeNeighbor(change: NeighborChange, context: ChangeContext): ChangeRequest {
  const verb = verbOf(change);
  const action = `${change.do} ${change.dst}`;
  checkWords(change, KEYS, ["add", "replace", "set", "delete"], action);
  const family = familyOf(change.dst, action, "dst");
  checkLinkName(change.dev, action, "dev");
  const flags = (change.proxy ? NTF_PROXY : 0) | (change.router ? NTF_ROUTER : 0) |
    (change.extern_learn ? NTF_EXT_LEARNED : 0);
  const state = change.state === undefined
    ? change.proxy || verb === "delete" ? 0 : NUD_PERMANENT
    : bitsOf(change.state, NEIGHBOR_STATES, action);
  const protocol = change.protocol === undefined
    ? undefined
    : PROTOCOLS.number(change.protocol, 0xff, action, "protocol");
  const index = context.index(change.dev);
  return {
    type: verb === "delete" ? RTM_DELNEIGH : RTM_NEWNEIGH,
    flags: newFlags(verb),
    payload(sink) {
      NDMSG.encode(sink, {
        ndm_family: family,
        ndm_ifindex: index,
        ndm_state: state,
        ndm_flags: flags,
      });
      NDA.encode(sink, { dst: change.dst, lladdr: change.lladdr, protocol });
    },
    action,
    shape: SHAPE,
  };
}
