// TLS over an endpoint's connection: deno run --allow-net --allow-read client.ts PORT CA_FILE
import { tcp } from "@berkeley/sockets";

const [port, caFile] = Deno.args;
using endpoint = await tcp.connect({ hostname: "127.0.0.1", port: Number(port), engine: "deno" });
// From here on the TLS connection owns the socket: the endpoint only lends it.
using tls = await Deno.startTls(endpoint.conn!, {
  hostname: "localhost",
  caCerts: [await Deno.readTextFile(caFile)],
});
await tls.write(new TextEncoder().encode("Hello over TLS\n"));
const buffer = new Uint8Array(1024);
const count = await tls.read(buffer);
console.log("received", new TextDecoder().decode(buffer.subarray(0, count ?? 0)).trim());
