/** A connection by Deno's own calls: three bytes there. */
using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
const { port } = listener.addr;
const [client, server] = await Promise.all([
  Deno.connect({ hostname: "127.0.0.1", port }),
  listener.accept(),
]);
await client.write(new Uint8Array(3));
await server.read(new Uint8Array(3));
client.close();
server.close();
console.log("done");
