/**
 * Socket options on the command line: `SO_RCVBUF=65536`.
 *
 * @module
 */
import type { SocketOption } from "../core/option.ts";
import { allOptions, optionByName, parseOptionValue } from "../ffi/options/by_name.ts";
import { errorLine, UsageError } from "./exit.ts";
import { nearest } from "./_nearest.ts";

/** An option and its value. */
export type OptionSetting = readonly [SocketOption<unknown>, unknown];

/**
 * Reads an option and its value.
 *
 * @param text `NAME=VALUE`; the name in capitals or not.
 * @returns The option's row and the value.
 * @throws {UsageError} If there is no such option or it takes no such value.
 */
export function parseSocketOption(text: string): OptionSetting {
  const equals = text.indexOf("=");
  if (equals <= 0) {
    throw new UsageError(`--option is NAME=VALUE as SO_RCVBUF=65536, not "${text}"`);
  }
  const name = text.slice(0, equals).toUpperCase();
  const option = optionByName(name);
  if (option === undefined) {
    const near = suggestion(name);
    const hint = near === undefined ? "" : `; did you mean ${near}?`;
    throw new UsageError(`no socket option ${name}${hint}`);
  }
  if (option.access === "ro") throw new UsageError(`the socket option ${name} can only be read`);
  try {
    return [option, parseOptionValue(option, text.slice(equals + 1))];
  } catch (error) {
    throw new UsageError(`the socket option ${name}: ${errorLine(error)}`);
  }
}

/** The option that was meant: its part after the prefix is the same, or it is a slip away. */
function suggestion(name: string): string | undefined {
  const word = name.slice(name.indexOf("_") + 1);
  const names = allOptions().map((option) => option.name);
  return names.find((one) => one.slice(one.indexOf("_") + 1) === word) ?? nearest(name, names);
}
