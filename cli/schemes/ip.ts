/**
 * `tcp:`, `udp:` and their like: a host and a port.
 *
 * @module
 */
import { load } from "../load.ts";
import type { IpAddress } from "../../core/address.ts";
import type { ListenerEndpoint, StreamEndpoint } from "../../core/endpoint.ts";
import type { UdpEndpoint } from "../../udp/mod.ts";
import { UsageError } from "../exit.ts";
import {
  formatHostPort,
  type HostPort,
  isName,
  parseHostPort,
  portNumber,
  showIpAddress,
} from "./host_port.ts";
import {
  type Group,
  type OpenHow,
  type Scheme,
  scheme,
  type SchemeRow,
  type SocketSettings,
} from "./scheme.ts";

type IpFamily = "inet" | "inet6" | undefined;

/** What all schemes with a host and a port share. */
export function hostPortRow(
  family: IpFamily,
): Pick<SchemeRow<HostPort, IpAddress>, "form" | "parse" | "format" | "show" | "checkClient"> {
  return {
    form: "HOST:PORT",
    parse: parseHostPort,
    format: formatHostPort,
    show: (address) => showIpAddress(address, family === "inet6"),
    checkClient({ hostname, port }, text) {
      if (hostname !== undefined) return;
      throw new UsageError(
        typeof port === "number"
          ? `address "${text}" lacks a host to connect to`
          : `address "${text}" lacks a host or a port to connect to`,
      );
    },
  };
}

/** The peer that a target names. */
export async function peerOf(
  { hostname, port }: HostPort,
  family: IpFamily,
  protocol: string,
): Promise<{ hostname: string; port: number; family?: "inet" | "inet6" }> {
  return {
    // An empty name is what the library refuses in words of its own.
    hostname: hostname ?? "",
    port: await portNumber(port, protocol),
    ...(hostname !== undefined && isName(hostname) && family && { family }),
  };
}

/** Listens for TCP connections on a target. */
export async function listenTcp(
  target: HostPort,
  family: IpFamily,
  how: OpenHow & { protocol?: "mptcp" },
): Promise<ListenerEndpoint<IpAddress, StreamEndpoint<IpAddress>>> {
  const { createServer, listen } = await load<typeof import("../../tcp/mod.ts")>(
    "../../tcp/mod.ts",
    import.meta.url,
  );
  const port = await portNumber(target.port, "tcp");
  if (target.hostname === undefined && family === undefined) {
    return await createServer({ port, dualStack: true, ...how });
  }
  const hostname = target.hostname ?? anyAddress(family);
  return checkFamily(target, family, await listen({ port, hostname, ...how }));
}

function tcpScheme(name: string, help: string, family: IpFamily, protocol?: "mptcp"): Scheme {
  const kind = protocol === undefined ? {} : { protocol };
  return scheme({
    name,
    help,
    ...hostPortRow(family),
    clientSettings: ["source"],
    serverSettings: ["allow"],
    connect: (target, how, settings) => connectTcp(target, family, { ...how, ...kind }, settings),
    listen: (target, how) => listenTcp(target, family, { ...how, ...kind }),
  });
}

function udpScheme(name: string, help: string, family: IpFamily, protocol?: "udplite"): Scheme {
  const kind = protocol === undefined ? {} : { protocol };
  return scheme({
    name,
    help,
    ...hostPortRow(family),
    clientSettings: ["source"],
    serverSettings: ["allow", "join"],
    async connect(target, how, settings) {
      const { connect } = await load<typeof import("../../udp/mod.ts")>(
        "../../udp/mod.ts",
        import.meta.url,
      );
      const peer = await peerOf(target, family, "udp");
      const [source] = await sourcesOf(peer, settings);
      return await connect({ ...peer, ...source, ...how, ...kind });
    },
    async listen(target, how, { join = [] }) {
      const { bind } = await load<typeof import("../../udp/mod.ts")>(
        "../../udp/mod.ts",
        import.meta.url,
      );
      const endpoint = await bind({
        port: await portNumber(target.port, "udp"),
        hostname: target.hostname ?? anyAddress(family ?? familyOf(join)),
        // Several programs of a machine may hear the same group.
        ...(join.length > 0 && { reuseAddress: true }),
        ...how,
        ...kind,
      });
      checkFamily(target, family, endpoint);
      await joinGroups(endpoint, join);
      return endpoint;
    },
  });
}

/** Connects by TCP to a target. */
export async function connectTcp(
  target: HostPort,
  family: IpFamily,
  how: OpenHow & { protocol?: "mptcp" },
  settings: SocketSettings,
): Promise<StreamEndpoint<IpAddress>> {
  const { connect } = await load<typeof import("../../tcp/mod.ts")>(
    "../../tcp/mod.ts",
    import.meta.url,
  );
  const peer = await peerOf(target, family, "tcp");
  let failure: unknown;
  for (const source of await sourcesOf(peer, settings)) {
    try {
      return await connect({ ...peer, ...source, ...how });
    } catch (error) {
      how.signal?.throwIfAborted();
      failure = error;
    }
  }
  throw failure;
}

/** What the library is told of where to connect from. */
interface SourceChoice {
  localAddress?: { hostname: string; port?: number };
  family?: "inet" | "inet6";
}

/**
 * Where to connect from, as the library wants it: a port alone needs an address of the peer's family,
 * and a name may have both families.
 */
async function sourcesOf(
  peer: { hostname: string; family?: "inet" | "inet6" },
  { source }: SocketSettings,
): Promise<SourceChoice[]> {
  if (source === undefined) return [{}];
  const { hostname, port } = source;
  const at = (hostname: string) => ({ hostname, ...(port !== undefined && { port }) });
  if (hostname !== undefined) return [{ localAddress: at(hostname) }];
  const families = peer.family === undefined ? await familiesOf(peer.hostname) : [peer.family];
  return families.map((family) => ({
    localAddress: at(anyAddress(family)),
    ...(isName(peer.hostname) && { family }),
  }));
}

async function familiesOf(hostname: string): Promise<("inet" | "inet6")[]> {
  if (!isName(hostname)) return [hostname.includes(":") ? "inet6" : "inet"];
  const { getAddrInfo } = await load<typeof import("../../addrinfo/get_addr_info.ts")>(
    "../../addrinfo/get_addr_info.ts",
    import.meta.url,
  );
  const found = await getAddrInfo(hostname, null);
  return Array.from(new Set(found.map(({ family }) => family)));
}

/** Groups of IPv4 alone need a socket of IPv4. */
function familyOf(groups: readonly Group[]): IpFamily {
  const isIpv4 = groups.length > 0 && groups.every(({ address }) => !address.includes(":"));
  return isIpv4 ? "inet" : undefined;
}

async function joinGroups(
  endpoint: Pick<UdpEndpoint, "joinMulticast" | "close">,
  groups: readonly Group[],
): Promise<void> {
  try {
    for (const { address, interface: name } of groups) {
      await endpoint.joinMulticast(address, name === undefined ? {} : { interface: name });
    }
  } catch (error) {
    endpoint.close();
    throw error;
  }
}

function anyAddress(family: IpFamily): string {
  return family === "inet" ? "0.0.0.0" : "::";
}

/** A name may stand for another family than the scheme. */
function checkFamily<E extends { family: string; close(): void }>(
  { hostname }: HostPort,
  family: IpFamily,
  endpoint: E,
): E {
  if (family === undefined || endpoint.family === family) return endpoint;
  endpoint.close();
  throw new UsageError(
    `${hostname} is no ${family === "inet6" ? "IPv6" : "IPv4"} address: give one in numbers`,
  );
}

/** The rows. */
export const IP_SCHEMES: readonly Scheme[] = [
  tcpScheme("tcp", "TCP, IPv4 or IPv6 as HOST says", undefined),
  tcpScheme("tcp4", "TCP over IPv4", "inet"),
  tcpScheme("tcp6", "TCP over IPv6", "inet6"),
  tcpScheme("mptcp", "Multipath TCP (libc engine)", undefined, "mptcp"),
  udpScheme("udp", "UDP, IPv4 or IPv6 as HOST says", undefined),
  udpScheme("udp4", "UDP over IPv4", "inet"),
  udpScheme("udp6", "UDP over IPv6", "inet6"),
  udpScheme("udplite", "UDP-Lite (libc engine)", undefined, "udplite"),
];
