/**
 * What the probes wait for.
 *
 * @module
 */
import { after } from "../core/clock.ts";
import { Wait } from "../core/wait.ts";
import { sendOnce } from "../ffi/descriptor/byte_calls.ts";
import { AF_INET, SOCK_DGRAM } from "../ffi/abi/socket_constants.ts";
import { tryRecvMsg } from "../ffi/messages/message_calls.ts";
import { SO_TIMESTAMPING } from "../ffi/options/timestamp.ts";
import { poller } from "../ffi/loop/poller.ts";
import { Peer } from "../ffi/guard/peer.ts";
import type { Descriptor } from "../ffi/descriptor/descriptor.ts";
import { openDescriptor } from "../ffi/descriptor/open.ts";

/** Tries, a millisecond apart: the kernel needs well under one of them. */
const MOST_TRIES = 20;

/**
 * Waits until something comes, or for this long.
 *
 * @param core The socket.
 * @param ms Milliseconds, 0 or more; 0 lets the event loop have one turn.
 * @param signal Rejects with its reason.
 */
export async function waitReadable(
  core: Descriptor,
  ms: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted();
  // A timer takes a millisecond at least.
  if (ms === 0) return await poller.nextTurn();
  const wait = new Wait(signal, ms);
  try {
    await core.waitReadable(wait);
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (!(error instanceof DOMException && error.name === "TimeoutError")) throw error;
  } finally {
    wait.end();
  }
}

/**
 * Waits until the kernel stamps what arrives. The first socket that asks for timestamps has them
 * switched on by a work queue (net_enable_timestamp in net/core/dev.c): what arrives before that has
 * none, and its round trip would end when this program looks. Call it with such a socket open.
 */
export async function timestampsBegun(): Promise<void> {
  const core = openDescriptor(AF_INET, SOCK_DGRAM, 0);
  try {
    core.setOption(SO_TIMESTAMPING, { rxSoftware: true, software: true });
    // To itself: bound to loopback at a port of the system's choice, connected to that.
    const loopback = new Uint8Array([AF_INET, 0, 0, 0, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    core.bind(Peer.own(loopback));
    core.connectNow(Peer.own(core.localName()));
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      sendOnce(core, new Uint8Array(1), 1, 0);
      const stamped = tryRecvMsg(core, 1)?.control?.get("timestamping")?.softwareNanos;
      if (stamped !== undefined) return;
      await new Promise((resolve) => after(1, () => resolve(undefined)));
    }
  } catch {
    // No loopback here: the first round trip may be told too long.
  } finally {
    core.close();
  }
}
