/** A connection by the libc engine: three bytes there. */
import * as tcp from "@berkeley/sockets/tcp";

using listener = await tcp.listen({ hostname: "127.0.0.1", port: 0, engine: "libc" });
const { port } = listener.localAddr;
const connecting = tcp.connect({ hostname: "127.0.0.1", port, engine: "libc" });
const [client, server] = await Promise.all([connecting, listener.accept()]);
await client.sendAll(new Uint8Array(3));
await server.recv(3);
client.close();
server.close();
console.log("done");
