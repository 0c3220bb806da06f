import { object, optional, text } from "../core/arguments.ts";
import { bytes, checkBytes, partOf } from "../core/bytes.ts";
import { WAIT_SHAPE } from "../core/wait.ts";
import { feed, FEED_BYTES } from "./_feed.ts";
import { bind } from "./bind.ts";
import { operationControl } from "./control.ts";
import type { AlgCipher, AlgTransform, CipherInput, CipherOptions } from "./types.ts";

const REQUEST = object({ name: text(), key: bytes });
const INPUT = object({ iv: optional(bytes), ...WAIT_SHAPE });

/**
 * A symmetric cipher computed by the kernel.
 *
 * Needs `--allow-ffi`.
 *
 * @example There and back
 * ```ts
 * import { alg } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * try {
 *   using cipher = alg.openCipher({ name: "cbc(aes)", key: new Uint8Array(16) });
 *   const iv = new Uint8Array(16);
 *   const secret = await cipher.encrypt(new Uint8Array(32), { iv });
 *   assertEquals(await cipher.decrypt(secret, { iv }), new Uint8Array(32));
 * } catch (error) {
 *   // A kernel without the module af_alg.
 *   if (!(error instanceof Deno.errors.NotSupported)) throw error;
 * }
 * ```
 *
 * @param options The algorithm and its key.
 * @returns The cipher. Messages may be under way at the same time: each is an operation of its own.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {Deno.errors.NotSupported} Code `EAFNOSUPPORT`: the kernel lacks the module af_alg.
 * @throws {SocketError} `ENOENT`: no such algorithm; `EINVAL`: no such key, or, of a message, a
 * length that is no multiple of the block.
 */
export function openCipher(options: CipherOptions): AlgCipher {
  const { name, key } = REQUEST(options, "open a cipher", "options");
  const transform = bind({ type: "skcipher", name, key });
  return {
    encrypt: (data, input) => cipher(transform, "encrypt", data, input),
    decrypt: (data, input) => cipher(transform, "decrypt", data, input),
    close: () => transform.close(),
    [Symbol.dispose]: () => transform.close(),
  };
}

async function cipher(
  transform: AlgTransform,
  direction: "encrypt" | "decrypt",
  data: Uint8Array,
  input: CipherInput = {},
): Promise<Uint8Array> {
  checkBytes(data, direction, "data");
  const { iv, ...limits } = INPUT(input, direction, "options");
  const taken = partOf(data, 0);
  const result = new Uint8Array(taken.length);
  if (result.length === 0) return result;
  using operation = await transform.accept(limits);
  // A part at a time: the kernel keeps input only as far as its room goes. The vector goes on with it.
  for (let done = 0; done < result.length;) {
    const part = partOf(taken, done, done + FEED_BYTES);
    const last = done + part.length === result.length;
    const control = done === 0 ? operationControl({ operation: direction, iv }) : undefined;
    await feed(operation, part, last, limits, control);
    // Never more than was given: the kernel would wait for the rest.
    for (const end = done + part.length; done < end;) {
      const got = await operation.recv({ ...limits, size: end - done });
      result.set(got, done);
      done += got.length;
    }
  }
  return result;
}
