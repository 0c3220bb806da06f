/**
 * `tcp:`, `udp:` and their like: a host and a port.
 *
 * @module
 */
import { load } from "../load.ts";
import type { IpAddress } from "../../core/address.ts";
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
  type OpenHow,
  type Scheme,
  scheme,
  type SchemeRow,
  type ServerEndpoint,
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
): Promise<ServerEndpoint<IpAddress> & { role: "listener" }> {
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
    clientSettings: [],
    serverSettings: [],
    async connect(target, how) {
      const { connect } = await load<typeof import("../../tcp/mod.ts")>(
        "../../tcp/mod.ts",
        import.meta.url,
      );
      return await connect({ ...await peerOf(target, family, "tcp"), ...how, ...kind });
    },
    listen: (target, how) => listenTcp(target, family, { ...how, ...kind }),
  });
}

function udpScheme(name: string, help: string, family: IpFamily, protocol?: "udplite"): Scheme {
  const kind = protocol === undefined ? {} : { protocol };
  return scheme({
    name,
    help,
    ...hostPortRow(family),
    clientSettings: [],
    serverSettings: [],
    async connect(target, how) {
      const { connect } = await load<typeof import("../../udp/mod.ts")>(
        "../../udp/mod.ts",
        import.meta.url,
      );
      return await connect({ ...await peerOf(target, family, "udp"), ...how, ...kind });
    },
    async listen(target, how) {
      const { bind } = await load<typeof import("../../udp/mod.ts")>(
        "../../udp/mod.ts",
        import.meta.url,
      );
      const endpoint = await bind({
        port: await portNumber(target.port, "udp"),
        hostname: target.hostname ?? anyAddress(family),
        ...how,
        ...kind,
      });
      return checkFamily(target, family, endpoint);
    },
  });
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
