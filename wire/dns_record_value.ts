/**
 * The values of the resource records of DNS messages, and the numbers of their types: RFC 1035, AAAA
 * (RFC 3596), SRV (RFC 2782), OPT (RFC 6891).
 *
 * @module
 */

import { fit, unfit } from "./_bytes.ts";

const WHAT = "DNS record";

/** The IANA registry of record types, those that are met with. */
export const DNS_TYPE: Readonly<Record<DnsType, number>> = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  HINFO: 13,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  NAPTR: 35,
  DNAME: 39,
  OPT: 41,
  DS: 43,
  SSHFP: 44,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  NSEC3: 50,
  NSEC3PARAM: 51,
  TLSA: 52,
  SVCB: 64,
  HTTPS: 65,
  TSIG: 250,
  IXFR: 251,
  AXFR: 252,
  ANY: 255,
  CAA: 257,
};

/** The name of a record type. */
export type DnsType =
  | "A"
  | "NS"
  | "CNAME"
  | "SOA"
  | "PTR"
  | "HINFO"
  | "MX"
  | "TXT"
  | "AAAA"
  | "SRV"
  | "NAPTR"
  | "DNAME"
  | "OPT"
  | "DS"
  | "SSHFP"
  | "RRSIG"
  | "NSEC"
  | "DNSKEY"
  | "NSEC3"
  | "NSEC3PARAM"
  | "TLSA"
  | "SVCB"
  | "HTTPS"
  | "TSIG"
  | "IXFR"
  | "AXFR"
  | "ANY"
  | "CAA";

const TYPE_NAMES: ReadonlyMap<number, DnsType> = new Map(
  Object.entries(DNS_TYPE).map(([name, type]) => [type, name as DnsType]),
);

/**
 * The name of a record type, or the number where there is none.
 *
 * @param type The number, 0 to 0xffff.
 * @returns Name or number.
 */
export function dnsType(type: number): DnsType | number {
  return TYPE_NAMES.get(type) ?? type;
}

/** The number of a record type. */
export function dnsTypeNumber(type: DnsType | number): number {
  const number = typeof type === "string" ? DNS_TYPE[type] : type;
  if (number === undefined) throw unfit(WHAT, `type of ${JSON.stringify(type)} is unknown`);
  return fit(WHAT, "type", number, 0xffff);
}

/** What every resource record has. */
export interface DnsRecordCommon {
  /** Whose record it is. */
  name: string;
  /** Class; default 1 (Internet). The high bit is multicast DNS's cache flush. */
  class?: number;
  /** How long it may be kept, in seconds, 32 bits; default 0. */
  ttl?: number;
}

/** An address of a host. */
export interface DnsAddressRecord extends DnsRecordCommon {
  /** The type. */
  type: "A" | "AAAA";
  /** IPv4 or IPv6 address. */
  address: string;
}

/** A record that is another name. */
export interface DnsNameRecord extends DnsRecordCommon {
  /** The type. */
  type: "NS" | "CNAME" | "PTR";
  /** The other name. */
  target: string;
}

/** Who takes the mail of a domain. */
export interface DnsMxRecord extends DnsRecordCommon {
  /** The type. */
  type: "MX";
  /** The least comes first, 0 to 0xffff. */
  preference: number;
  /** The host. */
  exchange: string;
}

/** Texts. */
export interface DnsTxtRecord extends DnsRecordCommon {
  /** The type. */
  type: "TXT";
  /** Strings of 0 to 255 bytes each, one at least. */
  strings: Uint8Array[];
}

/** The start of a zone of authority. */
export interface DnsSoaRecord extends DnsRecordCommon {
  /** The type. */
  type: "SOA";
  /** The first server. */
  primary: string;
  /** The mailbox of who is responsible, its `@` a dot. */
  responsible: string;
  /** Number of the version. */
  serial: number;
  /** When to look for a new version, in seconds. */
  refresh: number;
  /** When to look again after a failure, in seconds. */
  retry: number;
  /** When to give up, in seconds. */
  expire: number;
  /** How long that a name does not exist may be kept, in seconds. */
  minimum: number;
}

/** Where a service is. */
export interface DnsSrvRecord extends DnsRecordCommon {
  /** The type. */
  type: "SRV";
  /** The least comes first, 0 to 0xffff. */
  priority: number;
  /** Share among equals, 0 to 0xffff. */
  weight: number;
  /** The port. */
  port: number;
  /** The host. */
  target: string;
}

/** Extended DNS (RFC 6891): not a record but more header. */
export interface DnsOptRecord {
  /** The type. */
  type: "OPT";
  /** The root, `"."`. */
  name: string;
  /** Largest UDP payload that the sender takes, in bytes. */
  udpPayloadSize: number;
  /** The upper eight bits of the response code. */
  extendedResponseCode: number;
  /** Version: 0. */
  version: number;
  /** Flags; 0x8000 asks for DNSSEC. */
  flags: number;
  /** Options by number (10 is a cookie, 3 the server's name, 8 the client's subnet). */
  options: { code: number; data: Uint8Array }[];
}

/** Any other record, or one without data (as updates have them). */
export interface DnsOtherRecord extends DnsRecordCommon {
  /** Number of the type. */
  type: number;
  /** The data as it is. */
  data: Uint8Array;
}

/** A resource record. */
export type DnsRecord =
  | DnsAddressRecord
  | DnsNameRecord
  | DnsMxRecord
  | DnsTxtRecord
  | DnsSoaRecord
  | DnsSrvRecord
  | DnsOptRecord
  | DnsOtherRecord;
