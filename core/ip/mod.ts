/**
 * Text of IP and hardware addresses, blocks and ranges, and what kind of address an address is. Pure
 * functions: no permission, no library, any runtime.
 *
 * ```ts
 * import { cidrContains, formatIp, parseCidr, parseIp } from "@berkeley/sockets/ip";
 *
 * console.log(formatIp(parseIp("2001:DB8:0:0::1"))); // 2001:db8::1
 * console.log(cidrContains(parseCidr("10.0.0.0/8"), "10.1.2.3")); // true
 * ```
 *
 * @module
 */
export * from "./text.ts";
export * from "./cidr.ts";
export * from "./registry.ts";
export * from "./mac.ts";
