// Syslog receiver (RFC 3164) over UDP: deno run --allow-net syslog_receiver.ts PORT
import { udp } from "@berkeley/sockets";

const SEVERITIES = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"];
const text = new TextDecoder();

await using endpoint = await udp.bind({ hostname: "127.0.0.1", port: Number(Deno.args[0]) });
console.log("port", endpoint.localAddr.port);
for await (const { data, from } of endpoint) {
  // Facility and severity are one number in angle brackets (RFC 3164 section 4.1.1).
  const [, priority, message] = /^<(\d{1,3})>(.*)/s.exec(text.decode(data)) ?? [];
  if (priority === undefined) continue;
  const severity = SEVERITIES[Number(priority) % 8];
  console.log(from.hostname, severity, message.trimEnd());
}
