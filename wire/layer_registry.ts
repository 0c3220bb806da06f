/**
 * The registry of layers: what frames are decoded and encoded by.
 *
 * @module
 */

import { type CapturedPacket, checkPacket } from "./_capture.ts";
import { FrameWalk, walkIp } from "./_frame_walk.ts";
import { LayerTables } from "./_layer_tables.ts";
import { walkCaptured } from "./_link_type.ts";
import { encodeStack } from "./_stack.ts";
import type { Frame, KnownRow, Layer, LayerValue } from "./layer.ts";
import type { LayerRow, LayerView, StackValue } from "./layer_row.ts";
import * as layers from "./layers.ts";

/**
 * A set of layers. It never changes: {@linkcode LayerRegistry.with} makes another one, so that nobody
 * decodes otherwise because somebody else knows more. `decodeFrame()`, `encode()` and so on go by
 * {@linkcode defaultLayers}; `describe()` and `verifyChecksums()` go by the registry that decoded the
 * frame.
 */
export class LayerRegistry<L extends LayerView = Layer, V extends StackValue = LayerValue> {
  readonly #tables: LayerTables;

  private constructor(tables: LayerTables) {
    this.#tables = tables;
  }

  /**
   * Makes a registry of rows.
   *
   * @param rows The rows; of two with the same kind or number the later one counts.
   * @returns The registry.
   */
  static of<R extends LayerRow>(
    rows: Iterable<R>,
  ): LayerRegistry<ReturnType<R["parse"]>, Parameters<R["measure"]>[0]> {
    return new LayerRegistry(new LayerTables(rows));
  }

  /**
   * Another registry that knows a layer more.
   *
   * @param row The layer; it takes the place of one of the same kind, and the numbers that it shares
   * with others.
   * @returns The new registry; this one stays as it is.
   *
   * @example A protocol of one's own, by its UDP port
   * ```ts
   * import { defaultLayers, HeaderView, layerRow } from "@berkeley/sockets/wire";
   * import { assertEquals } from "@std/assert";
   *
   * class TickView extends HeaderView {
   *   static at(bytes: Uint8Array, start: number, end: number): TickView {
   *     if (end - start < 2) throw new RangeError("Cannot decode tick: it is cut off");
   *     return new TickView(bytes, start, start + 2, end);
   *   }
   *   get kind(): "tick" {
   *     return "tick";
   *   }
   *   get count(): number {
   *     return (this.bytes[this.start] << 8) | this.bytes[this.start + 1];
   *   }
   *   toValue(): { kind: "tick"; count: number } {
   *     return { kind: "tick", count: this.count };
   *   }
   * }
   *
   * const layers = defaultLayers.with(layerRow<ReturnType<TickView["toValue"]>, TickView>({
   *   kind: "tick",
   *   udpPorts: [5555],
   *   parse: (bytes, start, end) => TickView.at(bytes, start, end),
   *   measure: () => 2,
   *   write(value, bytes, start) {
   *     bytes[start] = value.count >> 8;
   *     bytes[start + 1] = value.count;
   *   },
   * }));
   * const packet = layers.encode(
   *   { kind: "ipv6", source: "::1", destination: "::1" },
   *   { kind: "udp", sourcePort: 4000, destinationPort: 5555 },
   *   { kind: "tick", count: 258 },
   * );
   * assertEquals(layers.decodePacket(packet).layer("tick")?.count, 258);
   * ```
   */
  with<V2 extends StackValue, W2 extends LayerView>(
    row: LayerRow<V2, W2>,
  ): LayerRegistry<L | W2, V | V2> {
    const known = [...this.#tables.kinds.values()].filter(({ kind }) => kind !== row.kind);
    return new LayerRegistry(new LayerTables([...known, row]));
  }

  /** The names of the layers. */
  get kinds(): string[] {
    return [...this.#tables.kinds.keys()];
  }

  /**
   * Decodes an Ethernet frame, as `decodeFrame()` does, by these layers.
   *
   * @param bytes The frame without its check sequence.
   * @returns The layers.
   * @throws {TypeError} If `bytes` is not a `Uint8Array`.
   */
  decodeFrame(bytes: Uint8Array): Frame<L, V> {
    return this.#frame(new FrameWalk(this.#tables, bytes, this.#tables.frame, 0));
  }

  /**
   * Decodes an IPv4 or IPv6 packet, as `decodePacket()` does, by these layers.
   *
   * @param bytes The packet.
   * @returns The layers.
   * @throws {TypeError} If `bytes` is not a `Uint8Array`.
   */
  decodePacket(bytes: Uint8Array): Frame<L, V> {
    return this.#frame(walkIp(this.#tables, bytes, 0));
  }

  /**
   * Decodes a packet of a capture file by its link type, as `decodeCaptured()` does, by these layers.
   *
   * @param packet The packet.
   * @returns The layers.
   */
  decodeCaptured(packet: CapturedPacket): Frame<L, V> {
    return this.#frame(walkCaptured(this.#tables, checkPacket(packet, "decode captured packet")));
  }

  /**
   * Encodes a stack of layers, as `encode()` does, by these layers.
   *
   * @param values Values, and bytes for what has no codec; the outermost first.
   * @returns The packet in new bytes.
   * @throws {RangeError} If a field does not fit its bits: it names the field.
   * @throws {TypeError} If an address is not one, or a layer is of no known kind.
   */
  encode(...values: (V | Uint8Array)[]): Uint8Array {
    return encodeStack(this.#tables, values);
  }

  /** A walk by these rows meets only their views. */
  #frame(walk: FrameWalk): Frame<L, V> {
    return walk as unknown as Frame<L, V>;
  }
}

function isRow(value: unknown): value is KnownRow {
  return typeof value === "object" && value !== null && "measure" in value && "kind" in value;
}

/** The layers that this module knows. */
export const defaultLayers: LayerRegistry<Layer, LayerValue> = LayerRegistry.of(
  Object.values(layers).filter(isRow),
) as LayerRegistry<Layer, LayerValue>;
