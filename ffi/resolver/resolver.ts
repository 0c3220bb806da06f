/**
 * Name resolution by getaddrinfo(3), without blocking the event loop or Deno's pool of threads.
 *
 * The room `resolver/` is names: of hosts (here), services, protocols and interfaces. Begin here.
 *
 * @module
 */
import { addrInfoError } from "../../core/addrinfo_errors.ts";
import { AddrInfoError } from "../../core/errors.ts";
import { errnoName, errnoText } from "../../core/errno.ts";
import { beginWait, type Wait, type WaitOptions } from "../../core/wait.ts";
import { EAI_NONAME, EAI_SYSTEM } from "../abi/resolver_constants.ts";
import { AF_INET, SOCK_CLOEXEC, SOCK_DGRAM } from "../abi/socket_constants.ts";
import { ianaServicesByName } from "./iana_names.ts";
import { attempt, closeFd, libc } from "../abi/library.ts";
import { checkLookup } from "../guard/lookup_permission.ts";
import { allocate } from "../abi/memory.ts";
import { type AddrInfo, type AddrInfoHints, type LookupQuery, lookupQuery } from "./hints.ts";
import { copyEntries, cString, encodeHints, takeList } from "./list.ts";
import { asksServers, isZoned, resolveNumeric } from "./numeric.ts";
import type { Lookup, LookupOutcome } from "./lookup.ts";
import { abandonLookup, enqueueLookup } from "./queue.ts";
import { systemHasServices } from "./service_names.ts";

export type { AddrInfo, AddrInfoHints } from "./hints.ts";

/** A lookup that equal ones share. */
interface SharedLookup extends Lookup {
  readonly key: string;
  /** How many wait for it. */
  waiters: number;
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
  try {
    return await resolveQuery(query, wait);
  } catch (error) {
    if (query.port >= 0 || !(error instanceof AddrInfoError) || error.code !== "EAI_SERVICE") {
      throw error;
    }
    const entries = await resolveFallback(query, wait);
    if (entries === undefined) throw error;
    return entries;
  } finally {
    wait?.end();
  }
}

function resolveQuery(
  query: LookupQuery,
  wait: Wait | undefined,
): AddrInfo[] | Promise<AddrInfo[]> {
  const numeric = resolveNumeric(query);
  if (numeric !== undefined) return numeric;
  if (isZoned(query)) return resolveAtOnce(query);
  return resolveByLookup(query, wait);
}

async function resolveByLookup(query: LookupQuery, wait: Wait | undefined): Promise<AddrInfo[]> {
  if (asksServers(query)) checkLookup(query.host!, query.port);
  const lookup = join(query);
  try {
    const outcome = await (wait === undefined ? lookup.promise : wait.race(lookup.promise));
    const entries = entriesOf(outcome, query);
    return lookup.waiters === 1 ? entries : copyEntries(entries);
  } finally {
    leave(lookup);
  }
}

/**
 * Where the system has no table of services, as slim containers do, the common ones are known all the
 * same: looked up by number, and only for the transports that they are spoken over.
 */
async function resolveFallback(
  query: LookupQuery,
  wait: Wait | undefined,
): Promise<AddrInfo[] | undefined> {
  const rows = ianaServicesByName(query.service!);
  if (rows.length === 0 || await systemHasServices()) return undefined;
  const entries = await resolveQuery({ ...query, service: "0", port: 0 }, wait);
  const spoken = entries.filter(({ protocol, address }) => {
    const name = TRANSPORTS.get(protocol);
    const row = rows.find(({ protocols }) => name !== undefined && protocols.includes(name));
    address.port = row?.port ?? 0;
    return row !== undefined;
  });
  return spoken.length > 0 ? spoken : undefined;
}

/** netinet/in.h */
const TRANSPORTS = new Map([[6, "tcp"], [17, "udp"], [132, "sctp"]]);

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
  const { status } = outcome;
  if (status === 0 && outcome.entries.length > 0) return outcome.entries;
  const errno = status === EAI_SYSTEM && outcome.errno === 0 ? probeErrno() : outcome.errno;
  throw addrInfoError(status === 0 ? EAI_NONAME : status, {
    syscall: "getaddrinfo",
    address: query.host ?? query.service ?? undefined,
    errno,
    detail: errno === 0 ? undefined : errnoText(errnoName(errno)),
  });
}

/**
 * What keeps a lookup from working, if it still does: errno of one that failed on another thread
 * cannot be read, but it is nearly always a want of descriptors, which a socket wants too.
 */
function probeErrno(): number {
  const fd = attempt((lib) => lib.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (fd < 0) return -fd;
  closeFd(fd);
  return 0;
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
    return before;
  }
  const { promise, resolve } = Promise.withResolvers<LookupOutcome>();
  const lookup: SharedLookup = {
    query,
    key,
    waiters: 1,
    promise,
    done(outcome) {
      if (shared.get(key) === lookup) shared.delete(key);
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
  if (--lookup.waiters > 0 || shared.get(lookup.key) !== lookup) return;
  shared.delete(lookup.key);
  abandonLookup(lookup);
}
