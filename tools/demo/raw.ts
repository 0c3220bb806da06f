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
      for await (const event of raw.ping(host, { count: PINGS, flood: true })) {
        if (event.type !== "reply") throw new Error(`ping ${event.sequence}: ${event.type}`);
        rttsMs.push(event.rttMicros / 1000);
        bytes += 2 * event.lengthBytes;
      }
      return { local: "-", remote: host, bytes, rttsMs };
    },
  };
}

const ip: DemoRow = {
  family: "inet",
  type: "raw",
  what: `IP protocol ${IP_PROTOCOL}`,
  engine: "libc",
  async run() {
    // Raw sockets hear everything for their address: one of this process's own.
    const near = `127.${Deno.pid >> 16 & 63}.${Deno.pid >> 8 & 255}.${Deno.pid & 255 || 1}`;
    const far = near.replace("127.", "127.1");
    using client = await raw.openIp({ protocol: IP_PROTOCOL, hostname: near });
    using server = await raw.openIp({ protocol: IP_PROTOCOL, hostname: far });
    const to = { family: "inet", hostname: far, port: 0 } as const;
    const counts = await exchangeTurns({
      send: (data) => client.sendTo(data, to),
      recv: async () => (await client.recv(LIMIT)).subarray(IPV4_HEADER_BYTES),
    }, async () => {
      const { data, from } = await server.recvFrom(LIMIT);
      await server.sendTo(data.subarray(IPV4_HEADER_BYTES), from);
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
      raw.openPacket({ interface: "lo", mode: "dgram", etherType });
    using client = await open(ANSWER);
    using server = await open(ASK);
    const send = (from: MessageEndpoint<PacketAddress>, data: Uint8Array, etherType: number) =>
      from.sendTo(data, { interface: "lo", etherType, hardwareAddress: NOWHERE });
    const counts = await exchangeTurns({
      send: (data) => send(client, data, ASK),
      recv: () => client.recv(LIMIT),
    }, async () => await send(server, await server.recv(LIMIT), ANSWER));
    return { local: "lo", remote: "lo", ...counts };
  },
};

/** The rows. */
export const rawRows: readonly DemoRow[] = [icmp("inet"), icmp("inet6"), ip, frames];
