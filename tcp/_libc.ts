import type { IpAddress } from "../core/address.ts";
import { isSocketError, socketError } from "../core/errors.ts";
import { firstThatWorks } from "../core/first_address.ts";
import { hostPort } from "../core/ip_arguments.ts";
import { interleaveFamilies, raceAddresses } from "./_happy_eyeballs.ts";
import { beginWait, type Wait } from "../core/wait.ts";
import { IPPROTO_MPTCP, IPPROTO_TCP } from "../ffi/abi/ip_constants.ts";
import { connect, listen, makeStream } from "../ffi/engine.ts";
import { Peer } from "../ffi/guard/peer.ts";
import { IPV6_V6ONLY } from "../ffi/options/ipv6.ts";
import { resolveHost } from "../ffi/resolver/host.ts";
import { resolve } from "../ffi/resolver/resolver.ts";
import type { ConnectRequest, ListenRequest } from "./_arguments.ts";
import type { TcpListener, TcpStream } from "./types.ts";

function protocolNumber(protocol: "tcp" | "mptcp"): number {
  return protocol === "mptcp" ? IPPROTO_MPTCP : IPPROTO_TCP;
}

/** Listens over libc: on the first of the host's addresses that can be bound. */
export async function listenLibc(
  hostname: string,
  request: ListenRequest,
  wait: Wait | undefined,
): Promise<TcpListener> {
  const { port, family, scopeId, dualStack, options } = request;
  const host = { hostname, port, family, scopeId, signal: wait?.signal } as const;
  const addresses = await resolveHost({ ...host, type: "stream", action: "listen" });
  return await firstThatWorks(addresses, (address) =>
    listen(
      {
        address,
        backlog: request.backlog,
        reuseAddress: true,
        reusePort: request.reusePort,
        protocol: protocolNumber(request.protocol),
        // Without it the system decides (net.ipv6.bindv6only).
        options: dualStack === undefined || address.family === "inet"
          ? options
          : [[IPV6_V6ONLY, !dualStack], ...options],
        onError: request.onError,
      },
      "stream",
      makeStream<IpAddress>,
    ));
}

/** Connects over libc: the addresses of the host race. */
export async function connectLibc(
  request: ConnectRequest,
  wait: Wait | undefined,
): Promise<TcpStream> {
  const { hostname, port, family, scopeId, flowInfo, attemptDelayMs } = request;
  const signal = wait?.signal;
  const host = { hostname, port, family, scopeId, flowInfo, signal } as const;
  const found = await resolveHost({ ...host, type: "stream", action: "connect" });
  const locals = await resolveLocal(request, signal);
  const addresses = locals === undefined
    ? found
    : found.filter((address) => localFor(address, locals));
  if (addresses.length === 0) {
    throw new TypeError(`Cannot connect: localAddress is of another family than ${hostname}`);
  }
  // Nobody to race with.
  if (addresses.length === 1) return await attempt(addresses[0], locals, request, wait);
  try {
    return await raceAddresses(interleaveFamilies(addresses), {
      connect: (address, signal) => attemptWithin(address, locals, request, signal),
      check: (address) => void Peer.ask(address, "connect"),
      attemptDelayMs,
      wait,
      action: `connect ${hostname}`,
    });
  } catch (error) {
    if (!(error instanceof AggregateError)) throw error;
    const [first] = error.errors;
    if (!isSocketError(first)) throw first;
    throw socketError(first.code, {
      syscall: "connect",
      address: hostPort(hostname, port),
      cause: error,
    });
  }
}

function localFor(
  { family }: IpAddress,
  locals: readonly IpAddress[] | undefined,
): IpAddress | undefined {
  return locals?.find((local) => local.family === family);
}

async function attemptWithin(
  address: IpAddress,
  locals: readonly IpAddress[] | undefined,
  request: ConnectRequest,
  signal: AbortSignal,
): Promise<TcpStream> {
  const wait = beginWait({ signal });
  try {
    return await attempt(address, locals, request, wait);
  } finally {
    wait?.end();
  }
}

function attempt(
  address: IpAddress,
  locals: readonly IpAddress[] | undefined,
  request: ConnectRequest,
  wait: Wait | undefined,
): Promise<TcpStream> {
  return connect(
    {
      address,
      local: localFor(address, locals),
      protocol: protocolNumber(request.protocol),
      options: request.options,
      wait,
    },
    "stream",
    makeStream<IpAddress>,
  );
}

/** Binding before a connect asks for no permission of its own: it lets nobody in. */
async function resolveLocal(
  { localAddress }: ConnectRequest,
  signal: AbortSignal | undefined,
): Promise<IpAddress[] | undefined> {
  if (localAddress === undefined) return undefined;
  const { hostname, port } = localAddress;
  const found = await resolve(hostname, port, { type: "stream" }, { signal });
  return found.map(({ address }) => address);
}
