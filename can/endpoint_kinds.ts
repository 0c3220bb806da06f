import type { CanAddress } from "../core/address.ts";
import { AF_CAN, SOCK_DGRAM, SOCK_RAW } from "../ffi/abi/socket_constants.ts";
import type { EndpointKind } from "../ffi/endpoints/endpoint_kind.ts";
import { LibcMessage } from "../ffi/endpoints/message.ts";
import { CAN_NUMBERS } from "../ffi/families/can.ts";
import { RawCan } from "./raw.ts";
import { LibcJ1939 } from "./transport.ts";

const families = [AF_CAN];

/** CAN sockets as endpoints. */
export const CAN_KINDS: readonly EndpointKind[] = [
  {
    families,
    types: [SOCK_RAW],
    protocols: [CAN_NUMBERS.CAN_RAW],
    make: (core) => new RawCan(core),
  },
  {
    families,
    types: [SOCK_DGRAM],
    protocols: [CAN_NUMBERS.CAN_J1939],
    make: (core) => new LibcJ1939(core),
  },
  {
    families,
    types: [SOCK_DGRAM],
    protocols: [CAN_NUMBERS.CAN_ISOTP],
    // Its peer is the identifier that it is bound to send by.
    make: (core) => new LibcMessage<CanAddress>(core, { connected: true }),
  },
];
