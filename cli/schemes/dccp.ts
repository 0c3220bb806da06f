/**
 * `dccp:`: a host, a port, and the code of a service.
 *
 * @module
 */
import type { IpAddress } from "../../core/address.ts";
import { UsageError } from "../exit.ts";
import { load } from "../load.ts";
import {
  formatHostPort,
  type HostPort,
  parseHostPort,
  portNumber,
  showIpAddress,
} from "./host_port.ts";
import { hostPortRow, peerOf } from "./ip.ts";
import { type Scheme, scheme } from "./scheme.ts";

/** Service codes have 32 bits; the last one is reserved (RFC 4340 section 8.1.2). */
const MOST = 0xfffffffe;

/** A host, a port and perhaps a service. */
interface DccpTarget extends HostPort {
  readonly service: string | undefined;
}

const openers = () =>
  load<typeof import("../../dccp/mod.ts")>("../../dccp/mod.ts", import.meta.url);

/** The row. */
export const DCCP_SCHEMES: readonly Scheme[] = [
  scheme<DccpTarget, IpAddress>({
    ...hostPortRow(undefined),
    name: "dccp",
    form: "HOST:PORT[:SERVICE]",
    help: "DCCP, datagrams of a connection; SERVICE is a number or four characters",
    parse: parseTarget,
    format: (target) => {
      const { hostname, service } = target;
      return `${hostname === undefined && service !== undefined ? ":" : ""}${
        withService(formatHostPort(target), target)
      }`;
    },
    showServer: (target, address) => withService(showIpAddress(address, false), target),
    clientSettings: [],
    serverSettings: ["allow"],
    messages: true,
    // Linux closes both directions at once (net/dccp/proto.c, dccp_shutdown).
    ending: { halves: false },
    async connect(target, how) {
      const peer = await peerOf(target, undefined, "dccp");
      return await (await openers()).connect({ ...peer, ...serviceOf(target), ...how });
    },
    async listen(target, how) {
      const { hostname = "::", port: text } = target;
      const port = await portNumber(text, "dccp");
      return await (await openers()).listen({
        hostname,
        port,
        ...(await serviceOf(target)),
        ...how,
      });
    },
  }),
];

function withService(text: string, { service }: DccpTarget): string {
  return service === undefined ? text : `${text}:${service}`;
}

/** `42` is a number, `"echo"` four characters; four digits are a number, too. */
function serviceOf({ service }: DccpTarget): { service?: number | string } {
  if (service === undefined) return {};
  return { service: /^\d+$/.test(service) ? Number(service) : service };
}

function parseTarget(rest: string, text: string): DccpTarget {
  // What stands behind the port's colon; a server may leave its host out, but not the colon then.
  const match = /^((?:\[[^\]]*\]|[^:[\]]*):[^:[\]]+):([^:[\]]+)$/.exec(rest);
  if (match === null) return { ...parseHostPort(rest, text), service: undefined };
  const [, hostPort, service] = match;
  const isNumber = /^\d{1,10}$/.test(service);
  const isService = isNumber ? +service >= 1 && +service <= MOST : /^[\x21-\x7e]{4}$/.test(service);
  if (!isService) {
    throw new UsageError(
      `the service of "${text}" is no number in 1 to ${MOST} and no four characters`,
    );
  }
  return { ...parseHostPort(hostPort, text), service };
}
