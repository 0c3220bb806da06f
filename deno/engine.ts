/**
 * The deno engine as the families use it: endpoints over Deno's own listeners and connections.
 *
 * @module
 */
import type { Family } from "../core/address.ts";
import type { OptionSetting } from "../core/engine_choice.ts";
import type { AcceptErrorHandler } from "../core/listener.ts";
import type { SocketOption } from "../core/option.ts";
import type { Wait } from "../core/wait.ts";
import { fromDenoError } from "./errors.ts";
import { DenoListener, type DenoListenerHandle } from "./listener.ts";

/** One of Deno's transports: what its addresses and its connections are here. */
export interface DenoTransport<A, C, E> {
  /** IPPROTO_*; 0 where the family has none. */
  readonly protocol: number;
  /** Deno's address as ours. */
  fromAddr(addr: Deno.Addr): A;
  /** The endpoint of a connection. */
  wrap(conn: C): E;
}

/** A request to listen. */
export interface DenoListenRequest {
  /** Where, for errors. */
  address: string;
  /** Hears of errors that accepting survives. */
  onError: AcceptErrorHandler | undefined;
  /** Closes the listener; `settled` resolves once no accept is pending. Default: just close it. */
  close?(settled: Promise<void>): void;
}

/** A request to connect. */
export interface DenoConnectRequest {
  /** Where to, for errors. */
  address: string;
  /** Set in order once connected: Deno has no call for it before. */
  options: readonly OptionSetting[];
  /** Signal and deadline. */
  wait: Wait | undefined;
}

/** Calls Deno; its errors become ours. */
export function callDeno<T>(syscall: string, address: string | undefined, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw fromDenoError(error, { syscall, ...(address !== undefined && { address }) });
  }
}

/** The endpoint of a listener. */
export function listen<A extends { family: Family }, C extends { close(): void }, E>(
  listener: DenoListenerHandle<C> & { readonly addr: Deno.Addr },
  transport: DenoTransport<A, C, E>,
  { onError, close }: Omit<DenoListenRequest, "address">,
): DenoListener<A, C, E> {
  const localAddr = transport.fromAddr(listener.addr);
  return new DenoListener<A, C, E>({
    listener,
    family: localAddr.family,
    protocol: transport.protocol,
    localAddr,
    wrap: (conn) => transport.wrap(conn),
    onError,
    ...(close !== undefined && { close }),
  });
}

/** The endpoint of a connection that `open` makes. */
export async function connect<
  A,
  C extends { close(): void },
  E extends { setOption<T>(option: SocketOption<T>, value: T): void; close(): void },
>(
  open: () => Promise<C>,
  transport: DenoTransport<A, C, E>,
  { address, options, wait }: DenoConnectRequest,
): Promise<E> {
  const opening = told(open(), address);
  let conn: C;
  try {
    conn = await (wait === undefined ? opening : wait.race(opening));
  } catch (error) {
    // One that was given up is closed when it comes.
    opening.then((late) => late.close(), () => {});
    throw error;
  }
  const endpoint = transport.wrap(conn);
  try {
    for (const [option, value] of options) endpoint.setOption(option, value);
    return endpoint;
  } catch (error) {
    endpoint.close();
    throw error;
  }
}

/**
 * `signal` as `Deno.connect` may have it. Aborted when the connection is there but not yet handed out,
 * Deno throws the connection away without closing it (2.9: `finally { signal.throwIfAborted() }` in
 * 01_net.js). This one cancels the call and throws nothing: a connection that came is handed out.
 */
export function onlyCancelling(signal: AbortSignal): AbortSignal {
  return Object.defineProperty(signal, "throwIfAborted", { value: () => {} });
}

async function told<C>(opening: Promise<C>, address: string): Promise<C> {
  try {
    return await opening;
  } catch (error) {
    throw fromDenoError(error, { syscall: "connect", address });
  }
}
