/**
 * Protocols above IP by their names.
 *
 * @module
 */
import { Words } from "./_words.ts";

/** netinet/in.h, IPPROTO_*. */
export const PROTOCOLS: Words = new Words([
  [1, "icmp"],
  [6, "tcp"],
  [17, "udp"],
  [33, "dccp"],
  [47, "gre"],
  [58, "icmpv6"],
  [132, "sctp"],
  [136, "udplite"],
]);
