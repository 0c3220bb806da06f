/** The kinds that receive messages: those that have a peer, and raw sockets, a row each. */
import { ICMP_FILTER } from "../../ffi/options/mod.ts";
import * as raw from "../../raw/mod.ts";
import type { Kind, Message, MessageKind, ReceiverKind } from "./_claim.ts";
import { MESSAGE_KINDS } from "./_kinds.ts";
import { noIpv6 } from "./_places.ts";

function noRaw(): string | undefined {
  return Deno.uid() === 0 ? undefined : "needs root";
}

/** For experiments (RFC 3692, RFC 5342). */
const PROTOCOL = 253;
const ETHER_TYPE = 0x88b5;
const PACKET = { family: "packet", interface: "lo", etherType: ETHER_TYPE } as const;

function receiving(kind: MessageKind): ReceiverKind {
  return {
    ...kind,
    async open() {
      const [sender, endpoint] = await kind.pair();
      return {
        endpoint,
        deliver: (mark) => sender.send(Uint8Array.of(mark)),
        [Symbol.dispose]() {
          endpoint.close();
          sender.close();
        },
      };
    },
  };
}

function rawReceiver(
  row: Omit<Kind, "engine">,
  open: () => Promise<Message>,
  send: (sender: Message, mark: number) => Promise<unknown>,
  openSender: () => Promise<Message> = open,
): ReceiverKind {
  return {
    missing: noRaw,
    ...row,
    engine: "libc",
    async open() {
      const endpoint = await open();
      const sender = openSender === open ? endpoint : await openSender();
      return {
        endpoint,
        deliver: (mark) => send(sender, mark),
        [Symbol.dispose]() {
          endpoint.close();
          sender.close();
        },
      };
    },
  };
}

/** An echo request whose payload is one byte, which the kernel sends back (RFC 792). */
function echo(mark: number): Uint8Array {
  const sum = 0x0800 + 1 + (mark << 8);
  const checksum = ~(sum + (sum >> 16)) & 0xffff;
  return Uint8Array.of(8, 0, checksum >> 8, checksum & 0xff, 0, 0, 0, 1, mark);
}

export const RECEIVER_KINDS: readonly ReceiverKind[] = [
  ...MESSAGE_KINDS.map(receiving),
  rawReceiver(
    { name: "raw ip4", family: "inet", type: "raw", protocol: PROTOCOL },
    () => raw.openIp({ protocol: PROTOCOL, hostname: "127.0.0.9" }),
    (sender, mark) => sender.sendTo(Uint8Array.of(mark), { hostname: "127.0.0.9", port: 0 }),
    () => raw.openIp({ protocol: PROTOCOL, hostname: "127.0.0.8" }),
  ),
  rawReceiver(
    {
      name: "raw ip6",
      family: "inet6",
      type: "raw",
      protocol: PROTOCOL,
      missing: () => noIpv6() ?? noRaw(),
    },
    () => raw.openIp({ family: "inet6", protocol: PROTOCOL, hostname: "::1" }),
    (sender, mark) => sender.sendTo(Uint8Array.of(mark), { hostname: "::1", port: 0 }),
  ),
  rawReceiver(
    { name: "icmp echo", family: "inet", type: "raw", protocol: 1 },
    // An address of its own, which no other ping uses; of what comes to it, the replies alone.
    () => raw.openIcmp({ type: "raw", hostname: "127.0.9.8", options: [[ICMP_FILTER, [0]]] }),
    (sender, mark) => sender.sendTo(echo(mark), { hostname: "127.0.9.8", port: 0 }),
  ),
  rawReceiver(
    { name: "packets", family: "packet", type: "dgram", protocol: 0 },
    () => raw.openPacket({ interface: "lo", etherType: ETHER_TYPE, type: "dgram" }),
    (sender, mark) =>
      sender.sendTo(Uint8Array.of(mark), { ...PACKET, hardwareAddress: "00:00:00:00:00:00" }),
    () => raw.openPacket({ interface: "lo", etherType: 0x88b6, type: "dgram" }),
  ),
];
