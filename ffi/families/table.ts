/**
 * The families there are. A new one is a line here.
 *
 * The room `families/` is one row file each (`row.ts` says what a row is), and what asks the rows:
 * `sockaddr.ts`. Begin here.
 *
 * @module
 */
import type { Family } from "../../core/address.ts";
import { AF_UNSPEC } from "../abi/socket_constants.ts";
import { ALG } from "./alg.ts";
import { AX25 } from "./ax25.ts";
import { BLUETOOTH } from "./bluetooth.ts";
import { KCM, RDS, SMC } from "./borrowing.ts";
import { CAN } from "./can.ts";
import { IEEE802154 } from "./ieee802154.ts";
import { INET } from "./inet.ts";
import { INET6 } from "./inet6.ts";
import { LLC } from "./llc.ts";
import { NETLINK } from "./netlink.ts";
import { NFC } from "./nfc.ts";
import { OTHER } from "./other.ts";
import { PACKET } from "./packet.ts";
import { PHONET } from "./phonet.ts";
import { PPPOX } from "./pppox.ts";
import { QIPCRTR } from "./qipcrtr.ts";
import type { FamilyRow } from "./row.ts";
import { RXRPC } from "./rxrpc.ts";
import { TIPC } from "./tipc.ts";
import { UNIX } from "./unix.ts";
import { VSOCK } from "./vsock.ts";
import { X25 } from "./x25.ts";
import { XDP } from "./xdp.ts";

/** The rows, in the order in which they are asked whether an address without `family` is theirs. */
export const FAMILIES: readonly FamilyRow[] = rows(
  INET,
  INET6,
  UNIX,
  PACKET,
  NETLINK,
  VSOCK,
  ALG,
  TIPC,
  CAN,
  BLUETOOTH,
  QIPCRTR,
  PHONET,
  NFC,
  X25,
  AX25,
  PPPOX,
  RXRPC,
  IEEE802154,
  LLC,
  XDP,
  SMC,
  RDS,
  KCM,
  OTHER,
);

/** Rows of different addresses in one list: whoever finds one here has looked at the family. */
// deno-lint-ignore no-explicit-any
function rows(...list: FamilyRow<any>[]): FamilyRow[] {
  return list;
}

const BY_NUMBER: (FamilyRow | undefined)[] = [];
const BY_NAME = new Map<unknown, FamilyRow>();
for (const row of FAMILIES) {
  if (row !== (OTHER as unknown)) BY_NUMBER[row.number] = row;
  BY_NAME.set(row.name, row);
}

/** The row of AF_*: that of the opaque addresses if there is none. */
export function rowOf(familyNumber: number): FamilyRow {
  return BY_NUMBER[familyNumber] ?? OTHER as unknown as FamilyRow;
}

/** The row named last: a socket's addresses are of one family. */
let lastName: unknown;
let lastRow: FamilyRow | undefined;

/** The row that `address.family` names; `undefined` if there is none. */
export function rowNamed(family: unknown): FamilyRow | undefined {
  if (family === lastName) return lastRow;
  const row = BY_NAME.get(family);
  if (row !== undefined) {
    lastName = row.name;
    lastRow = row;
  }
  return row;
}

/** AF_* in messages: its name, or its number where it has none. */
export function familyLabel(familyNumber: number): string {
  return BY_NUMBER[familyNumber]?.name ?? String(familyNumber);
}

/** The name of AF_*. */
export function familyName(familyNumber: number): Family {
  return familyNumber === AF_UNSPEC ? "unspec" : rowOf(familyNumber).name;
}
