/** Values that no caller should pass, or that are not what they say. */

/** What a hostile value throws when it is looked at: the caller's own error, which may pass through. */
export class Bomb extends Error {}

function explode(): never {
  throw new Bomb("a bomb went off");
}

class Lying extends Uint8Array {
  override get length(): number {
    return 1 << 30;
  }
  override get byteLength(): number {
    return 1 << 30;
  }
}

class Instance {
  #secret = 1;
  get secret(): number {
    return this.#secret;
  }
}

function detached(): Uint8Array {
  const view = new Uint8Array(8);
  view.buffer.transfer();
  return view;
}

function outOfBounds(): Uint8Array {
  const buffer = new ArrayBuffer(16, { maxByteLength: 32 });
  const view = new Uint8Array(buffer, 8, 8);
  buffer.resize(4);
  return view;
}

function changing(): object {
  let asked = 0;
  const get = () => asked++ % 2 === 0 ? 1 : "changed";
  const flip = { enumerable: true, get };
  return Object.defineProperties({}, { port: flip, length: flip, size: flip, timeoutMs: flip });
}

function throwing(): object {
  return new Proxy({}, {
    get: explode,
    has: explode,
    ownKeys: explode,
    getPrototypeOf: explode,
    getOwnPropertyDescriptor: explode,
  });
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** Each made anew: some change when they are used. */
export const VALUES: readonly (readonly [name: string, make: () => unknown])[] = [
  ["null", () => null],
  ["true", () => true],
  ["an empty text", () => ""],
  ["a lone surrogate", () => "\ud800"],
  ["a text with a NUL", () => "a\0b"],
  ["a long text", () => "9".repeat(70_000)],
  ["a number as a text", () => "1"],
  ["NaN", () => NaN],
  ["-0", () => -0],
  ["0.5", () => 0.5],
  ["Infinity", () => Infinity],
  ["-Infinity", () => -Infinity],
  ["-1", () => -1],
  ["2^31", () => 2 ** 31],
  ["2^32", () => 2 ** 32],
  ["2^53", () => 2 ** 53],
  ["-2^63", () => -(2 ** 63)],
  ["1n", () => 1n],
  ["2n ** 70n", () => 2n ** 70n],
  ["a symbol", () => Symbol("s")],
  ["a function", () => () => 1],
  ["an empty object", () => ({})],
  ["an array with holes", () => [, 1, ,]],
  ["nested arrays", () => [[[]]]],
  ["a proxy that throws", throwing],
  ["a revoked proxy", revoked],
  ["getters that change", changing],
  ["a conversion that throws", () => ({ [Symbol.toPrimitive]: explode, toString: explode })],
  ["a view that lies of its length", () => new Lying(8)],
  ["a detached view", detached],
  ["a view out of bounds", outOfBounds],
  ["a view of shared memory", () => new Uint8Array(new SharedArrayBuffer(8))],
  ["a frozen object", () => Object.freeze({ frozen: 1 })],
  ["an instance of a class", () => new Instance()],
  ["an array of 16-bit numbers", () => new Uint16Array(4)],
  ["an ArrayBuffer", () => new ArrayBuffer(8)],
  ["a date", () => new Date(NaN)],
  ["an object without a prototype", () => Object.assign(Object.create(null), { a: 1 })],
];
