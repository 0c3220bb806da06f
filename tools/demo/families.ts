/** SCTP, DCCP, TIPC, CAN, AF_XDP and the kernel's crypto: this machine with itself, where its kernel has them. */
import { alg, can, dccp, raw, sctp, tipc } from "../../mod.ts";
import { exchangeMessages, exchangeTurns, handled, LIMIT } from "./exchange.ts";
import type { DemoRow, Outcome } from "./row.ts";

const HOST = "127.0.0.1";

const sctpRow: DemoRow = {
  family: "inet",
  type: "stream",
  what: "SCTP, one to one",
  engine: "libc",
  async run() {
    using listener = await sctp.listen({ hostname: HOST, port: 0 });
    const accepting = handled(listener.accept(LIMIT));
    using client = await sctp.connect({ hostname: HOST, port: listener.localAddr.port, ...LIMIT });
    using server = await accepting;
    return await exchangeMessages(client, server, ({ data }) => server.send(data));
  },
};

const sctpManyRow: DemoRow = {
  family: "inet",
  type: "seqpacket",
  what: "SCTP, one to many",
  engine: "libc",
  async run() {
    using server = await sctp.bind({ hostname: HOST });
    using client = await sctp.connect({ hostname: HOST, port: server.localAddr.port, ...LIMIT });
    return await exchangeMessages(client, server, ({ data, from }) => server.sendTo(data, from));
  },
};

const dccpRow: DemoRow = {
  family: "inet",
  type: "dccp",
  what: "packets of a connection",
  engine: "libc",
  async run() {
    using listener = await dccp.listen({ hostname: HOST, port: 0, service: "demo" });
    const accepting = handled(listener.accept(LIMIT));
    const { port } = listener.localAddr;
    using client = await dccp.connect({ hostname: HOST, port, service: "demo", ...LIMIT });
    using server = await accepting;
    return await exchangeMessages(client, server, ({ data }) => server.send(data));
  },
};

const SERVICE = 18888;

const tipcRow: DemoRow = {
  family: "tipc",
  type: "seqpacket",
  what: "a connection",
  engine: "libc",
  async run() {
    const at = { service: SERVICE, instance: 1, type: "seqpacket" } as const;
    using listener = await tipc.listen({ ...at, scope: "node" });
    const accepting = handled(listener.accept(LIMIT));
    using client = await tipc.connect({ ...at, ...LIMIT });
    using server = await accepting;
    return await exchangeMessages(client, server, ({ data }) => server.send(data));
  },
};

const tipcRdmRow: DemoRow = {
  family: "tipc",
  type: "rdm",
  what: "to a service",
  engine: "libc",
  async run() {
    using server = await tipc.bind({ service: SERVICE, instance: 2, scope: "node" });
    using client = await tipc.bind();
    await client.connect({ kind: "service", service: SERVICE, instance: 2 });
    return await exchangeMessages(client, server, ({ data, from }) => server.sendTo(data, from));
  },
};

/** Runs a program of the machine's; what it complains of is the error. */
async function ip(...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("ip", { args }).output();
  if (success) return;
  throw new Deno.errors.NotSupported(new TextDecoder().decode(stderr).trim());
}

const canRow: DemoRow = {
  family: "can",
  type: "raw",
  what: "a virtual bus",
  engine: "libc",
  async run() {
    const name = "vcandemo";
    await ip("link", "add", name, "type", "vcan");
    try {
      await ip("link", "set", name, "up");
      using near = await can.openRaw({ interface: name });
      using far = await can.openRaw({ interface: name });
      const rttsMs: number[] = [];
      const data = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
      for (let id = 0; id < 10; id++) {
        const began = performance.now();
        await near.sendFrame({ id, data });
        await far.sendFrame((await far.recvFrame(LIMIT)).frame);
        await near.recvFrame(LIMIT);
        rttsMs.push(performance.now() - began);
      }
      return { local: name, remote: name, bytes: 10 * data.length, rttsMs };
    } finally {
      await ip("link", "del", name);
    }
  },
};

/** The header of a frame to everybody, of a local experimental EtherType (IEEE 802). */
const FRAME_HEADER = [255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 1, 0x88, 0xb5];

const xdpRow: DemoRow = {
  family: "xdp",
  type: "raw",
  what: "frames by shared memory",
  engine: "libc",
  async run() {
    const [near, far] = ["xdpdemo0", "xdpdemo1"];
    await ip("link", "add", near, "type", "veth", "peer", "name", far);
    try {
      for (const name of [near, far]) await ip("link", "set", name, "up");
      const open = (name: string) => raw.openXdp({ interface: name, etherType: 0x88b5 });
      using client = await open(near);
      using server = await open(far);
      const counts = await exchangeTurns({
        send: (data) => client.send(Uint8Array.of(...FRAME_HEADER, ...data)),
        recv: async () => (await client.recv(LIMIT)).subarray(FRAME_HEADER.length),
      }, async () => await server.send(await server.recv(LIMIT)));
      return { local: near, remote: far, ...counts, note: server.attached };
    } finally {
      await ip("link", "del", near);
    }
  },
};

const algRow: DemoRow = {
  family: "alg",
  type: "seqpacket",
  what: "SHA-256 by the kernel",
  engine: "libc",
  async run(): Promise<Outcome> {
    using hash = await alg.openHash({ name: "sha256" });
    const data = crypto.getRandomValues(new Uint8Array(65_536));
    const began = performance.now();
    await hash.update(data);
    const digest = await hash.digest();
    const rttsMs = [performance.now() - began];
    const expected = new Uint8Array(await crypto.subtle.digest("SHA-256", data));
    if (digest.toHex() !== expected.toHex()) throw new Error("the digests differ");
    return { local: "-", remote: "alg:hash:sha256", bytes: data.length, rttsMs };
  },
};

/** The rows. */
export const familyRows: readonly DemoRow[] = [
  ...[sctpRow, sctpManyRow, dccpRow, tipcRow, tipcRdmRow, canRow, xdpRow, algRow],
];
