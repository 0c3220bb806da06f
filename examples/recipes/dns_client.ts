// DNS client over UDP, and over TCP where the answer is cut: deno run --allow-net dns_client.ts SERVER PORT NAME TYPE
import { tcp, udp, wire } from "@berkeley/sockets";

const [hostname, port, name, type] = Deno.args;
const server = { hostname, port: Number(port) };
const id = crypto.getRandomValues(new Uint16Array(1))[0];
const query = wire.encode({
  kind: "dns",
  id,
  recursionDesired: true,
  questions: [{ name, type: type as "A" }],
});

/** Asks up to three times: a datagram may be lost. */
async function overUdp(): Promise<wire.DnsView> {
  using endpoint = await udp.connect(server);
  for (let left = 3;; left--) {
    await endpoint.send(query);
    try {
      for (;;) {
        const answer = wire.DnsView.parse(await endpoint.recv({ timeoutMs: 2000 }));
        if (answer.id === id) return answer;
      }
    } catch (error) {
      const late = error instanceof DOMException && error.name === "TimeoutError";
      if (!late || left === 1) throw error;
    }
  }
}

/** Over TCP a message has its length before it (RFC 1035 section 4.2.2). */
async function overTcp(): Promise<wire.DnsView> {
  using endpoint = await tcp.connect(server);
  const framing = { prefixBytes: 2, timeoutMs: 5000 } as const;
  await endpoint.sendFrame(query, framing);
  const answer = await endpoint.recvFrame(framing);
  if (answer === undefined) throw new Error("Cannot ask: the server closed the connection");
  return wire.DnsView.parse(answer);
}

let answer = await overUdp();
if (answer.truncated) answer = await overTcp();
if (answer.responseCode !== 0) console.log("response code", answer.responseCode);
for (const record of answer.answers) {
  const value = "address" in record
    ? record.address
    : "strings" in record
    ? record.strings.map((part) => new TextDecoder().decode(part)).join(" ")
    : JSON.stringify(record);
  console.log(record.name, record.type, value);
}
