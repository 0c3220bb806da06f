/**
 * The kernel's crypto by sockets (AF_ALG, Documentation/crypto/userspace-if.rst): hashes, ciphers,
 * authenticated encryption and random number generators, whatever /proc/crypto lists or a module has.
 *
 * ```ts
 * import { alg } from "@berkeley/sockets";
 *
 * try {
 *   using sha256 = await alg.openHash({ name: "sha256" });
 *   await sha256.update(new TextEncoder().encode("abc"));
 *   console.log((await sha256.digest()).toHex());
 * } catch (error) {
 *   // A kernel without the module af_alg.
 *   if (!(error instanceof Deno.errors.NotSupported)) throw error;
 * }
 * ```
 *
 * @module
 */
export { openAead } from "./aead.ts";
export { bind } from "./bind.ts";
export { openCipher } from "./cipher.ts";
export { type OperationControl, operationControl } from "./control.ts";
export { openHash } from "./hash.ts";
export * from "./options.ts";
export { openRandom } from "./random.ts";
export type {
  AeadInput,
  AeadOptions,
  AlgAead,
  AlgBindOptions,
  AlgCipher,
  AlgFileOptions,
  AlgHash,
  AlgOperation,
  AlgRandom,
  AlgTransform,
  CipherFileInput,
  CipherInput,
  CipherOptions,
  HashOptions,
  RandomOptions,
} from "./types.ts";
