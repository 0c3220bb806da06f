/**
 * Input into an operation of the kernel's crypto, whose sends may take a part.
 *
 * @module
 */
import type { OutgoingControl } from "../core/control.ts";
import { partOf } from "../core/bytes.ts";
import { MSG_MORE } from "../ffi/abi/socket_constants.ts";
import type { AlgOperation } from "./types.ts";
import type { WaitOptions } from "../core/wait.ts";

/** What one send gives: as many pages as the kernel takes into one list (ALG_MAX_PAGES, crypto/if_alg.h). */
export const FEED_BYTES = 65536;

/** The wait of each step of an operation: what was asked for as a whole. */
export type Limits = Pick<WaitOptions, "signal" | "timeoutMs">;

/** Sends all of `data`; `last` if no more comes for this result. */
export async function feed(
  operation: AlgOperation,
  data: Uint8Array,
  last: boolean,
  limits: Limits,
  control?: OutgoingControl,
): Promise<void> {
  let sent = 0;
  do {
    const part = partOf(data, sent, sent + FEED_BYTES);
    const flags = last && sent + part.length === data.length ? 0 : MSG_MORE;
    const options = sent === 0 ? { ...limits, flags, control } : { ...limits, flags };
    sent += await operation.send(part, options);
  } while (sent < data.length);
}
