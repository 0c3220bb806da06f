// Runs in Deno, Node and Bun alike: prints what the modules compute. BASE is where they are.
import { Buffer } from "node:buffer";
import process from "node:process";

const [base, suffix] = process.argv.slice(2);
const ip = await import(`${base}/core/ip/mod.${suffix}`);
const wire = await import(`${base}/wire/mod.${suffix}`);
const options = await import(`${base}/ffi/options/mod.${suffix}`);

const hex = (bytes) => Buffer.from(bytes).toString("hex");
const packet = wire.encode(
  { kind: "ethernet", source: "02:00:00:00:00:01", destination: "02:00:00:00:00:02" },
  { kind: "ipv6", source: "2001:db8::1", destination: "2001:db8::2" },
  { kind: "tcp", sourcePort: 5000, destinationPort: 80, flags: 2 },
  new TextEncoder().encode("hello world"),
);
const decoded = wire.decodeFrame(packet);
const report = {
  ip: Object.keys(ip).sort().map((name) => [name, typeof ip[name]]),
  wire: Object.keys(wire).sort().map((name) => [name, typeof wire[name]]),
  options: Object.entries(options).filter(([, row]) => row.codec)
    .map(([name, { level, option, access }]) => [name, level, option, access]).sort(),
  text: wire.describe(decoded),
  packet: hex(packet),
  values: decoded.layers.map((layer) => layer.toValue()),
  addresses: ["::ffff:1.2.3.4", "2001:db8:0:0:1:0:0:1", "10.0.0.255"].map((text) => {
    const bytes = ip.parseIp(text);
    return [hex(bytes), ip.formatIp(bytes), `${ip.ipToBigInt(bytes)}`];
  }),
  encoded: [
    hex(options.SO_RCVBUF.codec.encode(65536)),
    hex(options.TCP_NODELAY.codec.encode(true)),
    hex(options.SO_LINGER.codec.encode(5)),
  ],
};
console.log(JSON.stringify(report, (_, value) => typeof value === "bigint" ? `${value}n` : value));
