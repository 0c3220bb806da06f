/**
 * A test mode: loaded before a test (`deno test --preload`), it has every buffer that a program makes
 * end where a page begins that nobody may touch. Whatever then reads or writes one byte too many, in
 * libc or in JavaScript's own calls, is a crash at once; from the kernel it is EFAULT.
 *
 * Buffers are made of memory of `man 2 mmap`, page by page, and are used again once they are collected.
 * There is a limit to how many areas a process may have: beyond it buffers are what they always were.
 */
const PAGE = 4096;
const PROT_NONE = 0;
const PROT_READ_WRITE = 3;
const MAP_PRIVATE_ANONYMOUS = 0x22;
/** Each takes two areas of memory; a process may have 65,530 (`vm.max_map_count`). */
const MOST_SLOTS = 24_000;
/** A call of Deno's may still be at work on a buffer that nobody has any more: so long it is left alone. */
const REST_MS = 5000;
/** Larger ones are left as they are. */
const MOST_PAGES = 64;

const libc = Deno.dlopen("libc.so.6", {
  mmap: { parameters: ["usize", "usize", "i32", "i32", "i32", "i64"], result: "pointer" },
  mprotect: { parameters: ["pointer", "usize", "i32"], result: "i32" },
}).symbols;

/** Pages that may be used, with one behind them that may not. */
interface Slot {
  readonly start: bigint;
  readonly pages: number;
}

const RealArrayBuffer = ArrayBuffer;
const free: { slot: Slot; at: number }[][] = Array.from({ length: MOST_PAGES + 1 }, () => []);
const collected = new FinalizationRegistry<Slot>((slot) => {
  free[slot.pages].push({ slot, at: performance.now() });
});
/** What was transferred: its memory lives on behind another buffer. */
const pinned = new Set<unknown>();
let slots = 0;

function slotOf(pages: number): Slot | undefined {
  const used = free[pages][0];
  if (used !== undefined && performance.now() - used.at > REST_MS) {
    free[pages].shift();
    return used.slot;
  }
  if (slots === MOST_SLOTS) return undefined;
  const size = BigInt((pages + 1) * PAGE);
  const area = libc.mmap(0n, size, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0n);
  const start = BigInt(Deno.UnsafePointer.value(area));
  if (start === 0n || start === 0xffffffffffffffffn) return undefined;
  const guard = Deno.UnsafePointer.create(start + BigInt(pages * PAGE));
  if (libc.mprotect(guard, BigInt(PAGE), PROT_NONE) !== 0) return undefined;
  slots++;
  return { start, pages };
}

/** A buffer that ends where the page begins; `undefined` where none is to be had. */
function guarded(size: unknown): ArrayBuffer | undefined {
  if (typeof size !== "number" || !(size > 0) || !Number.isInteger(size)) return undefined;
  const pages = Math.ceil(size / PAGE);
  const slot = pages > MOST_PAGES ? undefined : slotOf(pages);
  if (slot === undefined) return undefined;
  const at = Deno.UnsafePointer.create(slot.start + BigInt(pages * PAGE - size))!;
  const buffer = Deno.UnsafePointerView.getArrayBuffer(at, size);
  new Uint8Array(buffer).fill(0);
  collected.register(buffer, slot);
  return buffer;
}

type Constructor = new (...args: never[]) => object;

/** A constructor that makes guarded buffers where it is given a length. */
function guarding<C extends Constructor>(real: C, elementBytes: number): C {
  return new Proxy(real, {
    construct(target, args: unknown[], newTarget) {
      const [length] = args;
      const buffer = args.length === 1 && typeof length === "number"
        ? guarded(length * elementBytes)
        : undefined;
      if (buffer === undefined) return Reflect.construct(target, args, newTarget);
      if ((target as unknown) === RealArrayBuffer) return buffer;
      return Reflect.construct(target, [buffer], newTarget);
    },
  });
}

const Arrays = [
  ...[Uint8Array, Int8Array, Uint16Array, Int16Array, Uint32Array, Int32Array],
  ...[BigUint64Array, BigInt64Array, Float64Array],
] as const;
const clone = structuredClone;
Object.assign(globalThis, {
  ArrayBuffer: guarding(RealArrayBuffer, 1),
  structuredClone(value: unknown, options?: StructuredSerializeOptions) {
    for (const one of options?.transfer ?? []) pinned.add(one);
    return clone(value, options);
  },
  ...Object.fromEntries(
    Arrays.map((array) => [array.name, guarding(array, array.BYTES_PER_ELEMENT)]),
  ),
});
