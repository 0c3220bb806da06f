import { AF_PACKET, SOCK_DGRAM, SOCK_RAW } from "../ffi/abi/socket_constants.ts";
import type { EndpointKind } from "../ffi/endpoints/endpoint_kind.ts";
import { LibcPacket, PACKET_SETTINGS } from "./open_packet.ts";

/** Packet sockets as endpoints. */
export const PACKET_KINDS: readonly EndpointKind[] = [{
  families: [AF_PACKET],
  types: [SOCK_RAW, SOCK_DGRAM],
  make: (core) => new LibcPacket(core, core.typeNumber === SOCK_RAW),
  prepare(core) {
    for (const [option, value] of PACKET_SETTINGS) core.setOption(option, value);
  },
}];
