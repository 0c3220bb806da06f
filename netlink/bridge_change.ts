/**
 * What bridges know, changed: what `bridge fdb`, `bridge vlan` and `bridge mdb` add and delete.
 *
 * @module
 */
import { checkInteger } from "../core/arguments.ts";
import {
  AF_BRIDGE,
  BR_PORT_MSG,
  FDB_FLAGS,
  FDB_STATES,
  groupBytes,
  MDB_CHANGE,
  PORT_SPEC,
  VLAN_INFO,
} from "./_bridge_attributes.ts";
import type { ChangeContext, ChangeRequest } from "./_change_request.ts";
import { checkLinkName, checkText, checkWords, newFlags, verbOf } from "./_change_words.ts";
import { IFINFOMSG } from "./_link_names.ts";
import * as b from "./abi/bridge.ts";
import { IFLA_AF_SPEC } from "./abi/link.ts";
import { NTF_MASTER, NTF_SELF, RTM_DELLINK, RTM_DELNEIGH, RTM_NEWNEIGH } from "./abi/rtnetlink.ts";
import { attributes, writeAttribute } from "./attributes.ts";
import { bitsOf, parseHex } from "./_codecs.ts";
import { familyOf } from "./_families.ts";
import { NDA, NDMSG } from "./neighbor.ts";

/** A change of a forwarding table, in the words of the table. */
export interface FdbChange {
  /** What to do. */
  do: "add fdb" | "replace fdb" | "append fdb" | "delete fdb";
  /** The hardware address. */
  mac: string;
  /** The link that leads there, by name. */
  dev: string;
  /** The VLAN, 1 to 4094. */
  vlan?: number;
  /** Of a tunnel: the other end's address. */
  dst?: string;
  /** Of a tunnel: the other end's port. */
  port?: number;
  /** Of a tunnel: the network's number there, 0 to 16777215. */
  vni?: number;
  /** Of a tunnel: the network's number here. */
  src_vni?: number;
  /** Of a tunnel: the link to go by, by name. */
  viaIf?: string;
  /** `"permanent"` (the default: this host's own), `"static"`, `"stale"`, or empty: goes when unused. */
  state?: string;
  /** `"self"` (the default): the link's own table; `"master"`: that of its bridge; `"sticky"`, … */
  flags?: readonly string[];
}

/** A change of the VLANs of a port. */
export interface VlanChange {
  /** What to do. */
  do: "add vlan" | "delete vlan";
  /** The port, or a bridge, by name. */
  dev: string;
  /** The VLAN, 1 to 4094. */
  vlan: number;
  /** The last of several. */
  vlanEnd?: number;
  /** Frames without a tag are in it. Default: false. */
  pvid?: boolean;
  /** Frames leave without a tag. Default: false. */
  untagged?: boolean;
  /** Of the bridge itself, not of a port. Default: false. */
  self?: boolean;
}

/** A change of a bridge's multicast groups. */
export interface MdbChange {
  /** What to do. */
  do: "add mdb" | "replace mdb" | "delete mdb";
  /** The bridge, by name. */
  dev: string;
  /** The port that wants it, by name; the bridge itself for this host. */
  port: string;
  /** The group: an IP address, or a hardware address. */
  grp: string;
  /** The VLAN, 1 to 4094. */
  vid?: number;
  /** `"temp"` (the default): it goes unless it is asked for again; or `"permanent"`. */
  state?: "permanent" | "temp";
}

const FDB_SHAPE = { headerBytes: NDMSG.size, attributes: NDA };
const SPEC = attributes("IFLA_", { af_spec: [IFLA_AF_SPEC, PORT_SPEC] });
const MOST_VLAN = 4094;

function checkVlan(value: number | undefined, action: string, name: string): void {
  if (value !== undefined) checkInteger(value, 1, MOST_VLAN, action, name);
}

/** Writes a change of a forwarding table. */
export function encodeFdb(change: FdbChange, context: ChangeContext): ChangeRequest {
  const verb = verbOf(change);
  const { mac, vlan, dst, port, vni, src_vni, viaIf } = change;
  const action = `${change.do} ${mac}`;
  checkWords(
    change,
    ["mac", "dev", "vlan", "dst", "port", "vni", "src_vni", "viaIf", "state", "flags"],
    ["add", "replace", "append", "delete"],
    action,
  );
  checkText(mac, action, "mac");
  parseHex(mac);
  checkLinkName(change.dev, action, "dev");
  checkVlan(vlan, action, "vlan");
  if (dst !== undefined) familyOf(dst, action, "dst");
  if (port !== undefined) checkInteger(port, 0, 0xffff, action, "port");
  if (vni !== undefined) checkInteger(vni, 0, 0xffffff, action, "vni");
  if (src_vni !== undefined) checkInteger(src_vni, 0, 0xffffff, action, "src_vni");
  if (viaIf !== undefined) checkLinkName(viaIf, action, "viaIf");
  const given = bitsOf(change.flags ?? [], FDB_FLAGS, action);
  const flags = (given & (NTF_SELF | NTF_MASTER)) === 0 ? given | NTF_SELF : given;
  const row = FDB_STATES.find(([name]) => name === (change.state ?? "permanent"));
  if (row === undefined) throw new TypeError(`Cannot ${action}: no state is "${change.state}"`);
  const index = context.index(change.dev);
  const ifindex = viaIf === undefined ? undefined : context.index(viaIf);
  return {
    type: verb === "delete" ? RTM_DELNEIGH : RTM_NEWNEIGH,
    flags: newFlags(verb),
    payload(sink) {
      NDMSG.encode(sink, {
        ndm_family: AF_BRIDGE,
        ndm_ifindex: index,
        ndm_state: row[2],
        ndm_flags: flags,
      });
      NDA.encode(sink, { lladdr: mac, dst, vlan, port, vni, src_vni, ifindex });
    },
    action,
    shape: FDB_SHAPE,
  };
}

/** Writes a change of a port's VLANs. */
export function encodeVlan(change: VlanChange, context: ChangeContext): ChangeRequest {
  const verb = verbOf(change);
  const { vlan, vlanEnd = vlan, pvid = false, untagged = false, self = false } = change;
  const action = `${change.do} ${vlan}`;
  checkWords(
    change,
    ["dev", "vlan", "vlanEnd", "pvid", "untagged", "self"],
    ["add", "delete"],
    action,
  );
  checkLinkName(change.dev, action, "dev");
  checkVlan(vlan, action, "vlan");
  checkVlan(vlanEnd, action, "vlanEnd");
  if (vlanEnd < vlan) throw new RangeError(`Cannot ${action}: vlanEnd ${vlanEnd} is before it`);
  if (pvid && vlanEnd !== vlan) throw new TypeError(`Cannot ${action}: only one can be the pvid`);
  const flags = (pvid ? b.BRIDGE_VLAN_INFO_PVID : 0) |
    (untagged ? b.BRIDGE_VLAN_INFO_UNTAGGED : 0);
  const index = context.index(change.dev);
  const parts = vlanEnd === vlan ? [{ flags, vid: vlan }] : [
    { flags: flags | b.BRIDGE_VLAN_INFO_RANGE_BEGIN, vid: vlan },
    { flags: flags | b.BRIDGE_VLAN_INFO_RANGE_END, vid: vlanEnd },
  ];
  return {
    type: verb === "delete" ? RTM_DELLINK : b.RTM_SETLINK,
    flags: 0,
    payload(sink) {
      IFINFOMSG.encode(sink, { ifi_family: AF_BRIDGE, ifi_index: index });
      const codec = {
        within: PORT_SPEC,
        decode: () => undefined,
        encode() {
          PORT_SPEC.encode(sink, { flags: self ? b.BRIDGE_FLAGS_SELF : undefined });
          for (const part of parts) {
            writeAttribute(sink, b.IFLA_BRIDGE_VLAN_INFO, VLAN_INFO, part, "vlan_info");
          }
        },
      };
      writeAttribute(sink, IFLA_AF_SPEC, codec, undefined, "af_spec");
    },
    action,
    shape: { headerBytes: IFINFOMSG.size, attributes: SPEC },
  };
}

/** Writes a change of a bridge's multicast groups. */
export function encodeMdb(change: MdbChange, context: ChangeContext): ChangeRequest {
  const verb = verbOf(change);
  const action = `${change.do} ${change.grp}`;
  checkWords(
    change,
    ["dev", "port", "grp", "vid", "state"],
    ["add", "replace", "delete"],
    action,
  );
  checkLinkName(change.dev, action, "dev");
  checkLinkName(change.port, action, "port");
  checkText(change.grp, action, "grp");
  checkVlan(change.vid, action, "vid");
  const group = groupBytes(change.grp, action);
  const index = context.index(change.dev);
  const ifindex = context.index(change.port);
  const state = change.state === "permanent" ? b.MDB_PERMANENT : 0;
  return {
    type: verb === "delete" ? b.RTM_DELMDB : b.RTM_NEWMDB,
    flags: newFlags(verb),
    payload(sink) {
      BR_PORT_MSG.encode(sink, { family: AF_BRIDGE, ifindex: index });
      MDB_CHANGE.encode(sink, {
        entry: { ifindex, state, vid: change.vid ?? 0, flags: 0, ...group },
      });
    },
    action,
    shape: { headerBytes: BR_PORT_MSG.size, attributes: MDB_CHANGE },
  };
}
