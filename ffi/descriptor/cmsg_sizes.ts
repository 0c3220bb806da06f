/**
 * The sizes of control messages, as C and Python have them.
 *
 * @module
 */
import { checkInteger } from "../../core/arguments.ts";
import { cmsgLength, cmsgSpace } from "../abi/layout.ts";

const MAX_DATA = 0x7fffffff - 64;

/**
 * The room that one control message takes (`man 3 cmsg`): what to give `controlBytes` for it. Several
 * take the sum.
 *
 * @example Room for two descriptors
 * ```ts
 * import { CMSG_SPACE, socketPair } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * const [a, b] = socketPair();
 * await a.sendMsg([new Uint8Array(1)], { control: [{ type: "rights", fds: [0, 1] }] });
 * const { control } = await b.recvMsg(1, { controlBytes: CMSG_SPACE(2 * 4) });
 * assertEquals(control?.get("rights")?.fds.length, 2);
 * control?.[Symbol.dispose]();
 * a.close();
 * b.close();
 * ```
 *
 * @param dataBytes The length of its data in bytes, 0 to 2^31 - 65.
 * @returns Header and data, rounded up to 8 bytes.
 * @throws {RangeError} If the length is out of range.
 */
export function CMSG_SPACE(dataBytes: number): number {
  checkInteger(dataBytes, 0, MAX_DATA, "size control data", "dataBytes");
  return cmsgSpace(dataBytes);
}

/**
 * The length that a control message says it has (`man 3 cmsg`, `cmsg_len`).
 *
 * @example Of one descriptor
 * ```ts
 * import { CMSG_LEN, CMSG_SPACE } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([CMSG_LEN(4), CMSG_SPACE(4)], [20, 24]);
 * ```
 *
 * @param dataBytes The length of its data in bytes, 0 to 2^31 - 65.
 * @returns Header and data, not rounded up.
 * @throws {RangeError} If the length is out of range.
 */
export function CMSG_LEN(dataBytes: number): number {
  checkInteger(dataBytes, 0, MAX_DATA, "size control data", "dataBytes");
  return cmsgLength(dataBytes);
}
