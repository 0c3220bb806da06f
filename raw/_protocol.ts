import { checkInteger } from "../core/arguments.ts";
import { getProtocolByName } from "../addrinfo/protocols.ts";

/** The number of an IP protocol given by number or name. */
export async function protocolNumber(protocol: number | string, action: string): Promise<number> {
  if (typeof protocol !== "string") {
    checkInteger(protocol, 0, 255, action, "protocol");
    return protocol;
  }
  const found = await getProtocolByName(protocol);
  if (found === undefined) throw new TypeError(`Cannot ${action}: protocol ${protocol} is unknown`);
  return found.number;
}
