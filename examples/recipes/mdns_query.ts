// Multicast DNS query (RFC 6762 section 5.1): deno run --allow-net mdns_query.ts NAME
import { udp, wire } from "@berkeley/sockets";

const [name] = Deno.args;
const query = wire.encode({
  kind: "dns",
  id: 0,
  // The high bit of the class asks for an answer to this port alone.
  questions: [{ name, type: "A", class: 0x8001 }],
});

await using endpoint = await udp.bind({ hostname: "0.0.0.0" });
await endpoint.sendTo(query, { hostname: "224.0.0.251", port: 5353 });
try {
  // Several may answer, and none need.
  for (const deadline = performance.now() + 1000;;) {
    const timeoutMs = Math.max(0, deadline - performance.now());
    const { data, from } = await endpoint.recvFrom({ timeoutMs });
    for (const record of wire.DnsView.parse(data).answers) {
      if ("address" in record) console.log(record.name, record.address, "says", from.hostname);
    }
  }
} catch (error) {
  if (!(error instanceof DOMException)) throw error; // TimeoutError: that was all
}
