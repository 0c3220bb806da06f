/**
 * Addresses added and deleted: what `ip address add`, `replace` and `delete` do.
 *
 * @module
 */
import { checkInteger } from "../core/arguments.ts";
import { checkLinkName, checkText, checkWords, newFlags, verbOf } from "./_change_words.ts";
import { RTM_DELADDR, RTM_NEWADDR } from "./abi/rtnetlink.ts";
import { ADDRESS_FLAGS, IFA, IFADDRMSG } from "./address.ts";
import type { ChangeContext, ChangeRequest } from "./_change_request.ts";
import { addressBits, familyOf, parsePrefix } from "./_families.ts";
import { SCOPES } from "./_words.ts";

/** A change of a link's addresses, in the words of the table of addresses. */
export interface AddressChange {
  /** What to do. `replace address` also renews one that is there. */
  do: "add address" | "replace address" | "delete address";
  /** The link, by name. */
  dev: string;
  /** The address, with the length of its prefix unless `prefixlen` says it: `"10.0.0.1/24"`. */
  local: string;
  /** How many of its leading bits are the network's. Default: all. */
  prefixlen?: number;
  /** The other end's address, on a point-to-point link. */
  address?: string;
  /** The network's broadcast address. */
  broadcast?: string;
  /** IPv4: the label. */
  label?: string;
  /** `"global"`, `"link"`, `"host"`, … Default: global, of 127.0.0.0/8 host. */
  scope?: string | number;
  /** The metric of the route to its network. */
  metric?: number;
  /** Seconds that it will be valid. Default: for ever. */
  valid_life_time?: number;
  /** Seconds that it will be preferred. Default: for ever. */
  preferred_life_time?: number;
  /** `"nodad"`, `"home"`, `"noprefixroute"`, `"mngtmpaddr"`, `"autojoin"`, `"optimistic"`. */
  flags?: readonly string[];
}

const KEYS = [
  "dev",
  "local",
  "prefixlen",
  "address",
  "broadcast",
  "label",
  "scope",
  "metric",
  "valid_life_time",
  "preferred_life_time",
  "flags",
];
const FOREVER = 0xffffffff;
const SHAPE = { headerBytes: IFADDRMSG.size, attributes: IFA };

/** Writes a change of an address. */
export function encodeAddress(change: AddressChange, context: ChangeContext): ChangeRequest {
  const verb = verbOf(change);
  const action = `${change.do} ${change.local}`;
  checkWords(change, KEYS, ["add", "replace", "delete"], action);
  checkText(change.local, action, "local");
  checkLinkName(change.dev, action, "dev");
  const { address: local, prefixLength, family } = parsePrefix(change.local, action, "local");
  const prefixlen = change.prefixlen ?? prefixLength;
  checkInteger(prefixlen, 0, addressBits(family), action, "prefixlen");
  for (const word of ["address", "broadcast"] as const) {
    if (change[word] === undefined) continue;
    if (familyOf(change[word], action, word) !== family) {
      throw new TypeError(`Cannot ${action}: ${word} is of another family than local`);
    }
  }
  for (const word of ["metric", "valid_life_time", "preferred_life_time"] as const) {
    if (change[word] !== undefined) checkInteger(change[word], 0, FOREVER, action, word);
  }
  const flags = addressFlags(change.flags, action);
  const { valid_life_time: valid, preferred_life_time: preferred } = change;
  const limited = valid !== undefined || preferred !== undefined;
  const scope = change.scope === undefined
    ? local.startsWith("127.") ? 254 : 0
    : SCOPES.number(change.scope, 0xff, action, "scope");
  const index = context.index(change.dev);
  return {
    type: verb === "delete" ? RTM_DELADDR : RTM_NEWADDR,
    flags: newFlags(verb),
    payload(sink) {
      IFADDRMSG.encode(sink, {
        ifa_family: family,
        ifa_prefixlen: prefixlen,
        ifa_scope: scope,
        ifa_index: index,
      });
      IFA.encode(sink, {
        local,
        address: change.address ?? local,
        broadcast: change.broadcast,
        label: change.label,
        metric: change.metric,
        flags: flags === 0 ? undefined : flags,
        cacheinfo: limited && verb !== "delete"
          ? {
            ifa_prefered: preferred ?? valid ?? FOREVER,
            ifa_valid: valid ?? FOREVER,
            cstamp: 0,
            tstamp: 0,
          }
          : undefined,
      });
    },
    action,
    shape: SHAPE,
  };
}

function addressFlags(given: readonly string[] | undefined, action: string): number {
  let flags = 0;
  for (const name of given ?? []) {
    const row = ADDRESS_FLAGS.find(([, known]) => known === name);
    if (row === undefined) throw new TypeError(`Cannot ${action}: no flag is called "${name}"`);
    flags |= row[0];
  }
  return flags;
}
