import { AF_UNIX, SOCK_DGRAM, SOCK_SEQPACKET, SOCK_STREAM } from "../ffi/abi/socket_constants.ts";
import { type EndpointKind, isConnected } from "../ffi/endpoints/endpoint_kind.ts";
import { LibcMessageOfUnix, LibcStreamOfUnix } from "./_libc.ts";

/** Unix sockets as endpoints. */
export const UNIX_KINDS: readonly EndpointKind[] = [
  {
    families: [AF_UNIX],
    types: [SOCK_STREAM],
    make: (core, local, remote) => new LibcStreamOfUnix(core, local, remote),
  },
  {
    families: [AF_UNIX],
    types: [SOCK_DGRAM, SOCK_SEQPACKET],
    make: (core, local, remote) =>
      new LibcMessageOfUnix(core, { connected: isConnected(core, remote), local, remote }),
  },
];
