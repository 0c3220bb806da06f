/** Headers that stacks of several tests begin with. */

/** A frame from one host to another. */
export const LINK = {
  kind: "ethernet",
  source: "02:00:00:00:00:01",
  destination: "02:00:00:00:00:02",
} as const;
/** A packet from one host to another. */
export const IPV4 = { kind: "ipv4", source: "192.0.2.1", destination: "192.0.2.2" } as const;
/** As {@linkcode IPV4}. */
export const IPV6 = { kind: "ipv6", source: "2001:db8::1", destination: "2001:db8::2" } as const;
/** To all that listen for reports of groups (RFC 3810). */
export const MULTICAST6 = {
  ...IPV6,
  source: "fe80::1",
  destination: "ff02::16",
  hopLimit: 1,
} as const;
