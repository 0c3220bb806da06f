/**
 * Header codecs from Ethernet to TCP, checksums, reassembly, pcap and pcapng: pure bytes, no input or
 * output.
 *
 * Every protocol has a view (`Ipv4View.parse(bytes)`: checked once, then no accessor fails or
 * copies), a value (`Ipv4`: the plain object that the header means) and an encoder (`encodeIpv4`).
 *
 * @module
 */

export { HeaderView } from "./view.ts";
export * from "./numbers.ts";
export {
  addressSum,
  checksum,
  foldSum,
  pseudoHeaderSum,
  sumWords,
  updateChecksum,
} from "./checksum.ts";
export { encodeEthernet, type Ethernet, EthernetView } from "./ethernet.ts";
export { encodeIpv4, type Ipv4, Ipv4View } from "./ipv4.ts";
export type { Ipv4Option, Ipv4RouteOption } from "./ipv4_options.ts";
