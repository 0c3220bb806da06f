/** Kinds of endpoint with their addresses as other programs write them, and those programs. */
import { createHash } from "node:crypto";
import type { MessageEndpoint, StreamEndpoint } from "../../core/mod.ts";
import type { Engine } from "../../core/engine_choice.ts";
import * as tcp from "../../tcp/mod.ts";
import * as udp from "../../udp/mod.ts";
import * as unix from "../../unix/mod.ts";
import { PYTHON } from "../_tools.ts";

// deno-lint-ignore no-explicit-any
export type Stream = StreamEndpoint<any>;
// deno-lint-ignore no-explicit-any
export type Messages = MessageEndpoint<any>;

export const PEER = new URL("_peer.py", import.meta.url).pathname;
export const SCRATCH = await Deno.makeTempDir({ prefix: "sockets-interop-" });
globalThis.addEventListener("unload", () => Deno.removeSync(SCRATCH, { recursive: true }));
let serial = 0;

/** Where a socket is, for us and for others. */
export interface Place {
  host: string;
  port: number;
  /** Path, or abstract name after `@`. */
  text: string;
}

/** A kind of stream as socat, ncat and Python know it. */
export interface StreamPlace {
  name: string;
  /** A place that is free. */
  place(): Place;
  listen(place: Place, engine: Engine): Promise<{ accept(): Promise<Stream> } & Disposable>;
  connect(place: Place, engine: Engine): Promise<Stream>;
  socat(place: Place, role: "connect" | "listen"): string;
  /** ncat's arguments; undefined where it cannot. */
  ncat(place: Place, role: "connect" | "listen"): string[] | undefined;
}

/** A port that was free a moment ago. */
function freePort(host: string): number {
  using listener = Deno.listen({ hostname: host, port: 0 });
  return listener.addr.port;
}

function tcpPlace(name: string, host: string): StreamPlace {
  const version = host.includes(":") ? "6" : "4";
  return {
    name,
    place() {
      const port = freePort(host);
      return { host, port, text: `${host}:${port}` };
    },
    listen: ({ port }, engine) => tcp.listen({ hostname: host, port, engine }),
    connect: ({ port }, engine) => tcp.connect({ hostname: host, port, engine }),
    socat: ({ port }, role) =>
      role === "connect"
        ? `TCP${version}:[${host}]:${port}`.replace(/\[(\d+\..*)\]/, "$1")
        : `TCP${version}-LISTEN:${port},bind=${version === "6" ? `[${host}]` : host},reuseaddr`,
    ncat: (
      { port },
      role,
    ) => [`-${version}`, ...(role === "listen" ? ["-l"] : []), host, `${port}`],
  };
}

function unixPlace(name: string, abstract: boolean): StreamPlace {
  const path = ({ text }: Place) => abstract ? `\0${text.slice(1)}` : text;
  const socatName = ({ text }: Place) => abstract ? text.slice(1) : text;
  const form = abstract ? "ABSTRACT" : "UNIX";
  return {
    name,
    place() {
      const text = abstract
        ? `@sockets-interop-${Deno.pid}-${serial++}`
        : `${SCRATCH}/${serial++}.sock`;
      return { host: "", port: 0, text };
    },
    listen: (place, engine) => unix.listen({ path: path(place), engine }),
    connect: (place, engine) => unix.connect({ path: path(place), engine }),
    socat: (place, role) =>
      `${form}-${role === "connect" ? "CONNECT" : "LISTEN"}:${socatName(place)}`,
    ncat: ({ text }, role) =>
      abstract ? undefined : ["-U", ...(role === "listen" ? ["-l"] : []), text],
  };
}

export const STREAM_PLACES: readonly StreamPlace[] = [
  tcpPlace("tcp4", "127.0.0.1"),
  tcpPlace("tcp6", "::1"),
  unixPlace("unix", false),
  unixPlace("abstract", true),
];

/** A kind of datagram socket as others know it. */
export interface DatagramPlace {
  name: string;
  place(): Place;
  bind(place: Place | undefined, engine: Engine): Promise<Messages>;
  /** The place as an address to send to. */
  // deno-lint-ignore no-explicit-any
  address(place: Place): any;
  socatEcho(place: Place): string;
  socatClient(place: Place, local: Place): string;
  ncat(place: Place, role: "connect" | "listen"): string[] | undefined;
  local(): Place | undefined;
}

function udpPlace(name: string, host: string): DatagramPlace {
  const version = host.includes(":") ? "6" : "4";
  const bracketed = version === "6" ? `[${host}]` : host;
  return {
    name,
    place() {
      const port = freePort(host);
      return { host, port, text: `${host}:${port}` };
    },
    bind: (place, engine) => udp.bind({ hostname: host, port: place?.port ?? 0, engine }),
    address: ({ port }) => ({ hostname: host, port }),
    socatEcho: ({ port }) => `UDP${version}-RECVFROM:${port},bind=${bracketed},fork`,
    socatClient: ({ port }) => `UDP${version}:${bracketed}:${port}`,
    ncat: ({ port }, role) => [
      "-u",
      `-${version}`,
      ...(role === "listen" ? ["-l"] : []),
      host,
      `${port}`,
    ],
    local: () => undefined,
  };
}

function unixgramPlace(name: string, abstract: boolean): DatagramPlace {
  const path = ({ text }: Place) => abstract ? `\0${text.slice(1)}` : text;
  const socatName = ({ text }: Place) => abstract ? text.slice(1) : text;
  const form = abstract ? "ABSTRACT" : "UNIX";
  const place = () => ({
    host: "",
    port: 0,
    text: abstract ? `@sockets-interop-${Deno.pid}-${serial++}` : `${SCRATCH}/${serial++}.sock`,
  });
  return {
    name,
    place,
    bind: (at, engine) => unix.bind({ path: path(at ?? place()), engine }),
    address: (at) => ({ path: path(at) }),
    socatEcho: (at) => `${form}-RECVFROM:${socatName(at)},fork`,
    socatClient: (at, local) => `${form}-SENDTO:${socatName(at)},bind=${socatName(local)}`,
    ncat: ({ text }, role) =>
      abstract ? undefined : ["-U", "-u", ...(role === "listen" ? ["-l"] : []), text],
    local: place,
  };
}

export const DATAGRAM_PLACES: readonly DatagramPlace[] = [
  udpPlace("udp4", "127.0.0.1"),
  udpPlace("udp6", "::1"),
  unixgramPlace("unixgram", false),
  unixgramPlace("abstractgram", true),
];

/** Calls until it no longer says that nobody listens: the peer's process needs a moment. */
export async function soon<T>(connect: () => Promise<T>): Promise<T> {
  for (let tries = 0;; tries++) {
    try {
      return await connect();
    } catch (error) {
      const { code } = error as { code?: string };
      if ((code !== "ECONNREFUSED" && code !== "ENOENT") || tries === 1000) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

/** A program; stdin and stdout may be files. Rejects unless it exits with 0. */
export async function run(
  command: readonly string[],
  stdio: { stdin?: string | Uint8Array; stdout?: string } = {},
): Promise<string> {
  const quote = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;
  const { stdin = "/dev/null", stdout } = stdio;
  let script = `exec ${command.map(quote).join(" ")}`;
  if (typeof stdin === "string") script += ` < ${quote(stdin)}`;
  if (stdout !== undefined) script += ` > ${quote(stdout)}`;
  const child = new Deno.Command("sh", {
    args: ["-c", script],
    stdin: typeof stdin === "string" ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  if (typeof stdin !== "string") {
    const writer = child.stdin.getWriter();
    await writer.write(stdin);
    await writer.close();
  }
  const output = await child.output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (!output.success) {
    throw new Error(`${command[0]} exited with ${output.code}: ${decode(output.stderr)}`);
  }
  return decode(output.stdout);
}

/** Runs the peer on CPython. */
export function python(...args: string[]): Promise<string> {
  return run([PYTHON, PEER, ...args]);
}

/** Kills a program that runs until then, and waits for it. */
export function server(command: readonly string[]): AsyncDisposable {
  const child = new Deno.Command(command[0], {
    args: command.slice(1),
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  return {
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGTERM");
      } catch {
        // It has ended by itself.
      }
      await child.status;
    },
  };
}

/** SHA-256 of a file as hex. */
export async function fileDigest(path: string): Promise<string> {
  return createHash("sha256").update(await Deno.readFile(path)).digest("hex");
}

/** Receives to the end; the digest. */
export async function receiveDigest(stream: Stream): Promise<string> {
  const hash = createHash("sha256");
  const buffer = new Uint8Array(256 * 1024);
  for (;;) {
    const count = await stream.recvInto(buffer);
    if (count === 0) return hash.digest("hex");
    hash.update(buffer.subarray(0, count));
  }
}
