/**
 * Socket options as typed rows, by the kernel's names, so that man pages tell more.
 *
 * `endpoint.getOption(SO_RCVBUF)` is a number and `endpoint.setOption(TCP_NODELAY, true)` takes a
 * boolean. A value out of range is refused with a `RangeError`, one of the wrong type with a
 * `TypeError`, before any system call; an option that the kernel does not know fails with
 * `ENOPROTOOPT`. An option that has no row here can be made with `socketOption`.
 *
 * @example Options by name and type
 * ```ts
 * import { SO_LINGER, SO_RCVBUF, TCP_NODELAY } from "@berkeley/sockets/options";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([SO_RCVBUF.name, TCP_NODELAY.name], ["SO_RCVBUF", "TCP_NODELAY"]);
 * assertEquals(SO_LINGER.codec.encode(5), Uint8Array.of(1, 0, 0, 0, 5, 0, 0, 0));
 * ```
 *
 * @module
 */

export type { OptionBytes, OptionCodec, SocketOption } from "../../core/option.ts";
export { socketOption } from "../../core/option.ts";
export * from "./buffer.ts";
export * from "./by_name.ts";
export * from "./filter.ts";
export * from "./ip.ts";
export * from "./ipv6.ts";
export * from "./ipv6_header.ts";
export * from "./multicast.ts";
export * from "./multicast_group.ts";
export type { PathMtuDiscovery } from "./path_mtu.ts";
export * from "./peer.ts";
export * from "./raw.ts";
export * from "./socket.ts";
export * from "./source_filter.ts";
export * from "./tcp.ts";
export * from "./tcp_md5.ts";
export {
  TCP_INFO,
  type TcpAgreedOptions,
  type TcpCongestionState,
  type TcpCounters,
  type TcpInfo,
  type TcpState,
} from "./tcp_info.ts";
export * from "./tcp_repair.ts";
export * from "./timestamp.ts";
export * from "./udp.ts";
