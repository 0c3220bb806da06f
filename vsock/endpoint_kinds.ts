import { AF_VSOCK, SOCK_SEQPACKET } from "../ffi/abi/socket_constants.ts";
import type { EndpointKind } from "../ffi/endpoints/endpoint_kind.ts";
import { makeMessages } from "./_message.ts";

/** VSOCK sockets that keep message boundaries as endpoints. */
export const VSOCK_KINDS: readonly EndpointKind[] = [{
  families: [AF_VSOCK],
  types: [SOCK_SEQPACKET],
  make: makeMessages,
}];
