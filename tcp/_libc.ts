import type { IpAddress } from "../core/address.ts";
import { isSocketError } from "../core/errors.ts";
import { interleaveFamilies, raceAddresses } from "./_happy_eyeballs.ts";
import { beginWait, type Wait } from "../core/wait.ts";
import { IPPROTO_MPTCP, IPPROTO_TCP } from "../ffi/abi/ip_constants.ts";
import { connect, listen, makeStream } from "../ffi/engine.ts";
import { resolveHost } from "../ffi/resolver/host.ts";
import { resolve } from "../ffi/resolver/resolver.ts";
import type { TcpConnectOptions, TcpListener, TcpListenOptions, TcpStream } from "./types.ts";

function protocolNumber(protocol: "tcp" | "mptcp" | undefined): number {
  return protocol === "mptcp" ? IPPROTO_MPTCP : IPPROTO_TCP;
}

/** Listens over libc: on the first of the host's addresses that can be bound. */
export async function listenLibc(
  hostname: string,
  backlog: number,
  options: TcpListenOptions,
): Promise<TcpListener> {
  const { port, family, scopeId, signal, timeoutMs } = options;
  const addresses = await resolveHost({
    hostname,
    port,
    family,
    scopeId,
    type: "stream",
    action: "listen",
    signal,
    timeoutMs,
  });
  let failure: unknown;
  for (const address of addresses) {
    try {
      return listen(
        {
          address,
          permitted: true,
          backlog,
          reuseAddress: true,
          reusePort: options.reusePort,
          protocol: protocolNumber(options.protocol),
          options: options.options,
          onError: options.onError,
        },
        "stream",
        makeStream<IpAddress>,
      );
    } catch (error) {
      if (!isSocketError(error)) throw error;
      failure ??= error;
    }
  }
  throw failure;
}

/**
 * Connects over libc. With one address its error is the error; with several, `createConnection`
 * (which names a delay) gets all of them.
 */
export async function connectLibc(
  hostname: string,
  options: TcpConnectOptions,
  attemptDelayMs: number | undefined,
  wait: Wait | undefined,
  signal: AbortSignal | undefined,
): Promise<TcpStream> {
  const { port, family, scopeId, flowInfo } = options;
  const found = await resolveHost({
    hostname,
    port,
    family,
    scopeId,
    flowInfo,
    type: "stream",
    action: "connect",
    signal,
  });
  const locals = await resolveLocal(options, signal);
  const addresses = locals === undefined
    ? found
    : found.filter((address) => localFor(address, locals));
  if (addresses.length === 0) {
    throw new TypeError(`Cannot connect: localAddress is of another family than ${hostname}`);
  }
  try {
    return await raceAddresses(interleaveFamilies(addresses), {
      connect: (address, signal) => attempt(address, locals, options, signal),
      attemptDelayMs,
      wait,
      action: `connect ${hostname}`,
    });
  } catch (error) {
    if (!(error instanceof AggregateError)) throw error;
    if (attemptDelayMs === undefined || error.errors.length === 1) throw error.errors[0];
    throw error;
  }
}

function localFor(
  { family }: IpAddress,
  locals: readonly IpAddress[] | undefined,
): IpAddress | undefined {
  return locals?.find((local) => local.family === family);
}

async function attempt(
  address: IpAddress,
  locals: readonly IpAddress[] | undefined,
  options: TcpConnectOptions,
  signal: AbortSignal,
): Promise<TcpStream> {
  const wait = beginWait({ signal });
  try {
    return await connect(
      {
        address,
        local: localFor(address, locals),
        permitted: true,
        protocol: protocolNumber(options.protocol),
        options: options.options,
        wait,
      },
      "stream",
      makeStream<IpAddress>,
    );
  } finally {
    wait?.end();
  }
}

/** Binding before a connect asks for no permission of its own: it lets nobody in. */
async function resolveLocal(
  { localAddress }: TcpConnectOptions,
  signal: AbortSignal | undefined,
): Promise<IpAddress[] | undefined> {
  if (localAddress === undefined) return undefined;
  const { hostname, port = 0 } = localAddress;
  const found = await resolve(hostname, port, { type: "stream" }, { signal });
  return found.map(({ address }) => address);
}
