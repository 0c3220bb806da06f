import { AF_TIPC, SOCK_SEQPACKET, SOCK_STREAM } from "../ffi/abi/socket_constants.ts";
import type { EndpointKind } from "../ffi/endpoints/endpoint_kind.ts";
import { makePackets, makeStream } from "./_endpoint.ts";

/** TIPC's connections as endpoints. */
export const TIPC_KINDS: readonly EndpointKind[] = [
  { families: [AF_TIPC], types: [SOCK_STREAM], make: makeStream },
  { families: [AF_TIPC], types: [SOCK_SEQPACKET], make: makePackets },
];
