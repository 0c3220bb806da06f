/**
 * What every header view has in common: where it lies in the bytes, and how a bad one is refused.
 *
 * A *view* lies over bytes that the caller keeps: `XxxView.parse(bytes, start, end)` checks every
 * length, offset and chain of the header once, or throws a `RangeError` that names the field; from
 * then on no accessor can fail and none copies. (If the bytes change later, accessors tell what is
 * there then: parse again. They stay inside the bytes, and none goes on for ever.) A *value* is the plain object that a header means
 * (`view.toValue()`), and `encodeXxx(value, payload)` turns it back into bytes.
 *
 * @module
 */

/** A header laid over bytes, with the bytes that follow it. */
export abstract class HeaderView {
  /** The bytes that the view lies over, as they were given: not a copy. */
  readonly bytes: Uint8Array;
  /** Index in {@linkcode bytes} of the first byte of the header. */
  readonly start: number;
  /** Index in {@linkcode bytes} of the first byte after the header. */
  readonly payloadStart: number;
  /** Index in {@linkcode bytes} after the last byte that belongs to this layer. */
  readonly end: number;

  /** Only `parse` makes views, after it has checked the header. */
  protected constructor(bytes: Uint8Array, start: number, payloadStart: number, end: number) {
    this.bytes = bytes;
    this.start = start;
    this.payloadStart = payloadStart;
    this.end = end;
  }

  /** Length of the header, in bytes. */
  get headerLength(): number {
    return this.payloadStart - this.start;
  }

  /** The bytes of the header: a subarray, not a copy. */
  get header(): Uint8Array {
    return this.bytes.subarray(this.start, this.payloadStart);
  }

  /** The bytes that follow the header: a subarray, not a copy. */
  get payload(): Uint8Array {
    return this.bytes.subarray(this.payloadStart, this.end);
  }
}
