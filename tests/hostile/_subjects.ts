/** What methods are called on, and the examples that a type alone does not give. */
import * as sockets from "../../mod.ts";
import * as bridge from "../../bridge/mod.ts";
import * as tcp from "../../tcp/mod.ts";
import * as udp from "../../udp/mod.ts";
import * as unix from "../../unix/mod.ts";
import * as netlink from "../../netlink/mod.ts";
import * as raw from "../../raw/mod.ts";
import * as wire from "../../wire/mod.ts";
import { makeSelfSigned } from "../bridge/_certificates.ts";
import type { Examples } from "./_types.ts";
import { ABSENT } from "./_absent_families.ts";
import { rowExamples, ROWS } from "./_wire_examples.ts";

// deno-lint-ignore no-explicit-any
type Any = any;

/** Something whose methods are called. */
export interface Subject {
  readonly name: string;
  /** The type whose methods it has, and the export whose documentation has it. */
  readonly type: string;
  readonly path: string;
  make(): Promise<Any> | Any;
  /** Examples that are right for this one alone. */
  readonly examples?: Examples;
}

const LOOPBACK = { hostname: "127.0.0.1", port: 0 };

function streamPair(engine: "deno" | "libc"): () => Promise<Any> {
  return async () => {
    using listener = await tcp.listen({ ...LOOPBACK, engine });
    const { port } = listener.localAddr as Any;
    const connected = await tcp.connect({ ...LOOPBACK, port, engine });
    const accepted = await listener.accept();
    const close = connected.close.bind(connected);
    connected.close = () => {
      close();
      accepted.close();
    };
    return connected;
  };
}

let names = 0;

async function tlsPair(): Promise<Any> {
  const [a, b] = unix.pair();
  const [client, server] = await Promise.all([
    bridge.startTls(a, { hostname: "hostile", insecure: true }),
    bridge.startTls(b, { side: "server", ...CERTIFICATE }),
  ]);
  const close = client.close.bind(client);
  client.close = () => {
    close();
    server.close();
  };
  return client;
}

function subject(name: string, type: string, path: string, make: () => Any): Subject {
  return { name, type, path, make };
}

const CERTIFICATE = (({ cert, key }) => ({ cert, key }))(makeSelfSigned("hostile"));

/** One that nobody connects to. */
const LISTENER = await unix.listen({ path: `\0hostile-${Deno.pid}`, engine: "libc" });
LISTENER.unref();

/** Of every kind one, on each engine. */
export const SUBJECTS: readonly Subject[] = [
  subject("stream socket", "Socket", ".", () => sockets.socket(2, 1, 0)),
  subject("datagram socket", "Socket", ".", () => sockets.socket(10, 2, 0)),
  ...(["deno", "libc"] as const).flatMap((engine) => [
    subject(`tcp by ${engine}`, "StreamEndpoint", "./core", streamPair(engine)),
    subject(
      `tcp listener by ${engine}`,
      "ListenerEndpoint",
      "./core",
      () => tcp.listen({ ...LOOPBACK, engine }),
    ),
    subject(`udp by ${engine}`, "UdpEndpoint", "./udp", () => udp.bind({ ...LOOPBACK, engine })),
  ]),
  subject("unix stream", "LibcUnixStream", "./unix", () => unix.pair()[0]),
  subject(
    "unix datagrams",
    "LibcUnixMessageEndpoint",
    "./unix",
    () => unix.pair({ type: "dgram" })[0],
  ),
  subject("netlink", "NetlinkEndpoint", "./netlink", () => netlink.open()),
  subject(
    "raw ip",
    "MessageEndpoint",
    "./core",
    () => raw.openIp({ protocol: 253, hostname: "127.0.0.1" }),
  ),
  subject("packets", "PacketEndpoint", "./raw", () => raw.openPacket({ interface: "lo" })),
  subject(
    "frames of a queue",
    "XdpEndpoint",
    "./raw",
    () => raw.openXdp({ interface: "lo", attach: "none", rxFrames: 16, txFrames: 16 }),
  ),
  ...ABSENT,
  subject("tls", "TlsEndpoint", "./bridge", tlsPair),
  subject("tls listener", "TlsListener", "./bridge", async () => {
    const path = `\0hostile-tls-${Deno.pid}-${names++}`;
    return bridge.listenTls(await unix.listen({ path, engine: "libc" }), CERTIFICATE);
  }),
  ...ROWS.map(([name, row]): Subject => ({
    ...subject(`wire.${name}`, "LayerRow", "./wire", () => row),
    examples: rowExamples(row),
  })),
];

/** A tracked connection. */
const TRACKED = {
  family: "inet",
  protocol: "tcp",
  original: { src: "127.0.0.1", dst: "127.0.0.1", sport: 9, dport: 9 },
};

/** By parameter (`"function.parameter"` or its name) or by type. */
export const EXAMPLES: Examples = {
  hostname: () => "127.0.0.1",
  host: () => "127.0.0.1",
  port: () => 9,
  path: () => "/nonexistent/socket",
  interface: () => "lo",
  dev: () => "lo",
  group: () => "224.0.0.251",
  source: () => "127.0.0.1",
  destination: () => "127.0.0.1",
  Uint8Array: () => new Uint8Array(64),
  Cidr: () => sockets.ip.parseCidr("192.0.2.0/24"),
  IpRange: () => sockets.ip.parseIpRange("192.0.2.1-192.0.2.9"),
  AbortSignal: () => new AbortController().signal,
  "setOption.value": () => 4096,
  "deleteConntrack.entry": () => TRACKED,
  "setConntrack.entry": () => TRACKED,
  "change.change": () => ({ do: "set link", ifname: "none0" }),
  "changeAll.changes": () => [{ do: "set link", ifname: "none0" }],
  "startTls.endpoint": () => unix.pair()[0],
  "listenTls.listener": () => LISTENER,
  "listenTls.options": () => CERTIFICATE,
  "serveHttp.listener": () => LISTENER,
  "pair.device": () => ({ address: "00:00:00:00:00:01" }),
  "unpair.device": () => ({ address: "00:00:00:00:00:01" }),
  frame: () => wire.decodeFrame(new Uint8Array(64)),
  service: () => 80,
  program: () => [{ code: 6, jt: 0, jf: 0, k: 0 }],
  "joinGroup.options": () => ({ service: 100, instance: 1 }),
  SocketOption: () => sockets.SO_RCVBUF,
  OptionCodec: () => sockets.SO_RCVBUF.codec,
  Socket: () => sockets.socketPair()[0],
  Bytes: () => new Uint8Array(64),
  AddressInput: () => ({ hostname: "127.0.0.1", port: 9 }),
  AddressOrName: () => ({ hostname: "127.0.0.1", port: 9 }),
};
