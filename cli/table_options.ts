/**
 * The options that the commands of the kernel's tables share.
 *
 * @module
 */
import type { Arguments, OptionSpec } from "./command.ts";
import { UsageError } from "./exit.ts";

/** Watch and JSON. */
export const TABLE_OPTIONS: readonly OptionSpec[] = [
  { name: "watch", short: "w", help: "go on and show every change, until Ctrl-C" },
  { name: "json", short: "j", help: "print JSON, one object a line" },
];

/** IPv4 or IPv6. */
export const FAMILY_OPTION: OptionSpec = {
  name: "family",
  short: "f",
  value: "FAMILY",
  choices: ["inet", "inet6"],
  help: "only inet (ipv4, 4) or inet6 (ipv6, 6)",
};

/** One link. */
export const DEVICE_OPTION: OptionSpec = {
  name: "device",
  short: "d",
  value: "NAME",
  help: "only of this interface",
};

const FAMILIES: Readonly<Record<string, "inet" | "inet6">> = {
  inet: "inet",
  inet6: "inet6",
  ipv4: "inet",
  ipv6: "inet6",
  "4": "inet",
  "6": "inet6",
};

/** The family that the user asked for. */
export function readFamilyOption(args: Arguments): "inet" | "inet6" | undefined {
  const text = args.value("family");
  if (text === undefined) return undefined;
  if (!Object.hasOwn(FAMILIES, text)) {
    throw new UsageError(`--family ${text} is not inet or inet6`);
  }
  return FAMILIES[text];
}

/** A port that the user asked for. */
export function readPortOption(args: Arguments, name: string): number | undefined {
  const text = args.value(name);
  if (text === undefined) return undefined;
  if (!/^\d{1,5}$/.test(text) || +text > 65535) {
    throw new UsageError(`--${name} ${text} is not a port, 0 to 65535`);
  }
  return +text;
}
