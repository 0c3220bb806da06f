/**
 * Text of 48-bit hardware addresses (IEEE 802 EUI-48).
 *
 * @module
 */

import { checkBytes } from "../bytes.ts";

/** The three customary spellings; one separator throughout. */
const FORMS: readonly RegExp[] = [
  /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/i,
  /^[0-9a-f]{2}(?:-[0-9a-f]{2}){5}$/i,
  /^[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}$/i,
];

/**
 * Parses a hardware address: `aa:bb:cc:dd:ee:ff`, `aa-bb-cc-dd-ee-ff` or `aabb.ccdd.eeff`, in
 * either case.
 *
 * @param text The text.
 * @returns Its six bytes.
 * @throws {TypeError} If the text is anything else.
 *
 * @example There and back
 * ```ts
 * import { formatMac, parseMac } from "@berkeley/sockets/ip";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatMac(parseMac("00-00-5E-00-53-01")), "00:00:5e:00:53:01");
 * ```
 */
export function parseMac(text: string): Uint8Array<ArrayBuffer> {
  if (typeof text !== "string" || !FORMS.some((form) => form.test(text))) {
    const shown = typeof text === "string"
      ? JSON.stringify(text.slice(0, 60))
      : `text of type ${typeof text}`;
    throw new TypeError(`Cannot parse hardware address: ${shown} is not six hexadecimal bytes`);
  }
  const digits = text.replaceAll(/[:.-]/g, "");
  const bytes = new Uint8Array(6);
  for (let i = 0; i < 6; i++) bytes[i] = parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/**
 * Formats six bytes as `aa:bb:cc:dd:ee:ff`.
 *
 * @param bytes The bytes.
 * @param offset Where the address begins (default 0).
 * @returns The text, in lower case.
 * @throws {RangeError} If fewer than six bytes follow the offset.
 */
export function formatMac(bytes: Uint8Array, offset: number = 0): string {
  if (!(bytes instanceof Uint8Array)) checkBytes(bytes, "format hardware address", "bytes");
  if (!Number.isInteger(offset) || offset < 0 || offset + 6 > bytes.length) {
    if (typeof offset !== "number") {
      throw new TypeError("Cannot format hardware address: offset is not a number");
    }
    throw new RangeError(
      `Cannot format hardware address: 6 bytes at offset ${offset} of ${bytes.length}`,
    );
  }
  let text = HEX[bytes[offset]];
  for (let i = offset + 1; i < offset + 6; i++) text += COLON_HEX[bytes[i]];
  return text;
}

/** Each byte's text, alone and after a colon: to make them each time costs several times as much. */
const HEX: readonly string[] = Array.from(
  { length: 256 },
  (_, byte) => byte.toString(16).padStart(2, "0"),
);
const COLON_HEX: readonly string[] = HEX.map((text) => `:${text}`);
