import type { CanAddress } from "../core/address.ts";
import { attempt } from "../ffi/abi/library.ts";
import { AF_CAN, SOCK_DGRAM, SOCK_RAW } from "../ffi/abi/socket_constants.ts";
import type { Descriptor } from "../ffi/descriptor/descriptor.ts";
import type { EndpointKind } from "../ffi/endpoints/endpoint_kind.ts";
import { LibcMessage } from "../ffi/endpoints/message.ts";
import { OPTIONS as O } from "./_constants.ts";
import { RawCan } from "./raw.ts";
import { LibcJ1939 } from "./transport.ts";

const families = [AF_CAN];

/**
 * Whether a socket knows an option, which tells the protocols of CAN apart: SO_PROTOCOL is 0 for all
 * of them (can_create in net/can/af_can.c keeps no number).
 */
function knows(core: Descriptor, level: number, option: number): boolean {
  const value = new Uint8Array(64);
  const length = new Uint32Array([value.length]);
  return attempt((lib) => lib.getsockopt(core.fd, level, option, value, length)) >= 0;
}

/** CAN sockets as endpoints. */
export const CAN_KINDS: readonly EndpointKind[] = [
  {
    families,
    types: [SOCK_RAW],
    make: (core) => new RawCan(core),
  },
  {
    families,
    types: [SOCK_DGRAM],
    is: (core) => knows(core, O.SOL_CAN_J1939, O.SO_J1939_PROMISC),
    make: (core) => new LibcJ1939(core),
  },
  {
    families,
    types: [SOCK_DGRAM],
    is: (core) => knows(core, O.SOL_CAN_ISOTP, O.CAN_ISOTP_OPTS),
    // Its peer is the identifier that it is bound to send by.
    make: (core) => new LibcMessage<CanAddress>(core, { connected: true }),
  },
];
