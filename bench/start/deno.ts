/** A connection by the deno engine: three bytes there. */
import * as tcp from "@berkeley/sockets/tcp";

using listener = await tcp.listen({ hostname: "127.0.0.1", port: 0, engine: "deno" });
const { port } = listener.localAddr;
const connecting = tcp.connect({ hostname: "127.0.0.1", port, engine: "deno" });
const [client, server] = await Promise.all([connecting, listener.accept()]);
await client.sendAll(new Uint8Array(3));
await server.recv(3);
client.close();
server.close();
console.log("done");
