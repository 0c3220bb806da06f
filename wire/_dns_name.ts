/**
 * Domain names in DNS messages (RFC 1035, sections 3.1 and 4.1.4), with compression.
 *
 * In text, labels are joined by dots without one at the end, and the root is `"."`. A dot or a
 * backslash within a label is written `\.` or `\\`, and a byte that is no printable ASCII `\DDD`
 * (RFC 1035, section 5.1).
 *
 * @module
 */

import { bad, setU16, u16, unfit } from "./_bytes.ts";

const WHAT = "DNS name";

const LABEL_MAX = 63;
const NAME_MAX = 255;
const POINTERS_MAX = 126;
const POINTER = 0xc0;
/** Pointers have 14 bits. */
const POINTABLE = 0x4000;

/**
 * Checks the name at `at`, following its pointers; the index after it. Every pointer must go back
 * behind the one before, so no chain can loop.
 *
 * @param bytes The bytes.
 * @param at Index of the name.
 * @param start Index of the first byte of the message, which pointers count from.
 * @param end Index after the last byte of the message.
 */
export function checkDnsName(bytes: Uint8Array, at: number, start: number, end: number): number {
  let after = -1;
  let from = at;
  let here = at;
  let length = 1;
  let pointers = 0;
  for (;;) {
    if (here >= end) throw bad(WHAT, "label is cut off");
    const size = bytes[here];
    if (size === 0) return after < 0 ? here + 1 : after;
    if (size >= POINTER) {
      if (here + 2 > end) throw bad(WHAT, "pointer is cut off");
      const target = start + (u16(bytes, here) & 0x3fff);
      if (target >= from) {
        throw bad(WHAT, `pointer to ${target - start} at ${here - start} does not go back`);
      }
      // A name has at most 127 labels, and no use for more pointers than that.
      if (++pointers > POINTERS_MAX) throw bad(WHAT, `pointers are above ${POINTERS_MAX}`);
      if (after < 0) after = here + 2;
      from = here = target;
    } else if (size > LABEL_MAX) {
      throw bad(WHAT, `label type of 0x${(size & POINTER).toString(16)} is unknown`);
    } else {
      length += 1 + size;
      if (length > NAME_MAX) throw bad(WHAT, `length is above ${NAME_MAX}`);
      here += 1 + size;
    }
  }
}

/** Index after the name at `at`, which {@linkcode checkDnsName} has passed. */
export function dnsNameEnd(bytes: Uint8Array, at: number, end: number): number {
  while (at < end) {
    const size = bytes[at];
    if (size === 0) return at + 1;
    if (size >= POINTER) return at + 2;
    at += 1 + size;
  }
  return end;
}

/** The text of the name at `at`, which {@linkcode checkDnsName} has passed. */
export function readDnsName(bytes: Uint8Array, at: number, start: number, end: number): string {
  let text = "";
  let here = at;
  // The bytes may have changed since they were checked: no name takes more steps than this.
  for (let steps = 0; here < end && steps <= NAME_MAX; steps++) {
    const size = bytes[here];
    if (size === 0) break;
    if (size >= POINTER) {
      here = start + (u16(bytes, here) & 0x3fff);
      continue;
    }
    if (text !== "") text += ".";
    for (let i = here + 1; i <= here + size && i < end; i++) text += charText(bytes[i]);
    here += 1 + size;
  }
  return text === "" ? "." : text;
}

function charText(code: number): string {
  if (code === 0x2e || code === 0x5c) return `\\${String.fromCharCode(code)}`;
  return code > 0x20 && code < 0x7f
    ? String.fromCharCode(code)
    : `\\${code.toString().padStart(3, "0")}`;
}

/** The labels of a name in text. */
function parseLabels(name: string): Uint8Array[] {
  if (name === "." || name === "") return [];
  const labels: Uint8Array[] = [];
  let label: number[] = [];
  let length = 1;
  const finish = () => {
    if (label.length === 0 || label.length > LABEL_MAX) {
      throw unfit(
        WHAT,
        `label ${labels.length} of ${JSON.stringify(name)} has ${label.length} bytes, not 1 to 63`,
      );
    }
    labels.push(Uint8Array.from(label));
    length += 1 + label.length;
    label = [];
  };
  for (let i = 0; i < name.length; i++) {
    let code = name.charCodeAt(i);
    if (code === 0x2e) {
      finish();
      continue;
    }
    if (code === 0x5c) {
      const digits = /^\d{3}/.exec(name.slice(i + 1));
      code = digits === null ? name.charCodeAt(++i) : Number(digits[0]);
      if (digits !== null) i += 3;
      if (!(code <= 0xff)) throw unfit(WHAT, `escape in ${JSON.stringify(name)} is not of a byte`);
    } else if (code > 0x7f) {
      throw unfit(WHAT, `${JSON.stringify(name)} is not ASCII (use its xn-- form)`);
    }
    label.push(code);
  }
  // A dot at the end only says that the name is complete.
  if (label.length > 0) finish();
  if (length > NAME_MAX) throw unfit(WHAT, `length of ${length} is above ${NAME_MAX}`);
  return labels;
}

/** Bytes that grow, with the names written so far: what a DNS message is encoded into. */
export class DnsWriter {
  #bytes: Uint8Array = new Uint8Array(512);
  #length = 0;
  /** Where each name or end of a name stands; undefined: no compression. */
  readonly #names: Map<string, number> | undefined;

  /** Starts a message. */
  constructor(compress: boolean) {
    this.#names = compress ? new Map() : undefined;
  }

  /** The number of bytes written. */
  get length(): number {
    return this.#length;
  }

  /** Makes room for `size` more bytes; the index of the first. */
  #grow(size: number): number {
    const at = this.#length;
    this.#length += size;
    if (this.#length > this.#bytes.length) {
      const bytes = new Uint8Array(Math.max(this.#length, 2 * this.#bytes.length));
      bytes.set(this.#bytes);
      this.#bytes = bytes;
    }
    return at;
  }

  /** Writes 16 bits. */
  u16(value: number): void {
    const at = this.#grow(2);
    setU16(this.#bytes, at, value);
  }

  /** Writes 32 bits. */
  u32(value: number): void {
    this.u16(value >>> 16);
    this.u16(value & 0xffff);
  }

  /** Writes bytes. */
  raw(data: Uint8Array): void {
    const at = this.#grow(data.length);
    this.#bytes.set(data, at);
  }

  /** Writes 16 bits at an index that is already written. */
  patchU16(at: number, value: number): void {
    setU16(this.#bytes, at, value);
  }

  /**
   * Writes a name, by a pointer to where its end stands already, if it does.
   *
   * @param name The name in text.
   * @param pointers Whether pointers may stand here: newer record types forbid them (RFC 3597).
   */
  name(name: string, pointers = true): void {
    const labels = parseLabels(name);
    for (let i = 0; i < labels.length; i++) {
      const rest = labels.slice(i).map((label) => `${label.length}:${label.join(",")}`).join(" ");
      const known = pointers ? this.#names?.get(rest) : undefined;
      if (known !== undefined) {
        this.u16(0xc000 | known);
        return;
      }
      if (this.#length < POINTABLE && !this.#names?.has(rest)) {
        this.#names?.set(rest, this.#length);
      }
      this.raw(Uint8Array.of(labels[i].length));
      this.raw(labels[i]);
    }
    this.raw(Uint8Array.of(0));
  }

  /** The bytes written, as one array. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}
