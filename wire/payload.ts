/**
 * The bytes at the end of a walk: what no codec knows, or could not decode.
 *
 * @module
 */

import { checkSpan } from "./_bytes.ts";
import { type LayerRow, layerRow } from "./layer_row.ts";
import { VALUES } from "./_value_table.ts";
import { HeaderView } from "./view.ts";

/** Bytes as a layer of a stack. */
export interface Payload {
  /** Tells the values of a stack apart. */
  kind: "payload";
  /** The bytes. */
  data: Uint8Array;
}

/** Bytes as the last layer of a frame: it has no header. */
export class PayloadView extends HeaderView {
  /**
   * Why these bytes stayed undecoded, if a layer was expected here. The layers before are sound.
   */
  readonly error: RangeError | undefined;

  private constructor(bytes: Uint8Array, start: number, end: number, error?: RangeError) {
    super(bytes, start, start, end);
    this.error = error;
  }

  /** Tells the layers of a frame apart. */
  get kind(): "payload" {
    return "payload";
  }

  /**
   * Lays a view over any bytes.
   *
   * @param bytes The bytes; they are not copied, and changes to them show.
   * @param start Index of the first byte; default 0.
   * @param end Index after the last byte; default `bytes.length`.
   * @param error Why they are not decoded; default nothing.
   * @returns The view.
   * @throws {RangeError} If `start` or `end` lies outside the bytes.
   */
  static parse(
    bytes: Uint8Array,
    start = 0,
    end: number = bytes?.length,
    error?: RangeError,
  ): PayloadView {
    checkSpan("payload", bytes, start, end, 0);
    return new PayloadView(bytes, start, end, error);
  }

  /**
   * The value: a copy of the bytes.
   *
   * @returns The value, for `encode()`.
   */
  toValue(): Payload {
    return { kind: "payload", data: this.payload.slice() };
  }
}

/** The row of what no other row knows. */
export const payloadLayer: LayerRow<Payload, PayloadView> = layerRow<Payload, PayloadView>({
  kind: "payload",
  check: VALUES.payload,
  parse(bytes, start, end, walk) {
    walk.stop();
    return PayloadView.parse(bytes, start, end);
  },
  measure: (value) => value.data.length,
  write: (value, bytes, start) => bytes.set(value.data, start),
  describe: () => "",
});
