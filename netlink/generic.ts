/**
 * Generic netlink: families by name, and what each can do (linux/genetlink.h).
 *
 * @module
 */
import type { Wait } from "../core/wait.ts";
import { checkText } from "./_change_words.ts";
import { requestOn } from "./_request.ts";
import {
  checkQuery,
  dumpOnce,
  NETLINK_KEYS,
  type NetlinkOptions,
  requestOnce,
} from "./_session.ts";
import type { Transport } from "./_transport.ts";
import * as g from "./abi/generic.ts";
import { NETLINK_GENERIC } from "./abi/netlink.ts";
import { attributes } from "./attributes.ts";
import type { ByteSink, ByteSource } from "./_bytes.ts";
import { list, text, u16, u32 } from "./_codecs.ts";
import { struct } from "./_struct.ts";
import type { Dump } from "./dump.ts";

/** A family of generic netlink. */
export interface GenericFamily {
  /** Its message type. */
  id: number;
  /** Its name. */
  name: string;
  /** The version of its messages. */
  version: number;
  /** Bytes of its own header, behind the generic one. */
  hdrsize: number;
  /** The highest attribute that it knows. */
  maxattr: number;
  /** Its commands by number, with flags (GENL_*: 1 admin, 2 do, 4 dump, 8 has a policy, 16 as 1 by user namespace). */
  ops: { id: number; flags: number }[];
  /** Its multicast groups. */
  groups: { id: number; name: string }[];
}

/** struct genlmsghdr (linux/genetlink.h). */
export const GENLMSGHDR = struct({ cmd: "u8", version: "u8", reserved: "u16" });

const OPS = attributes("CTRL_ATTR_OP_", {
  id: [g.CTRL_ATTR_OP_ID, u32],
  flags: [g.CTRL_ATTR_OP_FLAGS, u32],
});
const GROUPS = attributes("CTRL_ATTR_MCAST_GRP_", {
  name: [g.CTRL_ATTR_MCAST_GRP_NAME, text],
  id: [g.CTRL_ATTR_MCAST_GRP_ID, u32],
});
const CTRL = attributes("CTRL_ATTR_", {
  family_id: [g.CTRL_ATTR_FAMILY_ID, u16],
  family_name: [g.CTRL_ATTR_FAMILY_NAME, text],
  version: [g.CTRL_ATTR_VERSION, u32],
  hdrsize: [g.CTRL_ATTR_HDRSIZE, u32],
  maxattr: [g.CTRL_ATTR_MAXATTR, u32],
  ops: [g.CTRL_ATTR_OPS, list(OPS)],
  mcast_groups: [g.CTRL_ATTR_MCAST_GROUPS, list(GROUPS)],
});
const SHAPE = { headerBytes: GENLMSGHDR.size, attributes: CTRL };

function readFamily(source: ByteSource, at: number, end: number): GenericFamily {
  const raw = CTRL.decode(source, at + GENLMSGHDR.size, end - at - GENLMSGHDR.size);
  return {
    id: raw.family_id ?? 0,
    name: raw.family_name ?? "",
    version: raw.version ?? 0,
    hdrsize: raw.hdrsize ?? 0,
    maxattr: raw.maxattr ?? 0,
    ops: (raw.ops ?? []).map(({ id = 0, flags = 0 }) => ({ id, flags })),
    groups: (raw.mcast_groups ?? []).map(({ id = 0, name = "" }) => ({ id, name })),
  };
}

function writeQuery(sink: ByteSink, name?: string): void {
  GENLMSGHDR.encode(sink, { cmd: g.CTRL_CMD_GETFAMILY, version: 2 });
  CTRL.encode(sink, { family_name: name });
}

/**
 * The families of generic netlink that the kernel has, with their commands and groups: what
 * `genl ctrl list` lists.
 *
 * Linux. Needs `--allow-ffi` and `--allow-sys=networkInterfaces`; another namespace needs the whole of
 * `--allow-net`.
 *
 * @example The controller itself
 * ```ts
 * import { genericFamilies } from "@berkeley/sockets/netlink";
 * import { assertEquals } from "@std/assert";
 *
 * const all = await genericFamilies().toArray();
 * assertEquals(all.find(({ name }) => name === "nlctrl")?.id, 16);
 * ```
 *
 * @param options Where to look.
 * @returns The families, as a table to iterate over or to take whole.
 * @throws {TypeError} If an option is unknown or of the wrong kind.
 */
export function genericFamilies(options: NetlinkOptions = {}): Dump<GenericFamily> {
  const action = "list generic families";
  checkQuery(options, NETLINK_KEYS, action);
  return dumpOnce(NETLINK_GENERIC, options, "tables", action, () => [{
    type: g.GENL_ID_CTRL,
    payload: (sink) => writeQuery(sink),
    read: readFamily,
    action,
    shape: SHAPE,
  }]);
}

/**
 * One family of generic netlink.
 *
 * Linux. Needs what {@linkcode genericFamilies} needs.
 *
 * @example Its number, which each machine has differently
 * ```ts
 * import { genericFamily } from "@berkeley/sockets/netlink";
 * import { assert } from "@std/assert";
 *
 * const { id, ops } = await genericFamily("nlctrl");
 * assert(id === 16 && ops.length > 0);
 * ```
 *
 * @param name Its name.
 * @param options Where to look.
 * @returns The family.
 * @throws {NetlinkError} `ENOENT` if the kernel has none of this name.
 */
export async function genericFamily(
  name: string,
  options: NetlinkOptions = {},
): Promise<GenericFamily> {
  checkText(name, "find a generic family", "name");
  const action = `find the generic family ${name}`;
  checkQuery(options, NETLINK_KEYS, action);
  const [family] = await requestOnce(NETLINK_GENERIC, options, "tables", {
    type: g.GENL_ID_CTRL,
    payload: (sink) => writeQuery(sink, name),
    read: readFamily,
    action,
    shape: SHAPE,
  });
  return family;
}

/** Finds a family on a socket that is open. */
export async function findFamily(
  transport: Transport,
  name: string,
  wait: Wait | undefined,
): Promise<GenericFamily> {
  const [family] = await requestOn<GenericFamily>(transport, {
    type: g.GENL_ID_CTRL,
    payload: (sink) => writeQuery(sink, name),
    read: readFamily,
    action: `find the generic family ${name}`,
    shape: SHAPE,
  }, wait);
  return family;
}
