/**
 * Who is let in, and how many at a time.
 *
 * @module
 */
import { cidrContains } from "../core/ip/mod.ts";
import type { Server } from "./server.ts";
import type { Settings } from "./settings.ts";

/** A server that hands on only peers of the networks that were allowed; without any, all. */
export function gated(server: Server, { allow, report }: Settings): Server {
  if (allow === undefined) return server;
  return {
    name: server.name,
    engine: server.engine,
    kind: server.kind,
    async next(waiting) {
      for (;;) {
        const client = await server.next(waiting);
        const { remoteHost, remote, channel } = client;
        // A zone says where the address is, not which it is.
        const host = remoteHost?.replace(/%.*/, "");
        if (host !== undefined && allow.some((cidr) => cidrContains(cidr, host))) return client;
        channel.close();
        report.refused(remote);
      }
    },
    close: () => server.close(),
  };
}
