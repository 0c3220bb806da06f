/**
 * What IGMPv3 and MLDv2 share: group records, source lists and floating-point codes.
 *
 * @module
 */

import { formatIp, parseIpv4, parseIpv6 } from "../core/ip/text.ts";
import { bad, checkNumber, fit, setU16, u16 } from "./_bytes.ts";

/** RFC 3376, section 4.2.12: record types, from 1. */
const RECORDS: readonly GroupRecordType[] = [
  "modeIsInclude",
  "modeIsExclude",
  "changeToInclude",
  "changeToExclude",
  "allowNewSources",
  "blockOldSources",
];

/** RFC 3376, section 4.2.4; RFC 3810, section 5.2: the layout of a record. */
const RECORD = { TYPE: 0, AUX_WORDS: 1, COUNT: 2, GROUP: 4 };

/** RFC 3376, section 4.1: after the group address of a query. */
const QUERY = { BITS: 0, INTERVAL: 1, COUNT: 2, SOURCES: 4 };

/** What a group record says. */
export type GroupRecordType =
  | "modeIsInclude"
  | "modeIsExclude"
  | "changeToInclude"
  | "changeToExclude"
  | "allowNewSources"
  | "blockOldSources";

/** What a host wants of one group (IGMPv3, MLDv2). */
export interface GroupRecord {
  /** What it says; a number, 0 or 7 to 255, where there is no name for it. */
  type: GroupRecordType | number;
  /** The group's address. */
  group: string;
  /** Sources to include or exclude. */
  sources: string[];
  /** Auxiliary data, padded with zeros to a multiple of 4 bytes; default none. */
  data?: Uint8Array;
}

/** What the queries of IGMPv3 and MLDv2 add to those before. */
export interface GroupQuery {
  /** Routers shall leave their timers alone (the S flag). */
  suppress: boolean;
  /** The querier's robustness variable, 0 to 7. */
  robustness: number;
  /** The querier's interval, as a code of its floating-point form; below 128, seconds. */
  intervalCode: number;
  /** Sources asked for, if only some. */
  sources: string[];
}

function format(bytes: Uint8Array, at: number, size: number): string {
  return formatIp(bytes.subarray(at, at + size));
}

function parse(text: string, size: number): Uint8Array {
  return size === 4 ? parseIpv4(text) : parseIpv6(text);
}

function readSources(bytes: Uint8Array, at: number, end: number, size: number): string[] {
  const sources: string[] = [];
  for (let from = at; from + size <= end; from += size) sources.push(format(bytes, from, size));
  return sources;
}

/** Checks the records that begin at `at`; the index after them. */
export function checkRecords(
  what: string,
  bytes: Uint8Array,
  start: number,
  end: number,
  count: number,
  size: number,
): number {
  let at = start;
  for (let index = 0; index < count; index++) {
    const left = end - at;
    if (left < RECORD.GROUP + size) {
      throw bad(what, `number of records of ${count} is above the ${index} at hand`);
    }
    const length = RECORD.GROUP + size + u16(bytes, at + RECORD.COUNT) * size +
      bytes[at + RECORD.AUX_WORDS] * 4;
    if (length > left) {
      throw bad(what, `length of record ${index} of ${length} is above the ${left} bytes left`);
    }
    at += length;
  }
  return at;
}

/** Reads records that {@linkcode checkRecords} has passed. */
export function readRecords(
  bytes: Uint8Array,
  start: number,
  end: number,
  size: number,
): GroupRecord[] {
  const records: GroupRecord[] = [];
  for (let at = start; end - at >= RECORD.GROUP + size;) {
    const sourcesAt = at + RECORD.GROUP + size;
    const dataAt = Math.min(end, sourcesAt + u16(bytes, at + RECORD.COUNT) * size);
    const next = Math.min(end, dataAt + bytes[at + RECORD.AUX_WORDS] * 4);
    const number = bytes[at + RECORD.TYPE];
    const record: GroupRecord = {
      type: RECORDS[number - 1] ?? number,
      group: format(bytes, at + RECORD.GROUP, size),
      sources: readSources(bytes, sourcesAt, dataAt, size),
    };
    if (next > dataAt) record.data = bytes.slice(dataAt, next);
    records.push(record);
    at = next;
  }
  return records;
}

function recordLength(record: GroupRecord, size: number): number {
  return RECORD.GROUP + size + record.sources.length * size + auxWords(record) * 4;
}

function auxWords(record: GroupRecord): number {
  return Math.ceil((record.data?.length ?? 0) / 4);
}

/** The length of the records, in bytes. */
export function measureRecords(records: readonly GroupRecord[], size: number): number {
  return records.reduce((length, record) => length + recordLength(record, size), 0);
}

/** Writes the records at `start`, in bytes that are zero. */
export function writeRecords(
  what: string,
  records: readonly GroupRecord[],
  bytes: Uint8Array,
  start: number,
  size: number,
): void {
  let at = start;
  for (const record of records) {
    const type = typeof record.type === "string" ? RECORDS.indexOf(record.type) + 1 : record.type;
    bytes[at + RECORD.TYPE] = fit(what, "record.type", type, 0xff);
    bytes[at + RECORD.AUX_WORDS] = fit(what, "record.data in words", auxWords(record), 0xff);
    setU16(
      bytes,
      at + RECORD.COUNT,
      fit(what, "record.sources.length", record.sources.length, 0xffff),
    );
    bytes.set(parse(record.group, size), at + RECORD.GROUP);
    const sources = at + RECORD.GROUP + size;
    writeSources(record.sources, bytes, sources, size);
    if (record.data !== undefined) {
      bytes.set(record.data, sources + record.sources.length * size);
    }
    at += recordLength(record, size);
  }
}

function writeSources(sources: readonly string[], bytes: Uint8Array, at: number, size: number) {
  sources.forEach((text, index) => bytes.set(parse(text, size), at + index * size));
}

/** Checks what follows the group of a query; the index after it. */
export function checkGroupQuery(
  what: string,
  bytes: Uint8Array,
  at: number,
  end: number,
  size: number,
): number {
  const count = u16(bytes, at + QUERY.COUNT);
  const length = QUERY.SOURCES + count * size;
  if (length > end - at) {
    throw bad(
      what,
      `number of sources of ${count} is above the ${
        Math.floor((end - at - QUERY.SOURCES) / size)
      } at hand`,
    );
  }
  return at + length;
}

/** Reads what follows the group of a query. */
export function readGroupQuery(
  bytes: Uint8Array,
  at: number,
  end: number,
  size: number,
): GroupQuery {
  return {
    suppress: (bytes[at + QUERY.BITS] & 8) !== 0,
    robustness: bytes[at + QUERY.BITS] & 7,
    intervalCode: bytes[at + QUERY.INTERVAL],
    sources: readSources(bytes, at + QUERY.SOURCES, end, size),
  };
}

/** The length of what follows the group of a query, in bytes. */
export function measureGroupQuery(query: GroupQuery, size: number): number {
  return QUERY.SOURCES + query.sources.length * size;
}

/** Writes what follows the group of a query. */
export function writeGroupQuery(
  what: string,
  query: GroupQuery,
  bytes: Uint8Array,
  at: number,
  size: number,
): void {
  bytes[at + QUERY.BITS] = (query.suppress ? 8 : 0) | fit(what, "robustness", query.robustness, 7);
  bytes[at + QUERY.INTERVAL] = fit(what, "intervalCode", query.intervalCode, 0xff);
  setU16(bytes, at + QUERY.COUNT, fit(what, "sources.length", query.sources.length, 0xffff));
  writeSources(query.sources, bytes, at + QUERY.SOURCES, size);
}

/**
 * The number that a code of 8 bits means (RFC 3376, sections 4.1.1 and 4.1.7): itself below 128, above
 * it a mantissa of four bits and an exponent.
 *
 * @param code The code, 0 to 255.
 * @returns The number: tenths of a second in a response code of IGMP, seconds in an interval code.
 * @throws {RangeError} If the code does not fit its bits.
 */
export function groupCodeValue(code: number): number {
  checkNumber("read", "group code", "code", code, 0xff);
  return code < 0x80 ? code : ((code & 15) | 0x10) << (((code >>> 4) & 7) + 3);
}

/**
 * The milliseconds that a response code of MLDv2 means (RFC 3810, section 5.1.3).
 *
 * @param code The code, 0 to 0xffff.
 * @returns The milliseconds.
 * @throws {RangeError} If the code does not fit its bits.
 */
export function mldResponseDelayMs(code: number): number {
  checkNumber("read", "response code", "code", code, 0xffff);
  return code < 0x8000 ? code : ((code & 0xfff) | 0x1000) << (((code >>> 12) & 7) + 3);
}
