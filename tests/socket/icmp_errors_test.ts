/** What ICMP says about one datagram ends no receive of an endpoint that has many peers. */
import { assertEquals } from "@std/assert";
import { AF_INET, SOCK_DGRAM, SOCK_RAW, socket } from "../../ffi/mod.ts";
import { IP_RECVERR, SO_ERROR } from "../../ffi/options/mod.ts";
import * as udp from "../../udp/mod.ts";
import { bytes, claim, LOOPBACK, text } from "./_tools.ts";

/** Every way to receive one message. */
const RECEIVES: Readonly<Record<string, (endpoint: udp.UdpEndpoint) => Promise<Uint8Array>>> = {
  recv: (endpoint) => endpoint.recv(),
  recvFrom: async (endpoint) => (await endpoint.recvFrom()).data,
  "recvFrom with a limit": async (e) => (await e.recvFrom({ timeoutMs: 60_000 })).data,
  recvMany: async (endpoint) => (await endpoint.recvMany())[0].data,
  "recvMany of one": async (endpoint) => (await endpoint.recvMany(1))[0].data,
  async recvBatches(endpoint) {
    for await (const batch of endpoint.recvBatches()) return batch.data(0).slice();
    throw new Error("ended");
  },
  async iteration(endpoint) {
    for await (const { data } of endpoint) return data;
    throw new Error("ended");
  },
};

/** ICMP type and code, and what it becomes (icmp_err_convert in net/ipv4/icmp.c). */
const ERRORS: readonly (readonly [type: number, code: number])[] = [
  ...Array.from({ length: 16 }, (_, code) => [3, code] as const),
  [11, 0], // time exceeded
  [12, 0], // parameter problem
];

function checksum(packet: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < packet.length; i += 2) sum += packet[i] << 8 | (packet[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** An ICMP error about a datagram from 127.0.0.1:`port` to another port there. */
function icmpError(type: number, code: number, port: number): Uint8Array {
  const packet = new Uint8Array(8 + 20 + 8);
  const view = new DataView(packet.buffer);
  packet.set([type, code]);
  if (type === 3 && code === 4) view.setUint16(6, 1400);
  packet.set([0x45, 0, 0, 28, 0, 0, 0x40, 0, 64, 17, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1], 8);
  view.setUint16(18, checksum(packet.subarray(8, 28)));
  view.setUint16(28, port);
  view.setUint16(30, 9);
  view.setUint16(32, 8);
  view.setUint16(2, checksum(packet));
  return packet;
}

claim(
  "no ICMP error about one datagram ends a receive from others, whichever call it is",
  async () => {
    using injector = socket(AF_INET, SOCK_RAW, 1);
    using sender = socket(AF_INET, SOCK_DGRAM);
    const seen = new Set<number>();
    for (const [name, receive] of Object.entries(RECEIVES)) {
      for (const [type, code] of ERRORS) {
        using endpoint = await udp.bind({
          ...LOOPBACK,
          engine: "libc",
          options: [[IP_RECVERR, true]],
        });
        const { port } = endpoint.localAddr;
        const to = { hostname: "127.0.0.1", port: 0 } as const;
        const error = icmpError(type, code, port);
        if (name === "recv") {
          await injector.sendTo(error, to);
          seen.add(endpoint.getOption(SO_ERROR));
        }
        // Met at once, and met while waiting.
        for (const waits of [false, true]) {
          if (!waits) await injector.sendTo(error, to);
          const receiving = receive(endpoint);
          if (waits) await injector.sendTo(error, to);
          await sender.sendTo(bytes("from another"), { hostname: "127.0.0.1", port });
          assertEquals(text(await receiving), "from another", `${name} after ${type}/${code}`);
        }
      }
    }
    // The attack is one: the kernel did tell these of the socket.
    assertEquals([...seen].sort((a, b) => a - b), [64, 71, 90, 92, 95, 101, 111, 112, 113]);
  },
  { root: true },
);
