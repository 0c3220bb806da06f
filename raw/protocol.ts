import { checkInteger } from "../core/bytes.ts";
import { getProtocolByName } from "../addrinfo/mod.ts";

/** The number of an IP protocol given by number or name. */
export function protocolNumber(protocol: number | string, action: string): number {
  if (typeof protocol === "string") return getProtocolByName(protocol).number;
  checkInteger(protocol, 0, 255, action, "protocol");
  return protocol;
}
