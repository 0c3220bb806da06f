/**
 * Numbers of linux/if_alg.h, and SOL_ALG of linux/socket.h.
 *
 * @module
 */

/** By the header's names. */
export const NUMBERS = {
  ALG_SET_KEY: 1,
  ALG_SET_IV: 2,
  ALG_SET_OP: 3,
  ALG_SET_AEAD_ASSOCLEN: 4,
  ALG_SET_AEAD_AUTHSIZE: 5,
  ALG_SET_DRBG_ENTROPY: 6,
  ALG_SET_KEY_BY_KEY_SERIAL: 7,
  ALG_OP_DECRYPT: 0,
  ALG_OP_ENCRYPT: 1,
} as const;

/** The level of the options and control messages (linux/socket.h). */
export const SOL_ALG = 279;
