/**
 * A kind of address of the command line, as a row: how it reads, what it opens, how it is shown.
 *
 * @module
 */
import type { TlsEndpoint } from "../../bridge/mod.ts";
import type { Address as SocketAddress } from "../../core/address.ts";
import type { ListenerEndpoint, MessageEndpoint, StreamEndpoint } from "../../core/endpoint.ts";
import type { Cidr } from "../../core/ip/mod.ts";
import type { SocketOption } from "../../core/option.ts";
import { type Ending, messageChannel, streamChannel } from "../channel.ts";
import { DatagramServer } from "../datagram_server.ts";
import { TimedOut } from "../exit.ts";
import type { Client, Names, Server, Waiting } from "../server.ts";
import { formatDuration } from "../units.ts";
import { unmapped } from "./host_port.ts";

/** What the user may ask of a socket that not every kind of socket can do, by the options' names. */
export const SPECIAL_SETTINGS = [
  "mode",
  "source",
  "join",
  "allow",
  "ca",
  "cert",
  "key",
  "insecure",
  "sni",
  "alpn",
] as const;
/** One of them. */
export type SpecialSetting = typeof SPECIAL_SETTINGS[number];

/** What the user asked for of every socket. */
export interface SocketSettings {
  /** Whose calls to use; the library's choice when absent. */
  readonly engine?: "deno" | "libc";
  /** Options set before bind and connect. */
  readonly options: readonly (readonly [SocketOption<unknown>, unknown])[];
  /** Permission bits of a Unix server's file. */
  readonly mode?: number;
  /** Where to connect from. */
  readonly source?: Source;
  /** Multicast groups of a server of datagrams. */
  readonly join?: readonly Group[];
  /** The only peers that are served. */
  readonly allow?: readonly Cidr[];
  /** Files with root certificates that the peer's must lead to. */
  readonly ca?: readonly string[];
  /** The file with this side's certificate. */
  readonly cert?: string;
  /** The file with its private key. */
  readonly key?: string;
  /** Take any certificate. */
  readonly insecure?: boolean;
  /** The name that is asked for and that the certificate must be for. */
  readonly sni?: string;
  /** Application protocols. */
  readonly alpn?: readonly string[];
  /** Hears of clients that came to nothing before they were served. */
  readonly onError?: (error: Error) => void;
}

/** Where to connect from. */
export interface Source {
  /** Absent: what reaches the peer. */
  readonly hostname: string | undefined;
  /** Absent: a free one. */
  readonly port: number | undefined;
}

/** A multicast group. */
export interface Group {
  readonly address: string;
  /** Absent: the system chooses. */
  readonly interface: string | undefined;
}

/** What every opener of the library takes. */
export interface OpenHow {
  engine?: "deno" | "libc";
  options?: [SocketOption<unknown>, unknown][];
  signal?: AbortSignal;
  timeoutMs?: number;
}

/** What a connection can be: a seqpacket socket is one of messages. */
export type Connection<A> = StreamEndpoint<A> | MessageEndpoint<A>;

/** What can serve: clients that are accepted, or datagrams that are sorted by their sender. */
export type ServerEndpoint<A> = ListenerEndpoint<A, Connection<A>> | MessageEndpoint<A>;

/** A kind of address, as its file states it. `T` is what the text stands for. */
export interface SchemeRow<T, A extends SocketAddress = SocketAddress> {
  /** What stands before the colon. */
  readonly name: string;
  /** What follows the colon, for help: `"HOST:PORT"`. */
  readonly form: string;
  /** One line of help. */
  readonly help: string;
  /** Which special settings a connection heeds. */
  readonly clientSettings: readonly SpecialSetting[];
  /** Which special settings a server heeds. */
  readonly serverSettings: readonly SpecialSetting[];
  /** Reads what follows the colon; `text` is the whole, for errors. */
  parse(rest: string, text: string): T;
  /** What follows the colon, as {@linkcode parse} reads it. */
  format(target: T): string;
  /** A socket's address, as {@linkcode parse} reads it. */
  show(address: A): string;
  /** A server's address, where the socket's own says less than what was asked for. */
  showServer?(target: T, address: A): string;
  /** How connections end. Default: by halves, where they are streams or sequenced packets. */
  readonly ending?: Ending;
  /** Whether connections keep the boundaries of messages, where their type does not tell. */
  readonly messages?: boolean;
  /** Checks that the target can be connected to; throws a `UsageError`. */
  checkClient?(target: T, text: string): void;
  /** Checks that a server can be made; throws a `UsageError`. */
  checkServer?(settings: SocketSettings): void;
  /** Connects. */
  connect(target: T, how: OpenHow, settings: SocketSettings): Promise<Connection<A>>;
  /** Listens, or binds where there is no listening. */
  listen(target: T, how: OpenHow, settings: SocketSettings): Promise<ServerEndpoint<A>>;
}

/** A kind of address. */
export interface Scheme {
  readonly name: string;
  readonly form: string;
  readonly help: string;
  /** Reads what follows the colon. */
  parse(rest: string, text: string): Address;
}

/** An address of the command line, which can be opened. */
export interface Address {
  /** As the user would write it. */
  readonly text: string;
  /** Which special settings it heeds in a role. */
  heeds(role: "client" | "server"): readonly SpecialSetting[];
  /** Throws a `UsageError` if it can only be listened on. */
  checkClient(): void;
  /** Connects. */
  connect(settings: SocketSettings, waiting: Waiting): Promise<Client>;
  /** Opens a server; a peer of datagrams that was silent for `clientIdleMs` counts as gone. */
  serve(settings: SocketSettings, clientIdleMs: number): Promise<Server>;
}

/** Makes a kind of address of its row. */
export function scheme<T, A extends SocketAddress>(row: SchemeRow<T, A>): Scheme {
  const { name, form, help } = row;
  const show = (address: A | undefined) =>
    `${name}:${address === undefined ? "?" : row.show(address)}`;
  const names = { show, hostOf };
  return {
    name,
    form,
    help,
    parse(rest, text) {
      const target = row.parse(rest, text);
      const written = `${name}:${row.format(target)}`;
      const checkClient = () => row.checkClient?.(target, text);
      return {
        text: written,
        heeds: (role) => role === "client" ? row.clientSettings : row.serverSettings,
        checkClient,
        async connect(settings, waiting) {
          checkClient();
          const how = { ...libraryOptions(settings), ...waiting };
          try {
            return clientOf(await row.connect(target, how, settings), names, row.ending, written);
          } catch (error) {
            throw explainTimeout(error, waiting, `connecting to ${written}`);
          }
        },
        async serve(settings, clientIdleMs) {
          row.checkServer?.(settings);
          const endpoint = await row.listen(target, libraryOptions(settings), settings);
          if (endpoint.role === "message") {
            return new DatagramServer<A>(endpoint, names, clientIdleMs);
          }
          const { localAddr } = endpoint;
          return acceptingServer(endpoint, names, {
            name: row.showServer ? `${name}:${row.showServer(target, localAddr)}` : show(localAddr),
            kind: row.messages || endpoint.type !== "stream" ? "message" : "stream",
            ending: row.ending,
          });
        },
      };
    },
  };
}

/** The IP address of a peer that has one. */
function hostOf(address: SocketAddress | undefined): string | undefined {
  return address !== undefined && "hostname" in address ? unmapped(address.hostname) : undefined;
}

function clientOf<A>(
  endpoint: Connection<A>,
  { show, hostOf }: Names<A>,
  ending: Ending | undefined,
  peer?: string,
): Client {
  const { remoteAddr } = endpoint;
  // Some sockets know no address of their peer: it is where they were sent.
  const remote = remoteAddr === undefined && peer !== undefined ? peer : show(remoteAddr);
  return {
    channel: endpoint.role === "stream"
      ? streamChannel(endpoint, remote, ending)
      : messageChannel(endpoint, remote, ending),
    local: show(endpoint.localAddr),
    remote,
    remoteHost: hostOf(remoteAddr),
    engine: endpoint.engine,
    ...("tlsVersion" in endpoint && { tls: tlsText(endpoint as TlsEndpoint<A>) }),
  };
}

/** What was agreed on: `"TLSv1.3 TLS_AES_256_GCM_SHA384"`, with the application protocol if there is one. */
function tlsText({ tlsVersion, cipher, alpnProtocol }: TlsEndpoint<unknown>): string {
  return [tlsVersion, cipher, ...(alpnProtocol === undefined ? [] : [alpnProtocol])].join(" ");
}

function acceptingServer<A>(
  listener: ListenerEndpoint<A, Connection<A>>,
  names: Names<A>,
  { ending, ...own }: Pick<Server, "name" | "kind"> & { ending: Ending | undefined },
): Server {
  return {
    ...own,
    engine: listener.engine,
    async next(waiting) {
      try {
        return clientOf(await listener.accept(waiting), names, ending);
      } catch (error) {
        throw explainTimeout(error, waiting, "waiting for a client");
      }
    },
    close: () => listener.close(),
  };
}

function libraryOptions({ engine, options }: SocketSettings): OpenHow {
  return {
    ...(engine !== undefined && { engine }),
    ...(options.length > 0 && { options: options.map(([option, value]) => [option, value]) }),
  };
}

function explainTimeout(error: unknown, { timeoutMs = 0 }: Waiting, what: string): unknown {
  if (!(error instanceof DOMException) || error.name !== "TimeoutError") return error;
  return new TimedOut(`Timed out after ${formatDuration(timeoutMs)} ${what}`);
}
