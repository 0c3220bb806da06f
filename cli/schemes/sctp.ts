/**
 * `sctp:`: a host and a port; each client has an association of its own.
 *
 * @module
 */
import type { IpAddress } from "../../core/address.ts";
import { load } from "../load.ts";
import type { HostPort } from "./host_port.ts";
import { portNumber } from "./host_port.ts";
import { hostPortRow, peerOf } from "./ip.ts";
import { type Scheme, scheme } from "./scheme.ts";

const openers = () =>
  load<typeof import("../../sctp/mod.ts")>("../../sctp/mod.ts", import.meta.url);

/** The row. */
export const SCTP_SCHEMES: readonly Scheme[] = [
  scheme<HostPort, IpAddress>({
    name: "sctp",
    help: "SCTP, messages of an association",
    ...hostPortRow(undefined),
    clientSettings: [],
    serverSettings: ["allow"],
    messages: true,
    // An association has no half-closed state (RFC 9260 section 1.5.1).
    ending: { halves: false },
    connect: async (target, how) =>
      await (await openers()).connect({ ...await peerOf(target, undefined, "sctp"), ...how }),
    listen: async ({ hostname = "::", port }, how) =>
      await (await openers()).listen({ hostname, port: await portNumber(port, "sctp"), ...how }),
  }),
];
