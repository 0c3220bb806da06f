/**
 * `sock relay`: connects every client to another address.
 *
 * @module
 */
import { checkSettings, parseAddress } from "../address.ts";
import type { Arguments, Command, Session } from "../command.ts";
import { SERVER_EVENTS } from "../event_rows.ts";
import { exchange } from "../pump.ts";
import type { Address } from "../schemes/scheme.ts";
import { serveAll, withProgress } from "../serve.ts";
import {
  readSettings,
  SERVER_OPTIONS,
  type Settings,
  SOURCE_OPTION,
  TLS_OPTIONS,
} from "../settings.ts";
import { ANSWER_MS } from "./connect.ts";
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
    "With tls: on both sides, --cert and --key are what clients are shown, --ca is what the target's " +
    "certificate must lead to.",
    "Any two kinds of address go together. Each datagram is one message of the other side; from a " +
    "stream, whatever came at once is one message. A sender of datagrams is one client, gone " +
    "after a minute (or --timeout) of silence; where they are the target, a client that has ended " +
    "gets what still comes, until nothing has for a second (or --timeout).",
  ],
  options: [...SERVER_OPTIONS, SOURCE_OPTION, ...TLS_OPTIONS],
  events: SERVER_EVENTS,
  examples: [
    ["sock relay tcp:8080 tcp:10.0.0.7:80", "Forward a port."],
    ["sock relay tcp:[::1]:2375 unix:/run/docker.sock", "Reach a Unix socket by TCP."],
    ["sock relay tls:443 tcp:127.0.0.1:80 --cert c.pem --key k.pem", "Take TLS off."],
    ["sock relay tcp:127.0.0.1:8080 tls:example.com:443", "Put TLS on."],
    ["sock relay --hex tcp:127.0.0.1:6380 tcp:127.0.0.1:6379", "Watch a protocol at work."],
    ["sock relay udp:5353 udp:10.0.0.53:53 --timeout 10", "Forward datagrams and their answers."],
  ],
  async run(args: Arguments, session: Session): Promise<number> {
    const settings = await readSettings(args);
    const [from, to] = args.operands.map((text) => parseAddress(text));
    to.checkClient();
    checkSettings(settings, [[from, "server"], [to, "client"]]);
    const { timeoutMs } = settings;
    const { ours, theirs } = sidesOf(settings, from, to);
    const server = await from.serve(ours, timeoutMs ?? PEER_IDLE_MS);
    settings.report.listening(server.name, server.engine);
    return await withProgress(
      settings,
      false,
      (traffic) =>
        serveAll(server, settings, traffic, session, async ({ channel }, counts, signal) => {
          const target = await to.connect(theirs, { signal, timeoutMs });
          await exchange(channel, target.channel, counts, {
            signal,
            // Datagrams never say that they have ended: a client that has is given what still comes.
            ...(target.channel.ends
              ? { idleMs: timeoutMs }
              : { idleMs: timeoutMs ?? PEER_IDLE_MS, lingerMs: timeoutMs ?? ANSWER_MS }),
          });
        }),
    );
  },
};

/** With TLS on both sides, the certificate is what clients are shown, and --ca what the target must lead to. */
function sidesOf(
  settings: Settings,
  from: Address,
  to: Address,
): { ours: Settings; theirs: Settings } {
  const isBoth = from.heeds("server").includes("cert") && to.heeds("client").includes("cert");
  if (!isBoth) return { ours: settings, theirs: settings };
  return {
    ours: { ...settings, ca: undefined },
    theirs: { ...settings, cert: undefined, key: undefined },
  };
}
