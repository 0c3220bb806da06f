/**
 * What goes with a message: stream, lifetime and the like, as control data (RFC 6458, section 5.3).
 *
 * @module
 */
import type { OutgoingControlMessage } from "../core/control.ts";
import { SOL_SCTP } from "../ffi/abi/socket_constants.ts";
import { NUMBERS as N, PRINFO, SNDINFO } from "./_constants.ts";

/** What SCTP_SNDINFO says, beside its flags. */
export type SendInfo = {
  readonly stream?: number;
  readonly ppid?: number;
  readonly context?: number;
  readonly associationId?: number;
};

/** SCTP_SNDINFO. */
export function sendInfo(info: SendInfo, flags: number): OutgoingControlMessage {
  const data = new Uint8Array(SNDINFO.size);
  const view = new DataView(data.buffer);
  view.setUint16(SNDINFO.snd_sid, info.stream ?? 0, true);
  view.setUint16(SNDINFO.snd_flags, flags, true);
  view.setUint32(SNDINFO.snd_ppid, info.ppid ?? 0);
  view.setUint32(SNDINFO.snd_context, info.context ?? 0, true);
  view.setInt32(SNDINFO.snd_assoc_id, info.associationId ?? 0, true);
  return { type: "raw", level: SOL_SCTP, number: N.SCTP_SNDINFO, data };
}

/** All control data of a message. */
export function sendControl(
  options: SendInfo & {
    readonly unordered?: boolean;
    readonly sackImmediately?: boolean;
    readonly lifetimeMs?: number;
    readonly maxRetransmissions?: number;
    readonly priority?: number;
    readonly keyNumber?: number;
  },
): OutgoingControlMessage[] {
  const { unordered, sackImmediately, lifetimeMs, maxRetransmissions, priority } = options;
  const { keyNumber } = options;
  const flags = (unordered ? N.SCTP_UNORDERED : 0) |
    (sackImmediately ? N.SCTP_SACK_IMMEDIATELY : 0);
  const control = [sendInfo(options, flags)];
  const policies = ([
    [N.SCTP_PR_SCTP_TTL, lifetimeMs],
    [N.SCTP_PR_SCTP_RTX, maxRetransmissions],
    [N.SCTP_PR_SCTP_PRIO, priority],
  ] as const).filter(([, value]) => value !== undefined);
  if (policies.length > 1) {
    throw new TypeError(
      "Cannot send: of lifetimeMs, maxRetransmissions and priority only one can be given",
    );
  }
  if (policies.length === 1) {
    const [[policy, value]] = policies;
    const data = new Uint8Array(PRINFO.size);
    const view = new DataView(data.buffer);
    view.setUint16(PRINFO.pr_policy, policy, true);
    view.setUint32(PRINFO.pr_value, value!, true);
    control.push({ type: "raw", level: SOL_SCTP, number: N.SCTP_PRINFO, data });
  }
  if (keyNumber !== undefined) {
    // struct sctp_authinfo
    const data = Uint8Array.of(keyNumber, keyNumber >> 8);
    control.push({ type: "raw", level: SOL_SCTP, number: N.SCTP_AUTHINFO, data });
  }
  return control;
}
