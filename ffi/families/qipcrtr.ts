/**
 * Qualcomm's IPC router: `struct sockaddr_qrtr` (linux/qrtr.h, net/qrtr).
 *
 * @module
 */
import type { QipcrtrAddress } from "../../core/rare_addresses.ts";
import { AF_QIPCRTR } from "../abi/socket_constants.ts";
import { putFamily } from "./bytes.ts";
import { type NumberField, numbersAt, putNumbers } from "./numbers.ts";
import { type FamilyRow, WHOLE_NET } from "./row.ts";

/** struct sockaddr_qrtr (linux/qrtr.h). */
export const SOCKADDR_QRTR = { size: 12, sq_family: 0, sq_node: 4, sq_port: 8 } as const;
const NUMBERS: readonly NumberField[] = [
  ["node", SOCKADDR_QRTR.sq_node, 4],
  ["port", SOCKADDR_QRTR.sq_port, 4],
];

/** Qualcomm's IPC router. */
export const QIPCRTR: FamilyRow<QipcrtrAddress> = {
  number: AF_QIPCRTR,
  name: "qipcrtr",
  module: "qrtr",
  plainSends: true, // qrtr_sendmsg
  keys: ["node", "port"],
  grants: ["net"],
  encode(target, offset, fields, action) {
    target.fill(0, offset, offset + SOCKADDR_QRTR.size);
    putFamily(target, offset, AF_QIPCRTR);
    putNumbers(target, offset, fields, NUMBERS, action);
    return SOCKADDR_QRTR.size;
  },
  decode(bytes, offset, size) {
    if (size < SOCKADDR_QRTR.size) return undefined;
    return { family: "qipcrtr", ...numbersAt(bytes, offset, NUMBERS) } as QipcrtrAddress;
  },
  text: ({ node, port }) => `qipcrtr:${node}:${port}`,
  permissions: () => WHOLE_NET,
};
