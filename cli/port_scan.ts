/**
 * Asking many TCP ports of a host, over Deno's own connections.
 *
 * @module
 */
import { connect, type TcpConnectOptions } from "../tcp/mod.ts";
import { errorCode, errorLine } from "./exit.ts";

/** What came of asking a port once. */
export interface PortAnswer {
  /** Which. */
  readonly port: number;
  /** `"filtered"`: something in the way said no; `"silent"`: nothing came. */
  readonly state: "open" | "closed" | "filtered" | "silent";
  /** Why it is filtered, where somebody said. */
  readonly code?: string;
}

/** How ports are asked. */
export interface ScanSettings {
  /** Ports to ask at a time. */
  readonly window: number;
  /** How long to wait for each. */
  readonly timeoutMs: number;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** Asks ports of an IP address, and tells what comes of each, in no order. */
export type PortScanner = (
  address: string,
  ports: readonly number[],
  settings: ScanSettings,
  tell: (answer: PortAnswer) => void | Promise<void>,
) => Promise<void>;

/** What an error says about a port; `undefined` if nobody said anything. */
export function codeState(code: string | undefined): PortAnswer["state"] {
  if (code === "ECONNREFUSED" || code === "ECONNRESET") return "closed";
  return code === "ETIMEDOUT" ? "silent" : "filtered";
}

/** Codes of this machine's own limits: the port was not asked. */
const OUT_OF_DESCRIPTORS = new Set(["EMFILE", "ENFILE", "EAGAIN"]);

/** Over Deno's own connections. */
export const scanByDeno: PortScanner = async (hostname, ports, settings, tell) => {
  const { window, timeoutMs, signal } = settings;
  const waiting = Array.from(ports).reverse();
  let running = 0;
  const work = async () => {
    running++;
    try {
      for (let port; (port = waiting.pop()) !== undefined;) {
        const answer = await ask({ hostname, port, timeoutMs, signal });
        if (answer !== undefined) {
          await tell(answer);
        } else if (running > 1) {
          // The others go on, and there are fewer of them.
          waiting.push(port);
          return;
        } else {
          throw new Error("Too many open files to connect to anything (EMFILE)");
        }
      }
    } finally {
      running--;
    }
  };
  await Promise.all(Array.from({ length: Math.min(window, ports.length) }, work));
};

/** `undefined` where this machine's own limits forbid to ask now. */
async function ask(options: TcpConnectOptions): Promise<PortAnswer | undefined> {
  const { hostname, port } = options;
  try {
    using stream = await connect(options);
    // With nobody there, a port of this machine that is used to ask may connect to itself.
    const { localAddr } = stream;
    const toItself = localAddr.port === port && localAddr.hostname === hostname;
    return { port, state: toItself ? "closed" : "open" };
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof Deno.errors.NotCapable) throw error;
    if (error instanceof Error && error.name === "TimeoutError") return { port, state: "silent" };
    const code = errorCode(error);
    if (code !== undefined && OUT_OF_DESCRIPTORS.has(code)) return undefined;
    const state = codeState(code);
    return state === "filtered" ? { port, state, code: code ?? errorLine(error) } : { port, state };
  }
}
