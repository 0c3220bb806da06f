/**
 * The kernel's crypto: `struct sockaddr_alg` (linux/if_alg.h, Documentation/crypto/userspace-if.rst).
 *
 * @module
 */
import type { AlgAddress } from "../../core/address.ts";
import { checkInteger } from "../../core/arguments.ts";
import { AF_ALG, SOCK_SEQPACKET } from "../abi/socket_constants.ts";
import { hostU32At, putFamily, putHostU32 } from "./bytes.ts";
import { type FamilyRow, WHOLE_NET } from "./row.ts";
import { putText, textAt } from "./texts.ts";

/** struct sockaddr_alg (linux/if_alg.h), numbers in the host's order. */
export const SOCKADDR_ALG = {
  size: 88,
  salg_family: 0,
  salg_type: 2,
  salg_feat: 16,
  salg_mask: 20,
  salg_name: 24,
} as const;
/** Both texts end with a NUL within their room. */
const TYPE_BYTES = SOCKADDR_ALG.salg_feat - SOCKADDR_ALG.salg_type - 1;
const NAME_BYTES = SOCKADDR_ALG.size - SOCKADDR_ALG.salg_name - 1;

/** The kernel's crypto. */
export const ALG: FamilyRow<AlgAddress> = {
  number: AF_ALG,
  name: "alg",
  module: "af_alg",
  asked: { types: [SOCK_SEQPACKET], protocols: [0] },
  keys: ["type", "name", "feature", "mask"],
  grants: ["net"],
  // The grants have no say in it.
  isOrdinary: () => false,
  recognises: () => false,
  nameless: true,
  encode(target, offset, fields, action) {
    const { feature = 0, mask = 0 } = fields;
    checkInteger(feature, 0, 0xffffffff, action, "address.feature");
    checkInteger(mask, 0, 0xffffffff, action, "address.mask");
    target.fill(0, offset, offset + SOCKADDR_ALG.size);
    putFamily(target, offset, AF_ALG);
    putText(target, offset + SOCKADDR_ALG.salg_type, fields, "type", TYPE_BYTES, action);
    putText(target, offset + SOCKADDR_ALG.salg_name, fields, "name", NAME_BYTES, action);
    putHostU32(target, offset + SOCKADDR_ALG.salg_feat, feature);
    putHostU32(target, offset + SOCKADDR_ALG.salg_mask, mask);
    return SOCKADDR_ALG.size;
  },
  decode(bytes, offset, size) {
    if (size < SOCKADDR_ALG.size) return undefined;
    const feature = hostU32At(bytes, offset + SOCKADDR_ALG.salg_feat);
    const mask = hostU32At(bytes, offset + SOCKADDR_ALG.salg_mask);
    return {
      family: "alg",
      type: textAt(bytes, offset + SOCKADDR_ALG.salg_type, TYPE_BYTES),
      name: textAt(bytes, offset + SOCKADDR_ALG.salg_name, NAME_BYTES),
      ...(feature !== 0 && { feature }),
      ...(mask !== 0 && { mask }),
    };
  },
  text: ({ type, name }) => `alg:${type}:${name}`,
  // It reaches the kernel's arithmetic and nobody else; there is nobody to connect or to send to.
  permissions: (_bytes, _offset, _size, action) => action === "bind" ? [] : WHOLE_NET,
};
