/**
 * Answers ARP requests for an address that no machine has (proxy ARP, RFC 826).
 *
 *     deno run --allow-net --allow-ffi arp_responder.ts INTERFACE ADDRESS MAC
 *     deno run --allow-net --allow-ffi arp_responder.ts eth0 192.0.2.9 02:00:00:00:00:09
 */
import { raw, wire } from "@berkeley/sockets";

const [name, address, mac] = Deno.args;
const ETH_P_ARP = 0x0806;
const REQUEST = 1;
const REPLY = 2;

using link = await raw.openPacket({ interface: name, etherType: ETH_P_ARP });
console.log(`answering for ${address}`);
for await (const { data, from } of link) {
  const arp = wire.decodeFrame(data).layer("arp")?.toValue();
  if (arp?.operation !== REQUEST || arp.targetAddress !== address) continue;
  const reply = wire.encode(
    { kind: "ethernet", destination: arp.senderHardware, source: mac },
    {
      kind: "arp",
      operation: REPLY,
      senderHardware: mac,
      senderAddress: address,
      targetHardware: arp.senderHardware,
      targetAddress: arp.senderAddress,
    },
  );
  await link.sendTo(reply, from);
  console.log(`${arp.senderAddress} asked for ${address}`);
}
