/** One HTTP server, by name; prints its port. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { serveHttp } from "../../../bridge/mod.ts";
import * as tcp from "../../../tcp/mod.ts";

const BODY = "Hello, world: a small answer";
const [name] = Deno.args;
const handler = (request: Request): Response =>
  request.method === "GET" ? new Response(BODY) : new Response(null, { status: 405 });

if (name === "node:http") {
  const server = createServer((_request, response) => {
    response.setHeader("content-type", "text/plain;charset=UTF-8");
    response.end(BODY);
  }).listen(0, "127.0.0.1", () => console.log((server.address() as AddressInfo).port));
} else {
  const engine = name === "by Duplex" ? "deno" : "libc";
  const listener = await tcp.listen({ hostname: "127.0.0.1", port: 0, engine });
  if (name === "by Duplex, libc") hideDescriptors(listener);
  console.log(serveHttp(listener, handler).localAddr.port);
}

/** What vsock's connections are like: of the libc engine, and nothing that Node takes by its descriptor. */
function hideDescriptors(listener: tcp.TcpListener): void {
  const { accept } = listener;
  listener.accept = async (options) =>
    Object.defineProperty(await accept.call(listener, options), "detach", { value: undefined });
}
