/**
 * `sock relay`: connects every client to another address.
 *
 * @module
 */
import { checkSettings, parseAddress } from "../address.ts";
import type { Arguments, Command, Session } from "../command.ts";
import { SERVER_EVENTS } from "../event_rows.ts";
import { exchange } from "../pump.ts";
import { serveAll, withProgress } from "../serve.ts";
import { readSettings, SERVER_OPTIONS, SOURCE_OPTION } from "../settings.ts";
import { PEER_IDLE_MS } from "./listen.ts";

/** The command. */
export const relayCommand: Command = {
  usage: "[OPTIONS] LISTEN-ADDRESS TARGET-ADDRESS",
  operands: [2, 2],
  addresses: true,
  description: [
    "Each client gets a connection of its own to the target; bytes go both ways until both sides " +
    "have ended, and each end is passed on by itself (half-close). Counts are seen from the " +
    "client.",
    "Any two kinds of address go together. Each datagram is one message of the other side; from a " +
    "stream, whatever came at once is one message. A sender of datagrams is one client, gone " +
    "after a minute (or --timeout) of silence.",
  ],
  options: [...SERVER_OPTIONS, SOURCE_OPTION],
  events: SERVER_EVENTS,
  examples: [
    ["sock relay tcp:8080 tcp:10.0.0.7:80", "Forward a port."],
    ["sock relay tcp:[::1]:2375 unix:/run/docker.sock", "Reach a Unix socket by TCP."],
    ["sock relay --hex tcp:127.0.0.1:6380 tcp:127.0.0.1:6379", "Watch a protocol at work."],
    ["sock relay udp:5353 udp:10.0.0.53:53 --timeout 10", "Forward datagrams and their answers."],
  ],
  async run(args: Arguments, session: Session): Promise<number> {
    const settings = await readSettings(args);
    const [from, to] = args.operands.map((text) => parseAddress(text));
    to.checkClient();
    checkSettings(settings, [[from, "server"], [to, "client"]]);
    const { timeoutMs } = settings;
    const server = await from.serve(settings, timeoutMs ?? PEER_IDLE_MS);
    settings.report.listening(server.name, server.engine);
    return await withProgress(
      settings,
      false,
      (traffic) =>
        serveAll(server, settings, traffic, session, async ({ channel }, counts, signal) => {
          const target = await to.connect(settings, { signal, timeoutMs });
          await exchange(channel, target.channel, counts, {
            signal,
            // Datagrams never say that they have ended.
            idleMs: timeoutMs ?? (target.channel.ends ? undefined : PEER_IDLE_MS),
          });
        }),
    );
  },
};
