import type { AlgAddress } from "../core/address.ts";
import { integer, object, oneOf, optional, text } from "../core/arguments.ts";
import { bytes } from "../core/bytes.ts";
import { OPEN_SHAPE } from "../core/engine_choice.ts";
import { isSocketError } from "../core/errors.ts";
import { bind as bindLibc } from "../ffi/engine.ts";
import { LibcListener } from "../ffi/endpoints/listener.ts";
import { encodeSockaddr } from "../ffi/families/sockaddr.ts";
import { LibcOperation } from "./_operation.ts";
import { ALG_SET_AEAD_AUTHSIZE, ALG_SET_KEY } from "./options.ts";
import type { AlgBindOptions, AlgTransform } from "./types.ts";

const ACTION = "bind";
const number32 = integer(0, 0xffffffff);
const REQUEST = object({
  family: optional(oneOf("alg")),
  type: text(),
  name: text(),
  feature: optional(number32),
  mask: optional(number32),
  key: optional(bytes),
  tagBytes: optional(integer(0, 64)),
  options: OPEN_SHAPE.options,
});

/**
 * Binds to an algorithm of the kernel's crypto (Documentation/crypto/userspace-if.rst): the general
 * way, of which {@linkcode openHash} and the others are made.
 *
 * Needs `--allow-ffi`.
 *
 * @example A hash by hand
 * ```ts
 * import { alg } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * try {
 *   using sha256 = alg.bind({ type: "hash", name: "sha256" });
 *   using operation = await sha256.accept();
 *   await operation.send(new TextEncoder().encode("abc"));
 *   assertEquals((await operation.recv({ size: 32 })).toHex().slice(0, 8), "ba7816bf");
 * } catch (error) {
 *   // A kernel without the module af_alg.
 *   if (!(error instanceof Deno.errors.NotSupported)) throw error;
 * }
 * ```
 *
 * @param options The algorithm, its key, and how.
 * @returns The algorithm; `accept` begins an operation.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {RangeError} If a text is too long or a number out of range.
 * @throws {Deno.errors.NotSupported} Code `EAFNOSUPPORT`: the kernel lacks the module af_alg.
 * @throws {SocketError} `ENOENT`: the kernel has no such algorithm; `EINVAL`: it takes no such key.
 * @throws {Deno.errors.NotCapable} Without `--allow-ffi`.
 */
export function bind(options: AlgBindOptions): AlgTransform {
  return bindTransform(options);
}

/** As {@linkcode bind}, with what the operations of this package's own are besides. */
export function bindTransform(options: AlgBindOptions): LibcListener<AlgAddress, LibcOperation> {
  const { type, name, feature, mask, key, tagBytes, options: settings } = REQUEST(
    options,
    ACTION,
    "options",
  );
  const address: AlgAddress = {
    family: "alg",
    type,
    name,
    ...(feature !== undefined && { feature }),
    ...(mask !== undefined && { mask }),
  };
  // The kernel does not tell it.
  const local = encodeSockaddr(address, ACTION);
  try {
    return bindLibc({ address }, "seqpacket", (core) => {
      if (key !== undefined) core.setOption(ALG_SET_KEY, key);
      if (tagBytes !== undefined) core.setOption(ALG_SET_AEAD_AUTHSIZE, tagBytes);
      for (const [option, value] of settings) core.setOption(option, value);
      return new LibcListener<AlgAddress, LibcOperation>(
        core,
        (operation) => new LibcOperation(operation, local),
        undefined,
        undefined,
        local,
      );
    });
  } catch (error) {
    if (isSocketError(error, "ENOENT")) {
      error.message = `Cannot bind: this kernel has no algorithm ${name} of type ${type}, ` +
        `or lacks the module algif_${type} (ENOENT)`;
    }
    throw error;
  }
}
