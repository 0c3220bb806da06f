/** A connection by the libc engine that had to wait for its bytes: what the end of a program may be held up by. */
import * as tcp from "@berkeley/sockets/tcp";

using listener = await tcp.listen({ hostname: "127.0.0.1", port: 0, engine: "libc" });
const { port } = listener.localAddr;
const connecting = tcp.connect({ hostname: "127.0.0.1", port, engine: "libc" });
const [client, server] = await Promise.all([connecting, listener.accept()]);
const receiving = server.recv(3);
await new Promise((resolve) => setTimeout(resolve, 20));
await client.sendAll(new Uint8Array(3));
await receiving;
client.close();
server.close();
console.log("done");
