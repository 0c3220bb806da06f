import { checkInteger, object, optional, orElse, text } from "../core/arguments.ts";
import { bytes } from "../core/bytes.ts";
import { WAIT_SHAPE, type WaitOptions } from "../core/wait.ts";
import { bind } from "./bind.ts";
import type { AlgOperation, AlgRandom, RandomOptions } from "./types.ts";

/** What the kernel gives at a time (MAXSIZE, crypto/algif_rng.c). */
const MOST_BYTES = 128;
const MAX_COUNT = 1 << 20;
const SEED_BYTES = 48;
const REQUEST = object({ name: orElse(text(), "stdrng"), seed: optional(bytes) });
const LIMITS = object(WAIT_SHAPE);

/**
 * A random number generator of the kernel's crypto. For randomness alone `crypto.getRandomValues` is
 * the better way; this is for the deterministic generators by their names.
 *
 * Needs `--allow-ffi`.
 *
 * @example
 * ```ts
 * import { alg } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * try {
 *   using random = await alg.openRandom();
 *   assertEquals((await random.read(300)).length, 300);
 * } catch (error) {
 *   // A kernel without the module af_alg.
 *   if (!(error instanceof Deno.errors.NotSupported)) throw error;
 * }
 * ```
 *
 * @param options The generator and its seed.
 * @returns The generator.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {Deno.errors.NotSupported} Code `EAFNOSUPPORT`: the kernel lacks the module af_alg.
 * @throws {SocketError} `ENOENT`: no such generator.
 */
export async function openRandom(options: RandomOptions = {}): Promise<AlgRandom> {
  const { name, seed } = REQUEST(options, "open a random number generator", "options");
  const key = seed ?? crypto.getRandomValues(new Uint8Array(SEED_BYTES));
  using transform = bind({ type: "rng", name, key });
  const operation = await transform.accept();
  return {
    read: (count, limits) => read(operation, count, limits),
    close: () => operation.close(),
    [Symbol.dispose]: () => operation.close(),
  };
}

async function read(
  operation: AlgOperation,
  count: number,
  options: WaitOptions = {},
): Promise<Uint8Array> {
  const action = "read random bytes";
  checkInteger(count, 1, MAX_COUNT, action, "count");
  const limits = LIMITS(options, action, "options");
  const result = new Uint8Array(count);
  for (let got = 0; got < count;) {
    const part = await operation.recv({ ...limits, size: Math.min(MOST_BYTES, count - got) });
    result.set(part, got);
    got += part.length;
  }
  return result;
}
