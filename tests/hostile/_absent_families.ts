/**
 * Handles of the families that a kernel may lack: a C library that makes sockets of the Unix domain in
 * their place and says yes to whatever they are asked. What matters is what a handle does with what it
 * is passed before it asks the kernel for anything.
 */
import { SYMBOLS } from "../../ffi/abi/symbols.ts";
import { type Libc, libc, replaceLibc } from "../../ffi/abi/library.ts";
import * as alg from "../../alg/mod.ts";
import * as bluetooth from "../../bluetooth/mod.ts";
import * as can from "../../can/mod.ts";
import * as dccp from "../../dccp/mod.ts";
import * as sctp from "../../sctp/mod.ts";
import * as tipc from "../../tipc/mod.ts";
import * as vsock from "../../vsock/mod.ts";

// deno-lint-ignore no-explicit-any
type Any = any;

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const FLAGS = 0o2004000;

/** Streams and what listens are streams; all else has messages. */
function stand(type: number): number {
  const plain = type & ~FLAGS;
  return (plain === 1 || plain === 5 ? plain : SOCK_DGRAM) | (type & FLAGS);
}

function pretending(real: Libc): Libc {
  const yes = (name: keyof typeof SYMBOLS) => /size|64/.test(SYMBOLS[name].result) ? 0n : 0;
  return {
    ...real,
    socket: (_family: number, type: number) => real.socket(AF_UNIX, stand(type), 0),
    bind: () => yes("bind"),
    connect: () => yes("connect"),
    listen: () => yes("listen"),
    setsockopt: () => yes("setsockopt"),
    getsockopt: () => yes("getsockopt"),
    ioctl: () => yes("ioctl"),
    accept4: () => real.socket(AF_UNIX, stand(5) | FLAGS, 0),
  } as unknown as Libc;
}

/** Opens something with the pretending library; it is there only for that. */
async function opened(open: () => Any): Promise<Any> {
  const before = replaceLibc(pretending(libc()));
  try {
    return await open();
  } finally {
    replaceLibc(before);
  }
}

const at = { hostname: "127.0.0.1", port: 9 };
const device = { kind: "rfcomm", address: "00:00:00:00:00:01", channel: 1 } as const;
const messages = { kind: "l2cap", address: "00:00:00:00:00:01", psm: 4097 } as const;
const service = { service: 4711, instance: 1 };
const key = new Uint8Array(16);

/** The export, the type of the handle, and how it is opened. */
const OPENERS: readonly (readonly [path: string, type: string, open: () => Any])[] = [
  ["./alg", "AlgHash", () => alg.openHash({ name: "sha256" })],
  ["./alg", "AlgCipher", () => alg.openCipher({ name: "cbc(aes)", key })],
  ["./alg", "AlgAead", () => alg.openAead({ name: "gcm(aes)", key })],
  ["./alg", "AlgRandom", () => alg.openRandom()],
  ["./alg", "AlgTransform", () => alg.bind({ type: "hash", name: "sha256" })],
  ["./can", "CanRaw", () => can.openRaw({ interface: "lo" })],
  ["./can", "BroadcastManager", () => can.openBroadcastManager({ interface: "lo" })],
  ["./core", "MessageEndpoint", () => can.openIsoTp({ interface: "lo", rxId: 1, txId: 2 })],
  ["./core", "MessageEndpoint", () => can.openJ1939({ interface: "lo" })],
  ["./sctp", "SctpEndpoint", () => sctp.bind({ hostname: "127.0.0.1" })],
  ["./sctp", "SctpListener", () => sctp.listen({ ...at, port: 0 })],
  ["./tipc", "TipcMessageEndpoint", () => tipc.bind(service)],
  ["./tipc", "TipcListener", () => tipc.listen(service)],
  ["./tipc", "TipcStream", () => tipc.connect({ ...service, type: "stream" })],
  ["./bluetooth", "BluetoothStream", () => bluetooth.connect(device)],
  ["./bluetooth", "BluetoothMessages", () => bluetooth.connect(messages)],
  ["./bluetooth", "BluetoothListener", () => bluetooth.listen({ ...device })],
  ["./bluetooth", "BluetoothMessages", () => bluetooth.openHci({ device: 0 })],
  ["./bluetooth", "Management", () => bluetooth.openManagement()],
  ["./dccp", "DccpConnection", () => dccp.connect({ ...at, service: 1 })],
  ["./dccp", "DccpListener", () => dccp.listen({ ...at, service: 1 })],
  ["./vsock", "VsockStream", () => vsock.connect({ cid: 77, port: 9, engine: "libc" })],
  ["./vsock", "VsockListener", () => vsock.listen({ port: 9, engine: "libc" })],
  ["./vsock", "VsockMessageEndpoint", () => vsock.bind({ port: 9 })],
];

/** What the hostile calls are made on. */
export const ABSENT = OPENERS.map(([path, type, open]) => ({
  name: `${/\w+\.\w+/.exec(`${open}`)}: ${type}`,
  type,
  path,
  make: () => opened(open),
}));
