/**
 * `tls:`: TLS over TCP.
 *
 * @module
 */
import type { IpAddress } from "../../core/address.ts";
import { errorCode, errorLine, UsageError } from "../exit.ts";
import { load } from "../load.ts";
import { formatHostPort, type HostPort } from "./host_port.ts";
import { connectTcp, hostPortRow, listenTcp } from "./ip.ts";
import { type OpenHow, type Scheme, scheme, type SocketSettings } from "./scheme.ts";

const bridge = () =>
  load<typeof import("../../bridge/mod.ts")>("../../bridge/mod.ts", import.meta.url);

/** The row. */
export const TLS_SCHEMES: readonly Scheme[] = [
  scheme<HostPort, IpAddress>({
    name: "tls",
    help: "TLS over TCP; a server needs --cert and --key",
    ...hostPortRow(undefined),
    clientSettings: ["source", "ca", "cert", "key", "insecure", "sni", "alpn"],
    serverSettings: ["allow", "ca", "cert", "key", "alpn"],
    checkServer({ cert }: SocketSettings): void {
      if (cert === undefined) throw new UsageError("to serve tls:, --cert and --key are needed");
    },
    connect: connectTls,
    async listen(target, how, settings) {
      const options = await identity(settings);
      const { listenTls } = await bridge();
      const listener = await listenTcp(target, undefined, how);
      try {
        return listenTls(listener, {
          ...options,
          // Certificates that clients must lead to are no use without asking for theirs.
          ...(settings.ca !== undefined && { clientCerts: "require" }),
          ...(settings.onError !== undefined && { onError: settings.onError }),
        });
      } catch (error) {
        listener.close();
        throw error;
      }
    },
  }),
];

async function connectTls(target: HostPort, how: OpenHow, settings: SocketSettings) {
  const options = await identity(settings);
  const { startTls } = await bridge();
  const { signal, timeoutMs } = how;
  const { sni, insecure } = settings;
  const startMs = performance.now();
  const stream = await connectTcp(target, undefined, how, settings);
  const leftMs = timeoutMs === undefined
    ? undefined
    : Math.max(1, timeoutMs - (performance.now() - startMs));
  try {
    return await startTls(stream, {
      ...options,
      hostname: sni ?? target.hostname,
      ...(insecure && { insecure }),
      ...(signal !== undefined && { signal }),
      ...(leftMs !== undefined && { timeoutMs: leftMs }),
    });
  } catch (error) {
    throw explain(error, `tls:${formatHostPort(target)}`);
  }
}

/** What OpenSSL says tells neither that it is about TLS nor with whom. */
function explain(error: unknown, who: string): unknown {
  const code = errorCode(error);
  if (!(error instanceof Error) || code === undefined || "errno" in error) return error;
  const hint = /SELF_SIGNED|UNABLE_TO/.test(code) ? "; --ca names whom to trust" : "";
  return Object.assign(
    new Error(`TLS with ${who} failed: ${errorLine(error)} (${code})${hint}`, { cause: error }),
    { code },
  );
}

/** What this side shows and expects, read from the files that were named. */
async function identity({ cert, key, ca, alpn }: SocketSettings) {
  return {
    ...(cert !== undefined && { cert: await readPem(cert, "cert") }),
    ...(key !== undefined && { key: await readPem(key, "key") }),
    ...(ca !== undefined && { caCerts: await Promise.all(ca.map((path) => readPem(path, "ca"))) }),
    ...(alpn !== undefined && { alpnProtocols: Array.from(alpn) }),
  };
}

async function readPem(path: string, option: string): Promise<string> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new UsageError(`--${option} ${path}: there is no such file`);
  }
  if (!text.includes("-----BEGIN ")) throw new UsageError(`--${option} ${path} is no PEM file`);
  return text;
}
