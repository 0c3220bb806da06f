/**
 * The walk through the layers of a frame.
 *
 * @module
 */

import { bad } from "./_bytes.ts";
import type { LayerRow, LayerView, LayerWalk, StackValue } from "./layer_row.ts";
import { type LayerTables, PAYLOAD } from "./_layer_tables.ts";
import { PayloadView } from "./payload.ts";

/**
 * The layers of a frame or packet, decoded one by one as they are asked for. It is what rows tell what
 * follows them, too: an object of its own for that would be one more for each packet.
 */
export class FrameWalk implements Iterable<LayerView>, LayerWalk {
  /** The bytes that were given. */
  readonly bytes: Uint8Array;
  /** The rows that it walks by. */
  readonly tables: LayerTables;
  readonly #layers: LayerView[] = [];
  /** The row of the next layer; `undefined` at the end. */
  #next: LayerRow | undefined;
  /** A port hinted at the next layer. */
  #isHint = false;
  #at: number;
  #end: number;
  #error: RangeError | undefined = undefined;
  /** In the first of several fragments a length reaches beyond the bytes without a lie. */
  #cut = false;

  /** A walk that begins with a layer at `at`, or with an error and all bytes as one payload. */
  constructor(
    tables: LayerTables,
    bytes: Uint8Array,
    first: LayerRow,
    at: number,
    error?: RangeError,
  ) {
    if (!(bytes instanceof Uint8Array)) {
      throw new TypeError("Cannot decode frame: bytes are not a Uint8Array");
    }
    this.bytes = bytes;
    this.tables = tables;
    this.#next = first;
    this.#at = at;
    this.#end = bytes.length;
    this.#error = error;
  }

  /** The first layer of a kind; the walk goes no further than that. */
  layer(kind: string): LayerView | undefined {
    for (let i = 0;; i++) {
      if (i === this.#layers.length && !this.#step()) return undefined;
      const layer = this.#layers[i];
      if (layer.kind === kind) return layer;
    }
  }

  /** All layers, the outermost first. */
  get layers(): readonly LayerView[] {
    while (this.#step());
    return this.#layers;
  }

  /** The first lie or cut that the walk met. */
  get error(): RangeError | undefined {
    while (this.#step());
    return this.#error;
  }

  /** What follows the innermost header. */
  get payload(): Uint8Array {
    return this.layers.at(-1)?.payload ?? this.bytes.subarray(0, 0);
  }

  /** What follows the outermost packet. */
  get trailer(): Uint8Array {
    let end = this.bytes.length;
    for (const layer of this) {
      end = layer.end;
      if (!this.rowOf(layer).isLink) break;
    }
    return this.bytes.subarray(end);
  }

  /** The values of the layers. */
  toValues(): StackValue[] {
    const values: StackValue[] = [];
    let end = this.bytes.length;
    let isLink = true;
    for (const layer of this) {
      const row = this.rowOf(layer);
      const leavesOut = !isLink && layer.end < end;
      const again = row.restate === undefined ? layer.toValue() : row.restate(layer);
      const value = leavesOut ? undefined : again;
      if (value === undefined) {
        values.push(payloadOf(this.bytes.slice(layer.start, end)));
        break;
      }
      values.push(value);
      isLink &&= row.isLink === true;
      end = layer.end;
      if (row.isPartial?.(layer)) {
        if (end > layer.payloadStart) values.push(payloadOf(layer.payload.slice()));
        break;
      }
    }
    return values;
  }

  /** Goes through the layers, the outermost first. */
  *[Symbol.iterator](): Iterator<LayerView> {
    for (let i = 0;; i++) {
      if (i === this.#layers.length && !this.#step()) return;
      yield this.#layers[i];
    }
  }

  /** The row by which a layer was decoded. */
  rowOf(layer: LayerView): LayerRow {
    return this.tables.kind(layer.kind) ?? PAYLOAD;
  }

  followEtherType(etherType: number): void {
    this.#next = this.tables.etherType(etherType);
  }

  followProtocol(protocol: number): void {
    this.#next = this.tables.protocol(protocol);
  }

  followPort(
    transport: "udp" | "tcp",
    header: { readonly sourcePort: number; readonly destinationPort: number },
  ): void {
    const row = this.tables.port(transport, header);
    if (row === undefined) return;
    this.#next = row;
    this.#isHint = true;
  }

  follow(kind: string): void {
    this.#next = this.tables.kind(kind) ?? PAYLOAD;
  }

  stop(): void {
    this.#next = undefined;
  }

  complain(strict: { parse(bytes: Uint8Array, start: number, end: number): unknown }): void {
    if (this.#cut || this.#error !== undefined) return;
    try {
      strict.parse(this.bytes, this.#at, this.#end);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#error = error;
    }
  }

  cut(): void {
    this.#cut = true;
  }

  /** Decodes one more layer; `false` at the end. */
  #step(): boolean {
    const row = this.#next;
    if (row === undefined) return false;
    // The first layer is looked for in no bytes too: that is an error, not an empty frame.
    if (this.#at >= this.#end && this.#layers.length > 0) {
      this.#next = undefined;
      return false;
    }
    const isHint = this.#isHint;
    this.#isHint = false;
    this.#next = PAYLOAD;
    let layer: LayerView;
    try {
      layer = row.parse(this.bytes, this.#at, this.#end, this);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      layer = this.#opaque(isHint ? undefined : error);
    }
    this.#layers.push(layer);
    this.#at = layer.payloadStart;
    this.#end = layer.end;
    return true;
  }

  #opaque(error: RangeError | undefined): PayloadView {
    this.#error ??= error;
    this.#next = undefined;
    return PayloadView.parse(this.bytes, this.#at, this.#end, error);
  }
}

function payloadOf(data: Uint8Array): StackValue & { data: Uint8Array } {
  return { kind: "payload", data };
}

/** A walk that begins at an IP header of either version, after so many bytes of a link header. */
export function walkIp(tables: LayerTables, bytes: Uint8Array, at: number): FrameWalk {
  // What is no Uint8Array is refused by the walk.
  const isThere = bytes instanceof Uint8Array && at < bytes.length;
  const version = isThere ? bytes[at] >>> 4 : 0;
  const row = tables.ipVersion(version);
  if (row !== undefined) return new FrameWalk(tables, bytes, row, at);
  return new FrameWalk(tables, bytes, undecodedIp(isThere, version), at);
}

/** The row of what is no IP packet. */
function undecodedIp(isThere: boolean, version: number): LayerRow {
  const error = isThere
    ? bad("IP header", `version of ${version} is not 4 or 6`)
    : bad("IP header", "length of 0 is below 20");
  return {
    ...PAYLOAD,
    parse() {
      throw error;
    },
  };
}
