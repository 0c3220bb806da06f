// Zero-downtime restart: deno run --allow-net --allow-read --allow-write --allow-ffi server.ts NAME CONTROL_PATH
//
// Start it again with the same CONTROL_PATH: the new process gets the listening socket from the old
// one, which answers what it has and ends. No connection is refused meanwhile: there is one socket all
// the time, and what nobody accepted yet waits in its backlog.
import { AF_INET, endpointOf, SOCK_STREAM, Socket, socket, unix } from "@berkeley/sockets";
import { serveHttp } from "@berkeley/sockets/bridge";

const [name, controlPath] = Deno.args;

/** The listening socket of the server that runs already, or one of our own. */
async function listening(): Promise<Socket> {
  try {
    using predecessor = await unix.connect({ path: controlPath, engine: "libc" });
    const { fds: [fd] } = await predecessor.recvFds();
    return Socket.fromFd(fd.take());
  } catch (error) {
    const none = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.ConnectionRefused;
    if (!none) throw error;
    const own = socket(AF_INET, SOCK_STREAM);
    own.bind({ hostname: "127.0.0.1", port: 0 });
    own.listen();
    return own;
  }
}

const shared = await listening();
const listener = endpointOf(shared.dup());
if (listener.role !== "listener") throw new TypeError("Cannot serve: the socket does not listen");
const server = serveHttp(listener, async (request) => {
  await new Promise((resolve) => setTimeout(resolve, 20)); // work that a restart must not cut off
  return new Response(`${name} answers ${new URL(request.url).pathname}`);
});
const successors = await unix.listen({ path: controlPath, mode: 0o600, engine: "libc" });
const { localAddr } = server;
if (localAddr.family === "inet") console.log("port", localAddr.port);

using successor = await successors.accept();
successors.close(); // the successor listens at the path next
await successor.sendFds(new TextEncoder().encode("listener"), [shared]);
shared.close();
await server.shutdown();
console.log("handed over");
