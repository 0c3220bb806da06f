/**
 * `sock listen`: joins clients to the standard streams, or each to a command of its own.
 *
 * @module
 */
import { checkSettings, parseAddress } from "../address.ts";
import { spawnChild } from "../child.ts";
import type { Arguments, Command, Session } from "../command.ts";
import { UsageError } from "../exit.ts";
import { StdioHub } from "../hub.ts";
import { gated } from "../gate.ts";
import { SERVER_EVENTS } from "../event_rows.ts";
import { exchange } from "../pump.ts";
import type { Client, Server } from "../server.ts";
import { serveAll, withClient, withProgress } from "../serve.ts";
import {
  readDuration,
  readSettings,
  SERVER_OPTIONS,
  type Settings,
  TLS_OPTIONS,
} from "../settings.ts";
import type { ClientTraffic, Traffic } from "../traffic.ts";
import { CRLF_OPTION, joinStdio, LINGER_OPTION } from "./connect.ts";

/** When a peer of datagrams that has been silent counts as gone. */
export const PEER_IDLE_MS = 60_000;

/** The command. */
export const listenCommand: Command = {
  usage: "[OPTIONS] ADDRESS [--exec COMMAND ARGUMENT…]",
  operands: [1, 1],
  restOption: "exec",
  addresses: true,
  description: [
    "Without --keep-open, the first client is served and no other. With it, any number, side by " +
    "side, until interrupted: what they send is printed as it comes, and standard input goes to " +
    "all that are there.",
    "With --exec, each client gets a process of its own, with the connection as its standard " +
    "input and output, and SOCK_LOCAL and SOCK_REMOTE in its environment. It is ended when its " +
    "client goes. --exec comes last: what follows it is the command.",
    "The port that port 0 has found is told on standard error. With datagrams, each sender is a " +
    "client, gone after a minute (or --timeout) of silence.",
  ],
  options: [
    ...SERVER_OPTIONS,
    ...TLS_OPTIONS,
    LINGER_OPTION,
    CRLF_OPTION,
    { name: "keep-open", short: "k", help: "serve any number of clients" },
    { name: "exec", value: "COMMAND", help: "run COMMAND for each client" },
  ],
  events: SERVER_EVENTS,
  examples: [
    ["sock listen tcp:9000 > backup.tar", "Receive a file."],
    ["sock listen tcp:127.0.0.1:0", "Chat with one local client, on a free port."],
    ["sock listen tls:9000 --cert cert.pem --key key.pem", "Chat with one client, in secret."],
    ["sock listen udp:5140 --keep-open >> syslog.txt", "Collect log messages from many senders."],
    ["sock listen udp:5353 -k -x --join 224.0.0.251", "Watch the names of the local network."],
    ["sock listen unix:/tmp/date.sock -k -m 600 --exec date", "Tell the date, to this user only."],
    ["sock listen tcp:[::1]:2323 -k -v --exec sh -c 'cat -n; echo bye'", "A filter as a service."],
  ],
  async run(args: Arguments, session: Session): Promise<number> {
    const settings = await readSettings(args);
    const address = parseAddress(args.operands[0]);
    checkSettings(settings, [[address, "server"]]);
    const lingerMs = readDuration(args, "linger");
    const command = args.rest;
    const crlf = args.has("crlf");
    if (command !== undefined && (lingerMs !== undefined || crlf)) {
      const name = crlf ? "crlf" : "linger";
      throw new UsageError(`--${name} is about standard input, which --exec does not use`);
    }
    const server = await address.serve(settings, settings.timeoutMs ?? PEER_IDLE_MS);
    try {
      settings.report.listening(server.name, server.engine);
      await withProgress(settings, command === undefined, async (traffic) => {
        if (args.has("keep-open")) {
          return await serveMany(
            server,
            settings,
            traffic,
            session,
            command ?? new StdioHub(server.kind, crlf),
          );
        }
        const client = await gated(server, settings).next({
          signal: session.signal,
          timeoutMs: settings.timeoutMs,
        });
        server.close();
        if (command === undefined) {
          return await joinStdio(client, settings, traffic, session, {
            crlf,
            lingerMs,
            answerMs: settings.timeoutMs ?? PEER_IDLE_MS,
          });
        }
        await withClient(
          settings,
          traffic,
          client,
          (counts) => joinChild(client, counts, settings, command, session.signal),
        );
      });
    } finally {
      server.close();
    }
    return 0;
  },
};

async function serveMany(
  server: Server,
  settings: Settings,
  traffic: Traffic,
  session: Session,
  work: readonly string[] | StdioHub,
): Promise<void> {
  if (!(work instanceof StdioHub)) {
    return await serveAll(
      server,
      settings,
      traffic,
      session,
      (client, counts, signal) => joinChild(client, counts, settings, work, signal),
    );
  }
  await serveAll(
    server,
    settings,
    traffic,
    session,
    (client, counts, signal) =>
      exchange(client.channel, work.join(), counts, { signal, idleMs: settings.timeoutMs }),
  );
}

async function joinChild(
  { channel, local, remote }: Client,
  counts: ClientTraffic,
  settings: Settings,
  command: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const child = spawnChild(command, { SOCK_LOCAL: local, SOCK_REMOTE: remote });
  try {
    await exchange(channel, child, counts, {
      signal,
      idleMs: settings.timeoutMs,
      over: child.status,
    });
  } finally {
    child.close();
    await child.status;
  }
}
