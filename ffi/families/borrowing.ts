/**
 * Families whose sockets have no addresses of their own: what is bound and connected is an address of
 * another family, or nothing.
 *
 * @module
 */
import type { BorrowingFamily } from "../../core/rare_addresses.ts";
import { AF_KCM, AF_RDS, AF_SMC } from "../abi/socket_constants.ts";
import { type FamilyRow, refuse, WHOLE_NET } from "./row.ts";

/** A row without a codec: how the family's sockets are opened. */
function borrowing(
  number: number,
  name: BorrowingFamily,
  module: string,
  instead: string,
  nameless = false,
): FamilyRow<never> {
  return {
    ...{ number, name, module, nameless },
    keys: [],
    grants: ["net"],
    encode(_target, _offset, _fields, action) {
      refuse(action, `the family "${name}" has no addresses: ${instead}`);
    },
    decode: () => undefined,
    text: () => name,
    permissions: () => WHOLE_NET,
  };
}

const IP = `its sockets take those of "inet" and "inet6"`;

/** Shared memory in place of TCP, where both ends have it (RFC 7609; net/smc). */
export const SMC: FamilyRow<never> = borrowing(AF_SMC, "smc", "smc", IP);

/** Reliable datagrams (Documentation/networking/rds.rst). */
export const RDS: FamilyRow<never> = {
  ...borrowing(AF_RDS, "rds", "rds", IP),
  plainSends: true, // rds_sendmsg
};

/** Messages over streams of TCP that are attached to it (Documentation/networking/kcm.rst). */
export const KCM: FamilyRow<never> = borrowing(
  AF_KCM,
  "kcm",
  "kcm",
  "it takes connections of TCP",
  true,
);
