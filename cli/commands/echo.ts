/**
 * `sock echo`: sends back what comes.
 *
 * @module
 */
import { checkSettings, parseAddress } from "../address.ts";
import { mirrorChannel } from "../channel.ts";
import type { Arguments, Command, Session } from "../command.ts";
import { SERVER_EVENTS } from "../event_rows.ts";
import { exchange } from "../pump.ts";
import { serveAll, withProgress } from "../serve.ts";
import { readSettings, SERVER_OPTIONS, TLS_OPTIONS } from "../settings.ts";
import { PEER_IDLE_MS } from "./listen.ts";

/** The command. */
export const echoCommand: Command = {
  usage: "[OPTIONS] ADDRESS",
  operands: [1, 1],
  addresses: true,
  description: [
    "Serves any number of clients until interrupted. A client that ends its sending direction " +
    "gets the rest and then the end. Datagrams keep their boundaries.",
  ],
  options: [...SERVER_OPTIONS, ...TLS_OPTIONS],
  events: SERVER_EVENTS,
  examples: [
    ["sock echo tcp:7000", "An echo server for IPv4 and IPv6."],
    ["sock echo udp:127.0.0.1:7000 --hex", "See and return every datagram."],
    ["sock echo unix:@echo --json 2> events.jsonl", "Keep a log of all connections."],
  ],
  async run(args: Arguments, session: Session): Promise<number> {
    const settings = await readSettings(args);
    const address = parseAddress(args.operands[0]);
    checkSettings(settings, [[address, "server"]]);
    const idleMs = settings.timeoutMs;
    const server = await address.serve(settings, idleMs ?? PEER_IDLE_MS);
    settings.report.listening(server.name, server.engine);
    return await withProgress(
      settings,
      false,
      (traffic) =>
        serveAll(
          server,
          settings,
          traffic,
          session,
          ({ channel }, counts, signal) =>
            exchange(channel, mirrorChannel(channel.kind), counts, { signal, idleMs }),
        ),
    );
  },
};
