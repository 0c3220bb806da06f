/** UDP over IPv4 and IPv6. */
import { udp } from "../../mod.ts";
import { exchangeMessages } from "./exchange.ts";
import type { DemoRow } from "./row.ts";

function row(family: "inet" | "inet6", engine: "deno" | "libc"): DemoRow {
  const hostname = family === "inet" ? "127.0.0.1" : "::1";
  return {
    family,
    type: "dgram",
    what: "udp",
    engine,
    async run() {
      using server = await udp.bind({ hostname, port: 0, engine });
      using client = await udp.connect({ hostname, port: server.localAddr.port, engine });
      return await exchangeMessages(client, server, ({ data, from }) => server.sendTo(data, from));
    },
  };
}

/** UDP-Lite (RFC 3828). */
const lite: DemoRow = {
  family: "inet",
  type: "dgram",
  what: "udplite",
  engine: "libc",
  async run() {
    const hostname = "127.0.0.1";
    const protocol = "udplite";
    using server = await udp.bind({ hostname, port: 0, protocol });
    using client = await udp.connect({ hostname, port: server.localAddr.port, protocol });
    return await exchangeMessages(client, server, ({ data, from }) => server.sendTo(data, from));
  },
};

/** The rows. */
export const udpRows: readonly DemoRow[] = (["deno", "libc"] as const).flatMap((engine) => [
  row("inet", engine),
  row("inet6", engine),
]).concat(lite);
