/** Raw sockets: ICMP echo, an IP protocol of our own, link-layer frames. Needs the privilege. */
import { type MessageEndpoint, type PacketAddress, raw } from "../../mod.ts";
import { exchangeTurns, LIMIT } from "./exchange.ts";
import type { DemoRow } from "./row.ts";

const PINGS = 200;
/** For experiments (RFC 3692). */
const IP_PROTOCOL = 253;
const IPV4_HEADER_BYTES = 20;
/** Local experimental EtherTypes (IEEE 802): questions and answers. */
const ASK = 0x88b5;
const ANSWER = 0x88b6;
/** No address is needed where there is no other machine. */
const NOWHERE = "00:00:00:00:00:00";

function icmp(family: "inet" | "inet6"): DemoRow {
  const host = family === "inet" ? "127.0.0.1" : "::1";
  return {
    family,
    type: "icmp",
    what: "ping, timed by the kernel",
    engine: "libc",
    async run() {
      const rttsMs: number[] = [];
      let bytes = 0;
      for await (const event of raw.ping(host, { count: PINGS, flood: true, timeoutMs: 3000 })) {
        if (event.type !== "reply") continue;
        rttsMs.push(event.rttMicros / 1000);
        bytes += 2 * event.lengthBytes;
      }
      const lost = PINGS - rttsMs.length;
      // A machine under load may lose an echo, not most of them.
      if (lost > PINGS / 10) throw new Error(`${lost} of ${PINGS} echoes were lost`);
      return { local: "-", remote: host, bytes, rttsMs, ...(lost > 0 && { note: `${lost} lost` }) };
    },
  };
}

/** Raw sockets hear everything of their kind: what carries this mark is ours. */
const MARK = crypto.getRandomValues(new Uint8Array(8));

function marked(data: Uint8Array): Uint8Array {
  const result = new Uint8Array(MARK.length + data.length);
  result.set(MARK);
  result.set(data, MARK.length);
  return result;
}

/** The next message that is ours, without what stands before its payload and without its mark. */
async function ours<A>(
  endpoint: MessageEndpoint<A>,
  headerBytes: number,
): Promise<{ data: Uint8Array; from: A }> {
  for (;;) {
    const { data, from } = await endpoint.recvFrom(LIMIT);
    const payload = data.subarray(headerBytes);
    if (MARK.every((byte, i) => payload[i] === byte)) {
      return { data: payload.subarray(MARK.length), from };
    }
  }
}

const ip: DemoRow = {
  family: "inet",
  type: "raw",
  what: `IP protocol ${IP_PROTOCOL}`,
  engine: "libc",
  async run() {
    // An address of this process's own keeps the traffic of others out of our buffers.
    const own = `${Deno.pid >> 8 & 255}.${(Deno.pid & 255) || 1}`;
    const [near, far] = [`127.1.${own}`, `127.2.${own}`];
    using client = await raw.openIp({ protocol: IP_PROTOCOL, hostname: near });
    using server = await raw.openIp({ protocol: IP_PROTOCOL, hostname: far });
    const to = { family: "inet", hostname: far, port: 0 } as const;
    const counts = await exchangeTurns({
      send: (data) => client.sendTo(marked(data), to),
      recv: async () => (await ours(client, IPV4_HEADER_BYTES)).data,
    }, async () => {
      const { data, from } = await ours(server, IPV4_HEADER_BYTES);
      await server.sendTo(marked(data), from);
    });
    return { local: near, remote: far, ...counts };
  },
};

const frames: DemoRow = {
  family: "packet",
  type: "dgram",
  what: "frames on lo",
  engine: "libc",
  async run() {
    const open = (etherType: number) =>
      raw.openPacket({ interface: "lo", type: "dgram", etherType });
    using client = await open(ANSWER);
    using server = await open(ASK);
    const send = (from: MessageEndpoint<PacketAddress>, data: Uint8Array, etherType: number) =>
      from.sendTo(marked(data), { interface: "lo", etherType, hardwareAddress: NOWHERE });
    const counts = await exchangeTurns({
      send: (data) => send(client, data, ASK),
      recv: async () => (await ours(client, 0)).data,
    }, async () => await send(server, (await ours(server, 0)).data, ANSWER));
    return { local: "lo", remote: "lo", ...counts };
  },
};

/** The rows. */
export const rawRows: readonly DemoRow[] = [icmp("inet"), icmp("inet6"), ip, frames];
