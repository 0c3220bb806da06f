/**
 * IGMP: version 1 (RFC 1112), 2 (RFC 2236) and 3 (RFC 3376).
 *
 * @module
 */

import { formatIpv4, parseIpv4 } from "../core/ip/text.ts";
import { bad, checkSpan, fit, setU16, setU32, u16, u32 } from "./_bytes.ts";
import { encodeLayer } from "./_codec.ts";
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
import { checksum, writtenChecksum } from "./checksum.ts";
import { type LayerRow, layerRow } from "./layer_row.ts";
import { IPPROTO_IGMP } from "./numbers.ts";
import { keepReserved, type WithReserved, writeReserved } from "./_reserved.ts";
import { VALUES } from "./_value_table.ts";
import { HeaderView } from "./view.ts";

const WHAT = "IGMP message";

/** RFC 3376, sections 4.1 and 4.2. */
const AT = {
  TYPE: 0,
  RESPONSE_CODE: 1,
  CHECKSUM: 2,
  GROUP: 4,
  COUNT: 6,
  RECORDS: 8,
  QUERY: 8,
  QUERY_SOURCES: 12,
};

const TYPE = { QUERY: 0x11, REPORT_V1: 0x12, REPORT_V2: 0x16, LEAVE: 0x17, REPORT_V3: 0x22 };

const ADDRESS = 4;

/** What every IGMP message has. */
export interface IgmpCommon extends WithReserved {
  /** Tells the values of a stack apart. */
  kind: "igmp";
  /** Checksum; default: the right one. */
  checksum?: number;
}

/** A query (0x11) of version 1 or 2. */
export interface IgmpQuery extends IgmpCommon {
  /** The message. */
  message: "query";
  /** How long a member may wait, in tenths of a second, 0 to 255; 0: a query of version 1. */
  maxResponseTenths: number;
  /** The group; `"0.0.0.0"` for every group. */
  group: string;
}

/** A query (0x11) of version 3. */
export interface IgmpQueryV3 extends IgmpCommon, GroupQuery {
  /** The message. */
  message: "queryV3";
  /** How long a member may wait, as a code of tenths of a second: see `groupCodeValue()`. */
  maxResponseCode: number;
  /** The group; `"0.0.0.0"` for every group. */
  group: string;
}

/** A report of version 1 (0x12) or 2 (0x16), or that a group was left (0x17). */
export interface IgmpMembership extends IgmpCommon {
  /** The message. */
  message: "reportV1" | "reportV2" | "leave";
  /** The group. */
  group: string;
}

/** A report (0x22) of version 3. */
export interface IgmpReportV3 extends IgmpCommon {
  /** The message. */
  message: "reportV3";
  /** One for each group. */
  records: GroupRecord[];
}

/** A message of any other type. */
export interface IgmpOther extends IgmpCommon {
  /** The message. */
  message: "other";
  /** Its type, 0 to 255. */
  type: number;
  /** The byte after the type. */
  code: number;
  /** The four bytes after the checksum, as a number. */
  rest: number;
}

/** What an IGMP message means. */
export type Igmp = IgmpQuery | IgmpQueryV3 | IgmpMembership | IgmpReportV3 | IgmpOther;

/** An IGMP message laid over bytes. */
export class IgmpView extends HeaderView {
  /** Tells the layers of a frame apart. */
  get kind(): "igmp" {
    return "igmp";
  }

  /**
   * Lays a view over the IGMP message that begins at `start`.
   *
   * @param bytes The bytes; they are not copied, and changes to them show.
   * @param start Index of the first byte of the message; default 0.
   * @param end Index after its last byte; default `bytes.length`. The length tells a query of
   * version 3 from the older ones.
   * @returns The view; its payload is what follows the fields, as a rule nothing.
   * @throws {RangeError} If the message is cut off or a count lies: it names the field.
   */
  static parse(bytes: Uint8Array, start = 0, end: number = bytes?.length): IgmpView {
    checkSpan(WHAT, bytes, start, end, AT.QUERY);
    return new IgmpView(bytes, start, fieldsEnd(bytes, start, end), end);
  }

  /** Number of the message. */
  get type(): number {
    return this.bytes[this.start + AT.TYPE];
  }
  /** Name of the message. */
  get message(): Igmp["message"] {
    switch (this.type) {
      case TYPE.QUERY:
        return this.end - this.start >= AT.QUERY_SOURCES ? "queryV3" : "query";
      case TYPE.REPORT_V1:
        return "reportV1";
      case TYPE.REPORT_V2:
        return "reportV2";
      case TYPE.LEAVE:
        return "leave";
      case TYPE.REPORT_V3:
        return "reportV3";
      default:
        return "other";
    }
  }
  /** Of a query: how long a member may wait, in tenths of a second or as a code of them. */
  get maxResponseCode(): number {
    return this.bytes[this.start + AT.RESPONSE_CODE];
  }
  /** Checksum as it stands. */
  get checksum(): number {
    return u16(this.bytes, this.start + AT.CHECKSUM);
  }
  /** The group; undefined in a report of version 3. */
  get group(): string | undefined {
    return this.type === TYPE.REPORT_V3 ? undefined : formatIpv4(this.bytes, this.start + AT.GROUP);
  }
  /** Of a report of version 3: the groups, decoded. */
  get records(): GroupRecord[] {
    return this.type === TYPE.REPORT_V3
      ? readRecords(this.bytes, this.start + AT.RECORDS, this.payloadStart, ADDRESS)
      : [];
  }

  /**
   * Whether the checksum over the whole message is right.
   *
   * @returns Whether it is.
   */
  checksumOk(): boolean {
    return checksum(this.bytes, this.start, this.end) === 0;
  }

  /**
   * The value of the message, without its checksum.
   *
   * @returns The value, for {@linkcode encodeIgmp}.
   */
  toValue(): Igmp {
    return keepReserved(this, this.#plain(), measureIgmp, writeIgmp, AT.CHECKSUM);
  }

  #plain(): Igmp {
    const { bytes, start, message } = this;
    const kind = this.kind;
    const group = formatIpv4(bytes, start + AT.GROUP);
    switch (message) {
      case "query":
        return { kind, message, maxResponseTenths: this.maxResponseCode, group };
      case "queryV3": {
        const query = readGroupQuery(bytes, start + AT.QUERY, this.payloadStart, ADDRESS);
        return { kind, message, maxResponseCode: this.maxResponseCode, group, ...query };
      }
      case "reportV1":
      case "reportV2":
      case "leave":
        return { kind, message, group };
      case "reportV3":
        return { kind, message, records: this.records };
      case "other":
        return {
          kind,
          message,
          type: this.type,
          code: this.maxResponseCode,
          rest: u32(bytes, start + AT.GROUP),
        };
    }
  }
}

/** Checks the message once; the index after its fields. */
function fieldsEnd(bytes: Uint8Array, start: number, end: number): number {
  switch (bytes[start + AT.TYPE]) {
    case TYPE.QUERY:
      if (end - start >= AT.QUERY_SOURCES) {
        return checkGroupQuery(WHAT, bytes, start + AT.QUERY, end, ADDRESS);
      }
      if (end - start !== AT.QUERY) {
        throw bad(WHAT, `length of ${end - start} of a query is neither 8 nor at least 12`);
      }
      return start + AT.QUERY;
    case TYPE.REPORT_V3: {
      const count = u16(bytes, start + AT.COUNT);
      return checkRecords(WHAT, bytes, start + AT.RECORDS, end, count, ADDRESS);
    }
    default:
      return start + AT.QUERY;
  }
}

/** The length of the message of `value` without its payload, in bytes. */
function measureIgmp(value: Igmp): number {
  switch (value.message) {
    case "queryV3":
      return AT.QUERY + measureGroupQuery(value, ADDRESS);
    case "reportV3":
      return AT.RECORDS + measureRecords(value.records, ADDRESS);
    default:
      return AT.QUERY;
  }
}

/** Writes the message of `value` at `start`, before its payload up to `end`. */
function writeIgmp(value: Igmp, bytes: Uint8Array, start: number, end: number): void {
  bytes[start + AT.TYPE] = fit(WHAT, "type", typeOf(value), 0xff);
  switch (value.message) {
    case "query":
      bytes[start + AT.RESPONSE_CODE] = fit(
        WHAT,
        "maxResponseTenths",
        value.maxResponseTenths,
        0xff,
      );
      bytes.set(parseIpv4(value.group), start + AT.GROUP);
      break;
    case "queryV3":
      bytes[start + AT.RESPONSE_CODE] = fit(WHAT, "maxResponseCode", value.maxResponseCode, 0xff);
      bytes.set(parseIpv4(value.group), start + AT.GROUP);
      writeGroupQuery(WHAT, value, bytes, start + AT.QUERY, ADDRESS);
      break;
    case "reportV3":
      setU16(bytes, start + AT.COUNT, fit(WHAT, "records.length", value.records.length, 0xffff));
      writeRecords(WHAT, value.records, bytes, start + AT.RECORDS, ADDRESS);
      break;
    case "other":
      bytes[start + AT.RESPONSE_CODE] = fit(WHAT, "code", value.code, 0xff);
      setU32(bytes, start + AT.GROUP, fit(WHAT, "rest", value.rest, 0xffffffff));
      break;
    default:
      bytes.set(parseIpv4(value.group), start + AT.GROUP);
  }
  writeReserved(WHAT, value, bytes, start, measureIgmp(value));
  setU16(bytes, start + AT.CHECKSUM, 0);
  const sum = value.checksum ?? writtenChecksum(bytes, start, end);
  setU16(bytes, start + AT.CHECKSUM, fit(WHAT, "checksum", sum, 0xffff));
}

function typeOf(value: Igmp): number {
  switch (value.message) {
    case "query":
    case "queryV3":
      return TYPE.QUERY;
    case "reportV1":
      return TYPE.REPORT_V1;
    case "reportV2":
      return TYPE.REPORT_V2;
    case "leave":
      return TYPE.LEAVE;
    case "reportV3":
      return TYPE.REPORT_V3;
    case "other":
      return value.type;
  }
}

/**
 * Encodes an IGMP message.
 *
 * @param value The message; the checksum is filled in unless it has one.
 * @param payload What follows the fields; default nothing, as it should be.
 * @returns Message and payload in new bytes.
 * @throws {RangeError} If a field does not fit its bits: it names the field.
 * @throws {TypeError} If an address is not one.
 *
 * @example A host joins a group
 * ```ts
 * import { encodeIgmp, IgmpView } from "@berkeley/sockets/wire";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodeIgmp({ kind: "igmp", message: "reportV2", group: "224.0.1.9" });
 * const view = IgmpView.parse(bytes);
 * assertEquals([view.message, view.group, view.checksumOk()], ["reportV2", "224.0.1.9", true]);
 * ```
 */
export function encodeIgmp(value: Igmp, payload?: Uint8Array): Uint8Array {
  return encodeLayer(igmpLayer, value, payload);
}

/** Everything after "igmp ". */
function describeIgmp(view: IgmpView): string {
  const { group, message } = view;
  const asked = group === "0.0.0.0" ? "" : ` [gaddr ${group}]`;
  switch (message) {
    case "query":
      return view.maxResponseCode === 0 ? `query v1${asked}` : `query v2${asked}`;
    case "queryV3":
      return `query v3${asked}`;
    case "reportV1":
      return `v1 report ${group}`;
    case "reportV2":
      return `v2 report ${group}`;
    case "leave":
      return `leave ${group}`;
    case "reportV3":
      return `v3 report, ${view.records.length} group record(s)`;
    default:
      return `type-#${view.type}`;
  }
}

/** The row of IGMP. */
export const igmpLayer: LayerRow<Igmp, IgmpView> = layerRow<Igmp, IgmpView>({
  kind: "igmp",
  check: VALUES.igmp,
  protocols: [IPPROTO_IGMP],
  parse: (bytes, start, end) => IgmpView.parse(bytes, start, end),
  measure: measureIgmp,
  write: writeIgmp,
  describe: (view) => `igmp ${describeIgmp(view)}`,
  verify: (view) => view.checksumOk(),
});
