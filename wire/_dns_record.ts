/**
 * The resource records of DNS messages as bytes; their values are in `dns_record_value.ts`.
 *
 * @module
 */

import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from "../core/ip/text.ts";
import { bad, fit, u16, u32, unfit } from "./_bytes.ts";
import { checkDnsName, dnsNameEnd, type DnsWriter, readDnsName } from "./_dns_name.ts";
import {
  DNS_TYPE as TYPES,
  type DnsOptRecord,
  type DnsRecord,
  dnsType,
  dnsTypeNumber,
} from "./dns_record_value.ts";

const WHAT = "DNS record";

/** RFC 1035, section 4.1.3: what follows the name. */
const AT = { TYPE: 0, CLASS: 2, TTL: 4, LENGTH: 8, DATA: 10 };

/** Checks the record at `at` of a message; the index after it. */
export function checkDnsRecord(bytes: Uint8Array, at: number, start: number, end: number): number {
  const fixed = checkDnsName(bytes, at, start, end);
  if (end - fixed < AT.DATA) throw bad(WHAT, `length of ${end - fixed} after the name is below 10`);
  const length = u16(bytes, fixed + AT.LENGTH);
  const data = fixed + AT.DATA;
  if (length > end - data) {
    throw bad(WHAT, `data length of ${length} is above the ${end - data} bytes left`);
  }
  if (length > 0) checkData(bytes, u16(bytes, fixed), data, data + length, start);
  return data + length;
}

function checkData(
  bytes: Uint8Array,
  type: number,
  at: number,
  end: number,
  start: number,
): void {
  let last = end;
  switch (type) {
    case TYPES.A:
      last = at + 4;
      break;
    case TYPES.AAAA:
      last = at + 16;
      break;
    case TYPES.NS:
    case TYPES.CNAME:
    case TYPES.PTR:
      last = checkDnsName(bytes, at, start, end);
      break;
    case TYPES.MX:
      last = checkDnsName(bytes, at + 2, start, end);
      break;
    case TYPES.SRV:
      last = checkDnsName(bytes, at + 6, start, end);
      break;
    case TYPES.SOA:
      last = checkDnsName(bytes, checkDnsName(bytes, at, start, end), start, end) + 20;
      break;
    case TYPES.TXT:
      for (last = at; last < end;) last += 1 + bytes[last];
      break;
    case TYPES.OPT:
      for (last = at; last < end;) last += last + 4 > end ? 4 : 4 + u16(bytes, last + 2);
      break;
  }
  if (last !== end) {
    throw bad(WHAT, `data length of ${end - at} of ${dnsType(type)} is not that of its fields`);
  }
}

/** Index after the record at `at`, which {@linkcode checkDnsRecord} has passed. */
export function dnsRecordEnd(bytes: Uint8Array, at: number, end: number): number {
  const fixed = dnsNameEnd(bytes, at, end);
  return Math.min(end, fixed + AT.DATA + u16(bytes, fixed + AT.LENGTH));
}

/** Reads the record at `at`, which {@linkcode checkDnsRecord} has passed. */
export function readDnsRecord(
  bytes: Uint8Array,
  at: number,
  start: number,
  end: number,
): DnsRecord {
  const fixed = dnsNameEnd(bytes, at, end);
  const number = u16(bytes, fixed + AT.TYPE);
  const name = readDnsName(bytes, at, start, end);
  const data = fixed + AT.DATA;
  const last = Math.min(end, data + u16(bytes, fixed + AT.LENGTH));
  if (number === TYPES.OPT) return readOpt(bytes, fixed, last, name);
  const common = {
    name,
    class: u16(bytes, fixed + AT.CLASS),
    ttl: u32(bytes, fixed + AT.TTL),
  };
  if (last > data) {
    switch (number) {
      case TYPES.A:
        return { ...common, type: "A", address: formatIpv4(bytes, data) };
      case TYPES.AAAA:
        return { ...common, type: "AAAA", address: formatIpv6(bytes, data) };
      case TYPES.NS:
      case TYPES.CNAME:
      case TYPES.PTR: {
        const type = number === TYPES.NS ? "NS" : number === TYPES.PTR ? "PTR" : "CNAME";
        return { ...common, type, target: readDnsName(bytes, data, start, end) };
      }
      case TYPES.MX: {
        const exchange = readDnsName(bytes, data + 2, start, end);
        return { ...common, type: "MX", preference: u16(bytes, data), exchange };
      }
      case TYPES.TXT:
        return { ...common, type: "TXT", strings: readStrings(bytes, data, last) };
      case TYPES.SRV:
        return {
          ...common,
          type: "SRV",
          priority: u16(bytes, data),
          weight: u16(bytes, data + 2),
          port: u16(bytes, data + 4),
          target: readDnsName(bytes, data + 6, start, end),
        };
      case TYPES.SOA: {
        const second = dnsNameEnd(bytes, data, end);
        const numbers = dnsNameEnd(bytes, second, end);
        return {
          ...common,
          type: "SOA",
          primary: readDnsName(bytes, data, start, end),
          responsible: readDnsName(bytes, second, start, end),
          serial: u32(bytes, numbers),
          refresh: u32(bytes, numbers + 4),
          retry: u32(bytes, numbers + 8),
          expire: u32(bytes, numbers + 12),
          minimum: u32(bytes, numbers + 16),
        };
      }
    }
  }
  return { ...common, type: number, data: bytes.slice(data, last) };
}

function readStrings(bytes: Uint8Array, start: number, end: number): Uint8Array[] {
  const strings: Uint8Array[] = [];
  for (let at = start; at < end; at += 1 + bytes[at]) {
    strings.push(bytes.slice(at + 1, Math.min(end, at + 1 + bytes[at])));
  }
  return strings;
}

function readOpt(bytes: Uint8Array, fixed: number, end: number, name: string): DnsOptRecord {
  const options: DnsOptRecord["options"] = [];
  for (let at = fixed + AT.DATA; end - at >= 4;) {
    const next = Math.min(end, at + 4 + u16(bytes, at + 2));
    options.push({ code: u16(bytes, at), data: bytes.slice(at + 4, next) });
    at = next;
  }
  return {
    type: "OPT",
    name,
    udpPayloadSize: u16(bytes, fixed + AT.CLASS),
    extendedResponseCode: bytes[fixed + AT.TTL],
    version: bytes[fixed + AT.TTL + 1],
    flags: u16(bytes, fixed + AT.TTL + 2),
    options,
  };
}

/** Writes a record. */
export function writeDnsRecord(record: DnsRecord, to: DnsWriter): void {
  to.name(record.name);
  to.u16(dnsTypeNumber(record.type));
  if (record.type === "OPT") {
    to.u16(fit(WHAT, "udpPayloadSize", record.udpPayloadSize, 0xffff));
    to.u16(
      (fit(WHAT, "extendedResponseCode", record.extendedResponseCode, 0xff) << 8) |
        fit(WHAT, "version", record.version, 0xff),
    );
    to.u16(fit(WHAT, "flags", record.flags, 0xffff));
  } else {
    to.u16(fit(WHAT, "class", record.class ?? 1, 0xffff));
    to.u32(fit(WHAT, "ttl", record.ttl ?? 0, 0xffffffff));
  }
  const lengthAt = to.length;
  to.u16(0);
  writeData(record, to);
  const length = to.length - lengthAt - 2;
  to.patchU16(lengthAt, fit(WHAT, "data length", length, 0xffff));
}

function writeData(record: DnsRecord, to: DnsWriter): void {
  switch (record.type) {
    case "A":
      return to.raw(parseIpv4(record.address));
    case "AAAA":
      return to.raw(parseIpv6(record.address));
    case "NS":
    case "CNAME":
    case "PTR":
      return to.name(record.target);
    case "MX":
      to.u16(fit(WHAT, "preference", record.preference, 0xffff));
      return to.name(record.exchange);
    case "TXT":
      if (record.strings.length === 0) throw unfit(WHAT, "strings are none");
      for (const text of record.strings) {
        to.raw(Uint8Array.of(fit(WHAT, "string length", text.length, 0xff)));
        to.raw(text);
      }
      return;
    case "SRV":
      to.u16(fit(WHAT, "priority", record.priority, 0xffff));
      to.u16(fit(WHAT, "weight", record.weight, 0xffff));
      to.u16(fit(WHAT, "port", record.port, 0xffff));
      // RFC 2782: no compression here.
      return to.name(record.target, false);
    case "SOA":
      to.name(record.primary);
      to.name(record.responsible);
      for (const field of ["serial", "refresh", "retry", "expire", "minimum"] as const) {
        to.u32(fit(WHAT, field, record[field], 0xffffffff));
      }
      return;
    case "OPT":
      for (const { code, data } of record.options) {
        to.u16(fit(WHAT, "option.code", code, 0xffff));
        to.u16(fit(WHAT, "option length", data.length, 0xffff));
        to.raw(data);
      }
      return;
    default:
      return to.raw(record.data);
  }
}
