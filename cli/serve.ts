/**
 * The frame around the commands of connections: progress, summary, and clients served side by side.
 *
 * @module
 */
import type { Session } from "./command.ts";
import { OutputClosed, Stopped } from "./exit.ts";
import type { Client, Server } from "./server.ts";
import { gated } from "./gate.ts";
import { LONG_MS, startProgress } from "./_progress.ts";
import type { Settings } from "./settings.ts";
import { ClientTraffic, Traffic } from "./traffic.ts";

/** A transfer of less is not worth a summary, however long it lasted. */
const MUCH_BYTES = 1_000_000;

/**
 * Runs the work of a command with progress, and ends it with a summary if it was long or stopped.
 *
 * @param settings What the user asked for.
 * @param usesOutput Whether standard output carries data: then no status line may mix with it on a terminal.
 * @param work The work.
 */
export async function withProgress<T>(
  settings: Settings,
  usesOutput: boolean,
  work: (traffic: Traffic) => Promise<T>,
): Promise<T> {
  const { report, dump } = settings;
  const traffic = new Traffic();
  const statusLine = dump === undefined && Deno.stderr.isTerminal() &&
    !(usesOutput && Deno.stdout.isTerminal());
  const stopProgress = startProgress(report, traffic, statusLine);
  let stopped = false;
  try {
    return await work(traffic);
  } catch (error) {
    stopped = error instanceof Stopped;
    throw error;
  } finally {
    stopProgress();
    const { startedMs, receivedBytes, sentBytes } = traffic;
    const long = startedMs !== undefined && performance.now() - startedMs >= LONG_MS &&
      receivedBytes + sentBytes >= MUCH_BYTES;
    if (stopped || long || report.json || report.verbose) report.summary(traffic);
  }
}

/**
 * Serves one client: counts it, tells of it, and closes it.
 *
 * @param settings What the user asked for.
 * @param traffic The command's totals.
 * @param client The client.
 * @param handle The work with it.
 */
export async function withClient(
  settings: Settings,
  traffic: Traffic,
  client: Client,
  handle: (counts: ClientTraffic) => Promise<void>,
): Promise<void> {
  const { report, dump } = settings;
  const counts = new ClientTraffic(traffic, dump);
  const { local, remote, engine, tls } = client;
  report.opened(counts.client, { local, remote, engine, ...(tls !== undefined && { tls }) });
  try {
    await handle(counts);
    report.closed(counts, remote);
  } catch (error) {
    if (error instanceof Stopped) report.closed(counts, remote);
    throw error;
  } finally {
    counts.end();
    client.channel.close();
  }
}

/**
 * Serves clients side by side until stopped. A client's failure is told and ends only it.
 *
 * @param server The server.
 * @param settings What the user asked for.
 * @param traffic The command's totals.
 * @param session Until when.
 * @param handle The work with one client.
 */
export async function serveAll(
  server: Server,
  settings: Settings,
  traffic: Traffic,
  session: Session,
  handle: (client: Client, counts: ClientTraffic, signal: AbortSignal) => Promise<void>,
): Promise<never> {
  const { report } = settings;
  const ended = new AbortController();
  const signal = AbortSignal.any([session.signal, ended.signal]);
  const running = new Set<Promise<void>>();
  const gate = gated(server, settings);
  try {
    for (;;) {
      while (running.size >= settings.maxClients) await Promise.race(running);
      const client = await gate.next({ signal });
      let counts: ClientTraffic | undefined;
      const serving = withClient(settings, traffic, client, (its) => {
        counts = its;
        return handle(client, its, signal);
      }).catch((error) => {
        if (signal.aborted) return;
        if (isFatal(error)) ended.abort(error);
        else if (counts !== undefined) report.closed(counts, client.remote, error);
      }).finally(() => running.delete(serving));
      running.add(serving);
    }
  } finally {
    server.close();
    await Promise.all(running);
  }
}

/** Errors that end all clients: there is nobody left to serve them to. */
function isFatal(error: unknown): boolean {
  return error instanceof OutputClosed || error instanceof Deno.errors.NotCapable;
}
