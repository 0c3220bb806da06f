// HTTP on systemd's sockets: deno run --allow-net --allow-env --allow-ffi service.ts
//
// systemd opens the socket and starts the service at the first connection (man 5 systemd.socket):
//
//   hello.socket   [Socket]  ListenStream=8080          [Install] WantedBy=sockets.target
//   hello.service  [Service] ExecStart=deno run --allow-net --allow-env --allow-ffi service.ts
//                            DynamicUser=yes
//
// Tried without systemd: systemd-socket-activate -l 8080 --fdname=web deno run … service.ts
import { endpointOf, inheritedSockets } from "@berkeley/sockets";
import { type HttpServer, serveHttp } from "@berkeley/sockets/bridge";

const servers: HttpServer<unknown>[] = [];
for (const { name, socket } of inheritedSockets()) {
  const listener = endpointOf(socket);
  if (listener.role !== "listener") throw new TypeError(`Cannot serve: ${name} does not listen`);
  servers.push(serveHttp(listener, () => new Response(`Hello from ${name}\n`)));
}
if (servers.length === 0) throw new Error("Cannot serve: systemd passed no socket");

// systemctl stop: what has begun is answered.
Deno.addSignalListener("SIGTERM", async () => {
  await Promise.all(servers.map((server) => server.shutdown()));
  Deno.exit();
});
