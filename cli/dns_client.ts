/**
 * Asks a DNS server: by UDP, by TCP where the answer does not fit; or the hosts around, by multicast.
 *
 * @module
 */
import type { IpAddress } from "../core/address.ts";
import type { OpenOptions } from "../core/engine_choice.ts";
import { type Dns, DnsView, encodeDns } from "../wire/dns.ts";
import type { DnsType } from "../wire/dns_record_value.ts";
import { connect as connectTcp } from "../tcp/mod.ts";
import { bind as bindUdp, connect as connectUdp } from "../udp/mod.ts";
import { TimedOut } from "./exit.ts";
import { load } from "./load.ts";
import { formatHostPort } from "./schemes/host_port.ts";

/** What is asked. */
export interface DnsQuery {
  readonly name: string;
  readonly type: DnsType | number;
  /** Ask the server to find the answer elsewhere. */
  readonly recursion: boolean;
  /** Ask for signatures, too (DO, RFC 3225). */
  readonly dnssec: boolean;
  /** Speak the DNS of 1987 alone: some servers take EDNS for a malformed question. */
  readonly plain?: boolean;
}

/** Whom to ask, and how. */
export interface DnsServer {
  readonly hostname: string;
  readonly port: number;
  /** TCP from the start. */
  readonly tcp: boolean;
  /** Milliseconds for each try. */
  readonly timeoutMs: number;
  /** How often to ask by UDP. */
  readonly tries: number;
  readonly signal: AbortSignal;
}

/** An answer, and how it came. */
export interface DnsAnswer {
  readonly message: Dns;
  readonly transport: "udp" | "tcp" | "mdns";
  /** Who answered. */
  readonly server: string;
  readonly durationMs: number;
  readonly sizeBytes: number;
}

/** What fits all paths without fragments (dnsflagday.net/2020). */
const UDP_PAYLOAD_BYTES = 1232;
const DO = 0x8000;

/**
 * Asks a server.
 *
 * @param query What.
 * @param server Whom.
 * @returns The answer.
 * @throws {TimedOut} If none came.
 */
export async function askServer(query: DnsQuery, server: DnsServer): Promise<DnsAnswer> {
  const answer = server.tcp ? await askByTcp(query, server) : await askByUdp(query, server);
  // RFC 6891 section 7: who does not know EDNS says so, and has no OPT record.
  if (!query.plain && isEdnsRefused(answer.message)) {
    return await askServer({ ...query, plain: true }, server);
  }
  return answer.message.truncated && answer.transport === "udp"
    ? await askByTcp(query, server)
    : answer;
}

/** FORMERR and NOTIMP (RFC 1035 section 4.1.1). */
const EDNS_REFUSALS: readonly (number | undefined)[] = [1, 4];

function isEdnsRefused({ responseCode, additionals = [] }: Dns): boolean {
  return EDNS_REFUSALS.includes(responseCode) && !additionals.some(({ type }) => type === "OPT");
}

async function askByUdp(query: DnsQuery, server: DnsServer): Promise<DnsAnswer> {
  const { hostname, port, timeoutMs, tries, signal } = server;
  const { bytes, matches } = encodeQuery(query);
  using socket = await connectUdp({ hostname, port, signal, timeoutMs });
  for (let left = tries; left > 0; left--) {
    const startMs = performance.now();
    await socket.send(bytes);
    try {
      for (;;) {
        const rest = startMs + timeoutMs - performance.now();
        const data = await socket.recv({ timeoutMs: Math.max(0, rest), signal });
        const message = matches(data);
        if (message === undefined) continue;
        return {
          message,
          transport: "udp",
          server: nameOf(socket.remoteAddr),
          durationMs: performance.now() - startMs,
          sizeBytes: data.length,
        };
      }
    } catch (error) {
      if (!isTimeout(error)) throw error;
    }
  }
  throw new TimedOut(`No answer from ${hostname} port ${port} after ${tries} tries`);
}

async function askByTcp(query: DnsQuery, server: DnsServer): Promise<DnsAnswer> {
  const { hostname, port, timeoutMs, signal } = server;
  const { bytes, matches } = encodeQuery(query);
  const startMs = performance.now();
  try {
    using stream = await connectTcp({ hostname, port, signal, timeoutMs });
    // RFC 1035 section 4.2.2: two bytes of length before each message.
    const framed = new Uint8Array(2 + bytes.length);
    framed.set([bytes.length >> 8, bytes.length & 0xff]);
    framed.set(bytes, 2);
    const wait = { timeoutMs, signal };
    await stream.sendAll(framed, wait);
    for (;;) {
      const [high, low] = await stream.recvExact(2, wait);
      const data = await stream.recvExact(high << 8 | low, wait);
      const message = matches(data);
      if (message === undefined) continue;
      return {
        message,
        transport: "tcp",
        server: nameOf(stream.remoteAddr),
        durationMs: performance.now() - startMs,
        sizeBytes: data.length,
      };
    }
  } catch (error) {
    if (!isTimeout(error)) throw error;
    throw new TimedOut(`No answer from ${hostname} port ${port} by TCP`);
  }
}

/** Multicast DNS (RFC 6762): who listens, by family. */
export const MDNS_GROUPS = { inet: "224.0.0.251", inet6: "ff02::fb" } as const;
const MDNS_PORT = 5353;

/** How to ask the hosts around. */
export interface MdnsOptions {
  readonly family: "inet" | "inet6";
  /** The interface by name; the system's choice when absent. */
  readonly interface: string | undefined;
  /** Milliseconds in which answers are taken. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * Asks the hosts around, once (RFC 6762 section 5.1), and gives answers as they come.
 *
 * @param query What.
 * @param options How.
 */
export async function* askAround(
  query: DnsQuery,
  options: MdnsOptions,
): AsyncGenerator<DnsAnswer> {
  const { family, timeoutMs, signal } = options;
  const { bytes, matches } = encodeQuery(query, "multicast");
  const hostname = family === "inet" ? "0.0.0.0" : "::";
  using socket = await bindUdp({ hostname, port: 0, signal, ...await outgoing(options) });
  const startMs = performance.now();
  const to = { family, hostname: MDNS_GROUPS[family], port: MDNS_PORT } as IpAddress;
  await socket.sendTo(bytes, to);
  try {
    for (;;) {
      const rest = startMs + timeoutMs - performance.now();
      const { data, from } = await socket.recvFrom({ timeoutMs: Math.max(0, rest), signal });
      const message = matches(data);
      if (message === undefined) continue;
      yield {
        message,
        transport: "mdns",
        server: nameOf(from),
        durationMs: performance.now() - startMs,
        sizeBytes: data.length,
      };
    }
  } catch (error) {
    if (!isTimeout(error)) throw error;
  }
}

/** The options that send multicast out of one interface. */
async function outgoing(
  { family, interface: name }: MdnsOptions,
): Promise<Pick<OpenOptions, "options">> {
  if (name === undefined) return {};
  const { IP_MULTICAST_IF, IPV6_MULTICAST_IF } = await load<
    typeof import("../ffi/options/multicast.ts")
  >("../ffi/options/multicast.ts", import.meta.url);
  const { interfaceIndex } = await load<typeof import("../addrinfo/mod.ts")>(
    "../addrinfo/mod.ts",
    import.meta.url,
  );
  return {
    options: [[family === "inet" ? IP_MULTICAST_IF : IPV6_MULTICAST_IF, interfaceIndex(name)]],
  };
}

/** A query's bytes, and how to know its answer. */
function encodeQuery(
  { name, type, recursion, dnssec, plain = false }: DnsQuery,
  way: "server" | "multicast" = "server",
): { bytes: Uint8Array; matches: (data: Uint8Array) => Dns | undefined } {
  const [id] = crypto.getRandomValues(new Uint16Array(1));
  const bytes = encodeDns({
    kind: "dns",
    id,
    recursionDesired: recursion && way === "server",
    questions: [{ name, type }],
    ...(way === "server" && !plain && {
      additionals: [{
        type: "OPT",
        name: ".",
        udpPayloadSize: UDP_PAYLOAD_BYTES,
        extendedResponseCode: 0,
        version: 0,
        flags: dnssec ? DO : 0,
        options: [],
      }],
    }),
  });
  const asked = bare(name);
  return {
    bytes,
    matches(data) {
      let message: Dns;
      try {
        message = DnsView.parse(data).toValue();
      } catch {
        return undefined;
      }
      if (!message.response) return undefined;
      const { questions = [], answers = [] } = message;
      // Multicast answers may leave out the question, and have the id 0 (RFC 6762 section 18.1).
      if (way === "multicast") {
        return answers.some((record) => bare(record.name) === asked) ? message : undefined;
      }
      if (message.id !== id) return undefined;
      const fits = questions.length === 0 || bare(questions[0].name) === asked;
      return fits ? message : undefined;
    },
  };
}

function bare(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}

function nameOf(address: IpAddress | undefined): string {
  return address === undefined ? "?" : formatHostPort(address);
}

function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === "TimeoutError";
}
