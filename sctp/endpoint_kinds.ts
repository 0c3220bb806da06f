import { IPPROTO_SCTP } from "../ffi/abi/ip_constants.ts";
import { AF_INET, AF_INET6, SOCK_SEQPACKET, SOCK_STREAM } from "../ffi/abi/socket_constants.ts";
import type { EndpointKind } from "../ffi/endpoints/endpoint_kind.ts";
import { engineOptions } from "./_request.ts";
import { LibcSctp } from "./_socket.ts";

/** SCTP sockets as endpoints. */
export const SCTP_KINDS: readonly EndpointKind[] = [{
  families: [AF_INET, AF_INET6],
  types: [SOCK_STREAM, SOCK_SEQPACKET],
  protocols: [IPPROTO_SCTP],
  make: (core, local, remote) => {
    const connected = core.typeNumber === SOCK_STREAM;
    return new LibcSctp(core, { connected, local, remote, tells: new Set() });
  },
  prepare(core) {
    const { options } = engineOptions({ events: [], options: [] });
    for (const [option, value] of options) core.setOption(option, value);
  },
}];
