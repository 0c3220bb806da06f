/**
 * Opens what an address of the command line names, as a channel or as a server of channels.
 *
 * @module
 */
import {
  type IpAddress,
  type ListenerEndpoint,
  type MessageEndpoint,
  type SocketOption,
  type StreamEndpoint,
  tcp,
  udp,
  unix,
  type UnixAddress,
} from "../mod.ts";
import {
  type AddressArgument,
  formatAddress,
  formatArgument,
  type PortArgument,
  type SchemeName,
  type ShownAddress,
} from "./address_argument.ts";
import { type Channel, messageChannel, streamChannel } from "./channel.ts";
import { DatagramServer } from "./datagram_server.ts";
import { TimedOut, UsageError } from "./exit.ts";
import { formatDuration } from "./units.ts";

/** What the user asked for of every socket. */
export interface SocketSettings {
  /** Whose calls to use; the library's choice when absent. */
  readonly engine?: "deno" | "libc";
  /** Options set before bind and connect. */
  readonly options: readonly (readonly [SocketOption<unknown>, unknown])[];
  /** Permission bits of a Unix server's file. */
  readonly mode?: number;
}

/** How long to wait, and until when. */
export interface Waiting {
  readonly signal: AbortSignal;
  readonly timeoutMs?: number;
}

/** A connection, and how it is told about. */
export interface Client {
  readonly channel: Channel;
  readonly local: string;
  readonly remote: string;
  readonly engine: string;
}

/** Gives a client for each peer that comes. */
export interface Server {
  /** Its address as the command line would have it. */
  readonly name: string;
  readonly engine: string;
  /** What its clients' channels are. */
  readonly kind: "stream" | "message";
  /** Waits for the next peer. */
  next(waiting: Waiting): Promise<Client>;
  /** Takes no more peers. */
  close(): void;
}

/** What a connection can be: a seqpacket socket is one of messages. */
type Connection = StreamEndpoint<ShownAddress> | MessageEndpoint<ShownAddress>;

/**
 * Connects.
 *
 * @param argument Where to.
 * @param settings How.
 * @param waiting Until when.
 * @returns The connection.
 */
export async function openClient(
  argument: AddressArgument,
  settings: SocketSettings,
  waiting: Waiting,
): Promise<Client> {
  try {
    return await connectTo(argument, { ...libraryOptions(settings), ...waiting });
  } catch (error) {
    throw explainTimeout(error, waiting, `connecting to ${formatArgument(argument)}`);
  }
}

async function connectTo(argument: AddressArgument, how: OpenHow): Promise<Client> {
  const { scheme } = argument;
  if (argument.form === "path") {
    const { path, type } = argument;
    if (type === "dgram") return client(scheme, await connectUnixDatagrams(path, how));
    return type === "seqpacket"
      ? client(scheme, await unix.connect({ path, type, ...how }))
      : client(scheme, await unix.connect({ path, ...how }));
  }
  const { port, protocol, family } = argument;
  const hostname = needHost(argument);
  const where = { hostname, port, ...(isName(hostname) && family && { family }) };
  if (argument.opener === "tcp") {
    const stream = await tcp.connect({
      ...where,
      ...how,
      ...(protocol === "mptcp" && { protocol }),
    });
    return client(scheme, stream);
  }
  const endpoint = await udp.connect({
    ...where,
    ...how,
    ...(protocol === "udplite" && { protocol }),
  });
  return client(scheme, endpoint);
}

function client(scheme: SchemeName, endpoint: Connection): Client {
  const remote = formatAddress(scheme, endpoint.remoteAddr);
  return {
    channel: endpoint.role === "stream"
      ? streamChannel(endpoint, remote)
      : messageChannel(endpoint, remote),
    local: formatAddress(scheme, endpoint.localAddr),
    remote,
    engine: endpoint.engine,
  };
}

/**
 * Opens a server.
 *
 * @param argument Where.
 * @param settings How.
 * @param clientIdleMs When a peer of datagrams counts as gone.
 * @returns The server.
 */
export async function openServer(
  argument: AddressArgument,
  settings: SocketSettings,
  clientIdleMs: number,
): Promise<Server> {
  const { scheme } = argument;
  const how = libraryOptions(settings);
  checkMode(argument, settings);
  if (argument.type === "dgram") {
    return await openDatagramServer(argument, settings, clientIdleMs);
  }
  if (argument.form === "port") {
    const { port, hostname, protocol } = argument;
    const listener = hostname === undefined && argument.family === undefined
      ? await tcp.createServer({
        port,
        dualStack: true,
        ...how,
        ...(protocol === "mptcp" && { protocol }),
      })
      : await tcp.listen({
        port,
        hostname: hostname ?? anyAddress(argument),
        ...how,
        ...(protocol === "mptcp" && { protocol }),
      });
    checkFamily(argument, listener);
    return streamServer(scheme, "stream", listener);
  }
  const { path, type } = argument;
  const mode = modeOf(settings);
  return type === "seqpacket"
    ? streamServer(scheme, "message", await unix.listen({ path, type, ...mode, ...how }))
    : streamServer(scheme, "stream", await unix.listen({ path, ...mode, ...how }));
}

function streamServer(
  scheme: SchemeName,
  kind: "stream" | "message",
  listener: ListenerEndpoint<ShownAddress, Connection>,
): Server {
  return {
    name: formatAddress(scheme, listener.localAddr),
    engine: listener.engine,
    kind,
    async next(waiting) {
      try {
        return client(scheme, await listener.accept(waiting));
      } catch (error) {
        throw explainTimeout(error, waiting, "waiting for a client");
      }
    },
    close: () => listener.close(),
  };
}

async function openDatagramServer(
  argument: AddressArgument,
  settings: SocketSettings,
  clientIdleMs: number,
): Promise<Server> {
  const { scheme } = argument;
  const how = libraryOptions(settings);
  if (argument.form === "path") {
    const endpoint = await unix.bind({ path: argument.path, ...modeOf(settings), ...how });
    return new DatagramServer<UnixAddress>(endpoint, scheme, clientIdleMs);
  }
  const endpoint = await udp.bind({
    port: argument.port,
    hostname: argument.hostname ?? anyAddress(argument),
    ...how,
    ...(argument.protocol === "udplite" && { protocol: argument.protocol }),
  });
  checkFamily(argument, endpoint);
  return new DatagramServer<IpAddress>(endpoint, scheme, clientIdleMs);
}

/** An answer needs an address to go to: a name of its own in the abstract namespace. */
async function connectUnixDatagrams(
  path: string,
  how: OpenHow,
): Promise<unix.UnixMessageEndpoint> {
  const endpoint = await unix.bind({ path: `\0sock-${crypto.randomUUID()}`, ...how });
  try {
    await endpoint.connect({ family: "unix", path });
  } catch (error) {
    endpoint.close();
    throw error;
  }
  return endpoint;
}

interface OpenHow {
  engine?: "deno" | "libc";
  options?: [SocketOption<unknown>, unknown][];
  signal?: AbortSignal;
  timeoutMs?: number;
}

function libraryOptions({ engine, options }: SocketSettings): OpenHow {
  return {
    ...(engine !== undefined && { engine }),
    ...(options.length > 0 && { options: options.map(([option, value]) => [option, value]) }),
  };
}

function checkMode(argument: AddressArgument, { mode }: SocketSettings): void {
  if (mode !== undefined && (argument.form !== "path" || argument.path.startsWith("\0"))) {
    throw new UsageError("--mode is about the file of a Unix socket");
  }
}

function modeOf({ mode }: SocketSettings): { mode?: number } {
  return mode === undefined ? {} : { mode };
}

function needHost(argument: PortArgument): string {
  const { hostname, scheme, port } = argument;
  if (hostname !== undefined) return hostname;
  throw new UsageError(`address "${scheme}:${port}" lacks a host to connect to`);
}

function isName(hostname: string): boolean {
  return !hostname.includes(":") && !/^\d+\.\d+\.\d+\.\d+$/.test(hostname);
}

function anyAddress({ family }: PortArgument): string {
  return family === "inet" ? "0.0.0.0" : "::";
}

/** A name may stand for another family than the scheme. */
function checkFamily(
  argument: PortArgument,
  endpoint: { family: string; close(): void },
): void {
  const { family, hostname } = argument;
  if (family === undefined || endpoint.family === family) return;
  endpoint.close();
  throw new UsageError(
    `${hostname} is no ${family === "inet6" ? "IPv6" : "IPv4"} address: give one in numbers`,
  );
}

function explainTimeout(error: unknown, { timeoutMs = 0 }: Waiting, what: string): unknown {
  if (!(error instanceof DOMException) || error.name !== "TimeoutError") return error;
  return new TimedOut(`Timed out after ${formatDuration(timeoutMs)} ${what}`);
}
