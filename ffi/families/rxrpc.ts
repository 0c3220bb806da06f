/**
 * Remote procedure calls, as AFS has them: `struct sockaddr_rxrpc` (linux/rxrpc.h,
 * Documentation/networking/rxrpc.rst).
 *
 * @module
 */
import type { RxrpcAddress } from "../../core/rare_addresses.ts";
import { AF_RXRPC, SOCK_DGRAM } from "../abi/socket_constants.ts";
import { putFamily } from "./bytes.ts";
import { ipAt, ipFields, putIp } from "./inner_ip.ts";
import { numberAt, type NumberField, putNumber, putNumbers } from "./numbers.ts";
import { type FamilyRow, WHOLE_NET } from "./row.ts";

/** struct sockaddr_rxrpc (linux/rxrpc.h). */
export const SOCKADDR_RXRPC = {
  size: 36,
  srx_family: 0,
  srx_service: 2,
  transport_type: 4,
  transport_len: 6,
  transport: 8,
} as const;
const SRX = SOCKADDR_RXRPC;
const NUMBERS: readonly NumberField[] = [["service", SRX.srx_service, 2]];

/** Remote procedure calls. */
export const RXRPC: FamilyRow<RxrpcAddress> = {
  number: AF_RXRPC,
  name: "rxrpc",
  module: "rxrpc",
  keys: ["service", "transport"],
  grants: ["net"],
  // sock_no_getname (net/rxrpc/af_rxrpc.c).
  nameless: true,
  encode(target, offset, fields, action, lookup) {
    target.fill(0, offset, offset + SRX.size);
    putFamily(target, offset, AF_RXRPC);
    putNumbers(target, offset, fields, NUMBERS, action);
    putNumber(target, offset + SRX.transport_type, SOCK_DGRAM, 2);
    const ip = ipFields(fields.transport, action, "address.transport");
    const length = putIp(target, offset + SRX.transport, ip, action, lookup);
    putNumber(target, offset + SRX.transport_len, length, 2);
    return SRX.size;
  },
  decode(bytes, offset, size) {
    if (size < SRX.transport) return undefined;
    const length = Math.min(
      numberAt(bytes, offset + SRX.transport_len, 2),
      size - SRX.transport,
    );
    const transport = ipAt(bytes, offset + SRX.transport, length);
    if (transport === undefined) return undefined;
    return { family: "rxrpc", service: numberAt(bytes, offset + SRX.srx_service, 2), transport };
  },
  text: ({ service, transport }) => `rxrpc:${transport.hostname}:${transport.port}/${service}`,
  permissions: () => WHOLE_NET,
};
