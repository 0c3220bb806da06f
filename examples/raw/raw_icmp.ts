/**
 * An ICMP echo in a packet that is ours from its first byte on, IP header included (IP_HDRINCL).
 *
 *     deno run --allow-net --allow-ffi raw_icmp.ts ADDRESS [SOURCE] [TTL]
 */
import { raw, wire } from "@berkeley/sockets";

const [destination, source = "0.0.0.0", ttl = "64"] = Deno.args;
const identifier = Deno.pid & 0xffff;

const packet = wire.encode(
  // A source of 0.0.0.0 is filled in by the kernel, and so is the checksum.
  { kind: "ipv4", source, destination, ttl: Number(ttl) },
  { kind: "icmpv4", message: "echoRequest", identifier, sequence: 1 },
  new TextEncoder().encode("Hello from a header of our own"),
);
console.log("sent", wire.describe(wire.decodePacket(packet)));

using socket = await raw.openIp({ protocol: "icmp", includeHeader: true });
await socket.sendTo(packet, { hostname: destination, port: 0 });
for (;;) {
  const { data } = await socket.recvFrom({ timeoutMs: 3000 });
  const answer = wire.decodePacket(data);
  const icmp = answer.layer("icmpv4")?.toValue();
  // The socket hears all ICMP: over loopback the request too.
  if (icmp === undefined || icmp.message === "echoRequest") continue;
  if (icmp.message === "echoReply" && icmp.identifier !== identifier) continue;
  console.log("received", wire.describe(answer));
  break;
}
