// TLS echo server: deno run --allow-net --allow-read tls_echo.ts CERT_FILE KEY_FILE
import { tcp } from "@berkeley/sockets";
import { listenTls } from "@berkeley/sockets/bridge";

const [certFile, keyFile] = Deno.args;
const listener = listenTls(await tcp.listen({ hostname: "127.0.0.1", port: 0 }), {
  cert: await Deno.readTextFile(certFile),
  key: await Deno.readTextFile(keyFile),
  onError: (error) => console.log("handshake failed:", error.message),
});
console.log("port", listener.localAddr.port);
for await (const connection of listener) {
  console.log(connection.tlsVersion, connection.serverName ?? "no name");
  connection.readable.pipeTo(connection.writable).catch((error) => console.log(error.message));
}
