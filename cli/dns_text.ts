/**
 * DNS records as master files have them (RFC 1035 section 5), and the names of what an answer says.
 *
 * @module
 */
import type { DnsRecord } from "../wire/dns_record_value.ts";
import { DNS_TYPE, type DnsType, dnsType } from "../wire/dns_record_value.ts";
import { UsageError } from "./exit.ts";
import { toHex } from "./_hex.ts";
import { nearest } from "./_nearest.ts";

/** Response codes, by the IANA registry. */
const STATUS: Readonly<Record<number, string>> = {
  0: "NOERROR",
  1: "FORMERR",
  2: "SERVFAIL",
  3: "NXDOMAIN",
  4: "NOTIMP",
  5: "REFUSED",
  6: "YXDOMAIN",
  7: "YXRRSET",
  8: "NXRRSET",
  9: "NOTAUTH",
  10: "NOTZONE",
  16: "BADVERS",
  23: "BADCOOKIE",
};

/** The name of a response code. */
export function statusName(code: number): string {
  return STATUS[code] ?? `RCODE${code}`;
}

/** The high bit of a class belongs to multicast DNS. */
const CLASS_BITS = 0x7fff;
const CLASSES: Readonly<Record<number, string>> = { 1: "IN", 3: "CH", 4: "HS" };

/** Reads the type of a record: `"AAAA"`, `"type65"`, `"TYPE1234"`. */
export function parseRecordType(text: string): DnsType | number {
  const name = text.toUpperCase();
  const number = /^TYPE(\d{1,5})$/.exec(name);
  if (number !== null && Number(number[1]) <= 0xffff) return dnsType(Number(number[1]));
  if (name === "AXFR" || name === "IXFR") {
    throw new UsageError(`${name} is a transfer, no question`);
  }
  if (Object.hasOwn(DNS_TYPE, name)) return name as DnsType;
  const near = nearest(name, Object.keys(DNS_TYPE));
  const hint = near === undefined ? "" : `; did you mean ${near}?`;
  throw new UsageError(`"${text}" is no type of DNS record${hint}`);
}

/** The name of a type, `"TYPE1234"` where there is none (RFC 3597). */
export function recordTypeName(type: DnsType | number): string {
  const known = typeof type === "number" ? dnsType(type) : type;
  return typeof known === "number" ? `TYPE${known}` : known;
}

/** A record's parts as text. */
export interface RecordText {
  readonly name: string;
  readonly ttl: number;
  readonly class: string;
  readonly type: string;
  readonly data: string;
}

/** A record as text; OPT, which is none, not. */
export function recordText(record: Exclude<DnsRecord, { type: "OPT" }>): RecordText {
  const number = (record.class ?? 1) & CLASS_BITS;
  return {
    name: absolute(record.name),
    ttl: record.ttl ?? 0,
    class: CLASSES[number] ?? `CLASS${number}`,
    type: recordTypeName(record.type),
    data: dataText(record),
  };
}

function dataText(record: Exclude<DnsRecord, { type: "OPT" }>): string {
  switch (record.type) {
    case "A":
    case "AAAA":
      return record.address;
    case "NS":
    case "CNAME":
    case "PTR":
      return absolute(record.target);
    case "MX":
      return `${record.preference} ${absolute(record.exchange)}`;
    case "SRV":
      return `${record.priority} ${record.weight} ${record.port} ${absolute(record.target)}`;
    case "TXT":
      return record.strings.map(quoted).join(" ");
    case "SOA": {
      const { primary, responsible, serial, refresh, retry, expire, minimum } = record;
      const numbers = [serial, refresh, retry, expire, minimum].join(" ");
      return `${absolute(primary)} ${absolute(responsible)} ${numbers}`;
    }
    default:
      return otherText(record.type, record.data);
  }
}

/** Types whose data is a few numbers and then bytes in hex, by the numbers' widths. */
const NUMBERS_AND_HEX: Readonly<Record<number, readonly (1 | 2)[]>> = {
  [DNS_TYPE.DS]: [2, 1, 1],
  [DNS_TYPE.SSHFP]: [1, 1],
  [DNS_TYPE.TLSA]: [1, 1, 1],
};

function otherText(type: number, data: Uint8Array): string {
  if (type === DNS_TYPE.CAA && data.length >= 2 && data.length >= 2 + data[1]) {
    const tag = new TextDecoder().decode(data.subarray(2, 2 + data[1]));
    return `${data[0]} ${tag} ${quoted(data.subarray(2 + data[1]))}`;
  }
  const widths = NUMBERS_AND_HEX[type];
  const fixed = widths?.reduce((sum: number, width) => sum + width, 0);
  if (widths !== undefined && fixed !== undefined && data.length >= fixed) {
    let at = 0;
    const numbers = widths.map((width) => {
      const value = width === 1 ? data[at] : data[at] << 8 | data[at + 1];
      at += width;
      return value;
    });
    return [...numbers, toHex(data.subarray(fixed)).toUpperCase()].join(" ");
  }
  // RFC 3597: whatever it is.
  return `\\# ${data.length}${data.length === 0 ? "" : ` ${toHex(data).toUpperCase()}`}`;
}

/** A string in quotes, with what is not printable as `\DDD`. */
function quoted(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) {
    if (byte === 0x22 || byte === 0x5c) text += `\\${String.fromCharCode(byte)}`;
    else if (byte < 0x20 || byte > 0x7e) text += `\\${String(byte).padStart(3, "0")}`;
    else text += String.fromCharCode(byte);
  }
  return `"${text}"`;
}

/** A name with the dot that says it is complete. */
function absolute(name: string): string {
  return name.endsWith(".") ? name : `${name}.`;
}
