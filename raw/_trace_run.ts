/**
 * A trace under way. It is loaded when one begins.
 *
 * @module
 */
import type { IpAddress } from "../core/address.ts";
import { checkAgain } from "../ffi/guard/peer.ts";
import { resolveTarget } from "./_target.ts";
import { openIcmpMethod } from "./_trace_icmp.ts";
import type { TraceRoute } from "./_trace_method.ts";
import { type TracePlan, TraceSession } from "./_trace_session.ts";
import { TraceSocket } from "./_trace_socket.ts";
import { openTcpMethod } from "./_trace_tcp.ts";
import { openUdpMethod } from "./_trace_udp.ts";
import { timestampsBegun, waitReadable } from "./_waiting.ts";
import type { TraceEvent } from "./trace_events.ts";

const ACTION = "trace a route";
const OPENERS = { icmp: openIcmpMethod, udp: openUdpMethod, tcp: openTcpMethod } as const;

/** What is asked for, checked. */
export interface TraceRequest extends Omit<TraceRoute, "target"> {
  plan: TracePlan;
  method: keyof typeof OPENERS;
  family?: "inet" | "inet6";
  signal?: AbortSignal;
}

/**
 * Traces.
 *
 * @param host The target's name or address.
 * @param request How.
 * @returns What happens, as it happens.
 */
export async function* runTrace(
  host: string,
  request: TraceRequest,
): AsyncIterableIterator<TraceEvent> {
  const { signal, port, dontFragment, tos, localAddress, family } = request;
  signal?.throwIfAborted();
  const target: IpAddress = await resolveTarget(host, family, ACTION, { signal });
  const method = OPENERS[request.method]({
    target,
    port,
    dontFragment,
    tos,
    interface: request.interface,
    localAddress,
  });
  try {
    await timestampsBegun();
    const session = new TraceSession(new TraceSocket(method, target.family), target, request.plan);
    for (;;) {
      checkAgain(target, ACTION); // it may have been revoked meanwhile
      session.step();
      yield* session.takeEvents();
      if (session.done) return;
      await waitReadable(method.core, session.pauseMs(), signal);
    }
  } finally {
    method.close();
  }
}
