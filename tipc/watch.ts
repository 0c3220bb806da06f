import { integer, object, oneOf, optional, orElse } from "../core/arguments.ts";
import { WAIT_SHAPE } from "../core/wait.ts";
import { NUMBERS, TIPC_EVENT, TIPC_SUBSCR } from "./_constants.ts";
import { UINT32 } from "./_request.ts";
import { connect } from "./connect.ts";
import type { TipcEvent, TipcWatchOptions } from "./types.ts";

const ACTION = "watch a service";
const MAX_U32 = 0xffffffff;
const REQUEST = object({
  ...WAIT_SHAPE,
  service: UINT32,
  lower: orElse(UINT32, 0),
  upper: orElse(UINT32, MAX_U32),
  report: orElse(oneOf("each", "edges"), "each"),
  durationMs: optional(integer(0, MAX_U32 - 1)),
});

/**
 * Watches who is bound to a service, by the topology server (`man 8 tipc`): first those there are, then
 * what changes. It ends when the loop is left, when `durationMs` are over, or by signal or `timeoutMs`,
 * which is a limit for each wait.
 *
 * Needs `--allow-ffi` and the whole of `--allow-net`.
 *
 * @example Who serves 18888 now
 * ```ts
 * import { tipc } from "@berkeley/sockets";
 *
 * try {
 *   for await (const event of tipc.watch({ service: 18888, durationMs: 10 })) {
 *     console.log(event.type, event.lower, event.upper, event.socket);
 *   }
 * } catch (error) {
 *   if (!(error instanceof Deno.errors.NotSupported)) throw error;
 * }
 * ```
 *
 * @param options The service, and which of its instances.
 * @returns The events.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {RangeError} If a number is out of range.
 * @throws {Deno.errors.NotSupported} Code `EAFNOSUPPORT`: the kernel lacks the module tipc.
 * @throws {Deno.errors.NotCapable} If a permission is missing.
 */
export async function* watch(options: TipcWatchOptions): AsyncGenerator<TipcEvent, void, void> {
  const request = REQUEST(options, ACTION, "options");
  const { signal, timeoutMs } = request;
  const limits = { signal, timeoutMs };
  using server = await connect({
    ...{ service: NUMBERS.TIPC_TOP_SRV, instance: NUMBERS.TIPC_TOP_SRV, type: "seqpacket" },
    ...limits,
  });
  await server.send(subscription(request), limits);
  for (;;) {
    const data = await server.recv({ ...limits, size: TIPC_EVENT.size });
    const event = readEvent(data, request.service);
    if (event === undefined) return;
    yield event;
  }
}

/** `struct tipc_subscr`; the server answers in the order of bytes that it is written in. */
function subscription(
  { service, lower, upper, report, durationMs = NUMBERS.TIPC_WAIT_FOREVER }: {
    service: number;
    lower: number;
    upper: number;
    report: "each" | "edges";
    durationMs?: number;
  },
): Uint8Array {
  const bytes = new Uint8Array(TIPC_SUBSCR.size);
  const view = new DataView(bytes.buffer);
  view.setUint32(TIPC_SUBSCR.seq, service, true);
  view.setUint32(TIPC_SUBSCR.seq + 4, lower, true);
  view.setUint32(TIPC_SUBSCR.seq + 8, upper, true);
  view.setUint32(TIPC_SUBSCR.timeout, durationMs, true);
  const filter = report === "each" ? NUMBERS.TIPC_SUB_PORTS : NUMBERS.TIPC_SUB_SERVICE;
  view.setUint32(TIPC_SUBSCR.filter, filter, true);
  return bytes;
}

/** `struct tipc_event`; `undefined` for the end of the subscription. */
function readEvent(bytes: Uint8Array, service: number): TipcEvent | undefined {
  if (bytes.length < TIPC_EVENT.size) {
    throw new RangeError(`Cannot ${ACTION}: ${bytes.length} bytes are no event`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const event = view.getUint32(TIPC_EVENT.event, true);
  if (event === NUMBERS.TIPC_SUBSCR_TIMEOUT) return undefined;
  return {
    type: event === NUMBERS.TIPC_PUBLISHED ? "published" : "withdrawn",
    service,
    lower: view.getUint32(TIPC_EVENT.found_lower, true),
    upper: view.getUint32(TIPC_EVENT.found_upper, true),
    socket: {
      ref: view.getUint32(TIPC_EVENT.port, true),
      node: view.getUint32(TIPC_EVENT.port + 4, true),
    },
  };
}
