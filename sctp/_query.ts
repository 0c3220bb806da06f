/**
 * Requests to SCTP that carry addresses or answer with them.
 *
 * @module
 */
import type { IpAddress } from "../core/address.ts";
import { isSocketError } from "../core/errors.ts";
import type { SocketOption } from "../core/option.ts";
import { SOL_SCTP } from "../ffi/abi/socket_constants.ts";
import type { Descriptor } from "../ffi/descriptor/descriptor.ts";
import { decodeSockaddr, encodeSockaddr } from "../ffi/families/sockaddr.ts";
import { INTERFACES } from "../ffi/resolver/interface_names.ts";
import { NUMBERS, PADDRINFO, STATUS } from "./_constants.ts";
import type { SctpPath, SctpStatus } from "./types.ts";

/** sizeof(struct sctp_getaddrs) before its addresses, and room for some hundred of those. */
const GETADDRS_BYTES = 8;
const ADDRESSES_BYTES = GETADDRS_BYTES + 4096;
const AF_INET6 = 10;
/** sizeof(struct sockaddr_in), sizeof(struct sockaddr_in6). */
const SOCKADDR_BYTES = { inet: 16, inet6: 28 } as const;

/** SCTP's states (enum sctp_sstat_state). */
const STATES = [
  ...["EMPTY", "CLOSED", "COOKIE-WAIT", "COOKIE-ECHOED", "ESTABLISHED"],
  ...["SHUTDOWN-PENDING", "SHUTDOWN-SENT", "SHUTDOWN-RECEIVED", "SHUTDOWN-ACK-SENT"],
];
/** States of a path (enum sctp_spinfo_state). */
const PATH_STATES = ["inactive", "potentiallyFailed", "active", "unconfirmed"] as const;

/** A request: what is asked with, and what is made of the answer. */
function option<T>(
  name: keyof typeof NUMBERS,
  query: Uint8Array,
  size: number,
  decode: (bytes: Uint8Array) => T,
): SocketOption<T> {
  const refuse = (): never => {
    throw new TypeError(`Cannot set ${name}: it can only be read`);
  };
  return {
    name,
    level: SOL_SCTP,
    option: NUMBERS[name],
    access: "ro",
    codec: { size, query, encode: refuse, decode },
  };
}

function withAssociation(size: number, associationId: number): Uint8Array {
  const query = new Uint8Array(size);
  new DataView(query.buffer).setInt32(0, associationId, true);
  return query;
}

/** Addresses one behind the other. */
function addresses(bytes: Uint8Array): IpAddress[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = bytes.length < GETADDRS_BYTES ? 0 : view.getUint32(4, true);
  const found: IpAddress[] = [];
  for (let i = 0, at = GETADDRS_BYTES; i < count && at + 2 <= bytes.length; i++) {
    const size = SOCKADDR_BYTES[view.getUint16(at, true) === AF_INET6 ? "inet6" : "inet"];
    const address = decodeSockaddr(bytes, size, INTERFACES, at);
    if (address.family === "inet" || address.family === "inet6") found.push(address);
    at += size;
  }
  return found;
}

/** The addresses of one side. */
export function readAddresses(
  core: Descriptor,
  side: "SCTP_GET_PEER_ADDRS" | "SCTP_GET_LOCAL_ADDRS",
  associationId: number,
): IpAddress[] {
  const query = withAssociation(GETADDRS_BYTES, associationId);
  return core.getOption(option(side, query, ADDRESSES_BYTES, addresses));
}

function pathAt(bytes: Uint8Array, offset: number): SctpPath {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, PADDRINFO.size);
  const at = offset + PADDRINFO.spinfo_address;
  const size = SOCKADDR_BYTES[bytes[at] === AF_INET6 ? "inet6" : "inet"];
  return {
    address: decodeSockaddr(bytes, size, INTERFACES, at) as IpAddress,
    state: PATH_STATES[view.getInt32(PADDRINFO.spinfo_state, true)] ?? "unknown",
    congestionWindowBytes: view.getUint32(PADDRINFO.spinfo_cwnd, true),
    rttMs: view.getUint32(PADDRINFO.spinfo_srtt, true),
    retransmissionMs: view.getUint32(PADDRINFO.spinfo_rto, true),
    mtuBytes: view.getUint32(PADDRINFO.spinfo_mtu, true),
  };
}

/** How an association is. */
export function readStatus(core: Descriptor, associationId: number): SctpStatus {
  const query = withAssociation(STATUS.size, associationId);
  return core.getOption(option("SCTP_STATUS", query, STATUS.size, (bytes) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return {
      associationId: view.getInt32(STATUS.sstat_assoc_id, true),
      state: STATES[view.getInt32(STATUS.sstat_state, true)] ?? "EMPTY",
      receiveWindowBytes: view.getUint32(STATUS.sstat_rwnd, true),
      unacknowledged: view.getUint16(STATUS.sstat_unackdata, true),
      pending: view.getUint16(STATUS.sstat_penddata, true),
      inStreams: view.getUint16(STATUS.sstat_instrms, true),
      outStreams: view.getUint16(STATUS.sstat_outstrms, true),
      fragmentationBytes: view.getUint32(STATUS.sstat_fragmentation_point, true),
      primary: pathAt(bytes, STATUS.sstat_primary),
    };
  }));
}

const EXISTS = option("SCTP_STATUS", withAssociation(STATUS.size, 0), STATUS.size, () => true);

/** Whether a socket of one association has it still. */
export function hasAssociation(core: Descriptor): boolean {
  try {
    return core.getOption(EXISTS);
  } catch (error) {
    if (isSocketError(error, "EINVAL")) return false;
    throw error;
  }
}

/** How a path is. */
export function readPath(core: Descriptor, address: IpAddress, associationId: number): SctpPath {
  const query = withAssociation(PADDRINFO.size, associationId);
  query.set(encodeSockaddr(address, "look at a path", INTERFACES), PADDRINFO.spinfo_address);
  return core.getOption(
    option("SCTP_GET_PEER_ADDR_INFO", query, PADDRINFO.size, (bytes) => pathAt(bytes, 0)),
  );
}

/** The numbers of all associations (`struct sctp_assoc_ids`). */
export function readAssociations(core: Descriptor): number[] {
  const room = 4 + 4 * 4096;
  return core.getOption(option("SCTP_GET_ASSOC_ID_LIST", new Uint8Array(4), room, (bytes) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const count = Math.min(view.getUint32(0, true), (bytes.length >> 2) - 1);
    return Array.from({ length: count }, (_, i) => view.getInt32(4 + 4 * i, true));
  }));
}

/** The chunk types that one side wants authenticated (`struct sctp_authchunks`). */
export function readAuthenticated(
  core: Descriptor,
  side: "SCTP_PEER_AUTH_CHUNKS" | "SCTP_LOCAL_AUTH_CHUNKS",
  associationId: number,
): number[] {
  const query = withAssociation(8, associationId);
  return core.getOption(option(side, query, 8 + 256, (bytes) => {
    const count = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(4, true);
    return [...bytes.subarray(8, 8 + count)];
  }));
}

/** sizeof(sctp_peeloff_flags_arg_t) */
const PEELOFF_BYTES = 12;

/** A descriptor of an association alone (`sctp_peeloff_flags_arg_t`). */
export function peelOff(core: Descriptor, associationId: number, flags: number): number {
  const query = withAssociation(PEELOFF_BYTES, associationId);
  new DataView(query.buffer).setUint32(8, flags, true);
  return core.getOption(option(
    "SCTP_SOCKOPT_PEELOFF_FLAGS",
    query,
    PEELOFF_BYTES,
    (bytes) => new DataView(bytes.buffer, bytes.byteOffset).getInt32(4, true),
  ));
}

/** A request that is only told, as bytes. */
export function told(name: keyof typeof NUMBERS): SocketOption<Uint8Array> {
  return {
    name,
    level: SOL_SCTP,
    option: NUMBERS[name],
    access: "wo",
    codec: {
      size: 0,
      encode: (bytes) => bytes.slice(),
      decode(): never {
        throw new TypeError(`Cannot read ${name}: it can only be set`);
      },
    },
  };
}

/** Encoded addresses one behind the other. */
export function packed(encoded: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(encoded.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const one of encoded) {
    bytes.set(one, at);
    at += one.length;
  }
  return bytes;
}
