// Wake-on-LAN: deno run --allow-net wake_on_lan.ts MAC BROADCAST_ADDRESS [PORT]
import { ip, udp } from "@berkeley/sockets";

const [mac, hostname, port = "9"] = Deno.args;
// Six bytes of ones, then the address sixteen times.
const address = ip.parseMac(mac);
const packet = new Uint8Array(6 + 16 * 6).fill(0xff);
for (let i = 0; i < 16; i++) packet.set(address, 6 + 6 * i);

await using endpoint = await udp.bind({ hostname: "0.0.0.0" });
await endpoint.sendTo(packet, { hostname, port: Number(port) });
console.log("sent", packet.length, "bytes");
