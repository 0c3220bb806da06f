/**
 * Services and protocols by name and number, as the C library finds them (`man 3 getservbyname`,
 * `man 3 getprotobyname`); on a system that knows none, from the IANA tables.
 *
 * @module
 */
import { ERANGE, errnoName } from "../../core/errno.ts";
import { socketError } from "../../core/errors.ts";
import { layoutOf } from "../abi/layout.ts";
import { detectPlatform } from "../abi/platform.ts";
import { callBlocking } from "../loop/blocking_gate.ts";
import { ianaProtocols, ianaServices, ianaServicesByName } from "./iana_names.ts";
import { type Libc, libc } from "../abi/library.ts";
import { allocate, readCString } from "../abi/memory.ts";
import { cString } from "./list.ts";

/** A service (`struct servent`). */
export interface Service {
  /** The official name. */
  name: string;
  /** Other names. */
  aliases: string[];
  /** The port. */
  port: number;
  /** `"tcp"`, `"udp"`, … */
  protocol: string;
  /** Whether it comes from this package's IANA table, as the system has no table of its own. */
  fallback: boolean;
}

/** A protocol (`struct protoent`). */
export interface Protocol {
  /** The official name. */
  name: string;
  /** Other names. */
  aliases: string[];
  /** The number, IPPROTO_*. */
  number: number;
  /** Whether it comes from this package's IANA table, as the system has no table of its own. */
  fallback: boolean;
}

/** errno.h: the result does not fit. */
/** What some name services say for "not found" (`man 3 getservbyname_r`). */
const NOT_FOUND = new Set([0, 2]);
const LARGEST_RESULT_BYTES = 1 << 20;

const DECODER = new TextDecoder();

/** One struct, and the memory that its strings are in. */
interface Found {
  readonly struct: DataView;
  readonly strings: Uint8Array;
}

/** Makes a reentrant call with more and more room for its strings. */
async function reentrant(
  syscall: string,
  structBytes: number,
  call: (
    struct: Uint8Array<ArrayBuffer>,
    strings: Uint8Array<ArrayBuffer>,
    result: BigUint64Array<ArrayBuffer>,
  ) => Promise<number>,
): Promise<Found | undefined> {
  for (let size = 1024; size <= LARGEST_RESULT_BYTES; size *= 8) {
    const struct = allocate(structBytes);
    const strings = allocate(size);
    const result = new BigUint64Array(allocate(8).buffer);
    // The error number is the result here, not errno.
    const status = await callBlocking(() => call(struct, strings, result));
    if (result[0] !== 0n) return { struct: new DataView(struct.buffer), strings };
    if (NOT_FOUND.has(status)) return undefined;
    if (status !== ERANGE) throw socketError(errnoName(status), { syscall });
  }
  throw socketError("ERANGE", { syscall });
}

/** Keeps the strings of the struct that is being read: its pointers alone would not. */
const held = new Set<Found>();

function stringAt(found: Found, offset: number): string {
  return DECODER.decode(readCString(found.struct.getBigUint64(offset, true)));
}

function aliasesAt(lib: Libc, found: Found, offset: number): string[] {
  const aliases: string[] = [];
  const pointer = new BigUint64Array(allocate(8).buffer);
  for (let at = found.struct.getBigUint64(offset, true);; at += 8n) {
    lib.copyFrom(pointer, at, 8n);
    if (pointer[0] === 0n) return aliases;
    aliases.push(DECODER.decode(readCString(pointer[0])));
  }
}

function toService(found: Found | undefined): Service | undefined {
  if (found === undefined) return undefined;
  held.add(found);
  const { servent } = layoutOf(detectPlatform());
  // In network order, in the low half of an int.
  const port = found.struct.getUint16(servent.s_port, false);
  const service = {
    name: stringAt(found, servent.s_name),
    aliases: aliasesAt(libc(), found, servent.s_aliases),
    port,
    protocol: stringAt(found, servent.s_proto),
    fallback: false,
  };
  held.delete(found);
  return service;
}

function serviceByName(name: string, protocol: string | undefined): Promise<Found | undefined> {
  const lib = libc();
  const { size } = layoutOf(detectPlatform()).servent;
  const nameText = cString(name);
  const protocolText = protocol === undefined ? null : cString(protocol);
  return reentrant("getservbyname", size, (struct, strings, result) =>
    lib.getservbyname_r_blocking(
      nameText,
      protocolText,
      struct,
      strings,
      strings.length,
      result,
    ));
}

/** Whether the system has a table of services at all. */
export async function systemHasServices(): Promise<boolean> {
  for (const [name, protocol] of [["domain", "udp"], ["http", "tcp"], ["ssh", "tcp"]]) {
    if (await serviceByName(name, protocol) !== undefined) return true;
  }
  return false;
}

/** See `getServiceByName` of addrinfo. */
export async function findServiceByName(
  name: string,
  protocol: string | undefined,
): Promise<Service | undefined> {
  const found = toService(await serviceByName(name, protocol));
  if (found !== undefined) return found;
  for (const row of ianaServicesByName(name)) {
    const service = fallbackService(row, protocol);
    if (service !== undefined) return await systemHasServices() ? undefined : service;
  }
  return undefined;
}

/** See `getServiceByPort` of addrinfo. */
export async function findServiceByPort(
  port: number,
  protocol: string | undefined,
): Promise<Service | undefined> {
  const lib = libc();
  const { size } = layoutOf(detectPlatform()).servent;
  const swapped = (port & 0xff) << 8 | port >> 8;
  const protocolText = protocol === undefined ? null : cString(protocol);
  const found = await reentrant(
    "getservbyport",
    size,
    (struct, strings, result) =>
      lib.getservbyport_r_blocking(
        swapped,
        protocolText,
        struct,
        strings,
        strings.length,
        result,
      ),
  );
  if (found !== undefined) return toService(found);
  for (const row of ianaServices()) {
    const service = row.port === port ? fallbackService(row, protocol) : undefined;
    if (service !== undefined) return await systemHasServices() ? undefined : service;
  }
  return undefined;
}

function fallbackService(
  row: { name: string; aliases: readonly string[]; port: number; protocols: readonly string[] },
  protocol: string | undefined,
): Service | undefined {
  const spoken = protocol ?? row.protocols[0];
  if (!row.protocols.includes(spoken)) return undefined;
  const { name, aliases, port } = row;
  return { name, aliases: [...aliases], port, protocol: spoken, fallback: true };
}

function toProtocol(found: Found | undefined): Protocol | undefined {
  if (found === undefined) return undefined;
  held.add(found);
  const { protoent } = layoutOf(detectPlatform());
  const protocol = {
    name: stringAt(found, protoent.p_name),
    aliases: aliasesAt(libc(), found, protoent.p_aliases),
    number: found.struct.getInt32(protoent.p_proto, true),
    fallback: false,
  };
  held.delete(found);
  return protocol;
}

/** Without the reentrant calls (musl) the table is ours, as it is the library's own there. */
async function protocolBy(key: string | number): Promise<Found | undefined> {
  const lib = libc();
  const { getprotobyname_r_blocking: byName, getprotobynumber_r_blocking: byNumber } = lib;
  if (byName === null || byNumber === null) return undefined;
  const { size } = layoutOf(detectPlatform()).protoent;
  const name = typeof key === "string" ? cString(key) : null;
  return await reentrant(
    name === null ? "getprotobynumber" : "getprotobyname",
    size,
    (struct, strings, result) =>
      name === null
        ? byNumber(Number(key), struct, strings, strings.length, result)
        : byName(name, struct, strings, strings.length, result),
  );
}

/** See `getProtocolByName` and `getProtocolByNumber` of addrinfo. */
export async function findProtocol(key: string | number): Promise<Protocol | undefined> {
  const found = toProtocol(await protocolBy(key));
  if (found !== undefined) return found;
  const row = ianaProtocols().find(({ name, aliases, number }) =>
    number === key || name === key || aliases.includes(key as string)
  );
  if (row === undefined || await protocolBy("tcp") !== undefined) return undefined;
  return { name: row.name, aliases: [...row.aliases], number: row.number, fallback: true };
}
