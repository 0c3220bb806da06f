/**
 * Records of DNS as one line of a description shows them.
 *
 * @module
 */

import type { DnsRecord } from "./dns_record_value.ts";

/** A name as it stands in a capture may hold anything: what is not print must not reach a terminal. */
function printable(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replaceAll(/[\x00-\x1f\x7f-\x9f]/g, ".");
}

/** A name to its root. */
export function dotted(name: string): string {
  return printable(name.endsWith(".") ? name : `${name}.`);
}

/** The type of a record. */
export function typeName(type: string | number): string {
  return typeof type === "number" ? `Type${type}` : type;
}

/** What a record says. */
export function recordText(record: DnsRecord): string {
  const name = typeName(record.type);
  if ("address" in record) return `${name} ${record.address}`;
  if (record.type === "SRV") {
    return `SRV ${dotted(record.target)}:${record.port} ${record.priority} ${record.weight}`;
  }
  if ("target" in record) return `${name} ${dotted(record.target)}`;
  if (record.type === "MX") return `MX ${dotted(record.exchange)} ${record.preference}`;
  if (record.type === "TXT") {
    const texts = record.strings.map((one) => `"${printable(new TextDecoder().decode(one))}"`);
    return `TXT ${texts.join(" ")}`;
  }
  return name;
}
