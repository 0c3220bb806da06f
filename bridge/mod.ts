/**
 * Endpoints and what the ecosystem has: Node streams.
 *
 * @module
 */
export { type NodeDuplex, toNodeDuplex } from "./to_node_duplex.ts";
export { fromNodeDuplex, type FromNodeDuplexOptions } from "./from_node_duplex.ts";
