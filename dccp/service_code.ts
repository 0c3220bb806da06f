import { checkInteger } from "../core/arguments.ts";

/** 0 is no service code, and 2^32 - 1 a reserved one (RFC 4340 section 8.1.2). */
const MAX_CODE = 0xfffffffe;
const DECODER = new TextDecoder("latin1");

/**
 * A service code as a number (RFC 4340 section 8.1.2): what a connection is for, said by both ends.
 *
 * @example
 * ```ts
 * import { dccp } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(dccp.serviceCode("fdpz"), 0x6664707a);
 * assertEquals(dccp.serviceCode(42), 42);
 * ```
 *
 * @param code A number of 1 to 2^32 - 2, or four printable ASCII characters.
 * @returns The number.
 * @throws {TypeError} If it is neither a number nor four such characters.
 * @throws {RangeError} If the number is out of range.
 */
export function serviceCode(code: number | string): number {
  if (typeof code === "number") {
    if (Number.isInteger(code) && code >= 1 && code <= MAX_CODE) return code;
    throw new RangeError(`Cannot read a service code: ${code} is not in 1 to ${MAX_CODE}`);
  }
  if (typeof code !== "string" || !/^[\x21-\x7e]{4}$/.test(code)) {
    throw new TypeError("Cannot read a service code: it is neither a number nor four characters");
  }
  let value = 0;
  for (let i = 0; i < 4; i++) value = value * 256 + code.charCodeAt(i);
  return value;
}

/**
 * A service code as text: four characters where they are printable, else digits.
 *
 * @example In short
 * ```ts
 * import { dccp } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(dccp.serviceCodeText(dccp.serviceCode("echo")), "echo");
 * assertEquals(dccp.serviceCodeText(42), "42");
 * ```
 *
 * @param code 1 to 2^32 - 2.
 * @returns The text.
 */
export function serviceCodeText(code: number): string {
  checkInteger(code, 0, 0xffffffff, "write a service code", "code");
  const bytes = Uint8Array.of(code >>> 24, code >>> 16, code >>> 8, code);
  const text = DECODER.decode(bytes);
  return /^[\x21-\x7e]{4}$/.test(text) ? text : String(code);
}
