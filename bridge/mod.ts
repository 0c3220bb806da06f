/**
 * Endpoints and what the ecosystem has: Node streams, HTTP, TLS.
 *
 * ```ts
 * import { unix } from "@berkeley/sockets";
 * import { fetchOver, serveHttp } from "@berkeley/sockets/bridge";
 *
 * const path = `${await Deno.makeTempDir()}/http.sock`;
 * await using _server = serveHttp(await unix.listen({ path }), () => new Response("Hello"));
 * using connection = await unix.connect({ path });
 * console.log(await (await fetchOver(connection, "http://localhost/")).text()); // Hello
 * ```
 *
 * @module
 */
export { type NodeDuplex, toNodeDuplex } from "./to_node_duplex.ts";
export { fromNodeDuplex, type FromNodeDuplexOptions } from "./from_node_duplex.ts";
export { type HttpServer, serveHttp } from "./serve_http.ts";
export type { HttpConnection, HttpHandler, ServeHttpOptions } from "./_http_options.ts";
export { fetchOver } from "./fetch_over.ts";
export {
  type StartDenoTlsOptions,
  startTls,
  type StartTlsClientOptions,
  type StartTlsServerOptions,
} from "./start_tls.ts";
export type { DenoTlsEndpoint } from "./_deno_tls.ts";
export { listenTls, type ListenTlsOptions, type TlsListener } from "./listen_tls.ts";
export type { TlsEndpoint, TlsPeerCertificate } from "./_tls_stream.ts";
export type { TlsCertificate, TlsCommonOptions, TlsServerOptions } from "./_tls_options.ts";
