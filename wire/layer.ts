/**
 * The layers that a frame can have, from the list of rows.
 *
 * @module
 */

import type { LayerRow, LayerView, StackValue } from "./layer_row.ts";
import type * as layers from "./layers.ts";

/** The rows among what the files of the list export. */
export type KnownRow = Extract<typeof layers[keyof typeof layers], LayerRow>;

/** The view that belongs to a row. */
export type ViewOf<R> = R extends LayerRow<infer _V, infer W> ? W : never;

/** The value that belongs to a row. */
export type ValueOf<R> = R extends LayerRow<infer V, infer _W> ? V : never;

/** Any layer of a frame, say an `Ipv4View`; `kind` tells which. */
export type Layer = ViewOf<KnownRow>;

/** Any value of a stack, say an `Ipv4`; `kind` tells which. */
export type LayerValue = ValueOf<KnownRow>;

/** The names of the layers. */
export type LayerKind = Layer["kind"];

/** The view that belongs to a name. */
export type LayerOf<K extends LayerKind> = Extract<Layer, { kind: K }>;

/** The layers of a frame or packet, decoded one by one as they are asked for. */
export interface Frame<L extends LayerView = Layer, V extends StackValue = LayerValue>
  extends Iterable<L> {
  /** The bytes that were given. The views lie over them; nothing is copied. */
  readonly bytes: Uint8Array;

  /**
   * The first layer of a kind; the walk goes no further than that.
   *
   * @param kind The name of the layer, say `"tcp"`.
   * @returns The view, or `undefined` if the frame has none.
   */
  layer<K extends L["kind"]>(kind: K): Extract<L, { kind: K }> | undefined;

  /** All layers, the outermost first. */
  readonly layers: readonly L[];

  /**
   * The first lie or cut that the walk met, or `undefined` if the frame is sound. Where a header
   * could not be decoded the walk ends with a `"payload"` layer that has the same `error`; where only
   * a length reaches beyond the bytes at hand (a capture with a snapshot length) it goes on.
   */
  readonly error: RangeError | undefined;

  /** What follows the innermost header: a subarray, not a copy. */
  readonly payload: Uint8Array;

  /**
   * What follows the outermost packet, as the padding of a short Ethernet frame does: a subarray, not
   * a copy.
   */
  readonly trailer: Uint8Array;

  /**
   * The values of the layers: a stack that `encode()` turns back into the same bytes, but with right
   * checksums, and without the {@linkcode Frame.trailer}. What no stack could say again (the inside of
   * a fragment or of a packet that is cut off, or what lies behind a header whose length leaves bytes
   * out) is one `"payload"`.
   *
   * @returns The values, the outermost first.
   */
  toValues(): V[];
}
