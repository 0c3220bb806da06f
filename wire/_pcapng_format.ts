/**
 * The numbers of the pcapng format (draft-ietf-opsawg-pcapng).
 *
 * @module
 */

/** Block types; the section header's reads alike in both byte orders. */
export const BLOCK = {
  SECTION: 0x0a0d0d0a,
  INTERFACE: 1,
  OBSOLETE_PACKET: 2,
  SIMPLE_PACKET: 3,
  PACKET: 6,
};
/** What a section begins with, in its own byte order. */
export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
/** Numbers of options; those of different blocks overlap. */
export const OPTION = {
  END: 0,
  COMMENT: 1,
  IF_NAME: 2,
  EPB_FLAGS: 2,
  IF_TSRESOL: 9,
  IF_TSOFFSET: 14,
};

/** A length with its padding. */
export function pad4(length: number): number {
  return (length + 3) & ~3;
}
