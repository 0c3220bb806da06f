/**
 * Services of a cluster: `struct sockaddr_tipc` (linux/tipc.h, `man 8 tipc`).
 *
 * @module
 */
import type { TipcAddress } from "../../core/address.ts";
import { checkInteger } from "../../core/arguments.ts";
import { AF_TIPC } from "../abi/socket_constants.ts";
import { hostU32At, putFamily, putHostU32 } from "./bytes.ts";
import { type FamilyRow, type Fields, refuse, WHOLE_NET } from "./row.ts";

/** struct sockaddr_tipc (linux/tipc.h): what follows the scope is read by `addrtype`. */
export const SOCKADDR_TIPC = {
  size: 16,
  family: 0,
  addrtype: 2,
  scope: 3,
  addr: 4,
} as const;
/** addrtype (linux/tipc.h). */
export const ADDRESS_KINDS = {
  TIPC_SERVICE_RANGE: 1,
  TIPC_SERVICE_ADDR: 2,
  TIPC_SOCKET_ADDR: 3,
} as const;
/** scope (linux/tipc.h); 0 in an address that is looked up. */
export const SCOPES = { TIPC_CLUSTER_SCOPE: 2, TIPC_NODE_SCOPE: 3 } as const;

const FIRST = SOCKADDR_TIPC.addr;
const SECOND = FIRST + 4;
const THIRD = FIRST + 8;
const MAX_U32 = 0xffffffff;

/** The three numbers of an address, by its kind. */
const NUMBERS: Readonly<Record<TipcAddress["kind"], readonly (readonly [string, boolean])[]>> = {
  service: [["service", true], ["instance", true], ["domain", false]],
  range: [["service", true], ["lower", true], ["upper", true]],
  socket: [["ref", true], ["node", true]],
};
const KINDS = { range: 1, service: 2, socket: 3 } as const;

function kindOf(fields: Fields, action: string): TipcAddress["kind"] {
  const { kind } = fields;
  if (kind === "service" || kind === "range" || kind === "socket") return kind;
  if (kind !== undefined) refuse(action, 'address.kind is not "service", "range" or "socket"');
  return fields.instance !== undefined ? "service" : fields.ref !== undefined ? "socket" : "range";
}

function scopeOf(scope: unknown, action: string): number {
  if (scope === undefined) return 0;
  if (scope === "cluster") return SCOPES.TIPC_CLUSTER_SCOPE;
  if (scope === "node") return SCOPES.TIPC_NODE_SCOPE;
  refuse(action, 'address.scope is not "cluster" or "node"');
}

/** TIPC. */
export const TIPC: FamilyRow<TipcAddress> = {
  number: AF_TIPC,
  name: "tipc",
  module: "tipc",
  keys: ["kind", "service", "instance", "domain", "lower", "upper", "ref", "node", "scope"],
  grants: ["net"],
  hidesEnd: true, // tipc_wait_for_rcvmsg
  endsSlowly: true, // __tipc_shutdown: CONN_TIMEOUT_DEFAULT, 8 s
  recognises: ({ service, ref, node }) =>
    service !== undefined || (ref !== undefined && node !== undefined),
  encode(target, offset, fields, action) {
    const kind = kindOf(fields, action);
    target.fill(0, offset, offset + SOCKADDR_TIPC.size);
    putFamily(target, offset, AF_TIPC);
    target[offset + SOCKADDR_TIPC.addrtype] = KINDS[kind];
    target[offset + SOCKADDR_TIPC.scope] = scopeOf(fields.scope, action);
    const names = NUMBERS[kind];
    for (let i = 0; i < names.length; i++) {
      const [name, needed] = names[i];
      const value = fields[name];
      if (value === undefined && !needed) continue;
      checkInteger(value, 0, MAX_U32, action, `address.${name}`);
      putHostU32(target, offset + FIRST + 4 * i, value);
    }
    for (const key in fields) {
      if (key === "family" || key === "kind" || key === "scope") continue;
      if (fields[key] !== undefined && !names.some(([name]) => name === key)) {
        refuse(action, `address.${key} is none of a TIPC ${kind} address`);
      }
    }
    if (kind === "range" && (fields.lower as number) > (fields.upper as number)) {
      throw new RangeError(`Cannot ${action}: address.lower is above address.upper`);
    }
    return SOCKADDR_TIPC.size;
  },
  decode(bytes, offset, size) {
    if (size < SOCKADDR_TIPC.size) return undefined;
    const first = hostU32At(bytes, offset + FIRST);
    const second = hostU32At(bytes, offset + SECOND);
    const third = hostU32At(bytes, offset + THIRD);
    const scope = bytes[offset + SOCKADDR_TIPC.scope];
    const where = scope === SCOPES.TIPC_CLUSTER_SCOPE
      ? { scope: "cluster" } as const
      : scope === SCOPES.TIPC_NODE_SCOPE
      ? { scope: "node" } as const
      : {};
    switch (bytes[offset + SOCKADDR_TIPC.addrtype]) {
      case ADDRESS_KINDS.TIPC_SERVICE_RANGE:
        return {
          ...{ family: "tipc", kind: "range", service: first, lower: second, upper: third },
          ...where,
        };
      case ADDRESS_KINDS.TIPC_SERVICE_ADDR:
        return {
          ...{ family: "tipc", kind: "service", service: first, instance: second },
          ...(third !== 0 && { domain: third }),
          ...where,
        };
      case ADDRESS_KINDS.TIPC_SOCKET_ADDR:
        return { family: "tipc", kind: "socket", ref: first, node: second };
    }
  },
  text(address) {
    switch (address.kind) {
      case "service":
        return `tipc:${address.service}:${address.instance}`;
      case "range":
        return `tipc:${address.service}:${address.lower}-${address.upper}`;
      case "socket":
        return `tipc:${address.ref}@${address.node.toString(16)}`;
    }
  },
  permissions: () => WHOLE_NET,
};
