/**
 * Options by their names, and their values from text, for the command line and the like.
 *
 * @module
 */

import { readRow, type SocketOption } from "../../core/option.ts";
import * as buffer from "./buffer.ts";
import * as filter from "./filter.ts";
import * as ip from "./ip.ts";
import * as ipv6 from "./ipv6.ts";
import * as ipv6Header from "./ipv6_header.ts";
import * as multicast from "./multicast.ts";
import * as multicastGroup from "./multicast_group.ts";
import * as peer from "./peer.ts";
import * as raw from "./raw.ts";
import * as socket from "./socket.ts";
import * as sourceFilter from "./source_filter.ts";
import * as tcp from "./tcp.ts";
import * as tcpMd5 from "./tcp_md5.ts";
import * as tcpInfo from "./tcp_info.ts";
import * as tcpRepair from "./tcp_repair.ts";
import * as timestamp from "./timestamp.ts";
import * as udp from "./udp.ts";

/** Whether an export of a table is a row. */
function isRow(value: unknown): value is SocketOption<unknown> {
  return typeof value === "object" && value !== null && "codec" in value && "level" in value;
}

const TABLES: readonly object[] = [
  socket,
  buffer,
  timestamp,
  peer,
  filter,
  raw,
  ip,
  ipv6,
  ipv6Header,
  multicast,
  multicastGroup,
  sourceFilter,
  tcp,
  tcpMd5,
  tcpInfo,
  tcpRepair,
  udp,
];

let byName: ReadonlyMap<string, SocketOption<unknown>> | undefined;

/** All rows in the order of their names. Made when first asked for: few programs do. */
function rows(): ReadonlyMap<string, SocketOption<unknown>> {
  return byName ??= new Map(
    TABLES
      .flatMap((table) => Object.values(table).filter(isRow))
      .sort((a, b) => a.name < b.name ? -1 : 1)
      .map((row) => [row.name, row]),
  );
}

/**
 * Finds an option by its name in C; the MCAST_* options of IPv6 have the prefix `IPV6_`.
 *
 * @param name The name, such as `"SO_RCVBUF"`, in capitals.
 * @returns The option, or `undefined` if none is so called.
 *
 * @example An option whose name comes from the user
 * ```ts
 * import { optionByName, SO_RCVBUF } from "@berkeley/sockets/options";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(optionByName("SO_RCVBUF"), SO_RCVBUF);
 * ```
 */
export function optionByName(name: string): SocketOption<unknown> | undefined {
  if (typeof name !== "string") {
    throw new TypeError("Cannot find an option: name is not a string");
  }
  return rows().get(name);
}

/**
 * All options that have a row, in the order of their names.
 *
 * @example What may be read of TCP sockets
 * ```ts
 * import { allOptions } from "@berkeley/sockets/options";
 *
 * const ofTcp = allOptions().filter(({ name, access }) => name.startsWith("TCP_") && access !== "wo");
 * console.log(ofTcp.map(({ name }) => name).join(" "));
 * ```
 *
 * @returns The options.
 */
export function allOptions(): readonly SocketOption<unknown>[] {
  return [...rows().values()];
}

const WORDS: ReadonlyMap<string, readonly unknown[]> = new Map([
  ["true", [true]],
  ["false", [false]],
  ["yes", [true]],
  ["no", [false]],
  ["on", [true]],
  ["off", [false, null]],
  ["none", [null]],
  ["null", [null]],
  ["1", [true]],
  ["0", [false]],
]);

/** What a text may mean, the likeliest first. Text itself goes before bytes in hexadecimal. */
function* meanings(text: string): Generator<unknown> {
  if (/^-?(?:0x[0-9a-f]+|[0-9]+(?:\.[0-9]+)?)$/i.test(text)) {
    yield text.startsWith("-") ? -Number(text.slice(1)) : Number(text);
    if (!text.includes(".")) {
      yield text.startsWith("-") ? -BigInt(text.slice(1)) : BigInt(text);
    }
  }
  yield* WORDS.get(text.toLowerCase()) ?? [];
  if (/^[[{]/.test(text)) {
    try {
      yield JSON.parse(text);
    } catch {
      // Not JSON: it may still be plain text.
    }
  }
  yield text;
  const hex = /^(?:0x)?((?:[0-9a-f]{2})*)$/i.exec(text);
  if (hex !== null) {
    yield Uint8Array.from(hex[1].match(/../g) ?? [], (digits) => parseInt(digits, 16));
  }
}

/**
 * Understands a value of an option given as text: a number (decimal or `0x…`), a word (`true`, `on`,
 * `yes`, `1` and their opposites; `none` or `off` for "not set"), JSON for objects and arrays,
 * hexadecimal for bytes, or the text itself, whichever the option takes.
 *
 * @param option The option.
 * @param text The text.
 * @returns The value, which the option's codec accepts.
 * @throws {TypeError} If the option takes nothing that the text could mean, or cannot be set.
 * @throws {RangeError} If it is of the right kind and out of range.
 *
 * @example `--option SO_LINGER=5`
 * ```ts
 * import { optionByName, parseOptionValue } from "@berkeley/sockets/options";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseOptionValue(optionByName("SO_LINGER")!, "5"), 5);
 * assertEquals(parseOptionValue(optionByName("TCP_NODELAY")!, "on"), true);
 * ```
 */
export function parseOptionValue<T>(option: SocketOption<T>, text: string): T {
  const { name, access, codec } = readRow(option, "parse an option's value", "option");
  if (typeof text !== "string") {
    throw new TypeError("Cannot parse an option's value: text is not a string");
  }
  if (access === "ro") {
    throw new TypeError(`Cannot set ${name}: it can only be read`);
  }
  let reason: unknown;
  for (const meaning of meanings(text)) {
    try {
      codec.encode(meaning as T);
      return meaning as T;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      reason ??= error;
    }
  }
  throw reason;
}
