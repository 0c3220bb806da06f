/**
 * Answers pings in place of the kernel, over IPv4 and IPv6.
 *
 *     sysctl net.ipv4.icmp_echo_ignore_all=1 net.ipv6.icmp.echo_ignore_all=1
 *     deno run --allow-net --allow-ffi icmp_responder.ts [COPIES]
 *
 * With COPIES above 1, each request is answered so often: ping calls the others DUP!
 */
import { raw, wire } from "@berkeley/sockets";

const copies = Number(Deno.args[0] ?? 1);

async function answer4(): Promise<void> {
  const echoRequest = 8;
  using socket = await raw.openIp({ protocol: "icmp", icmpTypes: [echoRequest] });
  console.log("answering IPv4");
  for await (const { data, from } of socket) {
    const echo = wire.decodePacket(data).layer("icmpv4")?.toValue();
    if (echo?.message !== "echoRequest") continue;
    const reply = wire.encode({ ...echo, message: "echoReply", checksum: undefined }, body(data));
    for (let i = 0; i < copies; i++) await socket.sendTo(reply, from);
  }
}

async function answer6(): Promise<void> {
  const echoRequest = 128;
  const echoReply = 129;
  const family = "inet6";
  using socket = await raw.openIp({ family, protocol: "ipv6-icmp", icmpTypes: [echoRequest] });
  console.log("answering IPv6");
  for await (const { data, from } of socket) {
    // There is no IP header here, and the kernel computes the checksum, which covers it.
    data[0] = echoReply;
    for (let i = 0; i < copies; i++) await socket.sendTo(data, from);
  }
}

/** What follows the ICMP header. */
function body(packet: Uint8Array): Uint8Array {
  return wire.decodePacket(packet).payload;
}

await Promise.all([answer4(), answer6()]);
