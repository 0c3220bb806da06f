/**
 * What both openers take, and the sockets they open.
 *
 * @module
 */
import type { IpAddress } from "../core/address.ts";
import { integer, list, optional, type Parameter } from "../core/arguments.ts";
import { OPEN_SHAPE, type OptionSetting } from "../core/engine_choice.ts";
import { IP_FAMILY, UINT32 } from "../core/ip_arguments.ts";
import { IPPROTO_DCCP } from "../ffi/abi/ip_constants.ts";
import { DCCP_SOCKOPT_CCID, DCCP_SOCKOPT_SERVICE } from "./options.ts";
import { serviceCode } from "./service_code.ts";

/** Why no other engine will do. */
export const NEEDS_LIBC = "DCCP";

const CCIDS = list(integer(0, 255));

/** One service code, as text or number. */
export const SERVICE: Parameter<number> = (value) => serviceCode(value as number);

/** The parameters of both. */
export const SHAPE = {
  ...OPEN_SHAPE,
  family: optional(IP_FAMILY),
  scopeId: optional(UINT32),
  ccid: optional(CCIDS),
} as const;

/** The socket of an address: its service codes and congestion controls are set before all else. */
export function engineRequest(
  address: IpAddress,
  services: readonly number[],
  { ccid, options }: { ccid?: readonly number[]; options: readonly OptionSetting[] },
): { address: IpAddress; protocol: number; options: OptionSetting[] } {
  const own: OptionSetting[] = [];
  // Without any, the kernel's own is 0: the service code is absent (RFC 4340 section 8.1.2).
  if (services.length > 0) own.push([DCCP_SOCKOPT_SERVICE, services]);
  if (ccid !== undefined) own.push([DCCP_SOCKOPT_CCID, Uint8Array.from(ccid)]);
  return { address, protocol: IPPROTO_DCCP, options: [...own, ...options] };
}
