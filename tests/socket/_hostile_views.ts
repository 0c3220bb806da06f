/** Views that say of themselves what is not true, and memory of kinds that callers bring. */

/** A view, and what must become of it: its true bytes, or a refusal. */
export interface HostileView {
  readonly name: string;
  /** A new one over `size` bytes of 7, where it can have them. */
  make(size: number): Uint8Array;
  readonly refused: boolean;
}

const FOREIGN = 1 << 20;

class Longer extends Uint8Array {
  override get length(): number {
    return FOREIGN;
  }
}

class LongerInBytes extends Uint8Array {
  override get byteLength(): number {
    return FOREIGN;
  }
  override get byteOffset(): number {
    return 4096;
  }
}

class Elsewhere extends Uint8Array {
  override get buffer(): ArrayBuffer {
    return new ArrayBuffer(1);
  }
}

class OtherParts extends Uint8Array {
  override subarray(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(FOREIGN);
  }
  override slice(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(FOREIGN);
  }
}

class OtherSpecies extends Uint8Array {
  static get [Symbol.species](): typeof Longer {
    return Longer;
  }
}

/** Says the truth once. */
class Changing extends Uint8Array {
  #asked = 0;
  override get length(): number {
    return this.#asked++ === 0 ? super.length : FOREIGN;
  }
}

function filled(view: Uint8Array): Uint8Array {
  return Uint8Array.prototype.fill.call(view, 7);
}

function inWasm(size: number): Uint8Array {
  return new Uint8Array(new WebAssembly.Memory({ initial: 1 }).buffer, 8, size);
}

/** All of them. */
export const HOSTILE_VIEWS: readonly HostileView[] = [
  { name: "a longer length", make: (n) => filled(new Longer(n)), refused: false },
  { name: "a longer byteLength", make: (n) => filled(new LongerInBytes(n)), refused: false },
  { name: "another buffer", make: (n) => filled(new Elsewhere(n)), refused: false },
  { name: "other parts", make: (n) => filled(new OtherParts(n)), refused: false },
  { name: "another species", make: (n) => filled(new OtherSpecies(n)), refused: false },
  { name: "a length that changes", make: (n) => filled(new Changing(n)), refused: false },
  {
    name: "a length of its own",
    make: (n) => Object.defineProperty(filled(new Uint8Array(n)), "length", { value: FOREIGN }),
    refused: false,
  },
  { name: "WebAssembly memory", make: (n) => filled(inWasm(n)), refused: false },
  {
    name: "shared memory",
    make: (n) => filled(new Uint8Array(new SharedArrayBuffer(n + 8), 8)),
    refused: false,
  },
  { name: "a proxy", make: (n) => new Proxy(filled(new Uint8Array(n)), {}), refused: true },
  { name: "no view", make: () => Object.create(Uint8Array.prototype), refused: true },
  {
    name: "a detached view",
    make: (n) => {
      const view = new Uint8Array(n);
      structuredClone(view.buffer, { transfer: [view.buffer] });
      return view;
    },
    refused: true,
  },
  {
    name: "WebAssembly memory that has grown",
    make: (n) => {
      const memory = new WebAssembly.Memory({ initial: 1 });
      const view = new Uint8Array(memory.buffer, 8, n);
      memory.grow(1);
      return view;
    },
    refused: true,
  },
  {
    name: "a resizable buffer",
    make: (n) => new Uint8Array(new ArrayBuffer(n, { maxByteLength: n + 8 })),
    refused: true,
  },
  {
    name: "a buffer that was shrunk",
    make: (n) => {
      const buffer = new ArrayBuffer(n + 8, { maxByteLength: n + 8 });
      const view = new Uint8Array(buffer, 8, n);
      buffer.resize(4);
      return view;
    },
    refused: true,
  },
];
