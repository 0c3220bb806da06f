/**
 * `sock scan`: which ports of a host are open, as nmap -sT.
 *
 * @module
 */
import { isIpv4, isIpv6 } from "../../core/ip/mod.ts";
import type { Arguments, Command, Session } from "../command.ts";
import { Reporter } from "../events.ts";
import { EXIT, EXIT_HELP, Stopped } from "../exit.ts";
import { printEvent, printLine } from "../json.ts";
import { load } from "../load.ts";
import { type PortAnswer, type PortScanner, scanByDeno } from "../port_scan.ts";
import { parsePorts } from "../ports.ts";
import { readDuration, readInteger } from "../settings.ts";
import { paint, type Style } from "../style.ts";
import { alignColumns } from "../table.ts";
import { formatDuration } from "../units.ts";

/** Ports below are assigned by a stricter procedure (RFC 6335 section 6). */
const SYSTEM_PORTS = "1-1023";
const STATUS_EVERY_MS = 200;
/** So many ports are told between two looks at the clock. */
const STATUS_EVERY_PORTS = 16;

/** The command. */
export const scanCommand: Command = {
  usage: "[OPTIONS] HOST [PORTS…]",
  operands: [1, Infinity],
  description: [
    "Connects to each port by TCP and tells what comes of it: open, closed (refused), or filtered (no " +
    "answer, or an ICMP error). PORTS are numbers, names of services and ranges, as " +
    "22,https,8000-8100; - is all; without any, 1 to 1023.",
    "Lists the open ports with the names of their services. Needs --allow-net for the host, and " +
    "--allow-ffi to look up names.",
  ],
  options: [
    { name: "all", short: "a", help: "list closed and filtered ports, too" },
    { name: "timeout", short: "t", value: "TIME", help: "wait so long for an answer (default 1)" },
    { name: "retries", short: "R", value: "N", help: "more tries where none came (default 1)" },
    { name: "window", short: "w", value: "N", help: "ports to try at a time (default 500)" },
    { name: "quiet", short: "q", help: "no progress and no summary" },
    { name: "json", short: "j", help: "print JSON, one object a line" },
  ],
  events: [
    {
      event: "port",
      on: "stdout",
      help: "a port that is open; with --all, any; state is open, closed or filtered",
      fields: {
        address: "string",
        port: "integer",
        state: "string",
        service: "string?",
        code: "string?",
      },
    },
    {
      event: "summary",
      on: "stdout",
      help: "what came of all",
      fields: {
        host: "string",
        address: "string",
        ports: "integer",
        open: "integer",
        closed: "integer",
        filtered: "integer",
        durationMs: "integer",
      },
    },
  ],
  examples: [
    ["sock scan 10.0.0.7", "What does it serve at the well-known ports?"],
    ["sock scan 10.0.0.7 ssh,http,https,8000-8999", "At some ports."],
    ["sock scan ::1 - --json | jq .port", "At all ports, for scripts."],
  ],
  exitCodes: EXIT_HELP.map(([code, meaning]) =>
    code === "0" ? [code, "a port is open"] : code === "1" ? [code, "none is"] : [code, meaning]
  ),
  async run(args: Arguments, session: Session): Promise<number> {
    const [host, ...texts] = args.operands;
    const ports = await parsePorts(texts.length > 0 ? texts : [SYSTEM_PORTS]);
    const timeoutMs = readDuration(args, "timeout") ?? 1000;
    const retries = readInteger(args, "retries", 0, 20) ?? 1;
    const window = readInteger(args, "window", 1, 10_000) ?? 500;
    const address = await addressOf(host, session.signal);
    const view = new ScanView(args, host, address, ports.length);
    const settings = { window, timeoutMs, signal: session.signal };
    try {
      const scanPorts = await loadScanner();
      let silent = ports;
      // Those without an answer are asked again when all others are done: what was in the way, a busy
      // machine too, may have gone by then.
      for (let left = retries; silent.length > 0; left--) {
        const again: number[] = [];
        await scanPorts(address, silent, settings, (result) => {
          if (result.state !== "silent") return view.result({ ...result, state: result.state });
          if (left <= 0) return view.result({ ...result, state: "filtered" });
          again.push(result.port);
        });
        silent = again;
      }
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
      await view.end();
      throw error;
    }
    await view.end();
    return view.count.open > 0 ? EXIT.ok : EXIT.failed;
  },
};

/** What a port turned out to be, in the end. */
type PortResult = PortAnswer & { readonly state: "open" | "closed" | "filtered" };

/** By libc where it may be used: many times as fast. */
async function loadScanner(): Promise<PortScanner> {
  const { libcGranted } = await load<typeof import("../../ffi/abi/library.ts")>(
    "../../ffi/abi/library.ts",
    import.meta.url,
  );
  return libcGranted()
    ? (await load<typeof import("../port_scan_libc.ts")>("../port_scan_libc.ts", import.meta.url))
      .scanByLibc
    : scanByDeno;
}

/** The name needs a lookup, once; the address is what all ports are asked of. */
async function addressOf(host: string, signal: AbortSignal): Promise<string> {
  if (isIpv4(host) || isIpv6(host.replace(/%.*/, ""))) return host;
  const { findTarget } = await load<typeof import("../probe_options.ts")>(
    "../probe_options.ts",
    import.meta.url,
  );
  return (await findTarget(host, undefined, signal)).address;
}

const LOOKS: Readonly<Record<PortResult["state"], Style>> = {
  open: "green",
  closed: "red",
  filtered: "yellow",
};

/** Shows a scan as it goes. */
class ScanView {
  readonly count = { open: 0, closed: 0, filtered: 0 };
  readonly #args: Arguments;
  readonly #host: string;
  readonly #address: string;
  readonly #total: number;
  readonly #startMs = performance.now();
  readonly #report: Reporter;
  readonly #showStatus: boolean;
  readonly #rows: (PortResult & { service: string | undefined })[] = [];
  #done = 0;
  #statusAtMs = 0;

  constructor(args: Arguments, host: string, address: string, total: number) {
    this.#args = args;
    this.#host = host;
    this.#address = address;
    this.#total = total;
    this.#report = new Reporter({ json: false, quiet: false, verbose: false });
    this.#showStatus = !args.has("quiet") && Deno.stderr.isTerminal();
  }

  /** Counts one port, and shows it if it is of interest. */
  result(result: PortResult): void | Promise<void> {
    this.count[result.state]++;
    this.#done++;
    this.#showProgress();
    if (result.state === "open" || this.#args.has("all")) return this.#show(result);
  }

  async #show(result: PortResult): Promise<void> {
    const { port, state, code } = result;
    const service = await serviceName(port);
    if (this.#args.has("json")) {
      await printEvent("port", {
        address: this.#address,
        port,
        state,
        ...(service !== undefined && { service }),
        ...(code !== undefined && { code }),
      });
    } else {
      this.#rows.push({ ...result, service });
    }
  }

  #showProgress(): void {
    if (!this.#showStatus || this.#done % STATUS_EVERY_PORTS !== 0) return;
    const now = performance.now();
    if (now - this.#statusAtMs < STATUS_EVERY_MS) return;
    this.#statusAtMs = now;
    const share = Math.floor(100 * this.#done / this.#total);
    this.#report.status(`${this.#done} of ${this.#total}  ${share} %  ${this.count.open} open`);
  }

  /** Shows the ports in order, and sums up. */
  async end(): Promise<void> {
    this.#report.status("");
    const durationMs = Math.round(performance.now() - this.#startMs);
    const { open, closed, filtered } = this.count;
    if (this.#args.has("json")) {
      return await printEvent("summary", {
        host: this.#host,
        address: this.#address,
        ports: this.#done,
        ...this.count,
        durationMs,
      });
    }
    const rows = this.#rows.sort((a, b) => a.port - b.port).map((row) => [
      String(row.port),
      paint(row.state, LOOKS[row.state], "stdout"),
      row.service ?? "-",
      row.code ?? "",
    ]);
    for (const line of alignColumns(rows, [0])) await printLine(line);
    if (this.#args.has("quiet")) return;
    const who = this.#host === this.#address ? this.#host : `${this.#host} (${this.#address})`;
    this.#report.line(
      `${who}: ${this.#done} ports, ${open} open, ${closed} closed, ${filtered} filtered, ` +
        formatDuration(durationMs),
    );
  }
}

/** The name of a service is a courtesy: without the right to look it up, there is none. */
async function serviceName(port: number): Promise<string | undefined> {
  if (Deno.permissions.querySync({ name: "ffi" }).state !== "granted") return undefined;
  const { getServiceByPort } = await load<typeof import("../../addrinfo/services.ts")>(
    "../../addrinfo/services.ts",
    import.meta.url,
  );
  return (await getServiceByPort(port, "tcp"))?.name;
}
