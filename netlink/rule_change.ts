/**
 * Rules added and deleted: what `ip rule add` and `delete` do.
 *
 * @module
 */
import { checkInteger } from "../core/arguments.ts";
import { AF_INET, AF_INET6 } from "../ffi/abi/socket_constants.ts";
import { checkWords, newFlags, verbOf } from "./_change_words.ts";
import {
  FIB_RULE_INVERT,
  FR_ACT_GOTO,
  FR_ACT_NOP,
  FR_ACT_TO_TBL,
  RTM_DELRULE,
  RTM_NEWRULE,
} from "./abi/rtnetlink.ts";
import type { ChangeContext, ChangeRequest } from "./_change_request.ts";
import { familyOf } from "./_families.ts";
import { addressBits } from "./_families.ts";
import { FIB_RULE_HDR, FRA, IP_PROTOCOLS, type Rule, RULE_ACTIONS } from "./rule.ts";
import { PROTOCOLS, TABLES } from "./_words.ts";

/** A change of a rule, in the words of the table of rules. */
export interface RuleChange extends
  Partial<
    Omit<
      Rule,
      "family" | "table" | "unknown" | "iif_detached" | "oif_detached" | "unresolved" | "protocol"
    >
  > {
  /** What to do. */
  do: "add rule" | "delete rule";
  /** Default: that of `src` and `dst`, else IPv4. */
  family?: "inet" | "inet6";
  /** The table of routes, by name or number. */
  table?: string | number;
  /** Who made it. */
  protocol?: string | number;
}

const KEYS = [
  "family",
  "priority",
  "not",
  "src",
  "srclen",
  "dst",
  "dstlen",
  "tos",
  "fwmark",
  "fwmask",
  "iif",
  "oif",
  "l3mdev",
  "uid_start",
  "uid_end",
  "ipproto",
  "sport",
  "sport_start",
  "sport_end",
  "dport",
  "dport_start",
  "dport_end",
  "tun_id",
  "table",
  "suppress_prefixlen",
  "suppress_ifgroup",
  "flow",
  "goto",
  "nop",
  "action",
  "protocol",
];
const SHAPE = { headerBytes: FIB_RULE_HDR.size, attributes: FRA };

/** Writes a change of a rule. */
export function encodeRule(change: RuleChange, _context: ChangeContext): ChangeRequest {
  const verb = verbOf(change);
  const action = `${change.do} ${change.priority ?? ""}`.trim();
  checkWords(change, KEYS, ["add", "delete"], action);
  const src = change.src === "all" ? undefined : change.src;
  const { dst, priority, tos = 0, table } = change;
  const named = src ?? dst;
  const family = change.family !== undefined
    ? change.family === "inet6" ? AF_INET6 : AF_INET
    : named === undefined
    ? AF_INET
    : familyOf(named, action, "src");
  for (const word of ["src", "dst"] as const) {
    const address = word === "src" ? src : dst;
    if (address !== undefined && familyOf(address, action, word) !== family) {
      throw new TypeError(`Cannot ${action}: ${word} is of another family`);
    }
  }
  const bits = addressBits(family);
  const { srclen = src === undefined ? 0 : bits, dstlen = dst === undefined ? 0 : bits } = change;
  checkInteger(srclen, 0, bits, action, "srclen");
  checkInteger(dstlen, 0, bits, action, "dstlen");
  checkInteger(tos, 0, 0xff, action, "tos");
  if (priority !== undefined) checkInteger(priority, 0, 0xffffffff, action, "priority");
  const number = table === undefined
    ? undefined
    : TABLES.number(table, 0xffffffff, action, "table");
  const kind = change.action !== undefined
    ? RULE_ACTIONS.number(change.action, 0xff, action, "action")
    : change.goto !== undefined
    ? FR_ACT_GOTO
    : change.nop
    ? FR_ACT_NOP
    : FR_ACT_TO_TBL;
  const protocol = change.protocol === undefined
    ? undefined
    : PROTOCOLS.number(change.protocol, 0xff, action, "protocol");
  const ipProtocol = change.ipproto === undefined
    ? undefined
    : IP_PROTOCOLS.number(change.ipproto, 0xff, action, "ipproto");
  return {
    type: verb === "delete" ? RTM_DELRULE : RTM_NEWRULE,
    flags: newFlags(verb),
    payload(sink) {
      FIB_RULE_HDR.encode(sink, {
        family,
        src_len: srclen,
        dst_len: dstlen,
        tos,
        action: verb === "delete" && kind === FR_ACT_TO_TBL && number === undefined ? 0 : kind,
        flags: change.not ? FIB_RULE_INVERT : 0,
      });
      FRA.encode(sink, {
        dst,
        src,
        iif: change.iif,
        oif: change.oif,
        goto: change.goto,
        priority,
        fwmark: change.fwmark,
        fwmask: change.fwmask,
        flow: change.flow,
        tun_id: change.tun_id,
        suppress_ifgroup: change.suppress_ifgroup,
        suppress_prefixlen: change.suppress_prefixlen,
        table: number,
        l3mdev: change.l3mdev ? 1 : undefined,
        uid_range: change.uid_start === undefined
          ? undefined
          : { start: change.uid_start, end: change.uid_end ?? change.uid_start },
        protocol,
        ip_proto: ipProtocol,
        sport_range: ports(change.sport, change.sport_start, change.sport_end),
        dport_range: ports(change.dport, change.dport_start, change.dport_end),
      });
    },
    action,
    shape: SHAPE,
  };
}

function ports(
  one: number | undefined,
  start: number | undefined,
  end: number | undefined,
): { start: number; end: number } | undefined {
  if (one !== undefined) return { start: one, end: one };
  if (start === undefined) return undefined;
  return { start, end: end ?? start };
}
