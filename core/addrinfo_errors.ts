/**
 * The errors of name lookups by number and name (netdb.h), with glibc's texts: one table for the
 * engine that has numbers and the one that has only texts.
 *
 * @module
 */
import { AddrInfoError } from "./errors.ts";

/** Number, name and text, as gai_strerror(3) gives it. */
const TABLE: readonly (readonly [number, string, string])[] = [
  [-1, "EAI_BADFLAGS", "Bad value for ai_flags"],
  [-2, "EAI_NONAME", "Name or service not known"],
  [-3, "EAI_AGAIN", "Temporary failure in name resolution"],
  [-4, "EAI_FAIL", "Non-recoverable failure in name resolution"],
  [-5, "EAI_NODATA", "No address associated with hostname"],
  [-6, "EAI_FAMILY", "ai_family not supported"],
  [-7, "EAI_SOCKTYPE", "ai_socktype not supported"],
  [-8, "EAI_SERVICE", "Servname not supported for ai_socktype"],
  [-9, "EAI_ADDRFAMILY", "Address family for hostname not supported"],
  [-10, "EAI_MEMORY", "Memory allocation failure"],
  [-11, "EAI_SYSTEM", "System error"],
  // Older glibc has no text for this one and says "Unknown error".
  [-12, "EAI_OVERFLOW", "Result too large for supplied buffer"],
  [-100, "EAI_INPROGRESS", "Processing request in progress"],
  [-101, "EAI_CANCELED", "Request canceled"],
  [-102, "EAI_NOTCANCELED", "Request not canceled"],
  [-103, "EAI_ALLDONE", "All requests done"],
  [-104, "EAI_INTR", "Interrupted by a signal"],
  [-105, "EAI_IDN_ENCODE", "Parameter string not correctly encoded"],
];

/** The texts of musl, where it has others (src/network/gai_strerror.c). */
const MUSL_TEXTS: Readonly<Record<string, string>> = {
  EAI_BADFLAGS: "Invalid flags",
  EAI_NONAME: "Name does not resolve",
  EAI_AGAIN: "Try again",
  EAI_FAIL: "Non-recoverable error",
  EAI_NODATA: "Name has no usable address",
  EAI_FAMILY: "Unrecognized address family or invalid length",
  EAI_SOCKTYPE: "Unrecognized socket type",
  EAI_SERVICE: "Unrecognized service",
  EAI_MEMORY: "Out of memory",
  EAI_OVERFLOW: "Overflow",
};

const BY_NUMBER = new Map(TABLE.map((row) => [row[0], row]));

/** The name of a result of getaddrinfo(3) or getnameinfo(3), `"EAI_-7"`-like if it has none here. */
export function eaiName(status: number): string {
  return BY_NUMBER.get(status)?.[1] ?? `EAI_${status}`;
}

/** The text of a result. */
export function eaiText(status: number): string {
  return BY_NUMBER.get(status)?.[2] ?? "Unknown error";
}

/** The name that a text stands for, of either library; `undefined` if it is none's. */
export function eaiNameOf(text: string): string | undefined {
  const said = text.trim().toLowerCase();
  return TABLE.find(([, name, own]) =>
    said === own.toLowerCase() || said === MUSL_TEXTS[name]?.toLowerCase()
  )?.[1];
}

/** All rows, for the test against the C library. */
export function eaiRows(): readonly (readonly [number, string, string])[] {
  return TABLE;
}

/**
 * The error of a failed lookup.
 *
 * @param status What the call returned, a negative EAI_* number.
 * @param context The call, what was looked up, and for EAI_SYSTEM errno and its text.
 * @returns The error.
 */
export function addrInfoError(
  status: number,
  context: { syscall: string; address?: string; errno?: number; detail?: string; cause?: unknown },
): AddrInfoError {
  const { detail, ...rest } = context;
  const text = detail === undefined ? eaiText(status) : `${eaiText(status)}: ${detail}`;
  return new AddrInfoError(eaiName(status), text, rest);
}
