import { IPPROTO_UDP, IPPROTO_UDPLITE } from "../ffi/abi/ip_constants.ts";
import { AF_INET, AF_INET6, SOCK_DGRAM } from "../ffi/abi/socket_constants.ts";
import { type EndpointKind, isConnected } from "../ffi/endpoints/endpoint_kind.ts";
import { LibcUdp } from "./_libc.ts";

/** UDP sockets as endpoints. */
export const UDP_KINDS: readonly EndpointKind[] = [{
  families: [AF_INET, AF_INET6],
  types: [SOCK_DGRAM],
  protocols: [IPPROTO_UDP, IPPROTO_UDPLITE],
  make: (core, local, remote) =>
    new LibcUdp(core, { connected: isConnected(core, remote), local, remote }),
}];
