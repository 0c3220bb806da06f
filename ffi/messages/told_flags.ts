/**
 * What the kernel's flags of a received message say beside what a message says by itself.
 *
 * @module
 */
import { MSG_CMSG_CLOEXEC, MSG_CTRUNC, MSG_EOR, MSG_TRUNC } from "../abi/socket_constants.ts";

const PLAIN = MSG_TRUNC | MSG_CTRUNC | MSG_EOR | MSG_CMSG_CLOEXEC;

/** The flags of a message where any is out of the ordinary, else 0. */
export function toldFlags(flags: number): number {
  return (flags & ~PLAIN) === 0 ? 0 : flags & ~MSG_CMSG_CLOEXEC;
}
