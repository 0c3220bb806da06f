// HTTP over a Unix socket: deno run --allow-net --allow-read --allow-write http_unix.ts PATH
import { unix } from "@berkeley/sockets";
import { fetchOver, serveHttp } from "@berkeley/sockets/bridge";

const [path] = Deno.args;
const listener = await unix.listen({ path, mode: 0o600 });
const server = serveHttp(listener, async (request) => {
  const { pathname } = new URL(request.url);
  return Response.json({ method: request.method, pathname, body: await request.text() });
});

using endpoint = await unix.connect({ path });
const response = await fetchOver(endpoint, "http://localhost/self", { method: "POST", body: "me" });
console.log("own", await response.text());

Deno.addSignalListener("SIGTERM", async () => {
  await server.shutdown();
  console.log("ended");
  Deno.exit();
});
