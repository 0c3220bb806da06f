/**
 * Options of the kernel's crypto sockets (linux/if_alg.h). They are set on the socket that is bound
 * to the algorithm, before an operation is begun.
 *
 * @module
 */
import type { SocketOption } from "../core/option.ts";
import { checkInt, int, raw, row, writeOnly } from "../ffi/options/codecs.ts";
import { NUMBERS, SOL_ALG } from "./_constants.ts";

/** Far more than any algorithm takes, and less than the kernel's own limit on an option. */
const MAX_KEY_BYTES = 65536;
const bytes = raw(MAX_KEY_BYTES, () => true, `up to ${MAX_KEY_BYTES} bytes`);

/** The key, of a length that the algorithm takes; of `rng`, the seed. */
export const ALG_SET_KEY: SocketOption<Uint8Array> = row(
  "ALG_SET_KEY",
  SOL_ALG,
  NUMBERS.ALG_SET_KEY,
  "wo",
  bytes,
);

/** The length of the authentication tag of AEAD, in bytes: the kernel takes the option's length for it. */
export const ALG_SET_AEAD_AUTHSIZE: SocketOption<number> = row(
  "ALG_SET_AEAD_AUTHSIZE",
  SOL_ALG,
  NUMBERS.ALG_SET_AEAD_AUTHSIZE,
  "wo",
  writeOnly((value, name) => new Uint8Array(checkInt(name, value, 0, 64))),
);

/** Entropy for a test of the deterministic generators (Linux 5.12, CONFIG_CRYPTO_USER_API_RNG_CAVP). */
export const ALG_SET_DRBG_ENTROPY: SocketOption<Uint8Array> = row(
  "ALG_SET_DRBG_ENTROPY",
  SOL_ALG,
  NUMBERS.ALG_SET_DRBG_ENTROPY,
  "wo",
  bytes,
);

/** The key by its serial number in the kernel's key ring (`man 7 keyrings`, Linux 6.2). */
export const ALG_SET_KEY_BY_KEY_SERIAL: SocketOption<number> = row(
  "ALG_SET_KEY_BY_KEY_SERIAL",
  SOL_ALG,
  NUMBERS.ALG_SET_KEY_BY_KEY_SERIAL,
  "wo",
  int(),
);
