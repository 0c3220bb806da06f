/**
 * The device that makes tun and tap links: requests and flags.
 *
 * @module
 */

// linux/if_tun.h
export const TUNSETIFF = 1074025674;
export const TUNSETPERSIST = 1074025675;
export const TUNSETOWNER = 1074025676;
export const TUNSETGROUP = 1074025678;
export const IFF_TUN = 1;
export const IFF_TAP = 2;
export const IFF_MULTI_QUEUE = 256;
export const IFF_NO_PI = 4096;
export const IFF_VNET_HDR = 16384;
export const IFF_TUN_EXCL = 32768;
