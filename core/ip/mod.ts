/**
 * Text of IP and hardware addresses, blocks and ranges, and what kind of address an address is. Pure
 * functions: no permission, no library, any runtime.
 *
 * ```ts
 * import { formatIp, isInCidr, parseIp } from "@berkeley/sockets/ip";
 * ```
 *
 * @module
 */
export * from "./text.ts";
export * from "./cidr.ts";
export * from "./registry.ts";
export * from "./mac.ts";
