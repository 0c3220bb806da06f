/**
 * Which socket a typed function uses: one of its own for a while, or an endpoint's.
 *
 * @module
 */
import {
  boolean,
  checkKeys,
  list,
  optional,
  type Parameter,
  type Shape,
  text,
} from "../core/arguments.ts";
import { beginWait, type Wait, WAIT_SHAPE, type WaitOptions } from "../core/wait.ts";
import { closeFd } from "../ffi/abi/library.ts";
import { type Access, checkAccess } from "./_permissions.ts";
import type { Session } from "./_opened.ts";
import { requestOn, type SingleRequest } from "./_request.ts";
import { Transport } from "./_transport.ts";
import { Dump, type DumpRequest } from "./dump.ts";
import type { NetlinkEndpoint } from "./endpoint.ts";
import { inNamespace, type Namespace, namespacePath, openNamespace } from "./namespace.ts";

/** Options of the functions that read and change the kernel's tables. */
export interface NetlinkOptions extends WaitOptions {
  /** Another network namespace. Needs the whole of `--allow-net`, and CAP_SYS_ADMIN. */
  netns?: Namespace;
  /** An open endpoint of the same protocol. Default: a socket of its own, closed in the end. */
  on?: NetlinkEndpoint;
}

/** The names of {@linkcode NetlinkOptions}. */
export const NETLINK_KEYS: readonly string[] = ["signal", "timeoutMs", "netns", "on"];

const NAMESPACE: Parameter<Namespace> = (value, action) => {
  namespacePath(value as Namespace, action);
  return value as Namespace;
};
const ENDPOINT: Parameter<NetlinkEndpoint> = (value, action, name) => {
  const endpoint = value as NetlinkEndpoint | null;
  if (typeof endpoint?.session === "function") return endpoint;
  throw new TypeError(`Cannot ${action}: ${name} is not a NetlinkEndpoint`);
};

/** The parameters that more than one of these functions takes, by key; the rest are words and numbers. */
const QUERY_SHAPE: Shape = {
  ...WAIT_SHAPE,
  netns: optional(NAMESPACE),
  on: optional(ENDPOINT),
  dev: optional(text()),
  stats: optional(boolean),
  proxy: optional(boolean),
  info: optional(boolean),
  memory: optional(boolean),
  kinds: optional(list(text())),
  states: optional(list(text())),
  groups: optional(list(text())),
};

/** Refuses options of unknown keys or wrong kinds, before a socket is opened. */
export function checkQuery(options: object, keys: readonly string[], action: string): void {
  checkKeys(options, keys, action);
  const given = options as Record<string, unknown>;
  for (const key of keys) QUERY_SHAPE[key]?.(given[key], action, key);
}

/** Opens a socket of its own. */
export function openTransport(
  protocol: number,
  netns: Namespace | undefined,
  access: Access,
  action: string,
  allNamespaces = false,
): Transport {
  checkAccess(netns === undefined ? access : "everything", action);
  return within(netns, action, () => new Transport({ protocol, allNamespaces }));
}

/** Runs `make`, which must not wait, in a namespace. */
function within<T>(netns: Namespace | undefined, action: string, make: () => T): T {
  if (netns === undefined) return make();
  const namespace = openNamespace(netns, action);
  try {
    return inNamespace(namespace, make);
  } finally {
    closeFd(namespace);
  }
}

/** The socket that `options` ask for. `dump`: for a dump, of which a socket does one at a time. */
export function beginSession(
  protocol: number,
  options: NetlinkOptions,
  access: Access,
  action: string,
  dump: boolean,
): Session {
  const { on, netns } = options;
  if (on === undefined) {
    const transport = openTransport(protocol, netns, access, action);
    const inside = <T>(make: () => T) => within(netns, action, make);
    return { transport, end: () => transport.close(), inside };
  }
  if (netns !== undefined) throw new TypeError(`Cannot ${action}: on and netns are both given`);
  if (on.protocol !== protocol) {
    throw new TypeError(`Cannot ${action}: the endpoint's protocol is ${on.protocol}`);
  }
  return on.session(dump);
}

/** Opens a session, does something with it and ends it. */
export async function withSession<T>(
  protocol: number,
  options: NetlinkOptions,
  access: Access,
  action: string,
  run: (transport: Transport, wait: Wait | undefined) => Promise<T>,
): Promise<T> {
  const wait = beginWait(options);
  try {
    const session = beginSession(protocol, options, access, action, false);
    try {
      return await run(session.transport, wait);
    } finally {
      session.end();
    }
  } finally {
    wait?.end();
  }
}

/** One request on a session of its own. */
export function requestOnce<T>(
  protocol: number,
  options: NetlinkOptions,
  access: Access,
  request: SingleRequest<T>,
): Promise<T[]> {
  return withSession(
    protocol,
    options,
    access,
    request.action,
    (transport, wait) => requestOn(transport, request, wait),
  );
}

/**
 * A table that is read on a session of its own.
 *
 * @param protocol NETLINK_*.
 * @param options The caller's.
 * @param access The permission that it needs.
 * @param action What it is for, in errors.
 * @param requests Makes the requests; may ask for what they need first.
 * @returns The table.
 */
export function dumpOnce<T>(
  protocol: number,
  options: NetlinkOptions,
  access: Access,
  action: string,
  requests: (
    transport: Transport,
    wait: Wait | undefined,
  ) => readonly DumpRequest<T>[] | Promise<readonly DumpRequest<T>[]>,
): Dump<T> {
  return new Dump<T>(async (wait, given) => {
    const session = given === undefined
      ? beginSession(protocol, options, access, action, true)
      : { transport: given, end() {} };
    try {
      const { transport } = session;
      return { transport, requests: await requests(transport, wait), end: session.end };
    } catch (error) {
      session.end();
      throw error;
    }
  }, options);
}
