/**
 * Multicast listener discovery: version 1 (RFC 2710) and 2 (RFC 3810), messages of ICMPv6.
 *
 * @module
 */

import { formatIpv6, parseIpv6 } from "../core/ip/text.ts";
import { bad, checkSpan, fit, setU16, u16 } from "./_bytes.ts";
import {
  checkGroupQuery,
  checkRecords,
  type GroupQuery,
  type GroupRecord,
  measureGroupQuery,
  measureRecords,
  readGroupQuery,
  readRecords,
  writeGroupQuery,
  writeRecords,
} from "./_group_records.ts";
import { ICMP_AT } from "./_icmp_body.ts";

const WHAT = "MLD message";

/** RFC 2710, section 3; RFC 3810, sections 5.1 and 5.2. */
const AT = { DELAY: 4, GROUP: 8, QUERY: 24, QUERY_SOURCES: 28, COUNT: 6, RECORDS: 8 };

const ADDRESS = 16;

/** The numbers of the messages; both queries have the same. */
export const MLD_TYPE: Readonly<Record<MldMessage["message"], number>> = {
  mldQuery: 130,
  mldQueryV2: 130,
  mldReport: 131,
  mldDone: 132,
  mldReportV2: 143,
};

/** Query (130), report (131) and done (132) of version 1. */
export interface MldV1 {
  /** The message. */
  message: "mldQuery" | "mldReport" | "mldDone";
  /** In a query, how long a listener may wait, 0 to 65535 ms; default 0. */
  maxResponseDelayMs?: number;
  /** The group; `"::"` in a query for every group. */
  group: string;
}

/** Query (130) of version 2. */
export interface MldQueryV2 extends GroupQuery {
  /** The message. */
  message: "mldQueryV2";
  /** How long a listener may wait, as a code: see `mldResponseDelayMs()`. */
  maxResponseCode: number;
  /** The group; `"::"` for every group. */
  group: string;
}

/** Report (143) of version 2. */
export interface MldReportV2 {
  /** The message. */
  message: "mldReportV2";
  /** One for each group. */
  records: GroupRecord[];
}

/** One of the messages of multicast listener discovery. */
export type MldMessage = MldV1 | MldQueryV2 | MldReportV2;

/** Whether a type is one of these messages. */
export function isMldType(type: number): boolean {
  return (type >= 130 && type <= 132) || type === 143;
}

/** Whether a value is one of these messages. */
export function isMldMessage<V extends { message: string }>(
  value: V,
): value is Extract<V, MldMessage> {
  return Object.hasOwn(MLD_TYPE, value.message);
}

/** RFC 3810, section 8.1: the length tells the versions apart. */
function isQueryV2(bytes: Uint8Array, start: number, end: number): boolean {
  return bytes[start + ICMP_AT.TYPE] === MLD_TYPE.mldQuery && end - start >= AT.QUERY_SOURCES;
}

/** Checks one of these messages once; the index after it. */
export function checkMld(bytes: Uint8Array, start: number, end: number): number {
  const type = bytes[start + ICMP_AT.TYPE];
  if (type === MLD_TYPE.mldReportV2) {
    checkSpan(WHAT, bytes, start, end, AT.RECORDS);
    const count = u16(bytes, start + AT.COUNT);
    return checkRecords(WHAT, bytes, start + AT.RECORDS, end, count, ADDRESS);
  }
  checkSpan(WHAT, bytes, start, end, AT.QUERY);
  if (isQueryV2(bytes, start, end)) {
    return checkGroupQuery(WHAT, bytes, start + AT.QUERY, end, ADDRESS);
  }
  if (type === MLD_TYPE.mldQuery && end - start !== AT.QUERY) {
    throw bad(WHAT, `length of ${end - start} of a query is neither 24 nor at least 28`);
  }
  return start + AT.QUERY;
}

/** The group of a message, or undefined of a report with several. */
export function mldGroup(bytes: Uint8Array, start: number): string | undefined {
  return bytes[start + ICMP_AT.TYPE] === MLD_TYPE.mldReportV2
    ? undefined
    : formatIpv6(bytes, start + AT.GROUP);
}

/** Reads a message that {@linkcode checkMld} has passed; `end` is what it returned. */
export function readMld(bytes: Uint8Array, start: number, end: number): MldMessage {
  const type = bytes[start + ICMP_AT.TYPE];
  if (type === MLD_TYPE.mldReportV2) {
    return {
      message: "mldReportV2",
      records: readRecords(bytes, start + AT.RECORDS, end, ADDRESS),
    };
  }
  const group = formatIpv6(bytes, start + AT.GROUP);
  const maxResponseCode = u16(bytes, start + AT.DELAY);
  if (isQueryV2(bytes, start, end)) {
    const query = readGroupQuery(bytes, start + AT.QUERY, end, ADDRESS);
    return { message: "mldQueryV2", maxResponseCode, group, ...query };
  }
  const message = type === MLD_TYPE.mldQuery
    ? "mldQuery"
    : type === MLD_TYPE.mldReport
    ? "mldReport"
    : "mldDone";
  return { message, maxResponseDelayMs: maxResponseCode, group };
}

/** The length of a message, in bytes. */
export function measureMld(value: MldMessage): number {
  switch (value.message) {
    case "mldReportV2":
      return AT.RECORDS + measureRecords(value.records, ADDRESS);
    case "mldQueryV2":
      return AT.QUERY + measureGroupQuery(value, ADDRESS);
    default:
      return AT.QUERY;
  }
}

/** Writes what follows type, code and checksum, in bytes that are zero. */
export function writeMld(value: MldMessage, bytes: Uint8Array, start: number): void {
  if (value.message === "mldReportV2") {
    setU16(bytes, start + AT.COUNT, fit(WHAT, "records.length", value.records.length, 0xffff));
    writeRecords(WHAT, value.records, bytes, start + AT.RECORDS, ADDRESS);
    return;
  }
  bytes.set(parseIpv6(value.group), start + AT.GROUP);
  if (value.message === "mldQueryV2") {
    setU16(bytes, start + AT.DELAY, fit(WHAT, "maxResponseCode", value.maxResponseCode, 0xffff));
    writeGroupQuery(WHAT, value, bytes, start + AT.QUERY, ADDRESS);
    return;
  }
  const delay = fit(WHAT, "maxResponseDelayMs", value.maxResponseDelayMs ?? 0, 0xffff);
  setU16(bytes, start + AT.DELAY, delay);
}
