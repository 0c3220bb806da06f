/**
 * Name resolution by getaddrinfo(3), without blocking the event loop or Deno's pool of threads.
 *
 * @module
 */
import { addrInfoError } from "../core/addrinfo_errors.ts";
import { errnoName, errnoText } from "../core/errno.ts";
import { notCapable } from "../core/errors.ts";
import { isIpv4, isIpv6 } from "../core/ip.ts";
import { beginWait, type WaitOptions } from "../core/wait.ts";
import { AI_NUMERICHOST, EAI_NONAME, EAI_SYSTEM } from "./abi/resolver_constants.ts";
import { libc } from "./library.ts";
import { allocate } from "./memory.ts";
import {
  type AddrInfo,
  type AddrInfoHints,
  type LookupQuery,
  lookupQuery,
} from "./resolver_hints.ts";
import { copyEntries, cString, encodeHints, takeList } from "./resolver_list.ts";
import { isZoned, resolveNumeric } from "./resolver_numeric.ts";
import {
  abandonLookup,
  enqueueLookup,
  type Lookup,
  type LookupOutcome,
  resumeLookup,
} from "./resolver_queue.ts";

export type { AddrInfo, AddrInfoHints } from "./resolver_hints.ts";

/** A lookup that equal ones share. */
interface SharedLookup extends Lookup {
  readonly key: string;
  readonly promise: Promise<LookupOutcome>;
}

const shared = new Map<string, SharedLookup>();

/**
 * Looks a host and a service up as the C library does (`man 3 getaddrinfo`): hosts file, name
 * servers and whatever nsswitch.conf says, in the order of RFC 6724. An address in text with a port
 * in digits is answered at once. Equal lookups at the same time share one call.
 *
 * @param host A name or an address, `"fe80::1%eth0"` with a zone; `null` for this machine's own.
 * @param service A name (`"https"`) or a port; `null` for none.
 * @param hints What to look for.
 * @param options How the wait may end early; the lookup is then forgotten.
 * @returns The ways to reach the host, at least one, the best first.
 * @throws {AddrInfoError} If the lookup failed.
 * @throws {TypeError} If an argument is of the wrong type, or holds a NUL.
 * @throws {RangeError} If a port is not in 0 to 65535.
 * @throws {Deno.errors.NotCapable} Without `--allow-ffi`, or without `--allow-net` for the name.
 */
export async function resolve(
  host: string | null,
  service: string | number | null,
  hints: AddrInfoHints = {},
  options?: WaitOptions,
): Promise<AddrInfo[]> {
  const query = lookupQuery(host, service, hints);
  const wait = beginWait(options);
  const numeric = resolveNumeric(query);
  if (numeric !== undefined) return numeric;
  if (isZoned(query)) return resolveAtOnce(query);
  checkLookup(query);
  const lookup = join(query);
  try {
    const outcome = await (wait === undefined ? lookup.promise : wait.race(lookup.promise));
    const entries = entriesOf(outcome, query);
    return lookup.waiters === 1 ? entries : copyEntries(entries);
  } finally {
    wait?.end();
    leave(lookup);
  }
}

/** As {@linkcode resolve} for what needs no name server: a synchronous call, whose errno is ours. */
function resolveAtOnce(query: LookupQuery): AddrInfo[] {
  const head = new BigUint64Array(allocate(8).buffer);
  const lib = libc();
  const status = lib.getaddrinfo(
    query.host === null ? null : cString(query.host),
    query.service === null ? null : cString(query.service),
    encodeHints(query),
    head,
  );
  const errno = status === EAI_SYSTEM ? lib.errno() : 0;
  return entriesOf({ status, errno, entries: status === 0 ? takeList(head[0]) : [] }, query);
}

function entriesOf(outcome: LookupOutcome, query: LookupQuery): AddrInfo[] {
  const { status, errno } = outcome;
  if (status === 0 && outcome.entries.length > 0) return outcome.entries;
  throw addrInfoError(status === 0 ? EAI_NONAME : status, {
    syscall: "getaddrinfo",
    address: query.host ?? query.service ?? undefined,
    errno,
    detail: errno === 0 ? undefined : errnoText(errnoName(errno)),
  });
}

function join(query: LookupQuery): SharedLookup {
  const { host, service, flags, family, type, protocol } = query;
  // A NUL is in neither text, so that no two lookups have the same key.
  const key = `${flags} ${family} ${type} ${protocol}${host === null ? "" : `\0=${host}`}${
    service === null ? "" : `\0:${service}`
  }`;
  const before = shared.get(key);
  if (before !== undefined) {
    before.waiters++;
    resumeLookup();
    return before;
  }
  const { promise, resolve } = Promise.withResolvers<LookupOutcome>();
  const lookup: SharedLookup = {
    query,
    key,
    waiters: 1,
    promise,
    done(outcome) {
      shared.delete(key);
      resolve(outcome);
    },
  };
  shared.set(key, lookup);
  try {
    enqueueLookup(lookup);
  } catch (error) {
    shared.delete(key);
    throw error;
  }
  return lookup;
}

function leave(lookup: SharedLookup): void {
  if (--lookup.waiters > 0) return;
  if (shared.get(lookup.key) === lookup && abandonLookup(lookup)) shared.delete(lookup.key);
}

/** The status of the whole permission. Deno keeps it up to date, and reading it costs nothing. */
let netStatus: Deno.PermissionStatus | undefined;

/**
 * Asks for the net permission that a lookup of this name takes, as `Deno.connect` asks: libc would
 * not. An address in text is not looked up anywhere, nor is glibc's `"*"`, which stands for no host.
 */
function checkLookup(query: LookupQuery): void {
  const { host, port, flags } = query;
  if (host === null || host === "" || host === "*" || (flags & AI_NUMERICHOST) !== 0) return;
  if (isIpv4(host) || isIpv6(host.replace(/%.*$/, ""))) return;
  netStatus ??= Deno.permissions.querySync({ name: "net" });
  if (netStatus.state === "granted" && netStatus.partial !== true) return;
  const descriptor = lookupDescriptor(host, port);
  if (Deno.permissions.querySync(descriptor).state === "granted") return;
  if (Deno.permissions.requestSync(descriptor).state === "granted") return;
  const flag = descriptor.host === undefined ? "--allow-net" : `--allow-net=${descriptor.host}`;
  throw notCapable(`resolve ${JSON.stringify(host)}`, flag);
}

/** A name in no form that Deno's permissions have takes the whole of `--allow-net`. */
function lookupDescriptor(host: string, port: number): Deno.NetPermissionDescriptor {
  if (/[^\w.\-\u0080-\uffff]/.test(host)) return { name: "net" };
  try {
    // Punycode, as the permissions know names.
    const { hostname } = new URL(`http://${host}`);
    const descriptor = { name: "net", host: port > 0 ? `${hostname}:${port}` : hostname } as const;
    Deno.permissions.querySync(descriptor);
    return descriptor;
  } catch {
    return { name: "net" };
  }
}
