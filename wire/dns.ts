/**
 * DNS messages (RFC 1035), to read captures with and to ask questions.
 *
 * @module
 */

import { boolean, object, optional } from "../core/arguments.ts";
import { bad, checkSpan, fit, u16 } from "./_bytes.ts";
import { checkDnsName, dnsNameEnd, DnsWriter, readDnsName } from "./_dns_name.ts";
import { checkDnsRecord, dnsRecordEnd, readDnsRecord, writeDnsRecord } from "./_dns_record.ts";
import { type DnsRecord, type DnsType, dnsType, dnsTypeNumber } from "./dns_record_value.ts";
import { dotted, recordText, typeName } from "./_dns_text.ts";
import { type LayerRow, layerRow } from "./layer_row.ts";
import { VALUES } from "./_value_table.ts";
import { HeaderView } from "./view.ts";

const WHAT = "DNS message";
const ENCODE_OPTIONS = object({ compress: optional(boolean) });

/** RFC 1035, section 4.1.1. */
const AT = {
  ID: 0,
  FLAGS: 2,
  QUESTIONS: 4,
  ANSWERS: 6,
  AUTHORITIES: 8,
  ADDITIONALS: 10,
  BODY: 12,
};

/** RFC 1035, section 4.1.1; RFC 4035 for the two of DNSSEC. */
const FLAG = {
  RESPONSE: 0x8000,
  AUTHORITATIVE: 0x0400,
  TRUNCATED: 0x0200,
  RECURSION_DESIRED: 0x0100,
  RECURSION_AVAILABLE: 0x0080,
  RESERVED: 0x0040,
  AUTHENTIC: 0x0020,
  CHECKING_DISABLED: 0x0010,
};

/** A question. */
export interface DnsQuestion {
  /** About which name. */
  name: string;
  /** Which records are wanted: `"A"`, `"AAAA"`, …, or a number. */
  type: DnsType | number;
  /** Class; default 1 (Internet). The high bit is multicast DNS's wish for a unicast answer. */
  class?: number;
}

/** What a DNS message means; everything but the identifier may be left out. */
export interface Dns {
  /** Tells the values of layers apart. */
  kind: "dns";
  /** By which an answer is told to belong to its question, 0 to 0xffff. */
  id: number;
  /** It is an answer; default `false`. */
  response?: boolean;
  /** 0: a query; 4: notify; 5: update; default 0. */
  opcode?: number;
  /** The answer comes from a server of the zone itself; default `false`. */
  authoritative?: boolean;
  /** The answer was cut to fit; default `false`. */
  truncated?: boolean;
  /** The server shall ask others; default `false`. */
  recursionDesired?: boolean;
  /** The server would ask others; default `false`. */
  recursionAvailable?: boolean;
  /** The reserved bit; default `false`. */
  reservedFlag?: boolean;
  /** The server has verified the answer (DNSSEC); default `false`. */
  authenticData?: boolean;
  /** The server need not verify (DNSSEC); default `false`. */
  checkingDisabled?: boolean;
  /** 0: no error; 2: server failure; 3: no such name; 5: refused; default 0. */
  responseCode?: number;
  /** Questions; default none. */
  questions?: DnsQuestion[];
  /** Answers; default none. */
  answers?: DnsRecord[];
  /** Who else knows; default none. */
  authorities?: DnsRecord[];
  /** What else is useful; default none. */
  additionals?: DnsRecord[];
}

/** Where each section begins. */
interface Sections {
  answers: number;
  authorities: number;
  additionals: number;
}

/** A DNS message laid over bytes. */
export class DnsView extends HeaderView {
  #sections: Sections;

  private constructor(
    bytes: Uint8Array,
    start: number,
    payloadStart: number,
    end: number,
    sections: Sections,
  ) {
    super(bytes, start, payloadStart, end);
    this.#sections = sections;
  }

  /** Tells the layers of a frame apart. */
  get kind(): "dns" {
    return "dns";
  }

  /**
   * Lays a view over the DNS message that begins at `start`; over TCP, after its two bytes of length.
   *
   * @param bytes The bytes; they are not copied, and changes to them show.
   * @param start Index of the first byte of the message; default 0.
   * @param end Index after its last byte; default `bytes.length`.
   * @returns The view; its payload is what follows the last record, as a rule nothing.
   * @throws {RangeError} If the message is cut off, a length or count lies, or a name is too long or
   * its pointers do not go back: it names the field.
   */
  static parse(bytes: Uint8Array, start = 0, end: number = bytes?.length): DnsView {
    checkSpan(WHAT, bytes, start, end, AT.BODY);
    let at = start + AT.BODY;
    for (let left = u16(bytes, start + AT.QUESTIONS); left > 0; left--) {
      at = checkDnsName(bytes, at, start, end) + 4;
      if (at > end) throw bad(WHAT, "question is cut off");
    }
    const check = (countAt: number): number => {
      const first = at;
      for (let left = u16(bytes, start + countAt); left > 0; left--) {
        at = checkDnsRecord(bytes, at, start, end);
      }
      return first;
    };
    const sections = {
      answers: check(AT.ANSWERS),
      authorities: check(AT.AUTHORITIES),
      additionals: check(AT.ADDITIONALS),
    };
    return new DnsView(bytes, start, at, end, sections);
  }

  /** By which an answer is told to belong to its question. */
  get id(): number {
    return u16(this.bytes, this.start + AT.ID);
  }
  /** All flags, with opcode and response code. */
  get flags(): number {
    return u16(this.bytes, this.start + AT.FLAGS);
  }
  /** Whether it is an answer. */
  get response(): boolean {
    return (this.flags & FLAG.RESPONSE) !== 0;
  }
  /** 0: a query; 4: notify; 5: update. */
  get opcode(): number {
    return (this.flags >>> 11) & 15;
  }
  /** 0: no error; 2: server failure; 3: no such name; 5: refused. */
  get responseCode(): number {
    return this.flags & 15;
  }
  /** Whether the answer was cut to fit. */
  get truncated(): boolean {
    return (this.flags & FLAG.TRUNCATED) !== 0;
  }
  /** Number of questions. */
  get questionCount(): number {
    return u16(this.bytes, this.start + AT.QUESTIONS);
  }
  /** Number of answers. */
  get answerCount(): number {
    return u16(this.bytes, this.start + AT.ANSWERS);
  }
  /** Number of records that say who else knows. */
  get authorityCount(): number {
    return u16(this.bytes, this.start + AT.AUTHORITIES);
  }
  /** Number of further records. */
  get additionalCount(): number {
    return u16(this.bytes, this.start + AT.ADDITIONALS);
  }

  /** The questions, decoded. */
  get questions(): DnsQuestion[] {
    const { bytes, start, payloadStart: end } = this;
    const questions: DnsQuestion[] = [];
    for (let at = start + AT.BODY; at < this.#sections.answers;) {
      const fixed = dnsNameEnd(bytes, at, end);
      questions.push({
        name: readDnsName(bytes, at, start, end),
        type: dnsType(u16(bytes, fixed)),
        class: u16(bytes, fixed + 2),
      });
      at = fixed + 4;
    }
    return questions;
  }
  /** The answers, decoded. */
  get answers(): DnsRecord[] {
    return this.#records(this.#sections.answers, this.#sections.authorities);
  }
  /** The records that say who else knows, decoded. */
  get authorities(): DnsRecord[] {
    return this.#records(this.#sections.authorities, this.#sections.additionals);
  }
  /** The further records, decoded. */
  get additionals(): DnsRecord[] {
    return this.#records(this.#sections.additionals, this.payloadStart);
  }

  #records(from: number, to: number): DnsRecord[] {
    const records: DnsRecord[] = [];
    for (let at = from; at < to; at = dnsRecordEnd(this.bytes, at, to)) {
      records.push(readDnsRecord(this.bytes, at, this.start, to));
    }
    return records;
  }

  /**
   * The value of the message.
   *
   * @returns The value, for {@linkcode encodeDns}.
   */
  toValue(): Dns {
    const { flags } = this;
    return {
      kind: "dns",
      id: this.id,
      response: this.response,
      opcode: this.opcode,
      authoritative: (flags & FLAG.AUTHORITATIVE) !== 0,
      truncated: this.truncated,
      recursionDesired: (flags & FLAG.RECURSION_DESIRED) !== 0,
      recursionAvailable: (flags & FLAG.RECURSION_AVAILABLE) !== 0,
      reservedFlag: (flags & FLAG.RESERVED) !== 0,
      authenticData: (flags & FLAG.AUTHENTIC) !== 0,
      checkingDisabled: (flags & FLAG.CHECKING_DISABLED) !== 0,
      responseCode: this.responseCode,
      questions: this.questions,
      answers: this.answers,
      authorities: this.authorities,
      additionals: this.additionals,
    };
  }
}

/** How {@linkcode encodeDns} writes. */
export interface EncodeDnsOptions {
  /** Whether a name that was written before is a pointer to it (RFC 1035, 4.1.4); default `true`. */
  compress?: boolean;
}

/**
 * Encodes a DNS message, without the two bytes of length that it has over TCP.
 *
 * @param value The message.
 * @param options Whether to compress names.
 * @returns The message in new bytes.
 * @throws {RangeError} If a field does not fit its bits or a name is too long: it names the field.
 * @throws {TypeError} If an address is not one.
 *
 * @example A question for the name server
 * ```ts
 * import { DnsView, encodeDns } from "@berkeley/sockets/wire";
 * import { assertEquals } from "@std/assert";
 *
 * const query = encodeDns({
 *   kind: "dns",
 *   id: 0x1234,
 *   recursionDesired: true,
 *   questions: [{ name: "example.com", type: "AAAA" }],
 * });
 * assertEquals(query.length, 29);
 * assertEquals(DnsView.parse(query).questions[0].name, "example.com");
 * ```
 */
export function encodeDns(value: Dns, options: EncodeDnsOptions = {}): Uint8Array {
  const { compress } = ENCODE_OPTIONS(options, "encode DNS message", "options");
  return encodeMessage(VALUES.dns(value, "encode dns layer", "value"), compress);
}

function encodeMessage(value: Dns, compress = true): Uint8Array {
  const to = new DnsWriter(compress);
  to.u16(fit(WHAT, "id", value.id, 0xffff));
  to.u16(
    (value.response ? FLAG.RESPONSE : 0) | (fit(WHAT, "opcode", value.opcode ?? 0, 15) << 11) |
      (value.authoritative ? FLAG.AUTHORITATIVE : 0) | (value.truncated ? FLAG.TRUNCATED : 0) |
      (value.recursionDesired ? FLAG.RECURSION_DESIRED : 0) |
      (value.recursionAvailable ? FLAG.RECURSION_AVAILABLE : 0) |
      (value.reservedFlag ? FLAG.RESERVED : 0) | (value.authenticData ? FLAG.AUTHENTIC : 0) |
      (value.checkingDisabled ? FLAG.CHECKING_DISABLED : 0) |
      fit(WHAT, "responseCode", value.responseCode ?? 0, 15),
  );
  const { questions = [], answers = [], authorities = [], additionals = [] } = value;
  to.u16(fit(WHAT, "questions.length", questions.length, 0xffff));
  to.u16(fit(WHAT, "answers.length", answers.length, 0xffff));
  to.u16(fit(WHAT, "authorities.length", authorities.length, 0xffff));
  to.u16(fit(WHAT, "additionals.length", additionals.length, 0xffff));
  for (const question of questions) {
    to.name(question.name);
    to.u16(dnsTypeNumber(question.type));
    to.u16(fit(WHAT, "question.class", question.class ?? 1, 0xffff));
  }
  for (const record of [...answers, ...authorities, ...additionals]) writeDnsRecord(record, to);
  return to.finish();
}

const RESPONSE_CODES = [
  "",
  " FormErr",
  " ServFail",
  " NXDomain",
  " NotImp",
  " Refused",
  " YXDomain",
  " YXRRSet",
  " NXRRSet",
  " NotAuth",
  " NotZone",
];

const OPCODES = ["", " inv_q", " stat", " op3", " notify", " update"];

/** Everything after the addresses. */
function describeDns(view: DnsView): string {
  const { flags, id } = view;
  const length = `(${view.end - view.start})`;
  const opcode = OPCODES[view.opcode] ?? ` op${view.opcode}`;
  const authentic = (flags & 0x20) !== 0 ? "$" : "";
  if (view.response) {
    const head = [
      id,
      opcode,
      RESPONSE_CODES[view.responseCode] ?? ` Resp${view.responseCode}`,
      (flags & 0x0400) !== 0 ? "*" : "",
      (flags & 0x0080) !== 0 ? "" : "-",
      view.truncated ? "|" : "",
      authentic,
    ].join("");
    const counts = `${view.answerCount}/${view.authorityCount}/${view.additionalCount}`;
    const answers = view.answers.map((record) => recordText(record)).join(", ");
    return `${head} ${counts}${answers === "" ? "" : ` ${answers}`} ${length}`;
  }
  const marks = ((flags & 0x0100) !== 0 ? "+" : "") + authentic +
    ((flags & 0x0010) !== 0 ? "%" : "");
  const counts = [
    view.answerCount > 0 ? ` [${view.answerCount}a]` : "",
    view.authorityCount > 0 ? ` [${view.authorityCount}n]` : "",
    view.additionalCount > 0 ? ` [${view.additionalCount}au]` : "",
  ].join("");
  const questions = view.questions.map(({ name, type }) => ` ${typeName(type)}? ${dotted(name)}`);
  return `${id}${opcode}${marks}${counts}${questions.join("")} ${length}`;
}

/** The row of DNS, also of multicast DNS (RFC 6762) and of LLMNR (RFC 4795). */
export const dnsLayer: LayerRow<Dns, DnsView> = layerRow<Dns, DnsView>({
  kind: "dns",
  check: VALUES.dns,
  udpPorts: [53, 5353, 5355],
  parse(bytes, start, end, walk) {
    walk.stop();
    return DnsView.parse(bytes, start, end);
  },
  measure: (value) => encodeMessage(value).length,
  write: (value, bytes, start) => bytes.set(encodeMessage(value), start),
  // Names in a message can be packed in several ways.
  restate: () => undefined,
  describe: describeDns,
});
