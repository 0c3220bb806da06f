/**
 * Endpoints and what the ecosystem has: Node streams, HTTP.
 *
 * @module
 */
export { type NodeDuplex, toNodeDuplex } from "./to_node_duplex.ts";
export { fromNodeDuplex, type FromNodeDuplexOptions } from "./from_node_duplex.ts";
export {
  type HttpConnection,
  type HttpHandler,
  type HttpServer,
  serveHttp,
  type ServeHttpOptions,
} from "./serve_http.ts";
export { fetchOver } from "./fetch_over.ts";
