/**
 * Addresses in messages.
 *
 * @module
 */
import { hostPort } from "./ip_arguments.ts";
import { unixPathMessage } from "./unix_arguments.ts";

/** An address of any family, short; what has no text here is told by its family and its fields. */
export function addressMessage(address: unknown): string {
  if (address === null || typeof address !== "object") return String(address);
  const { family, ...fields } = address as Record<string, unknown>;
  if (typeof fields.hostname === "string" && typeof fields.port === "number") {
    return hostPort(fields.hostname, fields.port);
  }
  if (typeof fields.path === "string") {
    return fields.path === "" ? "an unnamed socket" : unixPathMessage(fields.path);
  }
  const plain = Object.values(fields).filter((value) =>
    value !== null && typeof value !== "object"
  );
  return [family, ...plain].join(":");
}
