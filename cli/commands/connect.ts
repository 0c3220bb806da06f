/**
 * `sock connect`: joins the standard streams to a server.
 *
 * @module
 */
import { checkSettings, parseAddress } from "../address.ts";
import type { Arguments, Command, OptionSpec, Session } from "../command.ts";
import { CONNECTION_EVENTS } from "../event_rows.ts";
import { errorCode, TimedOut } from "../exit.ts";
import { exchange } from "../pump.ts";
import type { Client } from "../server.ts";
import { withClient, withProgress } from "../serve.ts";
import {
  readDuration,
  readSettings,
  type Settings,
  SHARED_OPTIONS,
  SOURCE_OPTION,
  TLS_OPTIONS,
} from "../settings.ts";
import { stdioChannel } from "../stdio.ts";
import type { Traffic } from "../traffic.ts";

/** What standard input may be silent after the peer's end. */
const LINGER_MS = 500;
/** What the peer of datagrams may be silent after the end of standard input. */
export const ANSWER_MS = 1000;

/** The option for {@linkcode joinStdio}. */
export const LINGER_OPTION: OptionSpec = {
  name: "linger",
  value: "TIME",
  help: "once the peer has ended, go on until standard input was silent for TIME (default 0.5)",
};

/** The option that makes the lines of standard input those of the internet's text protocols. */
export const CRLF_OPTION: OptionSpec = {
  name: "crlf",
  short: "C",
  help: "end lines of standard input by CR and LF",
};

/** The command. */
export const connectCommand: Command = {
  usage: "[OPTIONS] ADDRESS",
  operands: [1, 1],
  addresses: true,
  description: [
    "The end of standard input ends only the sending direction: the command goes on until the " +
    "server ends, too.",
    "With messages, each read of standard input becomes one. Datagrams know no end, so with them " +
    "the command ends when standard input has, and then no answer has come for a second (or for " +
    "the time of --timeout; if there was none at all, that is a time-out).",
  ],
  options: [
    ...SHARED_OPTIONS,
    SOURCE_OPTION,
    ...TLS_OPTIONS,
    LINGER_OPTION,
    CRLF_OPTION,
    {
      name: "zero",
      short: "z",
      help: "send and receive nothing: only find out whether it connects",
    },
  ],
  events: CONNECTION_EVENTS,
  examples: [
    [
      "printf 'GET / HTTP/1.0\\r\\n\\r\\n' | sock connect tcp:example.com:80",
      "Ask a web server by hand.",
    ],
    ["sock connect -z -t 2 tcp:10.0.0.7:ssh", "Does it answer? The exit code tells."],
    ["sock connect --crlf tcp:mail.example.com:smtp", "Type a conversation."],
    ["sock connect tls:10.0.0.7:9000 --ca cert.pem --sni chat", "Chat over TLS."],
    ["sock connect tcp:10.0.0.7:9000 < backup.tar", "Send a file, with progress."],
    ["sock connect --hex unix:/run/app.sock", "Talk to a local server and see every byte."],
    [
      "printf ping | sock connect udp:[::1]:5000 --timeout 2",
      "One datagram; wait 2 s for answers.",
    ],
  ],
  async run(args: Arguments, session: Session): Promise<number> {
    const settings = await readSettings(args);
    const address = parseAddress(args.operands[0]);
    checkSettings(settings, [[address, "client"]]);
    const lingerMs = readDuration(args, "linger");
    await withProgress(settings, true, async (traffic) => {
      const client = await address.connect(settings, {
        signal: session.signal,
        timeoutMs: settings.timeoutMs,
      });
      if (args.has("zero")) return await withClient(settings, traffic, client, async () => {});
      const answerMs = settings.timeoutMs ?? ANSWER_MS;
      const crlf = args.has("crlf");
      await joinStdio(client, settings, traffic, session, { lingerMs, answerMs, crlf });
    });
    return 0;
  },
};

/** Joins the standard streams to one client until both have ended. */
export async function joinStdio(
  client: Client,
  settings: Settings,
  traffic: Traffic,
  session: Session,
  { lingerMs = LINGER_MS, answerMs, crlf }: {
    lingerMs?: number;
    answerMs: number;
    crlf: boolean;
  },
): Promise<void> {
  const { channel } = client;
  const { timeoutMs } = settings;
  await withClient(settings, traffic, client, async (counts) => {
    const datagrams = !channel.ends;
    try {
      await exchange(channel, stdioChannel(channel.kind, crlf), counts, {
        signal: session.signal,
        idleMs: timeoutMs,
        lingerMs,
        ...(datagrams && { answerMs }),
      });
    } catch (error) {
      throw datagrams && errorCode(error) === "ECONNREFUSED"
        ? Object.assign(
          new Error(`Nobody is at ${client.remote}: connection refused (ECONNREFUSED)`, {
            cause: error,
          }),
          { code: "ECONNREFUSED" },
        )
        : error;
    }
    if (datagrams && timeoutMs !== undefined && counts.receivedMessages === 0) {
      throw new TimedOut(`No answer from ${client.remote}`);
    }
  });
}
