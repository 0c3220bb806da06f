import { integer, object, optional, orElse, text } from "../core/arguments.ts";
import { bytes, checkBytes, partOf } from "../core/bytes.ts";
import { WAIT_SHAPE } from "../core/wait.ts";
import { socketError } from "../core/errors.ts";
import { SO_SNDBUF } from "../ffi/options/buffer.ts";
import { bind } from "./bind.ts";
import { operationControl } from "./control.ts";
import type { AeadInput, AeadOptions, AlgAead, AlgTransform } from "./types.ts";

const REQUEST = object({ name: text(), key: bytes, tagBytes: orElse(integer(0, 64), 16) });
const INPUT = object({ iv: bytes, associatedData: optional(bytes), ...WAIT_SHAPE });
const NONE = new Uint8Array(0);

/**
 * Authenticated encryption computed by the kernel. A message is processed as a whole, so it must fit
 * into the kernel's room for a socket (`net.core.wmem_max`, some 400 KiB unless it was raised).
 *
 * Needs `--allow-ffi`.
 *
 * @example A message that nobody can change unseen
 * ```ts
 * import { alg } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * try {
 *   using gcm = alg.openAead({ name: "gcm(aes)", key: new Uint8Array(16) });
 *   const iv = crypto.getRandomValues(new Uint8Array(12));
 *   const associatedData = new TextEncoder().encode("header");
 *   const sealed = await gcm.encrypt(new Uint8Array(10), { iv, associatedData });
 *   assertEquals(sealed.length, 26);
 *   assertEquals(await gcm.decrypt(sealed, { iv, associatedData }), new Uint8Array(10));
 * } catch (error) {
 *   // A kernel without the module af_alg, or without the algorithm.
 *   if (!(error instanceof Deno.errors.NotSupported || (error as { code?: string }).code === "ENOENT")) {
 *     throw error;
 *   }
 * }
 * ```
 *
 * @param options The algorithm, its key and the length of its tag.
 * @returns The cipher. Messages may be under way at the same time: each is an operation of its own.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {Deno.errors.NotSupported} Code `EAFNOSUPPORT`: the kernel lacks the module af_alg.
 * @throws {SocketError} `ENOENT`: no such algorithm; `EINVAL`: no such key or tag; of a message
 * `EBADMSG`: it was changed, or `EMSGSIZE`: it is too long for the kernel's room.
 */
export function openAead(options: AeadOptions): AlgAead {
  const { name, key, tagBytes } = REQUEST(options, "open an AEAD cipher", "options");
  const transform = bind({ type: "aead", name, key, tagBytes });
  return {
    encrypt: (data, input) => aead(transform, "encrypt", tagBytes, data, input),
    decrypt: (data, input) => aead(transform, "decrypt", tagBytes, data, input),
    close: () => transform.close(),
    [Symbol.dispose]: () => transform.close(),
  };
}

async function aead(
  transform: AlgTransform,
  direction: "encrypt" | "decrypt",
  tagBytes: number,
  data: Uint8Array,
  input: AeadInput,
): Promise<Uint8Array> {
  checkBytes(data, direction, "data");
  const { iv, associatedData = NONE, ...limits } = INPUT(input, direction, "options");
  const text = partOf(data, 0);
  const associated = partOf(associatedData, 0);
  const more = direction === "encrypt" ? tagBytes : -tagBytes;
  if (text.length + more < 0) {
    throw new RangeError(`Cannot decrypt: data is shorter than its tag of ${tagBytes} bytes`);
  }
  // One send with all of it: what comes after a first part could not be waited for, since the kernel
  // begins only once it has everything.
  const whole = new Uint8Array(associated.length + text.length);
  whole.set(associated);
  whole.set(text, associated.length);
  const control = operationControl({
    operation: direction,
    iv,
    associatedBytes: associated.length,
  });
  using operation = await transform.accept(limits);
  operation.setOption(SO_SNDBUF, whole.length + 4096);
  const sent = await operation.send(whole, { ...limits, control });
  if (sent < whole.length) {
    throw socketError("EMSGSIZE", {
      syscall: "sendmsg",
      message: `the kernel has room for ${sent} bytes of ${whole.length} (net.core.wmem_max)`,
    });
  }
  const size = whole.length + more;
  // Nothing in, nothing out: the kernel still checks the tag.
  const got = await operation.recv({ ...limits, size: Math.max(1, size) });
  return got.subarray(associated.length);
}
